import * as vscode from 'vscode';
import type { CountersignError } from '../core/errors.ts';
import { asCountersignError } from '../core/errors.ts';
import type { Exchange } from '../core/exchange.ts';
import type { HttpRequest } from '../core/request.ts';
import type { ResponseSubject } from '../features/presentation/response-model.ts';
import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import { requestNow } from '../sending/request-now.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { RunResult } from '../sending/runner.ts';
import type { RequestTarget, Workspace } from '../sending/workspace.ts';
import type { Console } from './console.ts';
import type { Documents } from './documents.ts';
import type { Engine, Interaction } from './engine.ts';
import { ask, tell, withProgress } from './notices.ts';
import type { ResponsePanels } from './response-panel.ts';

export interface SenderHost {
  readonly documents: Documents;
  readonly console: Console;
  readonly panels: () => Promise<ResponsePanels>;
  readonly engine: () => Promise<Engine>;
}

/** A request that is on its way. */
interface Running {
  /** As it was when it was sent. */
  readonly target: RequestTarget;
  readonly controller: AbortController;
  /** Its document as it was last looked at, and where the request was in it. */
  tree: SyntaxTree;
  placed: PlacedBlock | undefined;
}

/** What came of a request, with the auth that was in force where it was computed. */
export type Sent = Exchange & Partial<Pick<RunResult, 'decision'>>;

/** A request that was sent, or that turned out not to be possible. */
export interface SentRequest {
  readonly target: RequestTarget;
  readonly subject: ResponseSubject;
  readonly exchange: Exchange;
}

/** Sends the requests of documents, one run per request at a time, and knows which are on their way. */
export class Sender implements vscode.Disposable {
  readonly #host: SenderHost;
  readonly #running = new Set<Running>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly #sent = new vscode.EventEmitter<SentRequest>();

  readonly onDidChangeRunning = this.#changed.event;
  /** A request was sent, or it turned out that it can't be. */
  readonly onDidSend = this.#sent.event;

  constructor(host: SenderHost) {
    this.#host = host;
    const register = vscode.commands.registerCommand;
    this.#disposables = [
      this.#changed,
      this.#sent,
      register('countersign.send', (uri?: unknown, line?: unknown) => this.#sendAt(uri, line)),
      register('countersign.sendAll', (uri?: unknown) => this.#sendAll(uri)),
      register('countersign.cancel', (uri?: unknown, line?: unknown) => this.#cancelAt(uri, line)),
    ];
  }

  dispose(): void {
    this.cancelAll();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  isRunning(target: RequestTarget): boolean {
    return this.#runOf(target) !== undefined;
  }

  cancelAll(): void {
    for (const { controller } of this.#running) controller.abort();
  }

  /** The run of a request, which may have been edited or have moved in its document since. */
  #runOf({ file, tree, block }: RequestTarget): Running | undefined {
    const placed = tree.blocks[block];
    for (const running of this.#running) {
      if (running.target.file !== file) continue;
      if (running.tree !== tree) {
        running.tree = tree;
        running.placed = requestNow(running.target, tree);
      }
      if (placed !== undefined && running.placed === placed) return running;
    }
    return undefined;
  }

  /** Sends again what a panel shows: the request of that name or title, else the one at its line. */
  async resend({ file, line, title }: Pick<ResponseSubject, 'file' | 'line' | 'title'>): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.#host.documents.uriOf(file));
    const targets = this.#host.documents.targets(document);
    const named = targets.filter(target => titleOf(target) === title);
    const target = (named.length === 1 ? named[0] : undefined) ?? this.#host.documents.target(document, line - 1);
    if (target) await this.send(target);
    else tell('warning', 'The request “{0}” is no longer in its file.', title);
  }

  /** Sends one request and shows, where that is wanted, what came of it. Resolves to the exchange, undefined where it wasn't even tried. */
  async send(
    target: RequestTarget,
    signal?: AbortSignal,
    interaction: Interaction = { refused: false },
    shown = true,
  ): Promise<Sent | undefined> {
    const placed = target.tree.blocks[target.block];
    if (!placed?.block.request) return undefined;
    if (!(await trusted()) || !(await confirmed(target, this.#host.documents))) return undefined;
    if (this.isRunning(target)) return undefined;
    const controller = new AbortController();
    const running: Running = { target, controller, tree: target.tree, placed };
    signal?.addEventListener('abort', () => controller.abort(), { once: true });
    this.#running.add(running);
    this.#changed.fire();
    const title = titleOf(target);
    const subject = { title, file: target.file, line: placed.line + placed.block.request.line + 1 };
    try {
      return await withProgress({ location: vscode.ProgressLocation.Window, title: `Sending ${title}` }, () =>
        this.#run(target, subject, controller.signal, interaction, shown),
      );
    } finally {
      this.#running.delete(running);
      this.#changed.fire();
    }
  }

  async #run(
    target: RequestTarget,
    subject: ResponseSubject,
    signal: AbortSignal,
    interaction: Interaction,
    shown: boolean,
  ): Promise<Sent> {
    const { console } = this.#host;
    const panels = shown ? await this.#host.panels() : undefined;
    const startedAt = Date.now();
    panels?.running(subject.title, startedAt, 1, 0);
    let exchange: Sent;
    let redact = (text: string): string => text;
    let attempts = 0;
    let received = 0;
    let told = startedAt;
    const running = (): void => panels?.running(subject.title, startedAt, attempts, received);
    try {
      const engine = await this.#host.engine();
      redact = engine.redact;
      exchange = await engine.send(target, {
        signal,
        interaction,
        onAttempt: attempt => {
          if (attempt.response) return;
          attempts += 1;
          if (attempts > 1) running();
        },
        onReceived: bytes => {
          received += bytes;
          if (Date.now() - told < 250) return;
          told = Date.now();
          running();
        },
      });
      const { attemptLog } = await import('../features/presentation/attempt-log.ts');
      for (const attempt of exchange.attempts) {
        console.attempt(redact(attemptLog(attempt)), attempt.error !== undefined);
      }
    } catch (error) {
      exchange = unsent(target, console.error(error), Date.now() - startedAt);
    }
    panels?.show(exchange, subject, redact);
    this.#sent.fire({ target, subject, exchange });
    return exchange;
  }

  async #sendAt(uri: unknown, line: unknown): Promise<void> {
    const target = await this.#targetAt(uri, line);
    if (target) await this.send(target);
  }

  async #cancelAt(uri: unknown, line: unknown): Promise<void> {
    if (typeof line !== 'number') {
      this.cancelAll();
      return;
    }
    const target = await this.#targetAt(uri, line);
    if (target) this.#runOf(target)?.controller.abort();
  }

  /** The request that a code lens, or else the cursor, is at. */
  async #targetAt(uri: unknown, line: unknown): Promise<RequestTarget | undefined> {
    const found = await requestAt(this.#host.documents, uri, line);
    if (!found) tell('information', 'Put the cursor into a request of an .http file.');
    return found;
  }

  async #sendAll(uri: unknown): Promise<void> {
    const document = await documentOf(uri);
    const targets = document ? this.#host.documents.targets(document) : [];
    if (targets.length === 0) {
      tell('information', 'There is no request in this file.');
      return;
    }
    if (!(await trusted())) return;
    const { enabledRequests, sendMany } = await import('../sending/send-many.ts');
    const enabled = await enabledRequests(targets, this.#host.documents);
    const failed: string[] = [];
    let sent = 0;
    const { cancelled } = await withProgress(
      { location: vscode.ProgressLocation.Notification, title: 'Sending', cancellable: true },
      async (progress, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const { signal } = controller;
        // Whoever gives up signing in once is not asked again by the requests that follow.
        const interaction: Interaction = { refused: false };
        return await sendMany(enabled, {
          signal,
          onNext: (target, index) =>
            progress.report({
              message: `${titleOf(target)} (${index + 1}/${enabled.length})`,
              increment: 100 / enabled.length,
            }),
          send: async target => {
            const exchange = await this.send(target, signal, interaction);
            if (!exchange) return undefined;
            sent += 1;
            if (!exchange.error && (exchange.response?.status ?? 0) < 400) return 'passed';
            failed.push(titleOf(target));
            return 'failed';
          },
        });
      },
    );
    if (cancelled) return;
    if (sent === 0) {
      tell(
        'information',
        'No request of this file was sent: all are switched off by “# @disabled”, or you chose not to send them.',
      );
      return;
    }
    if (failed.length === 0) {
      const said =
        sent === 1 ? '1 request sent, answered without an error.' : '{0} requests sent, all answered without an error.';
      tell('information', said, sent);
      return;
    }
    const show = 'Show Responses';
    const named = failed.slice(0, 5).join(', ') + (failed.length > 5 ? ', …' : '');
    const [sentence, foreign] =
      sent === 1
        ? ['1 request sent, which failed: {0}', [named]]
        : ['{0} requests sent, {1} failed: {2}', [sent, failed.length, named]];
    if ((await ask({ kind: 'warning', sentence, foreign, choices: [show] })) === show) {
      await vscode.commands.executeCommand('countersign.showResponse');
    }
  }
}

function titleOf({ tree, block }: RequestTarget): string {
  const placed = tree.blocks[block];
  return placed ? requestTitle(placed) : '';
}

/** `# @note` asks before the request is sent. */
async function confirmed(target: RequestTarget, workspace: Workspace): Promise<boolean> {
  const { directivesOf } = await import('../sending/directives-in-force.ts');
  let note: string | undefined;
  try {
    ({ note } = await directivesOf(target, workspace));
  } catch {
    // What is wrong with another directive is told where the request is computed, and keeps it from being sent.
    return true;
  }
  if (note === undefined) return true;
  const send = 'Send';
  const [sentence, foreign] = note ? ['{0}', [note]] : ['Send “{0}”?', [titleOf(target)]];
  return (await ask({ kind: 'warning', sentence, foreign, modal: true, choices: [send] })) === send;
}

/** Whether requests may be sent from this workspace; says so where they may not. */
export async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const chosen = await ask({
    kind: 'error',
    sentence: 'Nothing is sent from a workspace that isn’t trusted: its files could send your secrets anywhere.',
    choices: [manage],
  });
  if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return vscode.workspace.isTrusted;
}

/** What is shown of a request that could not be computed. */
function unsent({ tree, block }: RequestTarget, error: CountersignError, durationMs: number): Exchange {
  const node = tree.blocks[block]?.block.request;
  const request: HttpRequest = {
    method: node?.method?.text ?? 'GET',
    url: node?.target.text ?? '',
    query: [],
    headers: [],
    cookies: [],
    body: undefined,
    overridden: [],
  };
  return { request, attempts: [], error: asCountersignError(error), durationMs };
}

export async function documentOf(uri: unknown): Promise<vscode.TextDocument | undefined> {
  if (uri instanceof vscode.Uri) return vscode.workspace.openTextDocument(uri);
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'http' ? document : undefined;
}

/** The request at a line (from 0) of a document; without them, at the cursor. */
export async function requestAt(documents: Documents, uri: unknown, line: unknown): Promise<RequestTarget | undefined> {
  const document = await documentOf(uri);
  if (!document) return undefined;
  const at = typeof line === 'number' ? line : vscode.window.activeTextEditor?.selection.active.line;
  return documents.target(document, at ?? 0);
}
