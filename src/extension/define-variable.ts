import { dirname, join } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import { environmentNames } from '../core/environments.ts';
import type { Documents } from './documents.ts';
import { nearestEnvironmentFile } from './environment-document.ts';
import type { Environments } from './environments.ts';
import { showInputBox, tell } from './notices.ts';

/** Asks for the environment and the value of a variable, and writes it into the nearest environment file. */
export async function defineInEnvironment(
  { documents, environments }: { readonly documents: Documents; readonly environments: Environments },
  uri: vscode.Uri,
  name: string,
): Promise<void> {
  const file = documents.fileOf(uri);
  const root = documents.root(file);
  const existing = await nearestEnvironmentFile(dirname(file), root);
  const names = environmentNames(await environments.around(file));
  const selected = environments.selected(file);
  const create: vscode.QuickPickItem = {
    label: 'New Environment…',
    iconPath: new vscode.ThemeIcon('add'),
  };
  const all: vscode.QuickPickItem = { label: '$shared', description: 'all environments' };
  const items: vscode.QuickPickItem[] = [
    ...names.map(label => ({
      label,
      iconPath: new vscode.ThemeIcon('server-environment'),
      ...(label === selected ? { description: 'current' } : {}),
    })),
    { ...all, iconPath: new vscode.ThemeIcon('server-environment') },
    create,
  ];
  const chosen = await vscode.window.showQuickPick(items, { title: `Environment of ${plain(name)}` });
  if (!chosen) return;
  const environment =
    chosen === create ? (await showInputBox({ title: 'New Environment', prompt: 'Name' }))?.trim() : chosen.label;
  if (!environment) return;
  const value = await showInputBox({ title: `Value of ${plain(name)} in ${plain(environment)}` });
  if (value === undefined) return;
  const target = existing ?? vscode.Uri.file(join(root, 'http-client.env.json'));
  if (!(await write(target, existing === undefined, environment, name, value))) return;
  if (selected === undefined && environment !== '$shared') await environments.select(file, environment);
}

/** Writes into the document where the editor holds it, and saves. */
async function write(
  uri: vscode.Uri,
  created: boolean,
  environment: string,
  name: string,
  value: string,
): Promise<boolean> {
  if (created) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('{}\n'));
  const document = await vscode.workspace.openTextDocument(uri);
  const text = document.getText();
  const errors: { readonly offset: number }[] = [];
  parse(text, errors as never[], { allowTrailingComma: true });
  if (errors.length > 0) {
    tell('error', '{0} is no valid JSON: mend it first.', vscode.workspace.asRelativePath(uri));
    return false;
  }
  const edits = modify(text, [environment, name], value, { formattingOptions: { insertSpaces: true, tabSize: 2 } });
  const edit = new vscode.WorkspaceEdit();
  const whole = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
  edit.replace(uri, whole, applyEdits(text, edits));
  return (await vscode.workspace.applyEdit(edit)) && document.save();
}

/** A title of the quick input reads icons, `$(name)`. */
const plain = (text: string): string => text.replaceAll('$(', '$ (');
