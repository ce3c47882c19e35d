import * as vscode from 'vscode';
import type { CollectionNode, RequestNode } from '../../features/collections/collection-node.ts';
import { CollectionTree } from '../../features/collections/collection-tree.ts';
import { isTested } from '../../sending/tested-requests.ts';
import { WorkspaceListing } from '../collections/listing.ts';
import { pathOf } from '../collections/paths.ts';
import { runTests } from './test-run.ts';
import type { TestingHost } from './testing-host.ts';

/** Milliseconds without a change after which the tests are looked at anew. */
const patience = 300;

/**
 * The tests of the workspace, in the order and under the names of the Collections view. Files are read when the Testing
 * view is first shown, and again when they change.
 */
export class RequestTests implements vscode.Disposable {
  readonly #controller: vscode.TestController;
  readonly #host: TestingHost;
  readonly #listing: WorkspaceListing;
  readonly #requests = new WeakMap<vscode.TestItem, RequestNode>();
  readonly #changed = new Set<string>();
  #tree: CollectionTree | undefined;
  #structure = false;
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(controller: vscode.TestController, host: TestingHost) {
    this.#controller = controller;
    this.#host = host;
    this.#listing = new WorkspaceListing((files, structure) => {
      for (const file of files) this.#changed.add(file);
      this.#structure ||= structure;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.#settle(), patience);
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listing.dispose();
  }

  /** Looks for the tests of the whole workspace. */
  async discover(): Promise<void> {
    this.#structure = true;
    await this.#settle();
  }

  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!this.#tree) this.#structure = true;
    await this.#settle();
    const items = (request.include ?? children(this.#controller.items)).flatMap(item => this.#below(item));
    const left = new Set((request.exclude ?? []).flatMap(item => this.#below(item)));
    const tests = new Map<RequestNode, vscode.TestItem>();
    for (const item of items) {
      const node = this.#requests.get(item);
      if (node && !left.has(item)) tests.set(node, item);
    }
    const known = (await Promise.all((await this.#tree?.children())?.map(row => this.#tree?.requestsBelow(row)) ?? []))
      .flat()
      .filter(node => node !== undefined);
    await runTests(this.#controller, this.#host, request, tests, known, token);
  }

  /** Takes in what has changed; one after another. */
  #settle(): Promise<void> {
    clearTimeout(this.#timer);
    this.#working = this.#working.then(() => this.#update()).catch(() => undefined);
    return this.#working;
  }

  async #update(): Promise<void> {
    await this.#listing.idle();
    const files = [...this.#changed];
    this.#changed.clear();
    if (this.#structure || !this.#tree) {
      this.#structure = false;
      const listing = await this.#listing.get();
      if (this.#tree) {
        this.#tree.listing = listing;
        this.#tree.prune();
        await this.#tree.update(files);
      } else this.#tree = new CollectionTree(this.#host.documents, listing);
      this.#controller.items.replace(await this.#itemsOf(await this.#tree.children()));
      return;
    }
    await this.#tree.update(files);
    for (const file of files) {
      const row = await this.#tree.nodeOf(file);
      if (row) await this.#redraw(row);
    }
  }

  /** The rows that hold tests, as items. */
  async #itemsOf(rows: readonly CollectionNode[]): Promise<vscode.TestItem[]> {
    const items: vscode.TestItem[] = [];
    for (const row of rows) {
      const item = await this.#itemOf(row);
      if (item) items.push(item);
    }
    return items;
  }

  async #itemOf(row: CollectionNode): Promise<vscode.TestItem | undefined> {
    if (row.kind === 'request') return isTested(row) ? this.#requestItem(row) : undefined;
    const below = await this.#itemsOf((await this.#tree?.children(row)) ?? []);
    if (below.length === 0) return undefined;
    const item = this.#known(row) ?? this.#controller.createTestItem(row.id, row.label, vscode.Uri.file(pathOf(row)));
    item.children.replace(below);
    return item;
  }

  #requestItem(row: RequestNode): vscode.TestItem {
    const uri = this.#host.documents.uriOf(row.file);
    // What came of it stays with it while the rest of its file is edited.
    const item = this.#known(row) ?? this.#controller.createTestItem(row.id, row.label, uri);
    const line = row.placed.line + (row.placed.block.request?.line ?? 0);
    item.label = row.label;
    item.description = row.method;
    item.range = new vscode.Range(line, 0, line, 0);
    this.#requests.set(item, row);
    return item;
  }

  /** The item that stands for a row. */
  #known(row: CollectionNode): vscode.TestItem | undefined {
    const above = row.parent ? this.#known(row.parent)?.children : this.#controller.items;
    return above?.get(row.id);
  }

  /** A row's tests are others: its item comes, goes or changes, and so may those above it. */
  async #redraw(row: CollectionNode): Promise<void> {
    const item = await this.#itemOf(row);
    const above = row.parent ? this.#known(row.parent)?.children : this.#controller.items;
    if (row.parent && (!above || (!item && above.size <= 1))) return await this.#redraw(row.parent);
    if (item) above?.add(item);
    else above?.delete(row.id);
  }

  /** The tests at and below an item, in order. */
  #below(item: vscode.TestItem): readonly vscode.TestItem[] {
    return item.children.size === 0 ? [item] : children(item.children).flatMap(child => this.#below(child));
  }
}

function children(collection: vscode.TestItemCollection): vscode.TestItem[] {
  const found: vscode.TestItem[] = [];
  collection.forEach(item => void found.push(item));
  return found;
}
