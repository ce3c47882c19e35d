import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { isWithin } from '../../core/path-within.ts';
import { authShown, authText } from '../../features/collections/auth-shown.ts';
import { moveRequests } from '../../features/collections/collection-edits.ts';
import type { CollectionNode, FileNode, FolderNode, RequestNode } from '../../features/collections/collection-node.ts';
import { decidedAuth, sameAuth, stateAuth } from '../../features/collections/moved-auth.ts';
import { parse } from '../../language/parser.ts';
import type { PlacedBlock } from '../../language/syntax-tree.ts';
import type { AuthDecision } from '../../sending/auth-in-force.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { folderFile } from '../../sending/scopes.ts';
import { tell } from '../notices.ts';
import type { CollectionsContext } from './context.ts';
import { exists, unusedFile } from './create.ts';
import { hasAncestor, offerUndo } from './edit.ts';
import { authWords } from './items.ts';
import { pathOf, pathsSaid, renameNodes } from './paths.ts';
import type { Step } from './undo.ts';

/** Something that was moved, with the auth that it had. */
interface Moved {
  readonly label: string;
  readonly before: AuthDecision;
  /** Where it is now: its document and, for a request, its text's place. */
  readonly file: string;
  readonly find?: (blocks: readonly PlacedBlock[]) => number;
}

/** Moves rows to another: requests into a document, files and folders into a folder. */
export async function move(
  context: CollectionsContext,
  dragged: readonly CollectionNode[],
  target: CollectionNode | undefined,
): Promise<void> {
  const outer = dragged.filter(node => node !== target && !hasAncestor(node, dragged));
  const requests = outer.filter(node => node.kind === 'request');
  const others = outer.filter(node => node.kind !== 'request');
  if (requests.length > 0) await moveToDocument(context, requests, target);
  if (others.length > 0) await moveToFolder(context, others, target);
}

async function moveToDocument(
  context: CollectionsContext,
  requests: readonly RequestNode[],
  target: CollectionNode | undefined,
): Promise<void> {
  const { documents, changes } = context;
  const tree = await context.tree();
  const root = tree.listing.roots[0];
  const folder = !target ? root : 'folder' in target ? target.folder : undefined;
  if (!target && folder === undefined) return;
  // In a folder they get a document of their own, named after the first of them.
  const [first] = requests;
  if (!first) return;
  const file =
    target && 'file' in target ? target.file : await unusedFile(join(folder ?? '', `${slug(first.label)}.http`));
  const uri = vscode.Uri.file(file);
  const creation = (await exists(file))
    ? undefined
    : await changes.make({ label: 'Move', creates: [{ uri, text: '' }] });
  const label = requests.length === 1 ? `Move “${first.label}”` : `Move ${requests.length} requests`;
  const moved: Moved[] = [];
  let step: Step | undefined = creation;
  const groups = [...Map.groupBy(requests, node => node.file)];
  // Those that only change their place in the document come first, while the others' places are still the same.
  groups.sort(([a], [b]) => Number(b === file) - Number(a === file));
  for (const [source, group] of groups) {
    const document = await vscode.workspace.openTextDocument(uri);
    const into = documents.treeOf(document);
    const next = target?.kind === 'request' ? into.blocks[target.block] : undefined;
    const from = await vscode.workspace.openTextDocument(vscode.Uri.file(source));
    const fromTree = documents.treeOf(from);
    const placed = group.flatMap(({ block }) => fromTree.blocks[block] ?? []).sort((a, b) => a.offset - b.offset);
    const upwards = source === file && next !== undefined && placed.some(({ offset }) => offset > next.offset);
    const to = { tree: into, next, side: upwards ? ('before' as const) : ('after' as const) };
    const edits = moveRequests(fromTree, placed, to, { source, target: file });
    for (const block of source === file ? [] : placed) {
      const before = await decidedAuth(source, fromTree, fromTree.blocks.indexOf(block), documents);
      const title = requestTitle(block);
      const find = (blocks: readonly PlacedBlock[]): number =>
        blocks.findLastIndex(candidate => candidate.block.request && requestTitle(candidate) === title);
      moved.push({ label: title, before, file, find });
    }
    const texts = [
      { document: from, edits: edits.source },
      { document, edits: edits.target },
    ].filter(({ edits: some }) => some.length > 0);
    if (texts.length === 0) continue;
    const made = await changes.make({ label, texts });
    await context.settle();
    if (!made) return void (await step?.undo());
    step = step ? changes.join(step, made) : made;
  }
  if (step) await report(context, step, moved);
}

async function moveToFolder(
  context: CollectionsContext,
  nodes: readonly (FileNode | FolderNode)[],
  target: CollectionNode | undefined,
): Promise<void> {
  const { documents } = context;
  const tree = await context.tree();
  const folder = !target ? tree.listing.roots[0] : 'folder' in target ? target.folder : dirname(target.file);
  if (folder === undefined) return;
  const moving = nodes.filter(node => dirname(pathOf(node)) !== folder && !isWithin(folder, pathOf(node)));
  const moves: { node: FileNode | FolderNode; to: string }[] = [];
  const moved: Moved[] = [];
  for (const node of moving) {
    const path = pathOf(node);
    const to = join(folder, basename(path));
    if (await exists(to)) {
      tell('warning', 'There is “{0}” in that folder already.', basename(path));
      return;
    }
    moves.push({ node, to });
    // A collection inherits nothing, wherever it stands.
    if (node.kind === 'collection') continue;
    const own = node.kind === 'file' ? path : join(path, folderFile);
    const text = (await documents.tree(own)) ?? parse('');
    const before = await decidedAuth(own, text, undefined, documents);
    moved.push({ label: node.label, before, file: node.kind === 'file' ? to : join(to, folderFile) });
  }
  if (moves.length === 0) return;
  const made = await renameNodes(context, 'Move', moves);
  await context.settle();
  if (made) await report(context, made.step, moved, made.rewritten);
}

/**
 * Says which auth changed by the move, and offers to undo it or to keep the auth.
 * @param rewritten how many documents name files by other paths now
 */
async function report(context: CollectionsContext, step: Step, moved: readonly Moved[], rewritten = 0): Promise<void> {
  const { documents } = context;
  const changed: { moved: Moved; after: AuthDecision }[] = [];
  for (const item of moved) {
    const tree = (await documents.tree(item.file)) ?? parse('');
    const block = item.find?.(tree.blocks);
    const after = await decidedAuth(item.file, tree, block, documents);
    if (!sameAuth(item.before, after)) changed.push({ moved: item, after });
  }
  const [first] = changed;
  if (!first) {
    if (rewritten > 0) void offerUndo(context, step, pathsSaid(rewritten));
    return;
  }
  const name = (decision: AuthDecision): string =>
    authText({ ...authShown(decision), inherited: false, fromHeader: false }, authWords());
  const where = first.after.from ? basename(first.after.from.file) : undefined;
  const said =
    changed.length > 1
      ? `The authorization of ${changed.length} of the moved items is another now, inherited from their new place.`
      : where === undefined
        ? `“${first.moved.label}” is sent without authorization now; it was ${name(first.moved.before)}.`
        : `“${first.moved.label}” now inherits ${name(first.after)} from ${where}; it was ${name(first.moved.before)}.`;
  const keep = {
    label: 'Keep the Auth It Had',
    run: () =>
      keepAuth(
        context,
        changed.map(({ moved: item }) => item),
      ),
  };
  void offerUndo(context, step, rewritten === 0 ? said : `${said} ${pathsSaid(rewritten)}`, keep);
}

/** Makes each moved item state the auth that it inherited where it was. */
async function keepAuth(context: CollectionsContext, moved: readonly Moved[]): Promise<void> {
  const label = 'Keep the Auth It Had';
  for (const { file, find, before } of moved) {
    const uri = vscode.Uri.file(file);
    if (!(await exists(file))) await context.changes.make({ label, creates: [{ uri, text: '' }] });
    const document = await vscode.workspace.openTextDocument(uri);
    const tree = context.documents.treeOf(document);
    const edits = stateAuth(file, tree, find ? tree.blocks[find(tree.blocks)] : undefined, before);
    await context.changes.make({ label, texts: [{ document, edits }] });
  }
  await context.settle();
}

function slug(label: string): string {
  const words = label.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return words.replace(/^-+|-+$/g, '') || 'request';
}
