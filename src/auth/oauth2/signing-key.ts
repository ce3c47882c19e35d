import { createPrivateKey, createSecretKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { type JWTPayload, SignJWT } from 'jose';
import { CountersignError } from '../../core/errors.ts';

/** A key with the algorithm that it signs with. */
export interface SigningKey {
  readonly key: KeyObject;
  readonly algorithm: string;
  readonly keyId?: string;
}

/**
 * A private key from PEM (PKCS #8, PKCS #1, SEC 1) or JWK text. The algorithm is the one asked for, the JWK's own, or
 * the first that fits the key.
 * @throws CountersignError `invalid-value`
 */
export function privateSigningKey(text: string, algorithm?: string, keyId?: string): SigningKey {
  const { key, jwk } = parsePrivateKey(text);
  const id = keyId ?? (typeof jwk?.kid === 'string' ? jwk.kid : undefined);
  const chosen = algorithm ?? (typeof jwk?.alg === 'string' ? jwk.alg : fittingAlgorithm(key));
  return { key, algorithm: chosen, ...(id === undefined ? {} : { keyId: id }) };
}

export function secretSigningKey(secret: string, algorithm = 'HS256', keyId?: string): SigningKey {
  if (!algorithm.startsWith('HS')) {
    throw new CountersignError(
      'invalid-value',
      `“assertionAlgorithm” ${algorithm} does not sign with a client secret.`,
      {
        hint: 'Choose HS256, HS384 or HS512, or clientAuthentication = private_key_jwt.',
      },
    );
  }
  return { key: createSecretKey(secret, 'utf8'), algorithm, ...(keyId === undefined ? {} : { keyId }) };
}

function parsePrivateKey(text: string): { key: KeyObject; jwk?: Record<string, unknown> } {
  const trimmed = text.trim();
  try {
    if (trimmed.startsWith('{')) {
      const jwk = JSON.parse(trimmed) as Record<string, unknown>;
      return { key: createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' }), jwk };
    }
    // A PEM that went through an environment variable or one line of a file often has its line ends written out.
    return { key: createPrivateKey(trimmed.replaceAll('\\n', '\n')) };
  } catch (cause) {
    // The cause is kept out: OpenSSL's messages may quote its input.
    const encrypted = /ENCRYPTED/.test(trimmed);
    throw new CountersignError(
      'invalid-value',
      encrypted ? '“privateKey” is encrypted with a passphrase.' : '“privateKey” is no private key in PEM or JWK form.',
      {
        hint: encrypted
          ? 'Decrypt it with “openssl pkey”, and keep it as a secret.'
          : 'Give the whole text from -----BEGIN to END-----, for instance as privateKey = < ./key.pem.',
        cause: cause instanceof Error ? cause.name : undefined,
      },
    );
  }
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

function fittingAlgorithm(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return 'RS256';
    case 'rsa-pss':
      return 'PS256';
    case 'ed25519':
      return 'EdDSA';
    case 'ec':
      return curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'ES256';
    default:
      throw new CountersignError(
        'invalid-value',
        `“privateKey” is a ${key.asymmetricKeyType} key, which signs no JWT.`,
      );
  }
}

/** A signed JWT. @throws CountersignError `invalid-value` when key and algorithm do not fit @see RFC 7519 */
export async function signJwt(
  key: SigningKey,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  try {
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, ...(key.keyId === undefined ? {} : { kid: key.keyId }), ...header })
      .sign(key.key);
  } catch (cause) {
    throw new CountersignError('invalid-value', `The key does not sign with ${key.algorithm}.`, {
      hint: 'Choose an assertionAlgorithm that fits the key, or leave it empty.',
      cause,
    });
  }
}
