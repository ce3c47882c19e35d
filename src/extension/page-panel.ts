import * as vscode from 'vscode';
import { asCountersignError } from '../core/errors.ts';
import type { Console } from './console.ts';
import { tell } from './notices.ts';
import { webviewPage } from './webview-page.ts';

export interface Page<From> {
  readonly extensionUri: vscode.Uri;
  /** The folder of `src/webview` that it is made from. */
  readonly name: string;
  /** Of the tab: `media/<icon>-light.svg` and `media/<icon>-dark.svg`. */
  readonly icon: string;
  /** The page's words, translated for it. */
  readonly english: Readonly<Record<string, string>>;
  readonly console?: Console;
  /** A message of the page, or undefined where it isn't one. */
  read(value: unknown): From | undefined;
  handle(message: From): unknown;
}

/**
 * A webview with one of the pages: only what passes the page's check is heard, nothing is told before the page is
 * ready, and what fails is shown. The page may be thrown away and made again at any time; it is ready anew then.
 */
export class PagePanel<To, From extends { readonly type: string }> {
  readonly panel: vscode.WebviewPanel;
  readonly #page: Page<From>;
  #ready = false;

  constructor(panel: vscode.WebviewPanel, page: Page<From>) {
    this.panel = panel;
    this.#page = page;
    const { extensionUri, name, english } = page;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', `${page.icon}-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
    };
    panel.webview.onDidReceiveMessage(message => this.#receive(message));
    const texts = Object.fromEntries(Object.entries(english).map(([key, text]) => [key, vscode.l10n.t(text)]));
    panel.webview.html = webviewPage(panel.webview, extensionUri, name, panel.title, texts);
  }

  get ready(): boolean {
    return this.#ready;
  }

  post(message: To): void {
    if (this.#ready) void this.panel.webview.postMessage(message);
  }

  /** Puts an error on record and shows it. */
  fail(error: unknown): void {
    const { message } = this.#page.console?.error(error) ?? asCountersignError(error);
    tell('error', '{0}', message);
  }

  async #receive(value: unknown): Promise<void> {
    const message = this.#page.read(value);
    if (!message) {
      this.#page.console?.debug(`The page “${this.#page.name}” sent something else than a message.`);
      return;
    }
    if (message.type === 'ready') this.#ready = true;
    try {
      await this.#page.handle(message);
    } catch (error) {
      this.fail(error);
    }
  }
}
