import { Script } from 'node:vm';

const workKey = Symbol.for('countersign.limitedWork');
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(workKey.description)})]()`);

/** How long an expression that somebody else wrote may compute, in milliseconds; tests shorten it. */
export const expressionLimit = { milliseconds: 2_000 };

/** What `withinTime` throws at its end. */
export class TimeExceeded extends Error {}

/**
 * Runs what may go on for ever because of an expression that somebody else wrote, a regular expression among them, and
 * ends it where it stands once `expressionLimit` is over. This is a limit of time alone: the work is code of ours, not foreign.
 * @throws TimeExceeded, or what the work throws
 */
export function withinTime<T>(work: () => T): T {
  const host = globalThis as { [workKey]?: () => T };
  const outer = host[workKey];
  host[workKey] = work;
  try {
    return script.runInThisContext({ timeout: expressionLimit.milliseconds }) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new TimeExceeded() : error;
  } finally {
    if (outer) host[workKey] = outer;
    else delete host[workKey];
  }
}
