import { Script } from 'node:vm';

const workKey = Symbol.for('countersign.limitedWork');
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(workKey.description)})]()`);

/** What `withinTime` throws at its end. */
export class TimeExceeded extends Error {}

/**
 * Runs what may go on for ever because of an expression that somebody else wrote, a regular expression among them, and
 * ends it where it stands once the time is over. This is a limit of time alone: the work is code of ours, not foreign.
 * @param milliseconds of computing
 * @throws TimeExceeded, or what the work throws
 */
export function withinTime<T>(milliseconds: number, work: () => T): T {
  const host = globalThis as { [workKey]?: () => T };
  const outer = host[workKey];
  host[workKey] = work;
  try {
    return script.runInThisContext({ timeout: milliseconds }) as T;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new TimeExceeded() : error;
  } finally {
    if (outer) host[workKey] = outer;
    else delete host[workKey];
  }
}
