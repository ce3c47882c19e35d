import { createHmac, createSecretKey, KeyObject } from 'node:crypto';
import type { IHasher } from 'hash-wasm';

/** The keys and hashes of NTLM version 2. @see MS-NLMP §3.3.2 */

/** `NTOWFv2`: the long-lived key of a user. @see MS-NLMP §3.3.2 */
export async function userKey(username: string, password: string, domain: string): Promise<Uint8Array> {
  const hash = await md4(Buffer.from(password, 'utf16le'));
  return hmacMd5(hash, Buffer.from(upperCase(username) + domain, 'utf16le'));
}

/** A key object costs half of what bytes cost, and less where it is used again. */
export function hmacMd5(key: Uint8Array | KeyObject, ...data: readonly Uint8Array[]): Uint8Array {
  const hmac = createHmac('md5', key instanceof KeyObject ? key : createSecretKey(key));
  for (const part of data) hmac.update(part);
  return hmac.digest();
}

let hasher: Promise<IHasher> | undefined;

/** OpenSSL 3 hides MD4, so it comes from a library, loaded with the first login. */
async function md4(data: Uint8Array): Promise<Uint8Array> {
  hasher ??= import('hash-wasm/dist/md4.umd.min.js').then(({ default: hashes }) => hashes.createMD4());
  return (await hasher).init().update(data).digest('binary');
}

/** Upper case as Windows has it: one character for one (`ß` stays `ß`). */
function upperCase(text: string): string {
  return Array.from(text, character => {
    const upper = character.toUpperCase();
    return upper.length === character.length ? upper : character;
  }).join('');
}
