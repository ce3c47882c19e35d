import { createHash, generateKeyPairSync, type JsonWebKey, webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { Clock, Random } from '../../core/ports.ts';
import { privateSigningKey, signJwt } from './signing-key.ts';

/** Proof of possession: a token that only the holder of a key can use. @see RFC 9449 */

type Jwk = Readonly<Record<string, unknown>>;

/** A fresh P-256 key, as the JWK that is kept with the token. */
export function newDpopKey(): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }) };
}

function publicPart({ kty, crv, x, y }: Jwk): Jwk {
  return { kty, crv, x, y };
}

/** The key in the form that the protocol library takes for token requests. */
export async function dpopHandle(key: Jwk, client: oauth.Client): Promise<oauth.DPoPHandle> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { subtle } = webcrypto;
  const privateKey = await subtle.importKey('jwk', key as JsonWebKey, algorithm, false, ['sign']);
  const publicKey = await subtle.importKey('jwk', publicPart(key) as JsonWebKey, algorithm, true, ['verify']);
  return oauth.DPoP(client, { privateKey, publicKey } as oauth.CryptoKeyPair);
}

/** What a proof speaks for. */
export interface ProofOf {
  readonly method: string;
  /** The address that is requested; its query and fragment are left out of the proof. */
  readonly url: string;
  readonly accessToken: string;
  /** The server's last nonce. */
  readonly nonce?: string;
}

/** The `DPoP` header of a request to a resource. @see RFC 9449 §4.2, §7 */
export function dpopProof(
  key: Jwk,
  { method, url, accessToken, nonce }: ProofOf,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<string> {
  const target = new URL(url);
  return signJwt(
    privateSigningKey(JSON.stringify(key), 'ES256'),
    {
      jti: Buffer.from(ports.random.bytes(16)).toString('base64url'),
      htm: method,
      htu: `${target.origin}${target.pathname}`,
      iat: Math.floor(ports.clock.now() / 1000),
      ath: createHash('sha256').update(accessToken).digest('base64url'),
      ...(nonce === undefined ? {} : { nonce }),
    },
    { typ: 'dpop+jwt', jwk: publicPart(key) },
  );
}
