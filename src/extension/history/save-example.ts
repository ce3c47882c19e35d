import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { CountersignError } from '../../core/errors.ts';
import type { HistoryEntry } from '../../features/presentation/history-entry.ts';
import { bodyKind, extensionFor } from '../../features/presentation/media-type.ts';
import { requestTitle } from '../../sending/request-title.ts';
import type { Documents } from '../documents.ts';
import { tellBriefly } from '../notices.ts';

/**
 * Writes the body of a response beside its request, and a line `<> ./file` below the request that leads there.
 * @throws CountersignError where there is no whole body, or the request is no longer in its file
 */
export async function saveExample(entry: HistoryEntry, documents: Documents): Promise<void> {
  const body = entry.response?.body;
  if (body?.text === undefined || body.cut) {
    throw new CountersignError('io', 'The history holds no whole body of this response as text.', {
      hint: 'Send the request again and save the body from the response panel.',
    });
  }
  const document = await vscode.workspace.openTextDocument(documents.uriOf(entry.file));
  const placed = documents.treeOf(document).blocks.find(each => {
    return each.block.request !== undefined && requestTitle(each) === entry.title;
  });
  if (!placed) throw new CountersignError('io', 'The request is no longer in its file.');
  const type = entry.response?.mediaType ?? '';
  const file = await freeName(entry, extensionFor(type, bodyKind(type)));
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(vscode.Uri.file(file), { contents: Buffer.from(body.text), ignoreIfExists: true });
  const { line, block } = placed;
  let last = line + block.lineCount - 1;
  while (last > line && document.lineAt(Math.min(last, document.lineCount - 1)).text.trim() === '') last -= 1;
  const { text, range } = document.lineAt(last);
  edit.insert(document.uri, range.end, `${text.startsWith('<> ') ? '' : '\n'}\n<> ./${basename(file)}`);
  await vscode.workspace.applyEdit(edit);
  tellBriefly(4000, 'Saved {0}', file);
}

/** `users.list-users.200.json` beside `users.http`, or with a number where that is taken. */
async function freeName({ file, title, status }: HistoryEntry, extension: string): Promise<string> {
  const plain = title.replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-|-$/g, '') || 'response';
  const start = join(
    dirname(file),
    `${basename(file, extname(file))}.${plain.slice(0, 60).toLowerCase()}.${status ?? ''}`,
  );
  for (let number = 1; ; number++) {
    const path = `${start}${number === 1 ? '' : `-${number}`}.${extension}`;
    const taken = await vscode.workspace.fs.stat(vscode.Uri.file(path)).then(
      () => true,
      () => false,
    );
    if (!taken) return path;
  }
}
