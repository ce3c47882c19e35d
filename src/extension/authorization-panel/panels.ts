import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Exchange } from '../../core/exchange.ts';
import type { FormTarget } from '../../features/form/form-target.ts';
import { parse } from '../../language/parser.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import { isPanelState, type PanelSubject, type SendStatus } from '../../webview/authorization/messages.ts';
import { tell } from '../notices.ts';
import type { Sender } from '../sender.ts';
import { authorizationViewType } from '../settings.ts';
import { type AuthorizationHost, AuthorizationPanel } from './panel.ts';
import { targetAt, targetOf, type Wanted, wantedBy } from './subject.ts';

export interface AuthorizationPanelsHost extends Omit<AuthorizationHost, 'open' | 'isRunning'> {
  /** Something that panels show is another: documents, environments, secrets. */
  readonly onDidChange: readonly vscode.Event<unknown>[];
  readonly sender: Pick<Sender, 'isRunning' | 'onDidChangeRunning' | 'onDidSend'>;
}

/** The Authorization panels of a window, one for each request, file, folder or collection. */
export class AuthorizationPanels implements vscode.Disposable {
  readonly #host: AuthorizationHost;
  readonly #panels = new Set<AuthorizationPanel>();
  readonly #disposables: vscode.Disposable[];
  #refreshing = false;

  constructor(host: AuthorizationPanelsHost) {
    this.#host = {
      ...host,
      isRunning: target => host.sender.isRunning(target),
      open: wanted => this.#open(wanted),
    };
    this.#disposables = [
      ...host.onDidChange.map(event => event(() => this.#refreshSoon())),
      host.sender.onDidChangeRunning(() => {
        for (const panel of this.#panels) panel.showRunning();
      }),
      host.sender.onDidSend(sent => this.#finished(sent)),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) {
          for (const panel of this.#panels) panel.renamed(oldUri.fsPath, newUri.fsPath);
        }
        this.#refreshSoon();
      }),
      vscode.workspace.onDidSaveTextDocument(({ languageId }) => languageId === 'http' && this.#refreshSoon()),
    ];
  }

  dispose(): void {
    for (const { panel } of this.#panels) panel.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Opens the panel of what the command was called with, or shows the one that is open. */
  async open(given: unknown, line: unknown): Promise<void> {
    const wanted = await wantedBy(this.#host.documents, given, line);
    if (wanted) await this.#open(wanted);
    else tell('information', 'Put the cursor into a request of an .http file.');
  }

  /** Takes over a panel that was open before the window was reloaded. */
  async restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const subject = isPanelState(state) ? (state as { readonly subject?: PanelSubject }).subject : undefined;
    const tree = subject && (await this.#host.documents.tree(subject.file));
    const target = tree && subject && targetOf(subject, tree);
    if (target) this.#adopt(panel, target);
    else panel.dispose();
  }

  async #open(wanted: Wanted): Promise<void> {
    const { documents } = this.#host;
    const tree = (await documents.tree(wanted.file)) ?? parse('');
    const target = targetAt(wanted, tree);
    for (const open of this.#panels) if (open.shows(target)) return open.panel.reveal();
    const panel = vscode.window.createWebviewPanel(
      authorizationViewType,
      `Auth: ${basename(wanted.file)}`,
      vscode.ViewColumn.Beside,
      { enableScripts: true, enableFindWidget: false },
    );
    this.#adopt(panel, target);
  }

  #adopt(panel: vscode.WebviewPanel, target: FormTarget): void {
    const adopted = new AuthorizationPanel(panel, target, this.#host);
    this.#panels.add(adopted);
    panel.onDidDispose(() => this.#panels.delete(adopted));
  }

  /** Once for all that changes at once, within the same turn of the event loop. */
  #refreshSoon(): void {
    if (this.#refreshing || this.#panels.size === 0) return;
    this.#refreshing = true;
    setImmediate(() => {
      this.#refreshing = false;
      for (const panel of this.#panels) void panel.refresh();
    });
  }

  #finished({ target, exchange }: { readonly target: RequestTarget; readonly exchange: Exchange }): void {
    for (const panel of this.#panels) {
      if (panel.shows({ level: 'request', ...target })) panel.finished(statusOf(exchange));
    }
  }
}

function statusOf({ response, error }: Exchange): NonNullable<SendStatus['last']> {
  if (!response)
    return {
      text: error?.code === 'cancelled' ? 'Cancelled' : 'Not sent',
      kind: 'error',
    };
  const { status, statusText } = response;
  const kind = status < 300 ? 'success' : status < 400 ? 'redirect' : status < 500 ? 'refused' : 'error';
  return { text: `${status} ${statusText}`.trim(), kind };
}
