import * as vscode from 'vscode';
import { inverseEdits } from '../../features/collections/collection-edits.ts';
import type { TextEdit } from '../../language/syntax-tree.ts';
import { tell } from '../notices.ts';
import { whileMoving } from './own-moves.ts';

/** One change of files, all of it or nothing. */
export interface Change {
  /** What it does, for “Undo …”. */
  readonly label: string;
  /** Edits by document, in offsets of its text. */
  readonly texts?: readonly { readonly document: vscode.TextDocument; readonly edits: readonly TextEdit[] }[];
  readonly creates?: readonly { readonly uri: vscode.Uri; readonly text?: string; readonly bytes?: Uint8Array }[];
  readonly renames?: readonly { readonly from: vscode.Uri; readonly to: vscode.Uri }[];
  readonly deletes?: readonly vscode.Uri[];
}

/** A change that was made, as long as it can be taken back. */
export interface Step {
  readonly label: string;
  undo(): Promise<boolean>;
}

/** Bytes of deleted files that are kept in memory to bring them back; more than that is left to the trash. */
const kept = 20 * 1024 * 1024;

/**
 * Changes that the collections tree makes: each is a workspace edit, so that editors can undo their part, and can be
 * taken back as a whole while what it touched is as it left it.
 */
export class Changes {
  readonly #steps: Step[] = [];

  /** Makes a change and saves the documents that had nothing unsaved. Undefined where the editor refused it. */
  async make(change: Change): Promise<Step | undefined> {
    const { label, texts = [], creates = [], renames = [], deletes = [] } = change;
    const deleted: { uri: vscode.Uri; bytes: Uint8Array }[] = [];
    let whole = true;
    for (const uri of deletes) whole = (await collect(uri, deleted)) && whole;
    const before = texts.map(({ document, edits }) => {
      const text = document.getText();
      return { uri: document.uri, inverse: inverseEdits(text, edits), dirty: document.isDirty };
    });

    const edit = new vscode.WorkspaceEdit();
    for (const { uri, text = '', bytes } of creates) {
      edit.createFile(uri, { contents: bytes ?? new TextEncoder().encode(text) });
    }
    for (const { document, edits } of texts) addEdits(edit, document, edits);
    for (const { from, to } of renames) edit.renameFile(from, to);
    for (const uri of deletes) edit.deleteFile(uri, { recursive: true });
    const moved = renames.map(({ from }) => from);
    if (!(await whileMoving(moved, () => vscode.workspace.applyEdit(edit)))) return undefined;
    for (const { uri, dirty } of before) if (!dirty) await (await vscode.workspace.openTextDocument(uri)).save();
    const after = await Promise.all(
      before.map(async ({ uri, inverse }) => {
        const document = await vscode.workspace.openTextDocument(uri);
        return { uri, inverse, text: document.getText() };
      }),
    );

    const step: Step = {
      label,
      undo: async () => {
        this.#forget(step);
        const documents = await Promise.all(after.map(({ uri }) => vscode.workspace.openTextDocument(uri)));
        if (documents.some((document, index) => document.getText() !== after[index]?.text) || !whole) {
          tell('warning', '“{0}” can’t be undone: what it changed has been changed since.', label);
          return false;
        }
        const back = new vscode.WorkspaceEdit();
        const clean = documents.filter(document => !document.isDirty);
        for (const { from, to } of [...renames].reverse()) back.renameFile(to, from);
        documents.forEach((document, index) => {
          addEdits(back, document, after[index]?.inverse ?? []);
        });
        for (const { uri } of creates) back.deleteFile(uri, { ignoreIfNotExists: true });
        for (const { uri, bytes } of deleted) back.createFile(uri, { contents: bytes });
        const moved = renames.map(({ to }) => to);
        const done = await whileMoving(moved, () => vscode.workspace.applyEdit(back));
        if (done) for (const document of clean) await document.save();
        return done;
      },
    };
    this.#steps.push(step);
    if (this.#steps.length > 50) this.#steps.shift();
    return step;
  }

  /** Makes one step of two that followed each other: they are taken back together. */
  join(earlier: Step, later: Step): Step {
    const step: Step = {
      label: later.label,
      undo: async () => {
        this.#forget(step);
        return (await later.undo()) && (await earlier.undo());
      },
    };
    this.#forget(earlier);
    this.#forget(later);
    this.#steps.push(step);
    return step;
  }

  /** Takes the last change back. Returns its label, undefined where there is none to take back. */
  async undoLast(): Promise<string | undefined> {
    const step = this.#steps.at(-1);
    return step && (await step.undo()) ? step.label : undefined;
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  #forget(step: Step): void {
    const at = this.#steps.indexOf(step);
    if (at >= 0) this.#steps.splice(at, 1);
  }
}

/** Puts edits, in offsets of a document's text, into a workspace edit. */
export function addEdits(edit: vscode.WorkspaceEdit, document: vscode.TextDocument, edits: readonly TextEdit[]): void {
  for (const { start, end, text } of edits) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
}

/** Reads a file, or every file of a folder. Returns false where there is more than is kept. */
async function collect(uri: vscode.Uri, into: { uri: vscode.Uri; bytes: Uint8Array }[]): Promise<boolean> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory) {
    for (const [name] of await vscode.workspace.fs.readDirectory(uri)) {
      if (!(await collect(vscode.Uri.joinPath(uri, name), into))) return false;
    }
    return true;
  }
  const held = into.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (held + size > kept) return false;
  into.push({ uri, bytes: await vscode.workspace.fs.readFile(uri) });
  return true;
}
