import { createHash } from 'node:crypto';
import { CountersignError } from '../../core/errors.ts';
import type { Random } from '../../core/ports.ts';

/** @see RFC 7636 §4.1 */
const verifierPattern = /^[A-Za-z0-9\-._~]{43,128}$/;

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
  readonly method: 'S256' | 'plain';
}

/** A verifier (the one given, or a random one) and its challenge. @throws CountersignError `invalid-value` */
export function pkce(method: 'S256' | 'plain', given: string | undefined, random: Random): Pkce {
  if (given !== undefined && !verifierPattern.test(given)) {
    throw new CountersignError('invalid-value', '“codeVerifier” is not 43 to 128 letters, digits or -._~ long.', {
      hint: 'Leave it empty to have one made.',
    });
  }
  const verifier = given ?? randomText(random);
  const challenge = method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge, method };
}

/** 256 random bits as text for a URL. */
export function randomText(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}
