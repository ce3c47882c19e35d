/** Runs generators in slices of a few milliseconds, so that the page answers in between. One at a time. */
export class Steps {
  #run = 0;

  /** Runs to the end, calling `progress` after each slice; another `start` or `stop` abandons it. */
  start<T>(work: Generator<void, T>, done: (result: T) => void, progress?: () => void): void {
    this.#run += 1;
    const run = this.#run;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      if (run !== this.#run) return void channel.port1.close();
      const until = performance.now() + 8;
      do {
        const step = work.next();
        if (step.done) {
          channel.port1.close();
          return done(step.value);
        }
      } while (performance.now() < until);
      progress?.();
      channel.port2.postMessage(undefined);
    };
    channel.port2.postMessage(undefined);
  }

  stop(): void {
    this.#run += 1;
  }
}
