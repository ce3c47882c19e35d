import * as vscode from 'vscode';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { tokenModel } from '../../features/presentation/token-model.ts';
import { type FromTokenPage, fromTokenPage, type TokenAction, type ToTokenPage } from '../../webview/token/messages.ts';
import { english } from '../../webview/token/texts.ts';
import { PagePanel } from '../page-panel.ts';

/** Commands of the page's buttons. */
const commands: Readonly<Record<TokenAction, string>> = {
  use: 'countersign.useToken',
  get: 'countersign.getToken',
  refresh: 'countersign.refreshToken',
  copy: 'countersign.copyToken',
  copyAsHeader: 'countersign.copyTokenAsHeader',
  rename: 'countersign.renameToken',
  revoke: 'countersign.revokeToken',
  delete: 'countersign.deleteToken',
  share: 'countersign.shareToken',
};

/** The pages that show tokens, one per token. */
export class TokenDetails implements vscode.Disposable {
  readonly #store: TokenStore;
  readonly #extensionUri: vscode.Uri;
  readonly #pages = new Map<string, PagePanel<ToTokenPage, FromTokenPage>>();
  readonly #subscription: { dispose(): void };

  constructor(store: TokenStore, extensionUri: vscode.Uri) {
    this.#store = store;
    this.#extensionUri = extensionUri;
    this.#subscription = store.onDidChange(key => void this.#send(key));
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const { panel } of this.#pages.values()) panel.dispose();
  }

  async show(key: string): Promise<void> {
    const record = await this.#store.get(key);
    if (!record) return;
    const open = this.#pages.get(key)?.panel;
    if (open) {
      open.reveal(undefined, false);
      return;
    }
    const panel = vscode.window.createWebviewPanel('countersign.token', `Token ${record.name}`, {
      viewColumn: vscode.ViewColumn.Beside,
    });
    const page = new PagePanel<ToTokenPage, FromTokenPage>(panel, {
      extensionUri: this.#extensionUri,
      name: 'token',
      icon: 'token',
      english,
      read: fromTokenPage,
      handle: message => this.#handle(key, message),
    });
    this.#pages.set(key, page);
    panel.onDidDispose(() => this.#pages.delete(key));
  }

  async #handle(key: string, message: FromTokenPage): Promise<void> {
    if (message.type === 'ready') await this.#send(key);
    else if (message.type === 'action') await vscode.commands.executeCommand(commands[message.action], { key });
    else await vscode.window.showTextDocument(vscode.Uri.file(message.file), { viewColumn: vscode.ViewColumn.One });
  }

  async #send(key: string): Promise<void> {
    const page = this.#pages.get(key);
    if (!page) return;
    const record = await this.#store.get(key);
    if (record) page.panel.title = `Token ${record.name}`;
    const message: ToTokenPage = record ? { type: 'token', model: tokenModel(record, Date.now()) } : { type: 'gone' };
    page.post(message);
  }
}
