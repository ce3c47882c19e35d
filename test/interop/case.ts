import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One check against something that is installed on this machine, or is not. */
export interface InteropCase {
  readonly name: string;
  /** What is missing, as a clause; undefined where the case can run. */
  missing(): string | undefined;
  /** @throws where the two do not agree; gives what was shown, as a clause */
  run(): Promise<string>;
}

const searched = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

/** The path of a program; undefined where it is not installed. */
export function program(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: searched }, encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

export interface Daemon {
  readonly directory: string;
  readonly port: number;
}

/** Runs a server in the foreground on a free port of the loopback interface while `use` runs; leaves nothing behind. */
export async function withDaemon(
  start: (daemon: Daemon) => { readonly command: string; readonly args: string[]; readonly env?: NodeJS.ProcessEnv },
  use: (url: string) => Promise<string>,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-interop-'));
  chmodSync(directory, 0o755);
  let child: ChildProcess | undefined;
  let output = '';
  try {
    const port = await freePort();
    const { command, args, env } = start({ directory, port });
    child = spawn(command, args, {
      env: { ...process.env, PATH: searched, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', text => (output += text));
    child.stderr?.on('data', text => (output += text));
    await reachable(port, child, () => output);
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    if (child && child.exitCode === null) {
      const ended = new Promise(resolve => child?.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(directory, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function reachable(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`the server ended at once: ${output().trim()}`);
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket.end() !== undefined));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error('the server did not listen in time');
}
