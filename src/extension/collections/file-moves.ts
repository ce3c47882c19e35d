import * as vscode from 'vscode';
import { pathAfterMove } from '../../core/path-within.ts';
import { type PathMove, pathsAfterMoves } from '../../features/collections/relative-paths.ts';
import type { Documents } from '../documents.ts';
import { requestFiles, unlistedFiles } from './listing.ts';
import { addEdits } from './undo.ts';

/** Files that the editor is about to move or rename. */
export type FileMoves = vscode.FileWillRenameEvent['files'];

/**
 * The edits after which the request files of the workspace name the files that they name now, once some were moved.
 * They stand at the addresses from before the move.
 */
export async function editsForMoves(
  documents: Documents,
  files: FileMoves,
  token: vscode.CancellationToken,
): Promise<vscode.WorkspaceEdit | undefined> {
  const moves = files
    .filter(({ oldUri, newUri }) => oldUri.scheme === 'file' && newUri.scheme === 'file')
    .map(({ oldUri, newUri }): PathMove => ({ from: oldUri.fsPath, to: newUri.fsPath }));
  if (moves.length === 0) return undefined;
  const found = await vscode.workspace.findFiles(requestFiles, unlistedFiles, undefined, token);
  const edit = new vscode.WorkspaceEdit();
  for (const uri of found) {
    if (token.isCancellationRequested) return undefined;
    const tree = uri.scheme === 'file' ? await documents.tree(uri.fsPath) : undefined;
    if (!tree || pathsAfterMoves(tree, uri.fsPath, moves).length === 0) continue;
    const document = await vscode.workspace.openTextDocument(uri);
    addEdits(edit, document, pathsAfterMoves(documents.treeOf(document), uri.fsPath, moves));
  }
  return edit.size > 0 ? edit : undefined;
}

/** The documents that edits change and that have nothing unsaved, as they are called after the move. */
export function savedDocuments(edit: vscode.WorkspaceEdit, files: FileMoves): readonly vscode.Uri[] {
  const unsaved = new Set(
    vscode.workspace.textDocuments.filter(({ isDirty }) => isDirty).map(({ uri }) => String(uri)),
  );
  return edit.entries().flatMap(([uri]) => (unsaved.has(String(uri)) ? [] : movedUri(uri, files)));
}

function movedUri(uri: vscode.Uri, files: FileMoves): vscode.Uri {
  for (const { oldUri, newUri } of files) {
    const path = pathAfterMove(uri.fsPath, oldUri.fsPath, newUri.fsPath);
    if (path !== undefined) return newUri.with({ path: vscode.Uri.file(path).path });
  }
  return uri;
}

/** Saves documents whose only change is that of their paths. */
export async function saveAll(uris: readonly vscode.Uri[]): Promise<void> {
  for (const uri of uris) {
    const document = vscode.workspace.textDocuments.find(open => String(open.uri) === String(uri));
    if (document?.isDirty) await document.save();
  }
}
