import { base64, bytesOf, fromBase64 } from './bytes.ts';
import { host } from './host.ts';

/** A digest, or with a key its HMAC. @param algorithm as OpenSSL names it @throws where there is none of that name */
export function digest(algorithm: string, data: unknown, key?: unknown): Uint8Array {
  const answer = host('digest', {
    algorithm,
    data: base64(bytesOf(data)),
    ...(key === undefined ? {} : { key: base64(bytesOf(key)) }),
  });
  return fromBase64(String(answer));
}

export const randomBytes = (length: number): Uint8Array => fromBase64(String(host('random', length)));

export function randomUuid(): string {
  const bytes = randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const text = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A whole number from `from` up to, but without, `to`. */
export function randomInteger(from: number, to: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = randomBytes(4);
  return from + Math.floor(((((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 2 ** 32) * (to - from));
}
