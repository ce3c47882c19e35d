import * as vscode from 'vscode';
import type { Documents } from '../documents.ts';
import { isOwnMove } from './own-moves.ts';

/**
 * Keeps the paths in request files leading to the same files when the person moves or renames files anywhere in the
 * editor. The editor makes these edits part of the move: it asks before the first of them, and undoes both in one step.
 */
export function registerPathUpdates(documents: Documents): vscode.Disposable {
  const toSave = new Map<string, readonly vscode.Uri[]>();
  const keyOf = (files: readonly { readonly newUri: vscode.Uri }[]): string =>
    files.map(({ newUri }) => String(newUri)).join('\n');
  return vscode.Disposable.from(
    vscode.workspace.onWillRenameFiles(event => {
      const files = event.files.filter(({ oldUri }) => !isOwnMove(oldUri));
      const enabled = vscode.workspace.getConfiguration('countersign').get('updatePathsOnFileMove.enabled', true);
      if (files.length === 0 || !enabled) return;
      event.waitUntil(
        import('./file-moves.ts').then(async ({ editsForMoves, savedDocuments }) => {
          const edit = await editsForMoves(documents, files, event.token);
          if (edit) toSave.set(keyOf(event.files), savedDocuments(edit, files));
          return edit;
        }),
      );
    }),
    vscode.workspace.onDidRenameFiles(async ({ files }) => {
      const uris = toSave.get(keyOf(files));
      if (!uris) return;
      toSave.delete(keyOf(files));
      await (await import('./file-moves.ts')).saveAll(uris);
    }),
  );
}
