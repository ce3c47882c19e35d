import * as vscode from 'vscode';
import type { CookieSource } from '../../cookies/cookie-source.ts';
import { CookieSync } from '../../cookies/cookie-sync.ts';
import type { WorkspaceCookies } from './workspace-cookies.ts';

/** Milliseconds between two looks at a browser. */
const interval = 2000;

/** A browser whose cookies may be read, and which. */
export interface SyncedBrowser {
  readonly name: string;
  /** Of the jar, '' without one. */
  readonly environment: string;
  readonly domains: readonly string[];
  /** Its cookies can be read alone. */
  readonly readOnly: boolean;
}

export interface OpenedBrowser {
  readonly name: string;
  readonly source: CookieSource;
  /** Resolves when it is gone. */
  readonly ended?: Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly shown: SyncedBrowser;
  readonly browser: OpenedBrowser;
  readonly sync: CookieSync;
}

/** Browsers whose cookies are kept in sync with a jar of this window, of the domains that somebody chose for each. */
export class SyncedBrowsers implements vscode.Disposable {
  readonly #cookies: WorkspaceCookies;
  readonly #failed: (error: unknown, name: string) => void;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #running = new Map<SyncedBrowser, Running>();
  readonly #listening: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(cookies: WorkspaceCookies, failed: (error: unknown, name: string) => void) {
    this.#cookies = cookies;
    this.#failed = failed;
    this.#listening = cookies.onDidChange(() => {
      for (const running of this.#running.values()) if (!running.shown.readOnly) void this.#step(running);
    });
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
    clearInterval(this.#timer);
    for (const { browser } of this.#running.values()) void browser.close().catch(() => {});
    this.#running.clear();
  }

  list(): readonly SyncedBrowser[] {
    return [...this.#running.keys()];
  }

  /** Reads and joins the cookies of these domains, and goes on until it is stopped or the browser is gone. */
  async start(browser: OpenedBrowser, environment: string, domains: readonly string[]): Promise<SyncedBrowser> {
    const jar = await this.#cookies.of(environment);
    const { name, source, ended } = browser;
    const shown = { name, environment, domains, readOnly: source.write === undefined };
    const chosen = (): readonly string[] => (this.#running.has(shown) ? domains : []);
    const running = { shown, browser, sync: new CookieSync(jar, source, chosen) };
    this.#running.set(shown, running);
    this.#changed.fire();
    this.#timer ??= setInterval(() => {
      for (const each of this.#running.values()) void this.#step(each);
    }, interval);
    void ended?.then(() => this.stop(shown));
    await this.#step(running);
    return shown;
  }

  /** Nothing more is read or written; what was read stays in the jar. */
  async stop(shown: SyncedBrowser): Promise<void> {
    const running = this.#running.get(shown);
    if (!running) return;
    this.#running.delete(shown);
    if (this.#running.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    this.#changed.fire();
    await running.browser.close().catch(() => {});
  }

  async #step({ shown, sync }: Running): Promise<void> {
    try {
      await sync.step();
    } catch (error) {
      if (!this.#running.has(shown)) return;
      await this.stop(shown);
      this.#failed(error, shown.name);
    }
  }
}
