import * as vscode from 'vscode';
import type { CollectionNode, FileNode, FolderNode, RequestNode } from '../../features/collections/collection-node.ts';
import { CollectionTree } from '../../features/collections/collection-tree.ts';
import { authInForce } from '../../sending/auth-in-force.ts';
import { requestNow } from '../../sending/request-now.ts';
import { findScopes } from '../../sending/scopes.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { Documents } from '../documents.ts';
import { tellBriefly } from '../notices.ts';
import type { Sender } from '../sender.ts';
import type { CollectionsContext } from './context.ts';
import { levelFileOf, newCollection, newFolder, newRequest } from './create.ts';
import { ProblemDecorations } from './decorations.ts';
import { duplicate, openedRequest, remove, rename } from './edit.ts';
import { requestTooltip, treeItem } from './items.ts';
import { WorkspaceListing } from './listing.ts';
import { move } from './move.ts';
import { pathOf } from './paths.ts';
import { type Result, type Results, resultOf } from './results.ts';
import { sendAll, sendRequest } from './send.ts';
import { Changes } from './undo.ts';

export interface CollectionsHost {
  readonly documents: Documents;
  readonly sender: Sender;
  readonly view: vscode.TreeView<CollectionNode>;
  /** Draws rows again; all of them without any. */
  redraw(nodes?: readonly CollectionNode[]): void;
}

/** The collections view: what it shows, and what its commands do. Loaded when it is first needed. */
export class Collections implements CollectionsContext, Results, vscode.Disposable {
  readonly documents: Documents;
  readonly sender: Sender;
  readonly changes = new Changes();
  readonly #host: CollectionsHost;
  readonly #listing: WorkspaceListing;
  readonly #decorations = new ProblemDecorations(async file => (await this.#tree)?.shownRequests(file) ?? []);
  readonly #results = new Map<string, Result>();
  readonly #disposables: vscode.Disposable[];
  #tree: Promise<CollectionTree> | undefined;
  readonly #pending = new Set<string>();
  #structure = false;
  /** When the whole view was last drawn again, in milliseconds. */
  #redrawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(host: CollectionsHost) {
    this.#host = host;
    this.documents = host.documents;
    this.sender = host.sender;
    this.#listing = new WorkspaceListing((files, structure) => this.#onFiles(files, structure));
    this.#disposables = [
      this.#listing,
      this.#decorations,
      host.sender.onDidSend(({ target, exchange }) => void this.#onSent(target, resultOf(exchange))),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => void this.#follow(textEditor)),
      vscode.window.onDidChangeActiveTextEditor(editor => void this.#follow(editor)),
      host.view.onDidChangeVisibility(() => void this.#follow(vscode.window.activeTextEditor)),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  tree(): Promise<CollectionTree> {
    this.#tree ??= this.#listing.get().then(listing => new CollectionTree(this.documents, listing));
    return this.#tree;
  }

  async children(node?: CollectionNode): Promise<CollectionNode[]> {
    const children = await (await this.tree()).children(node);
    this.#decorations.note(children);
    void this.#describe(children);
    return [...children];
  }

  item(node: CollectionNode): vscode.TreeItem {
    return treeItem(node, this.#results.get(node.id));
  }

  async resolve(item: vscode.TreeItem, node: CollectionNode): Promise<vscode.TreeItem> {
    if (node.kind !== 'request') return item;
    const { scopes } = await findScopes(node.file, node.tree, this.documents);
    const decision = authInForce(node.file, node.tree, node.block, scopes);
    item.tooltip = requestTooltip(node, this.#results.get(node.id), { decision, file: node.file });
    return item;
  }

  set(node: RequestNode, result: Result | undefined): void {
    if (result) this.#results.set(node.id, result);
    else this.#results.delete(node.id);
    void vscode.commands.executeCommand('setContext', 'countersign.collections.hasResults', this.#results.size > 0);
    this.#redraw([node]);
  }

  say(text: string | undefined): void {
    const { view } = this.#host;
    view.description = text ?? '';
  }

  async settle(): Promise<void> {
    await this.#listing.idle();
    clearTimeout(this.#timer);
    await this.#flush();
  }

  async reveal(node: CollectionNode | undefined, { focus = false } = {}): Promise<void> {
    if (!node || !this.#host.view.visible) return;
    try {
      await this.#host.view.reveal(node, { select: true, focus, expand: node.kind !== 'request' });
    } catch {
      // The row has gone in the meantime.
    }
  }

  async move(dragged: readonly CollectionNode[], target: CollectionNode | undefined): Promise<void> {
    await this.settle();
    await move(this, dragged, target);
  }

  /** Runs a command on rows: those that it was called on, else those that are selected. */
  async run(name: string, node?: CollectionNode, selected?: readonly CollectionNode[]): Promise<void> {
    const { view } = this.#host;
    const nodes = selected && selected.length > 0 ? selected : node ? [node] : view.selection;
    const first = node ?? nodes[0];
    await this.settle();
    switch (name) {
      case 'newCollection':
        return await newCollection(this);
      case 'newFolder':
        return await newFolder(this, first);
      case 'newRequest':
        return await newRequest(this, first);
      case 'sendAll':
        return await sendAll(this, nodes.length > 0 ? nodes : await this.children(), this);
      case 'clearResults':
        return this.#clearResults();
      case 'undo': {
        const label = await this.changes.undoLast();
        await this.settle();
        const said = label === undefined ? 'Nothing to undo.' : `Undone: ${label}`;
        tellBriefly(4000, '{0}', said);
        return;
      }
    }
    if (!first) return;
    switch (name) {
      case 'open':
        return await this.#open(first);
      case 'rename':
        return await rename(this, first);
      case 'duplicate':
        return await duplicate(this, first);
      case 'delete':
        return await remove(this, nodes);
      case 'send':
        if (first.kind === 'request' && nodes.length < 2) await sendRequest(this, first, this);
        else await sendAll(this, nodes, this);
        return;
      case 'cancel':
        return await this.#atRequest('countersign.cancel', first);
      case 'copyAsCurl':
        return await this.#atRequest('countersign.copyAsCurl', first);
      case 'reveal':
        return await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(pathOf(first)));
      case 'copyPath':
        return await vscode.env.clipboard.writeText(nodes.map(pathOf).join('\n'));
      case 'openAuthorization':
        if (first.kind === 'request') return await this.#atRequest('countersign.openAuthorization', first);
        await vscode.commands.executeCommand(
          'countersign.openAuthorization',
          vscode.Uri.file(first.kind === 'file' ? first.file : await levelFileOf(this, first)),
        );
    }
  }

  async #open(node: CollectionNode): Promise<void> {
    if (node.kind !== 'request') {
      const file = node.kind === 'file' ? node.file : await levelFileOf(this, node);
      await vscode.window.showTextDocument(vscode.Uri.file(file));
      return;
    }
    const opened = await openedRequest(this, node);
    if (!opened) return;
    const { document, placed } = opened;
    const line = placed.line + (placed.block.request?.line ?? 0);
    const editor = await vscode.window.showTextDocument(document, {
      selection: new vscode.Range(line, 0, line, 0),
      preserveFocus: true,
    });
    const top = new vscode.Range(placed.line, 0, placed.line + placed.block.lineCount, 0);
    editor.revealRange(top, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  async #atRequest(command: string, node: CollectionNode): Promise<void> {
    if (node.kind !== 'request') return;
    const opened = await openedRequest(this, node);
    if (!opened) return;
    const line = opened.placed.line + (opened.placed.block.request?.line ?? 0);
    await vscode.commands.executeCommand(command, opened.document.uri, line);
  }

  #clearResults(): void {
    this.#results.clear();
    this.say(undefined);
    void vscode.commands.executeCommand('setContext', 'countersign.collections.hasResults', false);
    this.#redraw();
  }

  async #onSent(target: RequestTarget, result: Result): Promise<void> {
    if (!this.#tree) return;
    // Requests above it may have come or gone while it was on its way.
    const tree = await this.documents.tree(target.file);
    const line = tree && requestNow(target, tree)?.line;
    if (line === undefined) return;
    const node = await (await this.tree()).requestAt(target.file, line);
    if (node) this.set(node, result);
  }

  /** Shows in the tree where the cursor is. */
  async #follow(editor: vscode.TextEditor | undefined): Promise<void> {
    const { view } = this.#host;
    if (editor?.document.languageId !== 'http' || editor.document.uri.scheme !== 'file') return;
    if (!view.visible || !vscode.workspace.getConfiguration('countersign.collections').get('autoReveal', true)) return;
    const { line } = editor.selection.active;
    const file = editor.document.uri.fsPath;
    const tree = await this.tree();
    const node = (await tree.requestAt(file, line)) ?? (await tree.nodeOf(file));
    if (!node || view.selection.includes(node) || vscode.window.activeTextEditor !== editor) return;
    try {
      await view.reveal(node, { select: true, focus: false, expand: false });
    } catch {
      // The row has gone in the meantime.
    }
    // A row that took longer than the cursor's next move must not have the last word.
    if (editor.selection.active.line !== line) await this.#follow(editor);
  }

  #onFiles(files: readonly string[], structure: boolean): void {
    if (!this.#tree) return;
    for (const file of files) this.#pending.add(file);
    this.#structure ||= structure;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#flush(), 60);
  }

  #flush(): Promise<void> {
    // What went wrong with one change must not keep the next from being drawn.
    this.#flushing = this.#flushing
      .catch(() => undefined)
      .then(async () => {
        const files = [...this.#pending];
        const structure = this.#structure;
        this.#pending.clear();
        this.#structure = false;
        const tree = await this.tree();
        tree.listing = await this.#listing.get();
        if (structure) tree.prune();
        const nodes = files.length === 0 ? [] : await tree.update(files);
        this.#decorations.note(nodes);
        if (structure) this.#redraw();
        else if (nodes.length > 0) this.#redraw(nodes);
      });
    return this.#flushing;
  }

  /** While the editor draws the whole view again it forgets rows, and with them any wish to draw one of them. */
  #redraw(nodes?: readonly CollectionNode[]): void {
    const now = Date.now();
    const whole = !nodes || (now - this.#redrawn < 1000 && nodes.some(({ kind }) => kind !== 'request'));
    if (!nodes) this.#redrawn = now;
    this.#host.redraw(whole ? undefined : nodes);
  }

  /** Reads what the rows of folders and files say, after they are on the screen. */
  async #describe(nodes: readonly CollectionNode[]): Promise<void> {
    const tree = await this.tree();
    const rows = nodes.filter((node): node is FolderNode | FileNode => node.kind !== 'request');
    for (let from = 0; from < rows.length; from += 50) {
      const part = rows.slice(from, from + 50);
      const differs = await Promise.all(part.map(node => tree.describe(node)));
      const changed = part.filter((_, index) => differs[index]);
      if (changed.length > 0) this.#redraw(changed);
    }
  }
}
