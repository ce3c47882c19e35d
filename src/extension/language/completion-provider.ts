import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { complete } from '../../features/completion/completion.ts';
import type { CompletionKind } from '../../features/completion/completion-item.ts';
import { markdown } from '../markdown.ts';
import { secretCommandSetting } from '../settings.ts';
import { contextOf, type LanguageHost } from './language-host.ts';
import { rangeOf } from './ranges.ts';

const kinds: Readonly<Record<CompletionKind, vscode.CompletionItemKind>> = {
  method: vscode.CompletionItemKind.Method,
  url: vscode.CompletionItemKind.Reference,
  version: vscode.CompletionItemKind.Constant,
  header: vscode.CompletionItemKind.Field,
  value: vscode.CompletionItemKind.EnumMember,
  directive: vscode.CompletionItemKind.Keyword,
  scheme: vscode.CompletionItemKind.Class,
  snippet: vscode.CompletionItemKind.Snippet,
  field: vscode.CompletionItemKind.Property,
  variable: vscode.CompletionItemKind.Variable,
  dynamic: vscode.CompletionItemKind.Function,
  secret: vscode.CompletionItemKind.Constant,
  response: vscode.CompletionItemKind.Struct,
  file: vscode.CompletionItemKind.File,
  folder: vscode.CompletionItemKind.Folder,
};

export async function completionItems(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[]> {
  const context = await contextOf(host, document);
  const found = await complete(context, document.offsetAt(position), {
    secretNames: () => host.secrets.names(),
    tokenNames: () => host.tokens.names(),
    commandNames: () => Object.keys(secretCommandSetting()),
    listFolder: path => listFolder(document.uri, resolve(dirname(context.file), path)),
  });
  return found.map(item => {
    const result = new vscode.CompletionItem(item.label, kinds[item.kind]);
    result.insertText = item.snippet ? new vscode.SnippetString(item.insert) : item.insert;
    result.range = rangeOf(context.tree, item);
    result.sortText = String(item.order ?? 0).padStart(5, '0') + item.label;
    if (item.detail) result.detail = item.detail;
    if (item.documentation) result.documentation = markdown(item.documentation);
    if (item.preselect) result.preselect = true;
    if (item.again) result.command = { command: 'editor.action.triggerSuggest', title: '' };
    return result;
  });
}

async function listFolder(
  uri: vscode.Uri,
  folder: string,
): Promise<readonly { readonly name: string; readonly folder: boolean }[]> {
  if (uri.scheme === 'untitled' || !vscode.workspace.isTrusted) return [];
  try {
    const entries = await vscode.workspace.fs.readDirectory(uri.with({ path: vscode.Uri.file(folder).path }));
    return entries.map(([name, type]) => ({ name, folder: (type & vscode.FileType.Directory) !== 0 }));
  } catch {
    return [];
  }
}
