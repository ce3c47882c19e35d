import * as vscode from 'vscode';
import type { TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { asCountersignError } from '../../core/errors.ts';
import { fileBlock } from '../../language/auth-printer.ts';
import { authInForce } from '../../sending/auth-in-force.ts';
import { findScopes } from '../../sending/scopes.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Console } from '../console.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import { goTo } from '../go-to.ts';
import { ask, tell, tellBriefly } from '../notices.ts';
import { documentOf } from '../sender.ts';
import type { CancellableWork } from './cancellable-work.ts';
import { keyOf } from './token-choice.ts';

export interface TokenExchangesHost {
  readonly store: TokenStore;
  readonly documents: Documents;
  readonly console: Pick<Console, 'error' | 'showLog'>;
  readonly engine: () => Promise<Pick<Engine, 'tokens' | 'tokenRequest' | 'environment'>>;
  readonly work: Pick<CancellableWork, 'run'>;
  /** Shows what was got. */
  readonly show: (record: TokenRecord) => Promise<void>;
  /** Where the request at hand is; a line counts from 0. */
  readonly place: () => { readonly uri: vscode.Uri; readonly line: number } | undefined;
  /** Writes it into the request at hand. */
  readonly use: (record: TokenRecord) => Promise<void>;
}

/** What a person asks of authorization servers: get, refresh, revoke; failures are told with what can be done. */
export class TokenExchanges {
  readonly #host: TokenExchangesHost;

  constructor(host: TokenExchangesHost) {
    this.#host = host;
  }

  /** @param given `{ file, line }` (from 1; without a line, what the file states for all), a token, a document with `line` (from 0), or nothing: what the cursor is in */
  async get(given?: unknown, line?: unknown): Promise<void> {
    if (!(await trusted())) return;
    let target: RequestTarget | undefined;
    await this.#attempt(
      'Getting a token',
      async signal => {
        target = await this.#target(given, line);
        if (!target) {
          const message = keyOf(given)
            ? 'No file states any more how this token is obtained.'
            : 'Put the cursor into a request, or an @auth, that obtains a token.';
          tell('information', message);
          return;
        }
        const engine = await this.#host.engine();
        const [request, tokens] = await Promise.all([engine.tokenRequest(target), engine.tokens()]);
        if (!request) {
          tell('information', 'The authorization in force here obtains no token.');
          return;
        }
        const record = await tokens.asking.obtain(request, engine.environment(target.file), signal);
        await this.#host.show(record);
        // The question stays as long as it likes; the getting is over.
        void this.#offer(record);
      },
      async () => target && this.#statement(target),
      () => this.get(given, line),
    );
  }

  async refresh(record: TokenRecord): Promise<void> {
    if (!(await trusted())) return;
    await this.#attempt(
      `Refreshing the token “${record.name}”`,
      async signal => {
        const { asking } = await (await this.#host.engine()).tokens();
        await asking.renew(record.key, signal);
        tellBriefly(5000, 'The token “{0}” was refreshed.', record.name);
      },
      () => this.#statementOf(record),
      () => this.refresh(record),
    );
  }

  async revoke(record: TokenRecord): Promise<void> {
    if (!(await trusted())) return;
    const revoke = 'Revoke';
    const sentence = 'Revoke the token “{0}” at {1}?';
    const foreign = [record.name, record.issuer];
    const detail = 'It can’t be used any more, by anybody, and is deleted here.';
    const choices = [revoke];
    if ((await ask({ kind: 'warning', sentence, foreign, modal: true, detail, choices })) !== revoke) return;
    await this.#attempt(
      `Revoking the token “${record.name}”`,
      async signal => {
        const { asking } = await (await this.#host.engine()).tokens();
        await asking.revoke(record.key, signal);
        tellBriefly(5000, 'The token “{0}” was revoked.', record.name);
      },
      () => this.#statementOf(record),
      () => this.revoke(record),
    );
  }

  async #offer(record: TokenRecord): Promise<void> {
    const use = 'Use Token';
    const sentence = 'Got the token “{0}”.';
    const said = await ask({ kind: 'information', sentence, foreign: [record.name], choices: [use] });
    if (said === use) await this.#host.use(record);
  }

  /** Cancelling ends it silently; a failure is told with the server's words and what can be done. */
  async #attempt(
    title: string,
    work: (signal: AbortSignal) => Promise<void>,
    statement: () => Promise<{ readonly file: string; readonly line: number } | undefined>,
    retry: () => Promise<void>,
  ): Promise<void> {
    try {
      await this.#host.work.run(title, work);
    } catch (cause) {
      if (asCountersignError(cause).code === 'cancelled') return;
      const { message, hint } = this.#host.console.error(cause);
      const again = 'Retry';
      const edit = 'Edit';
      const show = 'Show Log';
      const place = await statement().catch(() => undefined);
      const choices = place ? [again, edit, show] : [again, show];
      const chosen = await ask({ kind: 'error', sentence: '{0} {1}', foreign: [message, hint ?? ''], choices });
      if (chosen === again) await retry();
      // What was refused before anything went over the wire stands in the log alone.
      else if (chosen === show) this.#host.console.showLog();
      else if (chosen === edit && place) await goTo(this.#host.documents.uriOf(place.file), place.line);
    }
  }

  async #target(given: unknown, line: unknown): Promise<RequestTarget | undefined> {
    const { documents } = this.#host;
    const key = keyOf(given);
    if (key !== undefined) {
      const record = await this.#host.store.get(key);
      const stated = record && (await (await (await this.#host.engine()).tokens()).stated(record, true));
      return stated?.target;
    }
    if (typeof given === 'object' && given !== null && 'file' in given && typeof given.file === 'string') {
      const document = await vscode.workspace.openTextDocument(documents.uriOf(given.file));
      if ('line' in given && typeof given.line === 'number') return blockAt(documents, document, given.line - 1);
      const spoken = fileBlock(documents.treeOf(document));
      return blockAt(documents, document, spoken?.line ?? 0);
    }
    const document = await documentOf(given);
    if (document) {
      const at = typeof line === 'number' ? line : vscode.window.activeTextEditor?.selection.active.line;
      return blockAt(documents, document, at ?? 0);
    }
    const place = this.#host.place();
    return place && blockAt(documents, await vscode.workspace.openTextDocument(place.uri), place.line);
  }

  async #statement({ file, tree, block }: RequestTarget): Promise<{ file: string; line: number } | undefined> {
    const { scopes } = await findScopes(file, tree, this.#host.documents);
    const at = tree.blocks[block]?.block.request ? block : undefined;
    return authInForce(file, tree, at, scopes).from;
  }

  async #statementOf(record: TokenRecord): Promise<{ file: string; line: number } | undefined> {
    const stated = await (await (await this.#host.engine()).tokens()).stated(record);
    return stated && this.#statement(stated.target);
  }
}

/** The block at a line (from 0), with or without a request. */
function blockAt(documents: Documents, document: vscode.TextDocument, line: number): RequestTarget | undefined {
  const tree = documents.treeOf(document);
  const found = tree.blocks.findIndex(placed => line >= placed.line && line < placed.line + placed.block.lineCount);
  const block = found < 0 ? tree.blocks.length - 1 : found;
  return tree.blocks[block] ? { file: documents.fileOf(document.uri), tree, block } : undefined;
}

async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const sentence =
    'No tokens are fetched for a workspace that isn’t trusted: its files could send your secrets anywhere.';
  if ((await ask({ kind: 'error', sentence, choices: [manage] })) === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
  return vscode.workspace.isTrusted;
}
