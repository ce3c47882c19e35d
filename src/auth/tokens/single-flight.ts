import { cancelled, untilAborted } from './key-lock.ts';

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Concurrent calls for one key share one piece of work. A caller that cancels leaves the others waiting; the work is
 * cancelled when its last caller has gone.
 */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /** @throws CountersignError `cancelled` when this caller's signal ends; whatever `work` throws, to every caller */
  async run(key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw cancelled(signal);
    let flight = this.#flights.get(key);
    if (!flight) {
      const controller = new AbortController();
      const started: Flight<T> = { controller, waiting: 0, result: work(controller.signal) };
      started.result
        .catch(() => {})
        .finally(() => {
          if (this.#flights.get(key) === started) this.#flights.delete(key);
        });
      this.#flights.set(key, started);
      flight = started;
    }
    flight.waiting += 1;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flights.get(key) === flight) {
        this.#flights.delete(key);
        flight.controller.abort(signal.reason);
      }
    }
  }
}
