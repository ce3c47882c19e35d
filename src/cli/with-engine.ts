import { relative } from 'node:path';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { CommandContext } from './command.ts';
import type { CliEngine } from './engine.ts';

/** The exit status of a call that was interrupted. */
export const interrupted = 130;

/**
 * Runs a command that can be interrupted (SIGINT, SIGTERM), and closes its connections in the end.
 * @param failure the exit status where it ends with an error that a person is told of
 */
export async function withEngine(
  { call, current, stderr }: CommandContext,
  failure: number,
  command: (engine: CliEngine, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { createEngine } = await import('./engine.ts');
  const engine = createEngine(call, current);
  try {
    return await interruptible(async signal => {
      try {
        await engine.open();
        return await command(engine, signal);
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error;
        const { place, hint } = error;
        const where = place ? `${placeText(place, current)}: ` : '';
        stderr.line(engine.redact(`${where}${error.message}`));
        if (hint) stderr.line(engine.redact(hint));
        return failure;
      }
    });
  } finally {
    await engine.close().catch((error: unknown) => stderr.line(asCountersignError(error).message));
  }
}

/** Gives a signal that SIGINT and SIGTERM abort; the status is then that of an interrupted call. */
export async function interruptible(command: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const status = await command(controller.signal);
    return controller.signal.aborted ? interrupted : status;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function placeText({ file, line, column }: Place, current: string): string {
  return `${relative(current, file)}:${line}${column === undefined ? '' : `:${column}`}`;
}
