import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import {
  copyTitle,
  duplicateRequest,
  removeRequests,
  renameRequest,
} from '../../features/collections/collection-edits.ts';
import type { CollectionNode, RequestNode } from '../../features/collections/collection-node.ts';
import type { PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { ask, showInputBox } from '../notices.ts';
import type { CollectionsContext } from './context.ts';
import { exists, folderName, unusedFile } from './create.ts';
import { pathOf, pathsSaid, renameNodes } from './paths.ts';
import type { Step } from './undo.ts';

/** A request in the document as the editor has it now. */
export async function openedRequest(
  { documents }: CollectionsContext,
  node: RequestNode,
): Promise<{ document: vscode.TextDocument; tree: SyntaxTree; placed: PlacedBlock } | undefined> {
  const document = await vscode.workspace.openTextDocument(documents.uriOf(node.file));
  const tree = documents.treeOf(document);
  const placed = tree.blocks[node.block];
  return placed?.block.request ? { document, tree, placed } : undefined;
}

export async function rename(context: CollectionsContext, node: CollectionNode): Promise<void> {
  const title = 'Rename';
  if (node.kind === 'request') {
    const opened = await openedRequest(context, node);
    if (!opened) return;
    const value = await showInputBox({ title, value: requestTitle(opened.placed) });
    if (!value?.trim()) return;
    const now = await openedRequest(context, node);
    if (!now) return;
    const edits = renameRequest(now.tree, now.placed, value.trim());
    if (edits.length > 0) await context.changes.make({ label: title, texts: [{ document: now.document, edits }] });
    return await context.settle();
  }
  const path = pathOf(node);
  const parent = dirname(path);
  const old = basename(path);
  const dot = node.kind === 'file' ? old.lastIndexOf('.') : -1;
  const value = await showInputBox({
    title,
    value: old,
    valueSelection: [0, dot > 0 ? dot : old.length],
    validateInput: async text => {
      const name = folderName(text);
      if (name === '') return 'Enter a name.';
      if (name.toLowerCase() !== old.toLowerCase() && (await exists(join(parent, name)))) {
        return 'There is a file or folder of that name already.';
      }
      return undefined;
    },
  });
  if (value === undefined || folderName(value) === old) return;
  const name = node.kind === 'file' && !/\.(http|rest)$/.test(value) ? `${folderName(value)}.http` : folderName(value);
  const made = await renameNodes(context, title, [{ node, to: join(parent, name) }]);
  await context.settle();
  if (made && made.rewritten > 0) void offerUndo(context, made.step, pathsSaid(made.rewritten));
}

export async function duplicate(context: CollectionsContext, node: CollectionNode): Promise<void> {
  const label = 'Duplicate';
  if (node.kind === 'request') {
    const opened = await openedRequest(context, node);
    if (!opened) return;
    const { document, tree, placed } = opened;
    const edits = duplicateRequest(tree, placed, copyTitle(tree, placed, 'copy'));
    await context.changes.make({ label, texts: [{ document, edits }] });
    await context.settle();
    const copy = await (await context.tree()).requestAt(node.file, placed.line + placed.block.lineCount);
    return await context.reveal(copy, { focus: true });
  }
  const path = pathOf(node);
  const to = await unusedFile(path);
  const creates = await copies(vscode.Uri.file(path), vscode.Uri.file(to));
  await context.changes.make({ label, creates });
  await context.settle();
  await context.reveal(await (await context.tree()).nodeOf(to), { focus: true });
}

/** Every file at or below one, as it would be created elsewhere. */
async function copies(from: vscode.Uri, to: vscode.Uri): Promise<{ uri: vscode.Uri; bytes: Uint8Array }[]> {
  const { type } = await vscode.workspace.fs.stat(from);
  if (!(type & vscode.FileType.Directory)) return [{ uri: to, bytes: await vscode.workspace.fs.readFile(from) }];
  const entries = await vscode.workspace.fs.readDirectory(from);
  const inner = entries.map(([name]) => copies(vscode.Uri.joinPath(from, name), vscode.Uri.joinPath(to, name)));
  return (await Promise.all(inner)).flat();
}

export async function remove(context: CollectionsContext, nodes: readonly CollectionNode[]): Promise<void> {
  const outer = nodes.filter(node => !hasAncestor(node, nodes));
  if (outer.length === 0) return;
  const requests = outer.filter(node => node.kind === 'request');
  const others = outer.filter(node => node.kind !== 'request');
  const texts = [];
  for (const [file, group] of Map.groupBy(requests, node => node.file)) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
    const tree = context.documents.treeOf(document);
    const placed = group.flatMap(({ block }) => tree.blocks[block] ?? []);
    texts.push({ document, edits: removeRequests(tree, placed) });
  }
  const [only] = outer;
  const label = outer.length === 1 && only ? `Delete “${only.label}”` : `Delete ${outer.length} items`;
  const deletes = others.map(node => vscode.Uri.file(pathOf(node)));
  const step = await context.changes.make({ label, texts, deletes });
  await context.settle();
  if (!step) return;
  const said = outer.length === 1 && only ? `“${only.label}” was deleted.` : `${outer.length} items were deleted.`;
  void offerUndo(context, step, said);
}

/** Says what was done, and takes it back where that is asked for. */
export async function offerUndo(
  context: CollectionsContext,
  step: Step,
  said: string,
  ...more: readonly { readonly label: string; run(): Promise<void> }[]
): Promise<void> {
  const undo = 'Undo';
  const chosen = await ask({
    ...{ kind: 'information', sentence: '{0}', foreign: [said] },
    choices: [undo, ...more.map(({ label }) => label)],
  });
  if (chosen === undo) {
    await step.undo();
    await context.settle();
  } else await more.find(({ label }) => label === chosen)?.run();
}

export function hasAncestor(node: CollectionNode, among: readonly CollectionNode[]): boolean {
  for (let above = node.parent; above; above = above.parent) if (among.includes(above)) return true;
  return false;
}
