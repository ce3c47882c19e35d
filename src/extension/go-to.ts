import * as vscode from 'vscode';

/** Opens a file at a line (from 1), beside the panel where it isn't open already. */
export async function goTo(uri: vscode.Uri, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  const open = vscode.window.visibleTextEditors.find(editor => editor.document.uri.toString() === uri.toString());
  const viewColumn = open?.viewColumn ?? vscode.window.tabGroups.all[0]?.viewColumn ?? vscode.ViewColumn.One;
  await vscode.window.showTextDocument(uri, { viewColumn, selection: new vscode.Range(at, at) });
}
