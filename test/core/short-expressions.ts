import { expressionLimit } from '../../src/core/time-limit.ts';

/** Does the work with a short limit for expressions of others, which is as it was afterwards. */
export async function withShortExpressions(work: () => Promise<void>): Promise<void> {
  const { milliseconds } = expressionLimit;
  expressionLimit.milliseconds = 200;
  try {
    await work();
  } finally {
    expressionLimit.milliseconds = milliseconds;
  }
}
