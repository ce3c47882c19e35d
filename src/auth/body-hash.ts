import { createHash, hash } from 'node:crypto';
import type { Body } from '../core/request.ts';

/**
 * The hash of a body as it will be sent, without holding more than a chunk of it in memory.
 * @param limit bytes from the start that are hashed; all where undefined
 * @throws what the body's `open` throws
 */
export async function hashBody(
  body: Body | undefined,
  algorithm: string,
  encoding: 'hex' | 'base64',
  limit?: number,
): Promise<string> {
  if (!body) return hash(algorithm, '', encoding);
  if (body.text !== undefined && (limit === undefined || (body.length ?? 0) <= limit)) {
    return hash(algorithm, body.text, encoding);
  }
  const digest = createHash(algorithm);
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const chunk of body.open()) {
    digest.update(chunk.byteLength > left ? chunk.subarray(0, left) : chunk);
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
  return digest.digest(encoding);
}
