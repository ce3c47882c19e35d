import { randomFillSync } from 'node:crypto';
import type { Random } from '../core/ports.ts';

/** One call into the system's generator costs as much as a signature: they are made for many at a time. */
const pool = new Uint8Array(4096);
let used = pool.length;

/** Random bytes of the system's generator; none is given twice, nor kept once given. */
export const nodeRandom: Random = {
  bytes(length) {
    if (length > pool.length) return randomFillSync(new Uint8Array(length));
    if (used + length > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = pool.slice(used, used + length);
    pool.fill(0, used, used + length);
    used += length;
    return bytes;
  },
};
