import { join } from 'node:path';
import * as vscode from 'vscode';
import { foldersUp } from '../core/path-within.ts';

const name = 'http-client.env.json';

const template = `{
  "$shared": {},
  "dev": {
    "baseUrl": "http://localhost:3000"
  },
  "prod": {
    "baseUrl": "https://api.example.com"
  }
}
`;

/** The environment file in a folder, or the nearest one above it up to a root; undefined where there is none. */
export async function nearestEnvironmentFile(folder: string, root: string): Promise<vscode.Uri | undefined> {
  for (const at of foldersUp(folder, root)) {
    const uri = vscode.Uri.file(join(at, name));
    const found = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (found) return uri;
  }
  return undefined;
}

/** Opens an environment file; one that isn't there yet with two environments to begin with, for the person to save. */
export async function openEnvironmentFile(existing: vscode.Uri | undefined, root: string): Promise<void> {
  const uri = existing ?? vscode.Uri.file(join(root, name)).with({ scheme: 'untitled' });
  const document = await vscode.workspace.openTextDocument(uri);
  const editor = await vscode.window.showTextDocument(document);
  if (existing || document.getText() !== '') return;
  await vscode.languages.setTextDocumentLanguage(document, 'json');
  await editor.edit(edit => edit.insert(new vscode.Position(0, 0), template));
}
