import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isWithin } from '../core/path-within.ts';
import { update } from '../language/incremental.ts';
import { parse } from '../language/parser.ts';
import type { SyntaxTree } from '../language/syntax-tree.ts';
import { searchRoot } from '../node/search-root.ts';
import { collectionFile } from '../sending/scopes.ts';
import type { RequestTarget, Workspace } from '../sending/workspace.ts';

/** Documents that requests are written in, as opposed to those that show them. */
export const requestDocuments: vscode.DocumentSelector = ['file', 'untitled', 'vscode-vfs', 'vscode-userdata'].map(
  scheme => ({ language: 'http', scheme }),
);

interface Stored {
  readonly stamp: string;
  readonly tree: SyntaxTree | undefined;
}

/**
 * The tree of every document: open ones are updated with each keystroke, others are read when asked for and kept until
 * they change on disk. What an editor holds unsaved wins over the disk.
 */
export class Documents implements Workspace, vscode.Disposable {
  readonly #open = new Map<string, { version: number; tree: SyntaxTree }>();
  readonly #stored = new Map<string, Stored>();
  /** Where the search upwards ends, per folder; found anew when files or folders of the workspace changed. */
  readonly #roots = new Map<string, string>();
  /** Files that stand for documents that are not on disk. */
  readonly #aliases = new Map<string, vscode.Uri>();
  /** Files that were deleted; the editor may hold on to their documents for a while. */
  readonly #deleted = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];

  /** A document or a file on disk is another than before. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{http,rest}');
    const forget = (uri: vscode.Uri, deleted = false): void => {
      this.#roots.clear();
      this.#stored.delete(uri.fsPath);
      if (deleted) this.#deleted.add(uri.fsPath);
      else this.#deleted.delete(uri.fsPath);
      this.#changed.fire();
    };
    const forgetBelow = ({ fsPath }: vscode.Uri): void => {
      this.#roots.clear();
      for (const file of this.#stored.keys()) {
        if (isWithin(file, fsPath)) this.#stored.delete(file);
      }
      this.#changed.fire();
    };
    this.#disposables.push(
      watcher,
      watcher.onDidChange(uri => forget(uri)),
      watcher.onDidCreate(uri => forget(uri)),
      watcher.onDidDelete(uri => forget(uri, true)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#roots.clear()),
      // What the editor itself changes is known before the watcher tells.
      vscode.workspace.onDidCreateFiles(({ files }) => files.forEach(forgetBelow)),
      vscode.workspace.onDidDeleteFiles(({ files }) => files.forEach(forgetBelow)),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files) for (const uri of [oldUri, newUri]) forgetBelow(uri);
      }),
      vscode.workspace.onDidChangeTextDocument(event => this.#onChange(event)),
      vscode.workspace.onDidCloseTextDocument(document => {
        if (this.#open.delete(document.uri.toString())) this.#changed.fire();
      }),
    );
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** The tree of an open document, as of now. */
  treeOf(document: vscode.TextDocument): SyntaxTree {
    const key = document.uri.toString();
    const known = this.#open.get(key);
    if (known?.version === document.version) return known.tree;
    const tree = parse(document.getText());
    // Whoever comes late to a closed one must not leave it to the next document of that name.
    if (!document.isClosed) this.#open.set(key, { version: document.version, tree });
    return tree;
  }

  async tree(file: string): Promise<SyntaxTree | undefined> {
    const uri = this.uriOf(file);
    const key = uri.toString();
    const open = vscode.workspace.textDocuments.find(document => document.uri.toString() === key);
    if (open && (open.isDirty || !this.#deleted.has(file))) return this.treeOf(open);
    if (uri.scheme === 'untitled') return undefined;
    const stored = this.#stored.get(file);
    // The watcher tells of changes inside the workspace; other files are looked at each time.
    if (stored && vscode.workspace.getWorkspaceFolder(uri)) return stored.tree;
    const stamp = (await this.#mayRead(uri)) ? await stampOf(uri) : '';
    if (stored && stored.stamp === stamp) return stored.tree;
    const tree = stamp === '' ? undefined : parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
    this.#stored.set(file, { stamp, tree });
    return tree;
  }

  /** The documents at hand that belong to the project of a file. */
  *known(file: string): Iterable<{ readonly file: string; readonly tree: SyntaxTree }> {
    const root = this.root(file);
    for (const [key, { tree }] of this.#open) {
      const path = this.fileOf(vscode.Uri.parse(key));
      if (path !== file && isWithin(path, root)) yield { file: path, tree };
    }
    for (const [path, { tree }] of this.#stored)
      if (tree && path !== file && isWithin(path, root)) yield { file: path, tree };
  }

  /** In Restricted Mode nothing is read but documents of the workspace, wherever links lead. */
  async #mayRead(uri: vscode.Uri): Promise<boolean> {
    if (vscode.workspace.isTrusted) return true;
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (!folder) return false;
    if (uri.scheme !== 'file') return true;
    try {
      return isWithin(await realpath(uri.fsPath), await realpath(folder.uri.fsPath));
    } catch {
      return false;
    }
  }

  /** The repository in the workspace folder that holds the file, else that folder, else the file's own. */
  root(file: string): string {
    const folder = dirname(file);
    const known = this.#roots.get(folder);
    if (known !== undefined) return known;
    const uri = this.uriOf(file);
    const opened = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? folder;
    const root = uri.scheme === 'file' ? searchRoot(folder, [opened], opened) : opened;
    this.#roots.set(folder, root);
    return root;
  }

  /** The path by which the engine knows a document. One that isn't on disk stands in the workspace's folder. */
  fileOf(uri: vscode.Uri): string {
    if (uri.scheme === 'file') return uri.fsPath;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
    const file = join(folder, uri.path.split('/').at(-1) || collectionFile);
    this.#aliases.set(file, uri);
    return file;
  }

  uriOf(file: string): vscode.Uri {
    return this.#aliases.get(file) ?? vscode.Uri.file(file);
  }

  /** The request at a line (from 0) of a document, or the one above it in the same block; undefined without one. */
  target(document: vscode.TextDocument, line: number): RequestTarget | undefined {
    const tree = this.treeOf(document);
    const block = tree.blocks.findIndex(placed => line >= placed.line && line < placed.line + placed.block.lineCount);
    // The document's last line belongs to its last block even where nothing is written on it.
    const found = block < 0 ? tree.blocks.length - 1 : block;
    return tree.blocks[found]?.block.request ? { file: this.fileOf(document.uri), tree, block: found } : undefined;
  }

  /** Every request of a document, in order. */
  targets(document: vscode.TextDocument): readonly RequestTarget[] {
    const tree = this.treeOf(document);
    const file = this.fileOf(document.uri);
    return tree.blocks.flatMap((placed, block) => (placed.block.request ? [{ file, tree, block }] : []));
  }

  #onChange({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document.languageId !== 'http' || contentChanges.length === 0) return;
    const key = document.uri.toString();
    const known = this.#open.get(key);
    if (known && known.version === document.version - 1) {
      const edits = contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
        start: rangeOffset,
        end: rangeOffset + rangeLength,
        text,
      }));
      this.#open.set(key, { version: document.version, tree: update(known.tree, edits) });
    } else this.#open.delete(key);
    this.#changed.fire();
  }
}

/** Bytes of a request file, which is read whole. */
const largestDocument = 64 * 1024 * 1024;

/** Says whether a file is another than before; empty where there is none. */
async function stampOf(uri: vscode.Uri): Promise<string> {
  try {
    const { mtime, size, type } = await vscode.workspace.fs.stat(uri);
    return type & vscode.FileType.File && size <= largestDocument ? `${mtime} ${size}` : '';
  } catch {
    return '';
  }
}
