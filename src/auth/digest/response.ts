import { createHash, hash } from 'node:crypto';
import type { Body } from '../../core/request.ts';

/** What is hashed, and how. @see RFC 7616 §3.4 */

/** From the weakest hash to the strongest. */
export const algorithms = ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess'] as const;
export type Algorithm = (typeof algorithms)[number];

export type Qop = 'auth' | 'auth-int';

const hashNames: Readonly<Record<Algorithm, string>> = {
  MD5: 'md5',
  'MD5-sess': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-sess': 'sha256',
  'SHA-512-256': 'sha512-256',
  'SHA-512-256-sess': 'sha512-256',
};

/** The algorithm of that name, without regard to case; none named is MD5. */
export function findAlgorithm(name: string | undefined): Algorithm | undefined {
  return name === undefined || name === ''
    ? 'MD5'
    : algorithms.find(algorithm => algorithm.toLowerCase() === name.toLowerCase());
}

export function isSession(algorithm: Algorithm): boolean {
  return algorithm.endsWith('-sess');
}

/** Higher is stronger; a `-sess` variant is no stronger than its hash. */
export function strength(algorithm: Algorithm): number {
  return algorithms.findIndex(known => hashNames[known] === hashNames[algorithm]);
}

/** `H(data)` in lower-case hexadecimal. */
export function digestOf(algorithm: Algorithm, data: string | Uint8Array): string {
  return hash(hashNames[algorithm], data, 'hex');
}

/** `H(entity-body)`, read as a stream. */
export async function bodyDigest(algorithm: Algorithm, body: Body | undefined): Promise<string> {
  const running = createHash(hashNames[algorithm]);
  if (body) for await (const chunk of body.open()) running.update(chunk);
  return running.digest('hex');
}

/** `H(A1)`: for `-sess`, of the session that this nonce and client nonce open. @see RFC 7616 §3.4.2 */
export function userDigest(
  algorithm: Algorithm,
  user: { readonly username: string; readonly realm: string; readonly password: string },
  nonce: string,
  clientNonce: string,
): string {
  const ha1 = credentialDigest(algorithm, `${user.username}:${user.realm}:${user.password}`);
  return isSession(algorithm) ? digestOf(algorithm, `${ha1}:${nonce}:${clientNonce}`) : ha1;
}

/** `H(data)` that remembers its last: a preview and its request, or requests in a row, mostly ask for the same. */
function rememberingDigest(): typeof digestOf {
  let last = { algorithm: '', data: '', digest: '' };
  return (algorithm, data) => {
    if (typeof data !== 'string') return digestOf(algorithm, data);
    if (last.data !== data || last.algorithm !== algorithm)
      last = { algorithm, data, digest: digestOf(algorithm, data) };
    return last.digest;
  };
}

const credentialDigest = rememberingDigest();
const resourceDigest = rememberingDigest();

export interface ResponseInput {
  readonly algorithm: Algorithm;
  /** `H(A1)` */
  readonly userDigest: string;
  readonly nonce: string;
  /** Absent for servers of RFC 2069. */
  readonly qop: Qop | undefined;
  /** Eight hexadecimal digits. */
  readonly nonceCount: string;
  readonly clientNonce: string;
  /** Empty for what the server has to prove (`rspauth`). */
  readonly method: string;
  readonly uri: string;
  /** For `auth-int`. */
  readonly bodyDigest: string;
}

/** `response`, and with an empty method `rspauth`. @see RFC 7616 §3.4.1, §3.5, RFC 2069 §2.1.2 */
export function responseDigest(input: ResponseInput): string {
  const { algorithm, userDigest: ha1, nonce, qop, nonceCount, clientNonce, method, uri } = input;
  const ha2 = resourceDigest(algorithm, `${method}:${uri}${qop === 'auth-int' ? `:${input.bodyDigest}` : ''}`);
  const middle = qop === undefined ? nonce : `${nonce}:${nonceCount}:${clientNonce}:${qop}`;
  return digestOf(algorithm, `${ha1}:${middle}:${ha2}`);
}
