import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { CountersignError } from '../core/errors.ts';
import { type DevTools, type DevToolsEvent, DevToolsMessages } from './devtools.ts';

/** The program of an installed browser of the Chromium family; undefined where there is none. */
export function findChromium(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const { platform } = process;
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(folder => folder !== undefined);
    const programs = [
      ...['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'],
      ...['Chromium/Application/chrome.exe', 'BraveSoftware/Brave-Browser/Application/brave.exe'],
    ];
    return programs.flatMap(program => roots.map(folder => join(folder, program))).find(existsSync);
  }
  if (platform === 'darwin') {
    const names = ['Google Chrome', 'Microsoft Edge', 'Chromium', 'Brave Browser'];
    const folders = ['/Applications', join(env.HOME ?? '', 'Applications')];
    return names
      .flatMap(name => folders.map(folder => `${folder}/${name}.app/Contents/MacOS/${name}`))
      .find(existsSync);
  }
  const names = [
    'google-chrome',
    'google-chrome-stable',
    'chromium',
    'chromium-browser',
    'microsoft-edge',
    'brave-browser',
  ];
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync);
}

/** Whether windows can be shown on this machine. */
export function hasScreen(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  return process.platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

export interface ChromiumOptions {
  /** Added to the command line, for tests. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * A browser with a fresh profile, spoken to over a pipe that no other process can reach (there is no debugging port).
 */
export class Chromium implements DevTools {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #messages: DevToolsMessages;
  readonly #exited: Promise<void>;
  #closed: Promise<void> | undefined;

  private constructor(child: ChildProcess, profile: string) {
    this.#process = child;
    this.#profile = profile;
    this.#exited = new Promise(resolve => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    const [input, output] = [child.stdio[3] as Writable, child.stdio[4] as Readable];
    input.on('error', () => {});
    this.#messages = new DevToolsMessages(text => void input.write(`${text}\0`));
    void this.#exited.then(() => this.#messages.end());
    let rest = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#messages.receive(message);
    });
    output.on('error', () => {});
  }

  /** @throws CountersignError `io` when the program does not start */
  static async launch(program: string, { flags = [], env = process.env }: ChromiumOptions = {}): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), 'countersign-sign-in-'));
    const own = [
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      '--no-first-run',
      '--no-default-browser-check',
    ];
    const quiet = [
      '--disable-sync',
      '--disable-extensions',
      '--disable-background-networking',
      '--window-size=560,760',
      '--new-window',
    ];
    const child = spawn(program, [...own, ...quiet, ...flags, 'about:blank'], {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    const browser = new Chromium(child, profile);
    try {
      await browser.send('Browser.getVersion');
    } catch (cause) {
      await browser.close();
      throw new CountersignError('io', `The browser ${program} does not start.`, {
        hint: 'Name another one of the Chromium family in the setting countersign.signIn.browser.',
        cause,
      });
    }
    return browser;
  }

  /** Resolves when the process has ended. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  listen(listener: (event: DevToolsEvent) => void): void {
    this.#messages.listen(listener);
  }

  /** @throws Error with the browser's words */
  send(method: string, params?: object, sessionId?: string): Promise<Record<string, unknown>> {
    return this.#messages.send(method, params, sessionId);
  }

  /** Ends the browser and removes its profile. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.listen(() => {});
    this.send('Browser.close').catch(() => {});
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), 3000);
    await this.#exited;
    clearTimeout(patience);
    // Its helpers may write for a moment longer.
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(() => {});
  }
}
