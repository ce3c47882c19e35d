import { relative } from 'node:path';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import { type Call, parseCall, UsageError } from './arguments.ts';
import type { CliEngine } from './engine.ts';
import { helpText } from './help.ts';
import { createOutput, type Output } from './output.ts';
import { say, writeError } from './standard-error.ts';
import { createStandardOutput } from './stdout.ts';
import { version } from './version.ts';

/** Exit statuses that scripts rely on. */
const statuses = { understood: 0, failed: 1, notUnderstood: 2, interrupted: 130 } as const;

/** Runs a call and gives its exit status; a fault of our own is told, and is 1. */
export async function runCall(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`countersign met an error of its own; please report it:\n${text}`);
    return 1;
  }
}

/** Runs a call and gives its exit status. Results go to standard output, everything else to standard error. */
async function main(args: readonly string[]): Promise<number> {
  const standardOutput = createStandardOutput(process.stdout);
  // Whoever closes standard error does not want to know.
  process.stderr.on('error', () => {});
  const complaints = createOutput(writeError, process.stderr.hasColors?.() ?? false);
  try {
    const call = parseCall(args);
    const color = call.color ?? (process.stdout.hasColors?.() && !process.env.NO_COLOR) ?? false;
    const output = createOutput(standardOutput.write, color);
    const [command] = call.words;
    if (call.version) output.line(version);
    else if (call.help || command === undefined) {
      (call.help ? output : complaints).line(helpText(command).trimEnd());
      return call.help ? statuses.understood : statuses.notUnderstood;
    } else return await perform(command, call, output, complaints);
    return statuses.understood;
  } catch (error) {
    if (error instanceof UsageError) {
      complaints.line(`countersign: ${error.message}`);
      return statuses.notUnderstood;
    }
    throw error;
  } finally {
    standardOutput.flush();
  }
}

async function perform(command: string, call: Call, output: Output, complaints: Output): Promise<number> {
  const current = process.cwd();
  switch (command) {
    case 'auth': {
      const { authCommand } = await import('./commands/auth.ts');
      return authCommand(call, output);
    }
    case 'parse': {
      const { parseCommand } = await import('./commands/parse.ts');
      return parseCommand(call, output, current);
    }
    case 'preview': {
      const { previewCommand } = await import('./commands/preview.ts');
      return withEngine(call, current, complaints, statuses.notUnderstood, (engine, signal) =>
        previewCommand(call, output, current, engine, signal),
      );
    }
    case 'explain': {
      const { explainCommand } = await import('./commands/explain.ts');
      return withEngine(call, current, complaints, statuses.failed, (engine, signal) =>
        explainCommand(call, output, current, engine, signal),
      );
    }
    case 'run': {
      const { runCommand } = await import('./commands/run.ts');
      return withEngine(call, current, complaints, statuses.failed, (engine, signal) =>
        runCommand(call, output, complaints, current, engine, signal),
      );
    }
    case 'load': {
      const { loadCommand } = await import('./commands/load.ts');
      return loadCommand(call, output, current, process.env);
    }
    case 'monitor': {
      if (call.words[1] === 'init') {
        const { monitorInitCommand } = await import('./commands/monitor-init.ts');
        return monitorInitCommand(call, output, current);
      }
      return monitor(call, output, complaints, current);
    }
    case 'token': {
      const { tokenCommand } = await import('./commands/token.ts');
      return withEngine(call, current, complaints, statuses.failed, (engine, signal) =>
        tokenCommand(call, output, complaints, current, engine, signal),
      );
    }
    case 'completion': {
      const { completionCommand } = await import('./commands/completion.ts');
      return completionCommand(call, output);
    }
    case 'secret': {
      const { secretCommand } = await import('./commands/secret.ts');
      return secretCommand(call, output, complaints);
    }
    case 'import': {
      const { importCommand } = await import('./commands/import.ts');
      return importCommand(call, output, complaints, current).catch((error: unknown) => {
        if (!(error instanceof CountersignError)) throw error;
        complaints.line([error.message, error.hint].filter(Boolean).join(' '));
        return error.code === 'io' ? statuses.failed : statuses.notUnderstood;
      });
    }
    case 'export': {
      const { exportCommand } = await import('./commands/export.ts');
      return exportCommand(call, output, complaints, current).catch((error: unknown) => {
        if (!(error instanceof CountersignError)) throw error;
        complaints.line([error.message, error.hint].filter(Boolean).join(' '));
        return statuses.failed;
      });
    }
    case 'permission': {
      const { permissionCommand } = await import('./commands/permission.ts');
      return permissionCommand(call, output, current).catch((error: unknown) => {
        if (!(error instanceof CountersignError)) throw error;
        complaints.line([error.message, error.hint].filter(Boolean).join(' '));
        return statuses.failed;
      });
    }
    default:
      throw new UsageError(`there is no command “${command}”; see countersign --help`);
  }
}

/** Sends again and again, until it is interrupted. */
async function monitor(call: Call, output: Output, complaints: Output, current: string): Promise<number> {
  const [{ createEngine }, { monitorCommand }] = await Promise.all([
    import('./engine.ts'),
    import('./commands/monitor.ts'),
  ]);
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const { signal } = controller;
    const ports = { createEngine: () => createEngine(call, current), env: process.env, signal };
    const status = await monitorCommand(call, output, complaints, current, ports);
    return signal.aborted ? statuses.interrupted : status;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function placeText({ file, line, column }: Place, current: string): string {
  return `${relative(current, file)}:${line}${column === undefined ? '' : `:${column}`}`;
}

/** Runs a command that can be interrupted, and closes its connections in the end. */
async function withEngine(
  call: Call,
  current: string,
  complaints: Output,
  failure: number,
  command: (engine: CliEngine, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { createEngine } = await import('./engine.ts');
  const engine = createEngine(call, current);
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await engine.open();
    const status = await command(engine, controller.signal);
    return controller.signal.aborted ? statuses.interrupted : status;
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    const { place, hint } = error;
    const where = place ? `${placeText(place, current)}: ` : '';
    complaints.line(engine.redact(`${where}${error.message}`));
    if (hint) complaints.line(engine.redact(hint));
    return controller.signal.aborted ? statuses.interrupted : failure;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    await engine.close().catch((error: unknown) => complaints.line(asCountersignError(error).message));
  }
}
