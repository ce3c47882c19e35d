import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Runs the command line in that folder. */
export function countersign(
  folder: string,
  args: readonly string[],
  {
    env = {},
    onStdout,
  }: { env?: Record<string, string>; onStdout?: (kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<CallResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: compileCache, ...env },
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
    child.on('close', status =>
      resolve({
        status,
        stdout,
        stderr,
        json: () =>
          stdout
            .trim()
            .split('\n')
            .map(line => JSON.parse(line) as unknown),
      }),
    );
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
