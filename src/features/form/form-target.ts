import { basename } from 'node:path';
import type { AuthStatement as PrintedStatement } from '../../language/auth-printer.ts';
import { fileBlock } from '../../language/auth-printer.ts';
import type { AuthNode, PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { collectionFile, folderFile } from '../../sending/scopes.ts';

/** Whose authorization a form shows. */
export type FormLevel = 'request' | 'file' | 'folder' | 'collection';

/** A request of a document, or the document's own level: a file, a folder or a collection. */
export interface FormTarget {
  readonly level: FormLevel;
  /** Absolute path. */
  readonly file: string;
  readonly tree: SyntaxTree;
  /** Index of the request's block; undefined for the document's own level. */
  readonly block: number | undefined;
}

/** The level that a document itself speaks for. */
export function levelOfFile(file: string): Exclude<FormLevel, 'request'> {
  const name = basename(file);
  return name === folderFile ? 'folder' : name === collectionFile ? 'collection' : 'file';
}

/** The block whose `@auth` the form edits; undefined where a document has none for its own level yet. */
export function formBlock({ tree, block }: FormTarget): PlacedBlock | undefined {
  return block === undefined ? fileBlock(tree) : tree.blocks[block];
}

/** The directive that the form edits. */
export function formAuth(target: FormTarget): AuthNode | undefined {
  return formBlock(target)?.block.auth;
}

/** A directive as a form holds it. */
export function statementOf(auth: AuthNode): PrintedStatement {
  return {
    scheme: auth.scheme.text,
    fields: auth.fields.map(({ name, value, fromFile }) => ({ name: name.text, value: value.text, fromFile })),
  };
}

/** Index of a request after its document changed, by what is the same about it; undefined where it is gone. */
export function followRequest(before: FormTarget, tree: SyntaxTree): number | undefined {
  const { block: index } = before;
  const old = index === undefined ? undefined : before.tree.blocks[index];
  if (index === undefined || old === undefined) return undefined;
  const same = tree.blocks.findIndex(({ block }) => block === old.block);
  if (same !== -1) return same;
  if (tree.blocks.length === before.tree.blocks.length && tree.blocks[index]?.block.request) return index;
  return findRequest(tree, requestTitle(old), old.line + 1);
}

/** The request of that title that is nearest to a line (from 1), else the one at the line. */
export function findRequest(tree: SyntaxTree, title: string, line: number): number | undefined {
  let nearest: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const [index, placed] of tree.blocks.entries()) {
    if (!placed.block.request || requestTitle(placed) !== title) continue;
    const away = Math.abs(placed.line + 1 - line);
    if (away < distance) [nearest, distance] = [index, away];
  }
  if (nearest !== undefined) return nearest;
  const at = tree.blocks.findIndex(({ line: first, block }) => line > first && line <= first + block.lineCount);
  return tree.blocks[at]?.block.request ? at : undefined;
}
