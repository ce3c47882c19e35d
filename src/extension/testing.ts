import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Exchange, TestResult } from '../core/exchange.ts';
import { manyLines } from '../core/foreign-text.ts';
import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Documents } from './documents.ts';
import type { Interaction } from './engine.ts';
import type { Sender } from './sender.ts';
import { trusted } from './sender.ts';

const pattern = '**/*.{http,rest}';
/** Milliseconds after the last change of a document. */
const pause = 300;

/** What makes a request a test. */
const features: ReadonlySet<string> = new Set(['assertion', 'response-handler', 'script-block']);

const isTest = ({ block }: PlacedBlock): boolean =>
  block.request !== undefined && block.foreign.some(({ feature }) => features.has(feature));

/** Requests that say what they expect, in VS Code's Testing view. Files are looked at when the view is first opened. */
export class RequestTests implements vscode.Disposable {
  readonly #controller = vscode.tests.createTestController('countersign', vscode.l10n.t('Requests'));
  readonly #documents: Documents;
  readonly #sender: Sender;
  readonly #disposables: vscode.Disposable[];
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #watcher: vscode.FileSystemWatcher | undefined;

  constructor(documents: Documents, sender: Sender) {
    this.#documents = documents;
    this.#sender = sender;
    this.#controller.resolveHandler = item => (item ? undefined : this.#all());
    this.#controller.refreshHandler = () => this.#all();
    const run = vscode.TestRunProfileKind.Run;
    this.#controller.createRunProfile(vscode.l10n.t('Send'), run, (request, token) => this.#run(request, token), true);
    this.#disposables = [
      this.#controller,
      vscode.workspace.onDidOpenTextDocument(document => this.#soon(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#soon(document)),
    ];
    for (const document of vscode.workspace.textDocuments) this.#soon(document);
  }

  dispose(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#watcher?.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #all(): Promise<void> {
    if (!this.#watcher) {
      this.#watcher = vscode.workspace.createFileSystemWatcher(pattern);
      this.#watcher.onDidCreate(uri => this.#file(uri));
      this.#watcher.onDidChange(uri => this.#file(uri));
      this.#watcher.onDidDelete(uri => this.#remove(uri));
    }
    const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**');
    await Promise.all(files.map(uri => this.#file(uri)));
  }

  #soon(document: vscode.TextDocument): void {
    if (document.languageId !== 'http' || document.uri.scheme !== 'file') return;
    const key = document.uri.toString();
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        void this.#file(document.uri);
      }, pause),
    );
  }

  /** Brings the item of a file up to date. */
  async #file(uri: vscode.Uri): Promise<void> {
    const file = this.#documents.fileOf(uri);
    const tree = await this.#documents.tree(file);
    const tests = (tree?.blocks ?? []).flatMap((placed, block) => (isTest(placed) ? [{ placed, block }] : []));
    if (!tree || tests.length === 0) {
      this.#remove(uri);
      return;
    }
    const known = this.#itemOf(uri);
    const item = known ?? this.#controller.createTestItem(uri.toString(), basename(uri.path), uri);
    if (!known) this.#parentOf(uri).add(item);
    const names = new Map<string, number>();
    item.children.replace(
      tests.map(({ placed }, at) => {
        const title = requestTitle(placed);
        const count = names.get(title) ?? 0;
        names.set(title, count + 1);
        const child = this.#controller.createTestItem(`${title} ${count}`, title, uri);
        const line = placed.line + (placed.block.request?.line ?? 0);
        child.range = new vscode.Range(line, 0, line, 0);
        child.sortText = String(at).padStart(6, '0');
        return child;
      }),
    );
  }

  #remove(uri: vscode.Uri): void {
    const items = this.#parentOf(uri, false);
    items?.delete(uri.toString());
  }

  #itemOf(uri: vscode.Uri): vscode.TestItem | undefined {
    return this.#parentOf(uri, false)?.get(uri.toString());
  }

  /** The items of the folder of a file; made where they are missing, and wanted. */
  #parentOf(uri: vscode.Uri): vscode.TestItemCollection;
  #parentOf(uri: vscode.Uri, make: false): vscode.TestItemCollection | undefined;
  #parentOf(uri: vscode.Uri, make = true): vscode.TestItemCollection | undefined {
    const several = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
    const relative = vscode.workspace.asRelativePath(uri, several);
    const steps = relative.split('/').slice(0, -1);
    let items = this.#controller.items;
    let path = '';
    for (const step of steps) {
      path = `${path}/${step}`;
      const known = items.get(path);
      if (!known && !make) return undefined;
      const folder = known ?? this.#controller.createTestItem(path, step);
      if (!known) items.add(folder);
      items = folder.children;
    }
    return items;
  }

  async #run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!(await trusted())) return;
    const run = this.#controller.createTestRun(request);
    const excluded = new Set(request.exclude);
    const wanted: vscode.TestItem[] = [];
    const gather = (item: vscode.TestItem): void => {
      if (excluded.has(item)) return;
      if (item.children.size === 0) wanted.push(item);
      else {
        const children = [...item.children].map(([, child]) => child);
        for (const child of children.toSorted((a, b) => ((a.sortText ?? a.label) < (b.sortText ?? b.label) ? -1 : 1)))
          gather(child);
      }
    };
    if (request.include) for (const item of request.include) gather(item);
    else for (const [, item] of this.#controller.items) gather(item);
    for (const item of wanted) run.enqueued(item);
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    // Whoever gives up signing in once is not asked again by the requests that follow.
    const interaction: Interaction = { refused: false };
    try {
      for (const item of wanted) {
        if (token.isCancellationRequested) break;
        const target = await this.#targetOf(item);
        if (!target) {
          run.skipped(item);
          continue;
        }
        run.started(item);
        const startedAt = performance.now();
        const exchange = await this.#sender.send(target, controller.signal, interaction, false);
        if (exchange) report(run, item, exchange, performance.now() - startedAt);
        else run.skipped(item);
        // What later requests may refer to stays.
        if (target.tree.blocks[target.block]?.block.name === undefined) await exchange?.response?.body.dispose();
      }
    } finally {
      run.end();
    }
  }

  /** The request that an item stands for, as it is now. */
  async #targetOf(item: vscode.TestItem): Promise<RequestTarget | undefined> {
    if (!item.uri) return undefined;
    const file = this.#documents.fileOf(item.uri);
    const tree = await this.#documents.tree(file);
    const block = tree ? indexOf(tree, item) : -1;
    return tree && block >= 0 ? { file, tree, block } : undefined;
  }
}

function indexOf(tree: SyntaxTree, { id }: vscode.TestItem): number {
  const names = new Map<string, number>();
  return tree.blocks.findIndex(placed => {
    if (!isTest(placed)) return false;
    const title = requestTitle(placed);
    const count = names.get(title) ?? 0;
    names.set(title, count + 1);
    return `${title} ${count}` === id;
  });
}

function report(run: vscode.TestRun, item: vscode.TestItem, exchange: Exchange, duration: number): void {
  const { error, skipped, tests = [], response } = exchange;
  const say = (text: string): void =>
    run.appendOutput(`${manyLines(text).replaceAll('\n', '\r\n')}\r\n`, undefined, item);
  if (response) say(`${item.label}: ${response.status} ${response.statusText}`);
  for (const { name, passed } of tests) say(`  ${passed ? '✓' : '✗'} ${name}`);
  if (skipped) {
    run.skipped(item);
    return;
  }
  if (error) {
    const message = new vscode.TestMessage(manyLines([error.message, error.hint].filter(Boolean).join('\n')));
    const line = error.place && error.place.file === item.uri?.fsPath ? error.place.line - 1 : item.range?.start.line;
    if (item.uri && line !== undefined) message.location = new vscode.Location(item.uri, new vscode.Position(line, 0));
    run.errored(item, message, duration);
    return;
  }
  const failed = tests.filter(({ passed }) => !passed).map(test => messageOf(test, item));
  if (failed.length > 0) run.failed(item, failed, duration);
  else run.passed(item, duration);
}

/** A failure at its line, with what was expected and what came as a difference where both are known. */
function messageOf(
  { name, message, line, expected, actual }: TestResult,
  { uri }: vscode.TestItem,
): vscode.TestMessage {
  const text = manyLines(message === undefined ? name : `${name}: ${message}`);
  const made =
    expected === undefined || actual === undefined
      ? new vscode.TestMessage(text)
      : vscode.TestMessage.diff(text, manyLines(expected), manyLines(actual));
  if (uri) made.location = new vscode.Location(uri, new vscode.Position(Math.max(0, line - 1), 0));
  return made;
}
