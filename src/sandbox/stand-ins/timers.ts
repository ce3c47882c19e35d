type Work = (...values: readonly unknown[]) => void;

/** Node's `timers`, as the libraries of scripts use them. */
export const setImmediate = (work: Work, ...values: readonly unknown[]): unknown =>
  (globalThis as unknown as { setTimeout(work: () => void, wait: number): unknown }).setTimeout(
    () => work(...values),
    0,
  );
export default { setImmediate };
