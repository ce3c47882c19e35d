import { join } from 'node:path';
import * as vscode from 'vscode';
import type { TokenRecord } from '../../auth/tokens/token-record.ts';
import type { Console } from '../console.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import { tell } from '../notices.ts';
import type { CancellableWork } from './cancellable-work.ts';
import { chosenToken } from './token-choice.ts';
import { TokenDetails } from './token-details.ts';
import { TokenExchanges } from './token-exchanges.ts';
import { exportToken, importToken } from './token-sharing.ts';
import { SecretTokenStore } from './token-store.ts';
import { type Grouping, TokenTree } from './token-tree.ts';
import { copyToken, deleteExpiredTokens, deleteToken, renameToken } from './token-upkeep.ts';
import { TokenUse } from './token-use.ts';

const groupingKey = 'tokens.grouping';

export interface TokenManagerHost {
  readonly context: vscode.ExtensionContext;
  readonly documents: Documents;
  readonly console: Console;
  readonly engine: () => Promise<Engine>;
  readonly work: CancellableWork;
}

/** The tokens as people handle them: the view, the pages, and the commands. */
export class TokenManager implements vscode.Disposable {
  readonly store: SecretTokenStore;
  readonly #host: TokenManagerHost;
  readonly #details: TokenDetails;
  readonly #disposables: vscode.Disposable[];

  constructor(host: TokenManagerHost) {
    this.#host = host;
    const { context } = host;
    this.store = new SecretTokenStore(context.secrets, join(context.globalStorageUri.fsPath, 'tokens'));
    this.#details = new TokenDetails(this.store, context.extensionUri);
    const grouping = context.globalState.get<Grouping>(groupingKey, 'issuer');
    const tree = new TokenTree(this.store, grouping);
    const view = vscode.window.createTreeView('countersign.tokens', { treeDataProvider: tree, showCollapseAll: false });
    tree.setVisible(view.visible);
    const groupBy = (by: Grouping): void => {
      tree.group(by);
      void context.globalState.update(groupingKey, by);
      void vscode.commands.executeCommand('setContext', 'countersign.tokens.grouping', by);
    };
    void vscode.commands.executeCommand('setContext', 'countersign.tokens.grouping', grouping);
    const { documents, engine } = host;
    const use = new TokenUse({ documents, engine });
    const exchanges = new TokenExchanges({
      ...{ store: this.store, documents, engine, console: host.console, work: host.work },
      show: ({ key }) => this.#details.show(key),
      place: () => use.place,
      use: record => use.use(record),
    });
    const about =
      (title: string, act: (record: TokenRecord) => Promise<unknown>) =>
      async (given?: unknown): Promise<void> => {
        const row = isSelected(given) ? view.selection[0] : given;
        const record = await chosenToken(this.store, row, title);
        if (record) await act(record);
      };
    const command = (name: string, run: (...given: unknown[]) => unknown): vscode.Disposable =>
      vscode.commands.registerCommand(`countersign.${name}`, run);
    this.#disposables = [
      tree,
      view,
      this.#details,
      view.onDidChangeVisibility(({ visible }) => tree.setVisible(visible)),
      use,
      command('getToken', (given, line) => exchanges.get(given, line)),
      // The view's button: what it passes is the row that has the focus, and it is about the request at hand.
      command('getTokenHere', () => exchanges.get()),
      command(
        'refreshToken',
        about('Refresh Token', record => exchanges.refresh(record)),
      ),
      command(
        'revokeToken',
        about('Revoke Token', record => exchanges.revoke(record)),
      ),
      command(
        'deleteToken',
        about('Delete Token', record => deleteToken(this.store, record, revoked => exchanges.revoke(revoked))),
      ),
      command('deleteExpiredTokens', () => deleteExpiredTokens(this.store)),
      command(
        'copyToken',
        about('Copy Token', record => copyToken(record, '')),
      ),
      command(
        'copyTokenAsHeader',
        about('Copy Token as Header', record => copyToken(record, 'Authorization: ')),
      ),
      command(
        'showTokenDetails',
        about('Show Token Details', record => this.#details.show(record.key)),
      ),
      command(
        'renameToken',
        about('Rename Token', record => renameToken(this.store, record)),
      ),
      command(
        'useToken',
        about('Use Token', record => use.use(record)),
      ),
      command(
        'shareToken',
        about('Share Token', record => exportToken(record, context.globalStorageUri)),
      ),
      command('importToken', () => this.#import()),
      command('groupTokensByName', () => groupBy('name')),
      command('groupTokensByIssuer', () => groupBy('issuer')),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** The names that `{{$token name}}` may have. */
  async names(): Promise<readonly string[]> {
    return [...new Set((await this.store.list()).map(({ name }) => name))].sort();
  }

  async #import(): Promise<void> {
    try {
      const record = await importToken(this.store);
      if (record) await this.#details.show(record.key);
    } catch (error) {
      tell('error', '{0}', this.#host.console.error(error).message);
    }
  }
}

/** What the view's keys pass: the row that is selected. */
function isSelected(given: unknown): boolean {
  return typeof given === 'object' && given !== null && 'selected' in given;
}
