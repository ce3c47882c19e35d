import { type Dirent, existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parse } from '../language/parser.ts';
import type { SyntaxTree } from '../language/syntax-tree.ts';
import { byName } from '../sending/file-order.ts';
import { collectionFile, folderFile, isLevelFile } from '../sending/scopes.ts';
import type { Workspace } from '../sending/workspace.ts';
import { UsageError } from './arguments.ts';
import { readRequestFile } from './request-file.ts';

/** The files on disk, each read and parsed once. */
export interface NodeWorkspace extends Workspace {
  tree(file: string): SyntaxTree | undefined;
  /** The folder up to which environment files are looked for: the repository's, else the one that a call is made in. */
  environmentRoot(file: string): string;
  /** The trees read so far. */
  read(): Iterable<SyntaxTree>;
}

/** @param current the folder in which inheritance ends where no collection and no repository does */
export function createNodeWorkspace(current: string): NodeWorkspace {
  const trees = new Map<string, SyntaxTree | undefined>();
  const roots = new Map<string, string>();
  return {
    tree(file) {
      if (trees.has(file)) return trees.get(file);
      const text = readRequestFile(file, relative(current, file));
      const tree = text === undefined ? undefined : parse(text);
      trees.set(file, tree);
      return tree;
    },
    environmentRoot: file => repositoryOf(dirname(file)) ?? outermost(dirname(file), current),
    *read() {
      for (const tree of trees.values()) if (tree) yield tree;
    },
    root(file) {
      const folder = dirname(file);
      const known = roots.get(folder) ?? rootOf(folder, current);
      roots.set(folder, known);
      return known;
    },
  };
}

/** The nearest folder that is a collection, else the nearest repository, else `current` if it holds the file. */
function rootOf(folder: string, current: string): string {
  return nearestHolding(folder, collectionFile) ?? repositoryOf(folder) ?? outermost(folder, current);
}

function repositoryOf(folder: string): string | undefined {
  return nearestHolding(folder, '.git');
}

function nearestHolding(folder: string, name: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** `current` where it holds the folder, else the folder. */
function outermost(folder: string, current: string): string {
  return folder === current || folder.startsWith(join(current, '/')) ? current : folder;
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
