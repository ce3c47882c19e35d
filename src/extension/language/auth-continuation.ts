import * as vscode from 'vscode';

/** What the language's configuration offers below a line of an `@auth`: the mark of a comment and room for a field. */
const offered = 3;
const mark = /^\s*(?:#|\/\/)\s*$/;
const before = /^\s*(?:#|\/\/)(?:\s*@auth\s+\S|\s{2,}[\w.-]+\s*=)/;

/**
 * The end of an `@auth` of several lines: Enter on a continuation in which nothing is written takes its mark away, as in
 * a list, so that the request line does not come to stand in a comment.
 */
export class AuthContinuation implements vscode.Disposable {
  readonly #subscription = vscode.workspace.onDidChangeTextDocument(event => void endContinuation(event));

  dispose(): void {
    this.#subscription.dispose();
  }
}

async function endContinuation(event: vscode.TextDocumentChangeEvent): Promise<void> {
  const { document, contentChanges, reason } = event;
  if (document.languageId !== 'http' || reason !== undefined) return;
  // The new line, whose blanks the editor may take away in the same step.
  const entered = contentChanges.find(({ text }) => /^\r?\n[ \t]*$/.test(text));
  if (!entered || !contentChanges.some(({ range }) => range.end.character >= offered)) return;
  const { line } = entered.range.start;
  if (line === 0 || line + 1 >= document.lineCount || document.lineAt(line + 1).text.trim() !== '') return;
  if (!mark.test(document.lineAt(line).text) || !before.test(document.lineAt(line - 1).text)) return;
  const editor = vscode.window.activeTextEditor;
  if (editor?.document !== document || editor.selections.length > 1) return;
  const end = document.lineAt(line + 1).range.end;
  await editor.edit(edit => edit.delete(new vscode.Range(line, 0, line + 1, end.character)), {
    undoStopBefore: false,
    undoStopAfter: true,
  });
}
