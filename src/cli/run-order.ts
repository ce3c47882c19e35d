import { randomInt } from 'node:crypto';
import type { RequestTarget } from '../sending/workspace.ts';
import { UsageError } from './usage-error.ts';

/** How the requests of a run follow one another: as the Collections view has them, by name, or by chance. */
export type RunOrder =
  | { readonly by: 'files' }
  | { readonly by: 'name' }
  /** The same seed gives the same order of the same requests. */
  | { readonly by: 'random'; readonly seed: number };

/** `files`, `name`, `random` or `random:SEED`. @throws UsageError */
export function runOrder(text: string): RunOrder {
  const [, by = '', seed] = /^(files|name|random)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (by === 'random') return { by, seed: seed === undefined ? randomInt(1_000_000) : Number(seed) };
  if (by === 'files' && seed === undefined) return { by };
  if (by === 'name' && seed === undefined) return { by };
  throw new UsageError(`--order takes files, name, random or random:SEED, not “${text}”`);
}

/** The requests in that order. @param labelOf what a request is called */
export function inOrder<T extends RequestTarget>(
  requests: readonly T[],
  order: RunOrder,
  labelOf: (request: T) => string,
): readonly T[] {
  if (order.by === 'files') return requests;
  if (order.by === 'name') {
    const { compare } = new Intl.Collator('en', { numeric: true });
    return requests
      .map(request => ({ request, label: labelOf(request) }))
      .sort((one, other) => compare(one.label, other.label))
      .map(({ request }) => request);
  }
  // Fisher and Yates, from the end.
  const shuffled = [...requests];
  const random = mulberry32(order.seed);
  for (let last = shuffled.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[at]] = [shuffled[at] as T, shuffled[last] as T];
  }
  return shuffled;
}

/** Numbers from 0 to below 1, the same for a seed on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
