import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

export interface OwnedOptions extends SpawnOptions {
  /** It has programs of its own to end, or work to save: it is asked to end, and only then made to. */
  readonly gentle?: boolean;
}

/** What is running, and the signal that ends it. */
const running = new Map<ChildProcess, NodeJS.Signals>();

/** Starts a program that ends with this process, its own children included, however this process ends. */
export function startOwned(command: string, args: readonly string[], options: OwnedOptions): ChildProcess {
  watchForOurEnd();
  const { gentle, ...spawnOptions } = options;
  const child = spawn(command, args, { ...spawnOptions, detached: process.platform !== 'win32' });
  running.set(child, gentle ? 'SIGTERM' : 'SIGKILL');
  child.once('error', () => running.delete(child));
  return child;
}

/** Ends a started program and its children, and waits for it. */
export async function stopOwned(child: ChildProcess): Promise<void> {
  const signal = running.get(child);
  if (signal === undefined || child.pid === undefined) return;
  const ended = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, 'exit');
  signalGroup(child, signal);
  const force = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
  await ended;
  clearTimeout(force);
  signalGroup(child, 'SIGKILL');
  running.delete(child);
}

/** Runs a program to its end; `output` holds both its streams. */
export async function run(
  command: string,
  args: readonly string[],
  options: OwnedOptions & { readonly show?: boolean } = {},
): Promise<{ readonly code: number; readonly output: string; readonly stdout: string }> {
  const child = startOwned(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    stdout += text;
    if (options.show) process.stdout.write(text);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (options.show) process.stderr.write(text);
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  // One that was stopped by its signal still closes; one that never started does not.
  child.once('error', error => child.pid === undefined && reject(error));
  const code = await promise;
  running.delete(child);
  return { code: code ?? 1, output, stdout };
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

let watching = false;
function watchForOurEnd(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const [child, signal] of running) signalGroup(child, signal);
  });
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, async () => {
      // Asked first, so that they can end what they have started in turn.
      await Promise.all([...running.keys()].map(stopOwned));
      process.exit(code);
    });
  }
}
