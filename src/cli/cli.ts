import { allowOptions, type Call, parseCall } from './arguments.ts';
import { optionsOf } from './command.ts';
import { commands } from './commands.ts';
import { helpText } from './help.ts';
import { createOutput, type Output } from './output.ts';
import { say, writeError } from './standard-error.ts';
import { createStandardOutput } from './stdout.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** Exit statuses that scripts rely on, beside those that commands give. */
const statuses = { understood: 0, failed: 1, notUnderstood: 2 } as const;

/** Runs a call and gives its exit status; a fault of our own is told, and is 1. */
export async function runCall(args: readonly string[]): Promise<number> {
  try {
    return await main(args);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say(`countersign met an error of its own; please report it:\n${text}`);
    return statuses.failed;
  }
}

/** Runs a call and gives its exit status. Results go to standard output, everything else to standard error. */
async function main(args: readonly string[]): Promise<number> {
  const standardOutput = createStandardOutput(process.stdout);
  // Whoever closes standard error does not want to know.
  process.stderr.on('error', () => {});
  const stderr = createOutput(writeError, process.stderr.hasColors?.() ?? false);
  try {
    const call = parseCall(args);
    const color = call.color ?? (process.stdout.hasColors?.() && !process.env.NO_COLOR) ?? false;
    const output = createOutput(standardOutput.write, color);
    const [name] = call.positionals;
    if (call.version) {
      output.line(version);
      return statuses.understood;
    }
    if (call.help || name === undefined) {
      (call.help ? output : stderr).line(helpText(commands, name).trimEnd());
      return call.help ? statuses.understood : statuses.notUnderstood;
    }
    return await perform(name, call, output, stderr);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.line(`countersign: ${error.message}`);
    return statuses.notUnderstood;
  } finally {
    standardOutput.flush();
  }
}

async function perform(name: string, call: Call, output: Output, stderr: Output): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(`there is no command “${name}”; see countersign --help`);
  allowOptions(call, name, optionsOf(command, call.positionals[1]));
  return await command.run({ call, output, stderr, current: process.cwd(), commands });
}
