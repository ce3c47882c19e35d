import { CountersignError } from '../../core/errors.ts';

/** One holder per key within the process, in the order of asking. Stores build their `lock` on it. */
export class KeyLock {
  readonly #tails = new Map<string, Promise<void>>();

  /** @throws CountersignError `cancelled` when the signal ends the waiting; whatever `work` throws */
  async run<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const { promise: done, resolve: release } = Promise.withResolvers<void>();
    const tail = before.then(() => done);
    this.#tails.set(key, tail);
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      release();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    }
  }
}

/** The promise's result, or `cancelled` as soon as the signal is aborted. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    throw cancelled(signal);
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export function cancelled(signal?: AbortSignal): CountersignError {
  return signal?.reason instanceof CountersignError
    ? signal.reason
    : new CountersignError('cancelled', 'Getting a token was cancelled.', { cause: signal?.reason });
}
