import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { type FormTarget, findRequest, levelOfFile } from '../../features/form/form-target.ts';
import { blockAtLine } from '../../language/positions.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import { requestTitle } from '../../sending/request-title.ts';
import { collectionFile, folderFile } from '../../sending/scopes.ts';
import type { PanelSubject } from '../../webview/authorization/messages.ts';
import type { Documents } from '../documents.ts';

/** A file, and the line (from 1) of a request in it; without a line, the file's own level. */
export interface Wanted {
  readonly file: string;
  readonly line?: number;
}

/**
 * What `countersign.openAuthorization` is called with: `{ file, line? }` (line from 1), a URI and perhaps a line (from 0,
 * as the other commands take it), or nothing, which means the cursor.
 */
export async function wantedBy(documents: Documents, given: unknown, line: unknown): Promise<Wanted | undefined> {
  const at = typeof line === 'number' ? { line: line + 1 } : {};
  if (given instanceof vscode.Uri) return { file: await fileOf(documents, given), ...at };
  if (typeof given === 'string') return { file: given, ...(typeof line === 'number' ? { line } : {}) };
  if (typeof given === 'object' && given !== null && 'file' in given && typeof given.file === 'string') {
    const from = 'line' in given && typeof given.line === 'number' ? { line: given.line } : {};
    return { file: given.file, ...from };
  }
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'http') return undefined;
  return { file: documents.fileOf(editor.document.uri), line: editor.selection.active.line + 1 };
}

/** A folder is spoken for by its `collection.http` or `folder.http`. */
async function fileOf(documents: Documents, uri: vscode.Uri): Promise<string> {
  const isFolder = uri.scheme === 'file' && (await statOf(uri)) === vscode.FileType.Directory;
  if (!isFolder) return documents.fileOf(uri);
  const collection = vscode.Uri.joinPath(uri, collectionFile);
  return (await statOf(collection)) === undefined ? join(uri.fsPath, folderFile) : collection.fsPath;
}

async function statOf(uri: vscode.Uri): Promise<vscode.FileType | undefined> {
  try {
    return (await vscode.workspace.fs.stat(uri)).type;
  } catch {
    return undefined;
  }
}

/** The request at a line of a document, else the document's own level. */
export function targetAt({ file, line }: Wanted, tree: SyntaxTree): FormTarget {
  const placed = line === undefined ? undefined : blockAtLine(tree, line - 1);
  if (!placed?.block.request) return { level: levelOfFile(file), file, tree, block: undefined };
  return { level: 'request', file, tree, block: tree.blocks.indexOf(placed) };
}

/** What a panel showed before the window was reloaded; undefined where it is gone. */
export function targetOf({ file, level, title, line }: PanelSubject, tree: SyntaxTree): FormTarget | undefined {
  if (level !== 'request') return { level: levelOfFile(file), file, tree, block: undefined };
  const block = findRequest(tree, title, line);
  return block === undefined ? undefined : { level, file, tree, block };
}

/** What secrets of this target are named after. */
export function secretPrefix({ level, file, tree, block }: FormTarget): string {
  const placed = block === undefined ? undefined : tree.blocks[block];
  if (placed?.block.title?.text || placed?.block.name?.text) return requestTitle(placed);
  if (level === 'folder' || level === 'collection') return basename(join(file, '..'));
  return basename(file).replace(/\.[^.]*$/, '');
}
