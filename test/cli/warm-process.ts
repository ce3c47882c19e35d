import type { CallMessage, ResultMessage } from './warm-pool.ts';

/**
 * A process that holds the command line in memory and runs one call after another, each in its own folder and with its
 * own environment. What only a process of its own shows (signals, the bundle, the status of a crash) is tested by
 * `countersignProcess`.
 */
const { runCall } = await import('../../src/cli/cli.ts');
await import('../../src/cli/engine.ts');

let written = { stdout: '', stderr: '' };
const capture = (name: 'stdout' | 'stderr') =>
  ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown) => {
    written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(() => callback());
    return true;
  }) as typeof process.stdout.write;
process.stdout.write = capture('stdout');
process.stderr.write = capture('stderr');

function setEnvironment(env: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
}

process.on('message', async ({ folder, args, env }: CallMessage) => {
  written = { stdout: '', stderr: '' };
  setEnvironment(env);
  process.chdir(folder);
  process.exitCode = undefined;
  const status = await runCall(args);
  process.stdout.removeAllListeners('error');
  process.stderr.removeAllListeners('error');
  // The folder of a call may be removed right after it.
  process.chdir('/');
  const result: ResultMessage = { status, ...written };
  process.send?.(result);
});
process.send?.('ready');
