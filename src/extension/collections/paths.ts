import * as vscode from 'vscode';
import type { CollectionNode } from '../../features/collections/collection-node.ts';
import { type PathMove, pathsAfterMoves } from '../../features/collections/relative-paths.ts';
import type { TextEdit } from '../../language/syntax-tree.ts';
import type { CollectionsContext } from './context.ts';
import type { Step } from './undo.ts';

export const pathOf = (node: CollectionNode): string => ('file' in node ? node.file : node.folder);

/** Moves or renames rows, after the paths in documents were changed to lead to the same files from then on. */
export async function renameNodes(
  context: CollectionsContext,
  label: string,
  moves: readonly { readonly node: CollectionNode; readonly to: string }[],
): Promise<{ readonly step: Step; readonly rewritten: number } | undefined> {
  const { changes } = context;
  const paths = moves.map(({ node, to }): PathMove => ({ from: pathOf(node), to }));
  const texts = await changedPaths(
    context,
    moves.map(({ node }) => node),
    paths,
  );
  const first = texts.length === 0 ? undefined : await changes.make({ label, texts });
  if (texts.length > 0 && !first) return undefined;
  const renames = paths.map(({ from, to }) => ({ from: vscode.Uri.file(from), to: vscode.Uri.file(to) }));
  const step = await changes.make({ label, renames });
  if (!step) return void (await first?.undo());
  return { step: first ? changes.join(first, step) : step, rewritten: texts.length };
}

async function changedPaths(
  context: CollectionsContext,
  nodes: readonly CollectionNode[],
  moves: readonly PathMove[],
): Promise<{ document: vscode.TextDocument; edits: readonly TextEdit[] }[]> {
  const { listing } = await context.tree();
  // Other documents may name files in a folder, but hardly a request file.
  const files = nodes.every(node => node.kind === 'file')
    ? moves.map(({ from }) => from)
    : listing.roots.flatMap(root => [...listing.filesBelow(root)]);
  const changed: { document: vscode.TextDocument; edits: readonly TextEdit[] }[] = [];
  for (const file of new Set(files)) {
    const tree = await context.documents.tree(file);
    if (!tree || pathsAfterMoves(tree, file, moves).length === 0) continue;
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    changed.push({ document, edits: pathsAfterMoves(context.documents.treeOf(document), file, moves) });
  }
  return changed;
}

/** @param documents how many of them name files by other paths now */
export function pathsSaid(documents: number): string {
  return documents === 1
    ? 'Paths in one document were changed, so that they lead to the same files.'
    : `Paths in ${documents} documents were changed, so that they lead to the same files.`;
}
