import { basename, dirname, join, relative } from 'node:path';
import { isSamePath, isWithin } from '../../core/path-within.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { authInForce } from '../../sending/auth-in-force.ts';
import { matchedBlocks } from '../../sending/matched-blocks.ts';
import { requestTitle } from '../../sending/request-title.ts';
import {
  collectionFile,
  fileStatements,
  findScopes,
  folderFile,
  isLevelFile,
  type Scope,
} from '../../sending/scopes.ts';
import type { Workspace } from '../../sending/workspace.ts';
import { blockDiagnostics } from '../diagnostics/block-diagnostics.ts';
import { type AuthShown, authShown } from './auth-shown.ts';
import type { CollectionNode, FileNode, FolderNode, RequestNode } from './collection-node.ts';
import type { TreeListing } from './tree-listing.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What is known of a document whose requests have been asked for. */
interface Opened {
  readonly node: FileNode | FolderNode;
  tree: SyntaxTree | undefined;
  /** What is stated around its requests, as far as it decides what they show. */
  around: string;
  requests: readonly Writable<RequestNode>[];
}

/**
 * The collections tree over a listing of files: computed row by row as it is opened, and after a change only what
 * depends on it. A document's requests are matched to those it had before, so that rows keep their identity.
 */
export class CollectionTree {
  readonly #workspace: Workspace;
  #listing: TreeListing;
  readonly #nodes = new Map<string, Writable<FolderNode> | Writable<FileNode>>();
  readonly #opened = new Map<string, Opened>();
  /** Rows that were found to say something else by whoever asked for one, and that have not been drawn again since. */
  readonly #undrawn = new Set<CollectionNode>();
  #serial = 0;

  constructor(workspace: Workspace, listing: TreeListing) {
    this.#workspace = workspace;
    this.#listing = listing;
  }

  get listing(): TreeListing {
    return this.#listing;
  }

  set listing(listing: TreeListing) {
    this.#listing = listing;
  }

  /** The rows below one, or the top ones. */
  async children(node?: CollectionNode): Promise<readonly CollectionNode[]> {
    return await this.#rows(node, false);
  }

  /** Whether a row can have rows below it, without reading anything. */
  isBranch({ kind }: CollectionNode): boolean {
    return kind !== 'request';
  }

  /** Finds out what a folder's or file's own row says; returns whether it says something else than before. */
  async describe(node: FolderNode | FileNode): Promise<boolean> {
    const row = this.#nodes.get(node.id);
    if (!row) return false;
    const file = row.kind === 'file' ? row.file : levelFile(row);
    const tree = this.#listing.has(file) ? await this.#workspace.tree(file) : undefined;
    const states = tree && statedAuth(file, tree);
    const problems = tree ? tree.blocks.reduce((sum, { block }) => sum + problemsOf(block), 0) : 0;
    if (key(row.states) === key(states) && row.problems === problems) return false;
    row.states = states;
    row.problems = problems;
    return true;
  }

  /** The row of a file or folder, where the tree has one. */
  async nodeOf(path: string): Promise<FolderNode | FileNode | undefined> {
    const known = this.#nodes.get(path);
    if (known) return known;
    const root = this.#listing.rootOf(path);
    if (root === undefined) return undefined;
    // Rows are made by their parents: open the way down to it.
    let rows = await this.#top(true);
    for (;;) {
      const next = rows.find(
        (row): row is FolderNode | FileNode => row.kind !== 'request' && (row.id === path || isAbove(row, path)),
      );
      if (!next || next.id === path || next.kind === 'file') return next?.id === path ? next : undefined;
      rows = await this.#rows(next, true);
    }
  }

  /** The row of the request at a line (from 0) of a file. */
  async requestAt(file: string, line: number): Promise<RequestNode | undefined> {
    // At the top of a workspace that is no collection, folder.http has a row of its own.
    const above = (isLevelFile(file) ? await this.nodeOf(dirname(file)) : undefined) ?? (await this.nodeOf(file));
    if (!above) return undefined;
    const requests = await this.#requests(file, above, true);
    return requests.find(({ placed }) => line >= placed.line && line < placed.line + placed.block.lineCount);
  }

  /** The rows of a document's requests as they were last asked for; empty where they never were. */
  shownRequests(file: string): readonly RequestNode[] {
    return this.#opened.get(file)?.requests ?? [];
  }

  /** Every request at or below a row, in the order of the tree. */
  async requestsBelow(node: CollectionNode): Promise<readonly RequestNode[]> {
    if (node.kind === 'request') return [node];
    const found: RequestNode[] = [];
    for (const child of await this.#rows(node, true)) found.push(...(await this.requestsBelow(child)));
    return found;
  }

  /**
   * Takes in that documents are others now. Returns the rows that have to be drawn again, outer ones first: a row of a
   * file where requests came, went or changed places, the requests alone where they only say something else.
   */
  async update(files: Iterable<string>): Promise<readonly CollectionNode[]> {
    const redraw = new Set<CollectionNode>(this.#undrawn);
    this.#undrawn.clear();
    const concerned = new Set<string>();
    for (const file of files) {
      concerned.add(file);
      const folder = dirname(file);
      const row = (isLevelFile(file) ? this.#nodes.get(folder) : undefined) ?? this.#nodes.get(file);
      if (row && (await this.describe(row))) redraw.add(row);
      if (!isLevelFile(file)) continue;
      const below = folder.endsWith('/') || folder.endsWith('\\') ? folder : join(folder, '/');
      for (const opened of this.#opened.keys()) if (opened.startsWith(below)) concerned.add(opened);
    }
    for (const file of concerned) {
      const opened = this.#opened.get(file);
      if (!opened) continue;
      const { changed, moved } = await this.#refresh(file, opened);
      if (moved) redraw.add(opened.node);
      else for (const node of changed) redraw.add(node);
    }
    return [...redraw];
  }

  /** Forgets rows of files and folders that are no longer listed. */
  prune(): void {
    for (const [id, node] of this.#nodes) {
      const stands = node.kind === 'file' ? this.#listing.has(node.file) : this.#listing.hasFolder(node.folder);
      if (stands) continue;
      this.#nodes.delete(id);
    }
    for (const file of this.#opened.keys()) if (!this.#listing.has(file)) this.#opened.delete(file);
  }

  /** @param unseen they are not on their way to the screen */
  async #rows(node: CollectionNode | undefined, unseen: boolean): Promise<readonly CollectionNode[]> {
    if (!node) return await this.#top(unseen);
    if (node.kind === 'request') return [];
    if (node.kind === 'file') return await this.#requests(node.file, node, unseen);
    return await this.#inFolder(node.folder, node, unseen);
  }

  async #top(unseen: boolean): Promise<readonly CollectionNode[]> {
    const { roots } = this.#listing;
    const shown = roots.filter(root => {
      const { folders, files, collection } = this.#listing.folder(root) ?? nothing;
      return collection || folders.length + files.length > 0 || this.#listing.has(join(root, folderFile));
    });
    const [only] = shown;
    if (only !== undefined && shown.length === 1 && !this.#listing.folder(only)?.collection) {
      return await this.#inFolder(only, undefined, unseen);
    }
    return shown.map(root => this.#folderNode(root, undefined));
  }

  async #inFolder(folder: string, parent: FolderNode | undefined, unseen: boolean): Promise<readonly CollectionNode[]> {
    const listed = this.#listing.folder(folder);
    if (!listed) return [];
    const own: CollectionNode[] = [];
    for (const name of [collectionFile, folderFile]) {
      const file = join(folder, name);
      if (!this.#listing.has(file)) continue;
      if (parent) own.push(...(await this.#requests(file, parent, unseen)));
      else own.push(this.#fileNode(file, undefined));
    }
    return [
      ...listed.folders.map(path => this.#folderNode(path, parent)),
      ...own,
      ...listed.files.map(path => this.#fileNode(path, parent)),
    ];
  }

  #folderNode(path: string, parent: FolderNode | undefined): FolderNode {
    const kind = this.#listing.folder(path)?.collection ? 'collection' : 'folder';
    const above = parent?.folder ?? this.#listing.rootOf(path) ?? dirname(path);
    const label = path === above ? basename(path) : relative(above, path);
    const known = this.#nodes.get(path);
    if (known && known.kind !== 'file') return Object.assign(known, { kind, label, parent });
    const node: FolderNode = { id: path, kind, folder: path, label, parent, states: undefined, problems: 0 };
    this.#nodes.set(path, node);
    return node;
  }

  #fileNode(file: string, parent: FolderNode | undefined): FileNode {
    const known = this.#nodes.get(file);
    if (known?.kind === 'file') return Object.assign(known, { parent });
    const node: FileNode = {
      id: file,
      kind: 'file',
      file,
      label: basename(file),
      parent,
      states: undefined,
      problems: 0,
    };
    this.#nodes.set(file, node);
    return node;
  }

  /** @param unseen what the rows say by now is still to be drawn */
  async #requests(file: string, node: FileNode | FolderNode, unseen: boolean): Promise<readonly RequestNode[]> {
    const known = this.#opened.get(file);
    const opened: Opened =
      known?.node === node ? known : { node, tree: undefined, around: '', requests: known?.requests ?? [] };
    this.#opened.set(file, opened);
    const shownBefore = opened.tree !== undefined;
    const { changed, moved } = await this.#refresh(file, opened);
    if (unseen && shownBefore) for (const row of moved ? [opened.node] : changed) this.#undrawn.add(row);
    return opened.requests;
  }

  async #refresh(file: string, opened: Opened): Promise<{ changed: readonly RequestNode[]; moved: boolean }> {
    const tree = this.#listing.has(file) ? await this.#workspace.tree(file) : undefined;
    const scopes = tree ? (await findScopes(file, tree, this.#workspace)).scopes : [];
    const around = tree ? aroundKey(file, tree, scopes) : '';
    if (tree === opened.tree && around === opened.around) return { changed: [], moved: false };
    const sameAround = around === opened.around;
    const before = opened.requests;
    const placed: PlacedBlock[] = [];
    const indices: number[] = [];
    tree?.blocks.forEach((candidate, index) => {
      if (!candidate.block.request) return;
      placed.push(candidate);
      indices.push(index);
    });
    const matched = tree ? matchedBlocks(before, tree, placed) : [];
    const changed: RequestNode[] = [];
    // Most requests state nothing themselves, and show the same of what is around them.
    let shared: AuthShown | undefined;
    const authOf = (block: number, at: PlacedBlock): AuthShown => {
      const decide = () => authShown(authInForce(file, tree as SyntaxTree, block, scopes));
      if (decidesItself(at)) return decide();
      shared ??= decide();
      return shared;
    };
    const requests = placed.map((at, index): Writable<RequestNode> => {
      const known = matched[index];
      const block = indices[index] ?? 0;
      const where = { tree: tree as SyntaxTree, placed: at, block, parent: opened.node };
      if (known && known.placed.block === at.block && sameAround) return Object.assign(known, where);
      const shown = requestShown(at, authOf(block, at));
      if (!known) return newRequest(`${file}#${++this.#serial}`, file, where, shown);
      const differs = shownKey(known) !== shownKey(shown);
      Object.assign(known, where, shown);
      if (differs) changed.push(known);
      return known;
    });
    const moved = before.length !== requests.length || requests.some((request, index) => request !== before[index]);
    Object.assign(opened, { tree, around, requests });
    return { changed, moved };
  }
}

const nothing = { folders: [], files: [], collection: false };

/** The file that speaks for a folder. */
export function levelFile({ kind, folder }: Pick<FolderNode, 'kind' | 'folder'>): string {
  return join(folder, kind === 'collection' ? collectionFile : folderFile);
}

type Shown = Pick<RequestNode, 'label' | 'method' | 'auth' | 'problems'>;

function requestShown(placed: PlacedBlock, auth: AuthShown): Shown {
  const { request } = placed.block;
  const method = request?.method?.text.toUpperCase() ?? 'GET';
  const title = requestTitle(placed);
  const target = request?.target.text ?? '';
  // Without a title it begins with its method, which the row shows anyway.
  return { label: title === `${method} ${target}` ? target : title, method, auth, problems: problemsOf(placed.block) };
}

/** Whether a request has an auth, or a header that may stand for one, of its own. */
function decidesItself({ block: { auth, request } }: PlacedBlock): boolean {
  return auth !== undefined || (request?.headers.some(({ name }) => /^authorization$/i.test(name.text)) ?? false);
}

/** Written out, as rows come in tens of thousands. */
function newRequest(
  id: string,
  file: string,
  { tree, placed, block, parent }: Pick<RequestNode, 'tree' | 'placed' | 'block' | 'parent'>,
  { label, method, auth, problems }: Shown,
): Writable<RequestNode> {
  return { id, kind: 'request', file, tree, placed, block, parent, label, method, auth, problems };
}

const shownKey = ({ label, method, auth, problems }: Shown): string =>
  JSON.stringify([label, method, key(auth), problems]);

const key = (auth: AuthShown | undefined): string =>
  auth ? `${auth.scheme} ${auth.inherited} ${auth.fromHeader}` : '';

/** What the requests of a document show of what is around them. */
function aroundKey(file: string, tree: SyntaxTree, scopes: readonly Scope[]): string {
  return key(authShown(authInForce(file, tree, undefined, scopes)));
}

function statedAuth(file: string, tree: SyntaxTree): AuthShown | undefined {
  const { auth } = fileStatements(file, tree);
  if (!auth || auth.scheme === 'inherit') return undefined;
  return { scheme: auth.scheme === 'none' ? undefined : auth.scheme, inherited: false, fromHeader: false };
}

function problemsOf(block: PlacedBlock['block']): number {
  let count = 0;
  for (const { severity } of blockDiagnostics(block)) if (severity === 'error' || severity === 'warning') count++;
  return count;
}

function isAbove(row: FolderNode | FileNode, path: string): boolean {
  return row.kind !== 'file' && !isSamePath(path, row.folder) && isWithin(path, row.folder);
}
