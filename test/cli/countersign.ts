import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { warmCall } from './warm-pool.ts';

const compileCache = fileURLToPath(new URL('../../node_modules/.cache/countersign/compiled', import.meta.url));
/** The bundle where `npm test` has made one: it starts in half the time. */
const main = process.env.COUNTERSIGN_CLI ?? fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CallResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON value per line. */
  json(): unknown[];
}

interface CallOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In a process of its own, as people start it; otherwise in one that has the command line in memory. */
  readonly process?: boolean;
  /** Called with each piece of standard output; the call is a process of its own. */
  readonly onStdout?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the command line in that folder. */
export async function countersign(
  folder: string,
  args: readonly string[],
  options: CallOptions = {},
): Promise<CallResult> {
  const env = { ...process.env, NO_COLOR: '1', ...options.env } as Record<string, string>;
  const own = options.process || options.onStdout !== undefined;
  const { status, stdout, stderr } = await (own
    ? spawned(folder, args, env, options)
    : warmCall({ folder, args, env }));
  const json = (): unknown[] =>
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown);
  return { status, stdout, stderr, json };
}

/** Runs the command line in that folder, in a process of its own, as people start it. */
export function countersignProcess(
  folder: string,
  args: readonly string[],
  options: CallOptions = {},
): Promise<CallResult> {
  return countersign(folder, args, { ...options, process: true });
}

function spawned(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { onStdout }: CallOptions,
): Promise<Omit<CallResult, 'json'>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...env, NODE_COMPILE_CACHE: compileCache },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', chunk => {
      stdout += chunk;
      onStdout?.(signal => child.kill(signal));
    });
    child.stderr.on('data', chunk => (stderr += chunk));
    child.on('error', reject);
    child.on('close', status => resolve({ status, stdout, stderr }));
  });
}

/** A folder with these files, removed with the function. */
export function folderWith(files: Readonly<Record<string, string>>): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that remembers what it saw and answers what `answer` says. */
export async function listeningServer(
  answer: (request: SeenRequest, response: ServerResponse) => void = (_, response) => void response.end('{}'),
): Promise<{ url: string; seen: SeenRequest[]; close: () => Promise<void> }> {
  const seen: SeenRequest[] = [];
  const server = createServer((message, response) => {
    let body = '';
    message.on('data', chunk => (body += chunk));
    message.on('end', () => {
      const request = { method: message.method ?? '', url: message.url ?? '', headers: message.headers, body };
      seen.push(request);
      answer(request, response);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise(resolve => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
