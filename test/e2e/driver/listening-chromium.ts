import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserProgram } from './browser.ts';

export const headless = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];

/** A browser with a profile of its own that listens for DevTools. */
export interface ListeningChromium {
  readonly port: number;
  readonly running: () => boolean;
  end(): Promise<void>;
}

export async function listeningChromium(): Promise<ListeningChromium> {
  const { executable, environment } = await browserProgram();
  const profile = await mkdtemp(join(tmpdir(), 'countersign-devtools-'));
  const child = spawn(
    executable,
    [...headless, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { ...(environment ? { env: environment } : {}), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // The file DevToolsActivePort may be written only after this line.
  const port = await new Promise<number>((resolve, reject) => {
    let text = '';
    child.once('exit', () => reject(new Error(text)));
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const [, listening] = /DevTools listening on ws:\/\/[^:/]+:(\d+)\//.exec(text) ?? [];
      if (listening !== undefined) resolve(Number(listening));
    });
  });
  return {
    port,
    running: () => child.exitCode === null && child.signalCode === null,
    async end() {
      const ended = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}
