import { parse } from '../../src/language/parser.ts';
import type { SyntaxTree } from '../../src/language/syntax-tree.ts';
import { findScopes, type Scopes } from '../../src/sending/scopes.ts';
import type { Workspace } from '../../src/sending/workspace.ts';

/** Folder in which the documents of a test stand. */
export const folder = '/work';

/** A document with a cursor, and the documents around it. */
export interface MarkedDocument {
  readonly file: string;
  readonly tree: SyntaxTree;
  /** Of the first `|`. */
  readonly offset: number;
  readonly workspace: Workspace;
  readonly scopes: Scopes;
}

/** Documents held in memory, by their paths below `/work`. */
export function memoryWorkspace(files: Readonly<Record<string, string>>): Workspace {
  const trees = new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, parse(text)]));
  return { tree: file => trees.get(file), root: () => folder };
}

/** The document `name` (with a `|` where the cursor stands, if any) among others. */
export async function documentAt(
  text: string,
  others: Readonly<Record<string, string>> = {},
  name = 'users.http',
): Promise<MarkedDocument> {
  const at = text.indexOf('|');
  const plain = at < 0 ? text : text.slice(0, at) + text.slice(at + 1);
  const workspace = memoryWorkspace({ ...others, [name]: plain });
  const file = `${folder}/${name}`;
  const tree = (await workspace.tree(file)) as SyntaxTree;
  return { file, tree, offset: at, workspace, scopes: await findScopes(file, tree, workspace) };
}
