import { basename, dirname, join } from 'node:path';
import type { AuthLevel, AuthStatement } from '../auth/inheritance.ts';
import { foldersUp } from '../core/path-within.ts';
import type { Place } from '../core/place.ts';
import type { Level } from '../core/request.ts';
import { fileBlocks } from '../language/file-blocks.ts';
import type { AuthNode, PlacedBlock, SyntaxTree, VariableNode } from '../language/syntax-tree.ts';
import { repeatedAuth } from './repeated-auth.ts';
import type { Workspace } from './workspace.ts';

export const folderFile = 'folder.http';
export const collectionFile = 'collection.http';

/** Whether a file speaks for its folder rather than being one of its documents. */
export function isLevelFile(file: string): boolean {
  const name = basename(file);
  return name === folderFile || name === collectionFile;
}

/** A file that speaks for a level above the request. */
export interface Scope {
  readonly level: Exclude<Level, 'request'>;
  readonly file: string;
  readonly tree: SyntaxTree;
}

/** The scopes around the requests of a file, inner first, and the collection's folder. */
export interface Scopes {
  readonly scopes: readonly Scope[];
  /** The files that were looked for in vain: when one appears, the scopes are others. */
  readonly absent: readonly string[];
  readonly collection: string;
}

/** A file that may speak for a document, by the folder it stands in. */
interface Candidate {
  readonly level: 'folder' | 'collection';
  readonly path: string;
  readonly folder: string;
}

interface Candidates {
  readonly file: string;
  readonly root: string;
  readonly candidates: readonly Candidate[];
}

const candidatesOfTree = new WeakMap<SyntaxTree, Candidates>();

/** Finds the file's own scope, the `folder.http` of each enclosing folder, and the `collection.http` that ends the search. */
export async function findScopes(file: string, tree: SyntaxTree, workspace: Workspace): Promise<Scopes> {
  const own = basename(file);
  const scopes: Scope[] = [];
  const absent: string[] = [];
  if (own !== folderFile && own !== collectionFile) scopes.push({ level: 'file', file, tree });
  const candidates = candidatesFor(file, tree, workspace.root(file));
  for (const { level, path, folder } of candidates) {
    const looked = path === file ? tree : workspace.tree(path);
    const found = looked instanceof Promise ? await looked : looked;
    if (!found) {
      absent.push(path);
      continue;
    }
    scopes.push({ level, file: path, tree: found });
    if (level === 'collection') return { scopes, absent, collection: folder };
  }
  return { scopes, absent, collection: candidates.at(-1)?.folder ?? dirname(file) };
}

/** Where to look, inner first, up to the root. */
function candidatesFor(file: string, tree: SyntaxTree, root: string): readonly Candidate[] {
  const known = candidatesOfTree.get(tree);
  if (known?.root === root && known.file === file) return known.candidates;
  const candidates: Candidate[] = [];
  for (const folder of foldersUp(dirname(file), root)) {
    if (basename(file) !== collectionFile || folder !== dirname(file)) {
      candidates.push({ level: 'folder', path: join(folder, folderFile), folder });
    }
    candidates.push({ level: 'collection', path: join(folder, collectionFile), folder });
  }
  candidatesOfTree.set(tree, { file, root, candidates });
  return candidates;
}

/** What one document states for everything in it, found once per tree. */
export interface FileStatements {
  readonly auth: AuthStatement | undefined;
  readonly variables: readonly { readonly node: VariableNode; readonly placed: PlacedBlock }[];
  /** Of the blocks that speak for the whole document, those that hold directives. */
  readonly directives: readonly PlacedBlock[];
}

const statementsOfTree = new WeakMap<SyntaxTree, FileStatements>();

/** The auth and directives of the blocks that speak for the whole document, and the variables of all. */
export function fileStatements(file: string, tree: SyntaxTree): FileStatements {
  const known = statementsOfTree.get(tree);
  if (known) return known;
  const variables: { node: VariableNode; placed: PlacedBlock }[] = [];
  const directives: PlacedBlock[] = [];
  let auth: AuthStatement | undefined;
  for (const placed of tree.blocks) {
    // Most blocks of a large document state none, and need not be read to know it.
    if (!mayStateVariable(tree, placed)) continue;
    for (const node of placed.block.variables) variables.push({ node, placed });
  }
  for (const placed of fileBlocks(tree)) {
    if (placed.block.directives.length > 0) directives.push(placed);
    const node = placed.block.auth;
    if (!node) continue;
    if (!auth) auth = authStatement(file, tree, placed, node);
    else if (!auth.fault) {
      const { message } = repeatedAuth(node, auth.place.line);
      auth = { ...auth, fault: { message, place: placeAt(file, tree, placed, node.start, node.line) } };
    }
  }
  const statements = { auth, variables, directives };
  statementsOfTree.set(tree, statements);
  return statements;
}

const variableLine = /(?:^|[\r\n])[ \t\ufeff]*@/;

function mayStateVariable({ text }: SyntaxTree, { offset, block: { length } }: PlacedBlock): boolean {
  const at = text.indexOf('@', offset);
  return at >= 0 && at < offset + length && variableLine.test(text.slice(offset, offset + length));
}

/** What the parser finds wrong with `@auth` where a reading of the rest would be a guess. */
const authFaults: ReadonlySet<string> = new Set([
  'unclosed-quote',
  'missing-equals',
  'missing-field-name',
  'duplicate-auth',
]);

/** The statement of an `@auth` directive, with places in its file. */
export function authStatement(file: string, tree: SyntaxTree, placed: PlacedBlock, node: AuthNode): AuthStatement {
  const fault = placed.block.diagnostics.find(({ code }) => authFaults.has(code));
  return {
    scheme: node.scheme.text,
    fields: node.fields.map(field => ({
      name: field.name.text,
      value: field.value.text,
      fromFile: field.fromFile,
      place: placeAt(file, tree, placed, field.start, field.line),
    })),
    place: placeAt(file, tree, placed, node.start, node.line),
    ...(fault
      ? { fault: { message: fault.message, place: placeAt(file, tree, placed, fault.start, fault.line) } }
      : {}),
  };
}

/** The place of an offset of a block, for people: line and column count from 1. */
export function placeAt(file: string, tree: SyntaxTree, placed: PlacedBlock, offset: number, line: number): Place {
  const at = placed.offset + offset;
  const lineStart = at === 0 ? 0 : Math.max(tree.text.lastIndexOf('\n', at - 1) + 1, 0);
  return { file, line: placed.line + line + 1, column: at - lineStart + 1 };
}

/** The levels that may state a request's auth, inner first. */
export function authLevels(
  file: string,
  tree: SyntaxTree,
  placed: PlacedBlock | undefined,
  scopes: readonly Scope[],
): readonly AuthLevel[] {
  const outer = scopes.map((scope): AuthLevel => {
    const { auth } = fileStatements(scope.file, scope.tree);
    return { level: scope.level, file: scope.file, ...(auth ? { statement: auth } : {}) };
  });
  if (!placed?.block.request) return outer;
  const { auth } = placed.block;
  const statement = auth ? authStatement(file, tree, placed, auth) : undefined;
  return [{ level: 'request', file, ...(statement ? { statement } : {}) }, ...outer];
}
