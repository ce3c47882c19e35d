import { constants, createHmac, createSecretKey, type KeyObject, sign } from 'node:crypto';
import { CountersignError } from '../../core/errors.ts';
import { readPrivateKey } from '../private-key.ts';

/** @see RFC 7518 §3.1, RFC 8037 §3.1 */
export const SYMMETRIC = ['HS256', 'HS384', 'HS512'] as const;
export const ASYMMETRIC = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
] as const;

export type JwtAlgorithm = (typeof SYMMETRIC)[number] | (typeof ASYMMETRIC)[number];

const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES384: 'secp384r1', ES512: 'secp521r1' };

/**
 * A signed token in compact form.
 * @param header JSON text
 * @param payload JSON text
 * @throws CountersignError `invalid-value` for a key that does not suit the algorithm
 * @see RFC 7515 §3.1
 */
export function signJwt(header: string, payload: string, algorithm: JwtAlgorithm, key: KeyObject): string {
  const input = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}`;
  return `${input}.${signature(input, algorithm, key).toString('base64url')}`;
}

function signature(input: string, algorithm: JwtAlgorithm, key: KeyObject): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  switch (algorithm.slice(0, 2)) {
    case 'HS':
      return createHmac(hash, key).update(input).digest();
    case 'RS':
      return sign(hash, Buffer.from(input), key);
    case 'PS': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
      return sign(hash, Buffer.from(input), { key, padding, saltLength });
    }
    case 'ES':
      return sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(null, Buffer.from(input), key);
  }
}

/** The private key, checked to suit the algorithm. @throws CountersignError `invalid-value` @see RFC 7518 §3 */
export function privateKeyFor(algorithm: JwtAlgorithm, text: string): KeyObject {
  const key = readPrivateKey(text);
  const wanted = unsuited(key, algorithm);
  if (wanted)
    throw new CountersignError('invalid-value', `${algorithm} needs ${wanted}: the key in “privateKey” is another.`);
  return key;
}

function unsuited(key: KeyObject, algorithm: JwtAlgorithm): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (/^[RP]S/.test(algorithm)) {
    if (type === 'rsa' || (type === 'rsa-pss' && algorithm.startsWith('PS'))) {
      return (details?.modulusLength ?? 0) >= 2048 ? undefined : 'an RSA key of 2048 bits or more';
    }
    return 'an RSA key';
  }
  if (algorithm === 'EdDSA') return type === 'ed25519' || type === 'ed448' ? undefined : 'an Ed25519 or Ed448 key';
  const curve = CURVES[algorithm];
  return type === 'ec' && details?.namedCurve === curve
    ? undefined
    : `an EC key on the curve P-${algorithm === 'ES512' ? '521' : algorithm.slice(2)}`;
}

const secrets = new Map<string, KeyObject>();

/** @throws CountersignError `invalid-value` where it is not base64 */
export function secretKey(secret: string, isBase64: boolean): KeyObject {
  const name = `${isBase64} ${secret}`;
  const kept = secrets.get(name);
  if (kept) return kept;
  if (isBase64 && !/^[A-Za-z0-9+/_-]+=*$/.test(secret.replace(/\s/g, ''))) {
    throw new CountersignError('invalid-value', 'The secret is not base64, as “secretBase64” says it is.');
  }
  const key = createSecretKey(Buffer.from(secret, isBase64 ? 'base64' : 'utf8'));
  if (secrets.size >= 100) secrets.clear();
  secrets.set(name, key);
  return key;
}
