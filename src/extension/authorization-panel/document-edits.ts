import * as vscode from 'vscode';
import type { FormChange } from '../../features/form/form-edits.ts';
import type { TextEdit } from '../../language/syntax-tree.ts';

/** How long a person may rest within one undo step, in milliseconds. */
const rest = 3000;

/**
 * Writes a panel's edits into its document. Through an editor that shows it where there is one: what is typed into one
 * field is then one step of undo.
 */
export class DocumentEdits {
  #group: string | undefined;
  #version = -1;
  #at = 0;

  /**
   * @param edits offsets are those of the document as it is now
   * @param group edits of one group that follow one another are undone together
   * @returns `changed` where the document changed meanwhile, `read-only` where it takes no edit
   */
  async apply(
    document: vscode.TextDocument,
    edits: readonly TextEdit[],
    group: string,
  ): Promise<'done' | 'changed' | 'read-only'> {
    if (edits.length === 0) return 'done';
    const { version } = document;
    const ranges = edits.map(({ start, end, text }) => ({
      range: new vscode.Range(document.positionAt(start), document.positionAt(end)),
      text,
    }));
    const continues = this.#group === group && this.#version === document.version && Date.now() - this.#at < rest;
    const editor = vscode.window.visibleTextEditors.find(each => each.document === document);
    const done = editor
      ? await editor.edit(
          builder => {
            for (const { range, text } of ranges) builder.replace(range, text);
          },
          { undoStopBefore: !continues, undoStopAfter: false },
        )
      : await applyToDocument(document, ranges);
    this.#group = group;
    this.#version = document.version;
    this.#at = Date.now();
    if (document.version === version) return 'read-only';
    return done ? 'done' : 'changed';
  }
}

async function applyToDocument(
  document: vscode.TextDocument,
  ranges: readonly { readonly range: vscode.Range; readonly text: string }[],
): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  edit.set(
    document.uri,
    ranges.map(({ range, text }) => vscode.TextEdit.replace(range, text)),
  );
  return vscode.workspace.applyEdit(edit);
}

/** Undoes or redoes in the document's editor, and gives the focus back. */
export async function undoIn(document: vscode.TextDocument, command: 'undo' | 'redo'): Promise<void> {
  const shown = vscode.window.visibleTextEditors.find(editor => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    preview: false,
  });
  await vscode.commands.executeCommand(command);
}

/** Changes of one control: while one waits, only the last counts; in the text they are undone together. */
export function keyOf(change: FormChange): string | undefined {
  switch (change.type) {
    case 'field':
    case 'pairs':
      return `${change.type} ${change.name}`;
    case 'set-row':
      return `${change.type} ${change.list} ${change.index}`;
    case 'url':
    case 'body':
      return change.type;
    default:
      return undefined;
  }
}
