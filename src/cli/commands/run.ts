import { dirname, relative } from 'node:path';
import { asCountersignError } from '../../core/errors.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import type { CliEngine } from '../engine.ts';
import { createReporters, type OpenReporter } from '../open-reporters.ts';
import type { Output } from '../output.ts';
import type { Summary } from '../report.ts';
import { chosenTargets } from '../run-selection.ts';
import { SequenceRun } from '../sequence-run.ts';
import { UsageError } from '../usage-error.ts';
import { writtenFaults } from '../written-faults.ts';

/** `run PATH…`: sends every request, in order. Exit status 1 where one failed, 2 where a file has an error. */
export async function runCommand(
  { call, output, stderr, current }: CommandContext,
  engine: CliEngine,
  signal: AbortSignal,
): Promise<number> {
  if (call.positionals.length < 2) throw new UsageError('usage: countersign run PATH…');
  const summary = await sendAll(call, current, engine, signal, () => createReporters(call, output), stderr);
  if (!summary) return 2;
  return summary.failed > 0 ? 1 : 0;
}

/**
 * Sends every request that a call chooses, and reports each. Undefined where nothing was sent, as something cannot be
 * understood: stderr then say what.
 * @throws UsageError where there is no request
 */
export async function sendAll(
  call: Call,
  current: string,
  engine: CliEngine,
  signal: AbortSignal,
  openReporters: () => Promise<readonly OpenReporter[]>,
  stderr: Output,
): Promise<Summary | undefined> {
  const targets = await chosenTargets(call.positionals.slice(1), call, current, engine);
  const { faults, lines } = writtenFaults(targets, current, stderr);
  if (faults.size > 0 && (call.strict || faults.size === targets.length)) {
    for (const line of lines) stderr.line(line);
    return undefined;
  }
  if (!(await environmentsKnown(targets, current, engine, stderr))) return undefined;
  const reporters = await openReporters();
  const started = performance.now();
  const run = new SequenceRun(call, current, engine, signal, reporters, stderr, faults);
  const { requests, failed } = await run.all(targets);
  const summary = { requests, failed, durationMs: Math.round(performance.now() - started) };
  for (const { reporter, close } of reporters) {
    reporter.end(summary);
    await close();
  }
  return summary;
}

/** Whether the environment that the call names, and its files, can be read for every folder. */
async function environmentsKnown(
  targets: readonly RequestTarget[],
  current: string,
  { environment, redact }: CliEngine,
  stderr: Output,
): Promise<boolean> {
  const files = new Map(targets.map(({ file }) => [dirname(file), file]));
  for (const file of files.values()) {
    try {
      await environment.layers(file);
    } catch (error) {
      const { message, place, hint } = asCountersignError(error);
      stderr.line(`${place ? `${relative(current, place.file)}:${place.line}: ` : 'countersign: '}${redact(message)}`);
      if (hint) stderr.line(redact(hint));
      return false;
    }
  }
  return true;
}
