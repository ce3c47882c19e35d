import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { readonly type: 'minor' }) => void;

/** Bytes of bodies between two collections. */
const pace = 8 * 1024 * 1024;
let pending = 0;
let collect: Collect | undefined;

/**
 * Counts bytes of bodies, and collects their chunks from time to time: those live until the next collection of young
 * objects, which goes by the weight of the objects, not of the bytes they stand for, and comes ever later.
 */
export function countChunk(bytes: number): void {
  pending += bytes;
  if (pending < pace) return;
  pending = 0;
  if (!collect) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  collect({ type: 'minor' });
}
