/** A computation that yields what it has to wait for. Nothing is asked or read before the driver calls it. */
export type Stepwise<T> = Generator<() => Promise<unknown>, T, unknown>;

/** The result, where nothing has to be waited for. */
export function runNow<T>(evaluation: Stepwise<T>): T | undefined {
  const step = evaluation.next();
  if (step.done) return step.value;
  evaluation.return(undefined as T);
  return undefined;
}

export async function runLater<T>(evaluation: Stepwise<T>): Promise<T> {
  let step = evaluation.next();
  while (!step.done) {
    let result: unknown;
    try {
      result = await step.value();
    } catch (error) {
      step = evaluation.throw(error);
      continue;
    }
    step = evaluation.next(result);
  }
  return step.value;
}
