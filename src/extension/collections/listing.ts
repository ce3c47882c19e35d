import { basename } from 'node:path';
import * as vscode from 'vscode';
import { TreeListing } from '../../features/collections/tree-listing.ts';

export const requestFiles = '**/*.{http,rest}';
/** Request files that belong to others. */
export const unlistedFiles = '**/node_modules/**';

/** The request files of the workspace, kept up to date. */
export class WorkspaceListing implements vscode.Disposable {
  readonly #onFiles: (files: readonly string[], structure: boolean) => void;
  readonly #disposables: vscode.Disposable[] = [];
  readonly #working = new Set<Promise<void>>();
  #listing: Promise<TreeListing> | undefined;

  /** @param onFiles told of files whose text changed, and whether files came or went */
  constructor(onFiles: (files: readonly string[], structure: boolean) => void) {
    this.#onFiles = onFiles;
    const files = vscode.workspace.createFileSystemWatcher(requestFiles);
    // A folder that goes, or comes with all its files, is not reported file by file.
    const folders = vscode.workspace.createFileSystemWatcher('**', false, true, false);
    this.#disposables.push(
      files,
      folders,
      files.onDidChange(uri => this.#onFiles([uri.fsPath], false)),
      files.onDidCreate(uri => this.#work(this.#add([uri]))),
      files.onDidDelete(uri => this.#work(this.#remove(uri))),
      folders.onDidDelete(uri => this.#work(this.#remove(uri))),
      folders.onDidCreate(uri => this.#work(this.#addFolder(uri))),
      vscode.workspace.onDidCreateFiles(({ files: uris }) => {
        for (const uri of uris) this.#work(this.#addFolder(uri));
      }),
      vscode.workspace.onDidDeleteFiles(({ files: uris }) => {
        for (const uri of uris) this.#work(this.#remove(uri));
      }),
      vscode.workspace.onDidRenameFiles(({ files: renamed }) => {
        for (const { oldUri, newUri } of renamed) this.#work(this.#remove(oldUri).then(() => this.#addFolder(newUri)));
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (document.languageId === 'http' && contentChanges.length > 0) this.#onFiles([document.uri.fsPath], false);
      }),
      vscode.workspace.onDidCloseTextDocument(document => {
        if (document.languageId === 'http') this.#onFiles([document.uri.fsPath], false);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.#listing = undefined;
        this.#onFiles([], true);
      }),
    );
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  get(): Promise<TreeListing> {
    this.#listing ??= this.#read();
    return this.#listing;
  }

  /** Waits until every change told so far is taken in. */
  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.allSettled([...this.#working]);
  }

  #work(change: Promise<void>): void {
    const working = change.catch(() => undefined).finally(() => this.#working.delete(working));
    this.#working.add(working);
  }

  async #read(): Promise<TreeListing> {
    const roots = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const found = roots.length === 0 ? [] : await vscode.workspace.findFiles(requestFiles, unlistedFiles);
    return new TreeListing(
      roots.map(({ uri }) => uri.fsPath),
      found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath),
    );
  }

  async #add(uris: readonly vscode.Uri[]): Promise<void> {
    const listing = await this.get();
    const paths = uris.filter(isListed).map(({ fsPath }) => fsPath);
    const added = paths.filter(path => listing.add(path));
    this.#onFiles(paths, added.length > 0);
  }

  async #addFolder(uri: vscode.Uri): Promise<void> {
    if (uri.scheme !== 'file' || uri.fsPath.includes('node_modules')) return;
    if (/\.(http|rest)$/.test(uri.path)) return this.#add([uri]);
    if (basename(uri.fsPath).includes('.')) return;
    const stat = await vscode.workspace.fs.stat(uri).then(
      found => found,
      () => undefined,
    );
    if (!stat || !(stat.type & vscode.FileType.Directory)) return;
    await this.#add(await vscode.workspace.findFiles(new vscode.RelativePattern(uri, requestFiles), unlistedFiles));
  }

  async #remove(uri: vscode.Uri): Promise<void> {
    const listing = await this.get();
    if (!listing.has(uri.fsPath) && !listing.hasFolder(uri.fsPath)) return;
    // A watcher may tell late of what was taken back meanwhile.
    const gone = await vscode.workspace.fs.stat(uri).then(
      () => false,
      () => true,
    );
    if (!gone) return;
    const files = listing.hasFolder(uri.fsPath) ? [...listing.filesBelow(uri.fsPath)] : [uri.fsPath];
    if (listing.remove(uri.fsPath)) this.#onFiles(files, true);
  }
}

function isListed({ scheme, path }: vscode.Uri): boolean {
  return scheme === 'file' && /\.(http|rest)$/.test(path) && !path.includes('/node_modules/');
}
