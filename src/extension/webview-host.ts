import * as vscode from 'vscode';
import { asCountersignError } from '../core/errors.ts';
import type { Console } from './console.ts';
import { tell } from './notices.ts';
import { webviewPage } from './webview-page.ts';

export interface HostedPage<From> {
  readonly extensionUri: vscode.Uri;
  /** The folder of `src/webview` that it is made from. */
  readonly name: string;
  /** The page's words, translated for it. */
  readonly english: Readonly<Record<string, string>>;
  readonly console?: Console;
  /** A message of the page, or undefined where it isn't one. */
  read(value: unknown): From | undefined;
  handle(message: From): unknown;
}

/**
 * One of the pages in a webview: only what passes the page's check is heard, nothing is told before the page is ready,
 * and what fails is shown. The page may be thrown away and made again at any time; it is ready anew then.
 */
export class WebviewHost<To, From extends { readonly type: string }> {
  readonly #webview: vscode.Webview;
  readonly #page: HostedPage<From>;
  #ready = false;

  constructor(webview: vscode.Webview, title: string, page: HostedPage<From>) {
    this.#webview = webview;
    this.#page = page;
    const { extensionUri, name, english } = page;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
    };
    webview.onDidReceiveMessage(message => this.#receive(message));
    webview.html = webviewPage(webview, extensionUri, name, title, english);
  }

  get ready(): boolean {
    return this.#ready;
  }

  post(message: To): void {
    if (this.#ready) void this.#webview.postMessage(message);
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
