import { type Dirent, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from '../language/parser.ts';
import type { SyntaxTree } from '../language/syntax-tree.ts';
import { ownersOf, type RequireOwner } from '../node/ownership.ts';
import { searchRoot } from '../node/search-root.ts';
import { byName } from '../sending/file-order.ts';
import { collectionFile, folderFile, isLevelFile } from '../sending/scopes.ts';
import type { Workspace } from '../sending/workspace.ts';
import { readRequestFile } from './request-file.ts';
import { UsageError } from './usage-error.ts';

/** The files on disk, each read and parsed once. */
export interface NodeWorkspace extends Workspace {
  tree(file: string): SyntaxTree | undefined;
  /** For files that are found on the way up from a request. */
  readonly requireOwner: RequireOwner;
  /** The trees read so far. */
  read(): Iterable<SyntaxTree>;
  /** The same with their files. */
  documents(): Iterable<{ readonly file: string; readonly tree: SyntaxTree }>;
}

/**
 * @param current the folder that the call is made in
 * @param operands the files and folders that it names
 */
export function createNodeWorkspace(current: string, operands: readonly string[] = []): NodeWorkspace {
  const trees = new Map<string, SyntaxTree | undefined>();
  const roots = new Map<string, string>();
  const named = operands.map(operand => resolve(current, operand));
  const requireOwner = ownersOf(named);
  return {
    tree(file) {
      if (trees.has(file)) return trees.get(file);
      if (isLevelFile(file)) requireOwner(file);
      const text = readRequestFile(file, relative(current, file));
      const tree = text === undefined ? undefined : parse(text);
      trees.set(file, tree);
      return tree;
    },
    *read() {
      for (const tree of trees.values()) if (tree) yield tree;
    },
    *documents() {
      for (const [file, tree] of trees) if (tree) yield { file, tree };
    },
    root(file) {
      const folder = dirname(file);
      const known = roots.get(folder) ?? searchRoot(folder, [current, ...named]);
      roots.set(folder, known);
      return known;
    },
    requireOwner,
  };
}

const requestFile = /\.(?:http|rest)$/i;

/**
 * The request files that the operands of a call name, folders searched through in the order of `filesBelow`, each once.
 * @throws UsageError where there is no such file or folder
 */
export async function requestFiles(paths: readonly string[], current: string): Promise<readonly string[]> {
  const files = new Set<string>();
  for (const path of paths) {
    const full = resolve(current, path);
    const stats = statSync(full, { throwIfNoEntry: false });
    if (!stats) throw new UsageError(`there is no file or folder ${path}`);
    if (!stats.isDirectory()) {
      files.add(full);
      continue;
    }
    for (const file of await filesBelow(full)) files.add(file);
  }
  return [...files];
}

/** In the order of the collections view: folders, what speaks for the folder itself, its other files. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const pathOf = ({ name }: { readonly name: string }): string => join(folder, name);
  const isFolder = (entry: Dirent): boolean => entry.isDirectory();
  const folders = entries.filter(
    entry => isFolder(entry) && entry.name !== 'node_modules' && !entry.name.startsWith('.'),
  );
  const own = entries.filter(entry => !isFolder(entry) && requestFile.test(entry.name)).map(pathOf);
  const files: string[] = [];
  for (const path of folders.map(pathOf).sort(byName)) files.push(...(await filesBelow(path)));
  files.push(...[collectionFile, folderFile].map(name => join(folder, name)).filter(path => own.includes(path)));
  files.push(...own.filter(path => !isLevelFile(path)).sort(byName));
  return files;
}
