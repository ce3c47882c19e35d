import { createHmac, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { CountersignError } from '../../core/errors.ts';
import { percentEncode } from '../../core/request.ts';
import { readPrivateKey } from '../private-key.ts';

export type SignatureMethod =
  | 'HMAC-SHA1'
  | 'HMAC-SHA256'
  | 'HMAC-SHA512'
  | 'RSA-SHA1'
  | 'RSA-SHA256'
  | 'RSA-SHA512'
  | 'PLAINTEXT';

export interface SigningKeys {
  readonly consumerSecret: string;
  readonly tokenSecret: string;
  /** PEM or JWK, for the RSA methods. */
  readonly privateKey: string;
}

/** The hash that a method uses; undefined for PLAINTEXT. */
export function hashOf(method: SignatureMethod): string | undefined {
  return method === 'PLAINTEXT' ? undefined : method.slice(method.indexOf('-') + 1).toLowerCase();
}

const hmacKeys = new Map<string, KeyObject>();

/** The value of `oauth_signature`. @throws CountersignError `invalid-value` for a key @see RFC 5849 §3.4 */
export function signBaseString(baseString: string, method: SignatureMethod, keys: SigningKeys): string {
  const hash = hashOf(method) ?? '';
  if (method.startsWith('RSA')) {
    const key = readPrivateKey(keys.privateKey);
    if (key.asymmetricKeyType !== 'rsa') {
      throw new CountersignError('invalid-value', `${method} needs an RSA key: the key in “privateKey” is another.`);
    }
    return sign(hash, Buffer.from(baseString), key).toString('base64');
  }
  const shared = `${percentEncode(keys.consumerSecret)}&${percentEncode(keys.tokenSecret)}`;
  if (method === 'PLAINTEXT') return shared;
  let key = hmacKeys.get(shared);
  if (!key) {
    key = createSecretKey(shared, 'utf8');
    if (hmacKeys.size >= 100) hmacKeys.clear();
    hmacKeys.set(shared, key);
  }
  return createHmac(hash, key).update(baseString).digest('base64');
}
