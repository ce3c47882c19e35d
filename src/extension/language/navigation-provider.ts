import { dirname } from 'node:path';
import * as vscode from 'vscode';
import {
  definitionsAt,
  invalidName,
  isShared,
  liesBelow,
  type NamedSymbol,
  occurrences,
  symbolAt,
} from '../../features/navigation/navigation.ts';
import { contextOf, contextOfFile, type LanguageContext, type LanguageHost } from './language-host.ts';
import { rangeOf } from './ranges.ts';

export async function definitions(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Location[]> {
  const context = await contextOf(host, document);
  const treeOf = (file: string) => context.scopes.find(scope => scope.file === file)?.tree;
  return definitionsAt(context, document.offsetAt(position), treeOf).map(found => {
    const uri = host.documents.uriOf(found.file);
    if ('line' in found) return new vscode.Location(uri, new vscode.Position(found.line - 1, found.column - 1));
    const tree = found.file === context.file ? context.tree : treeOf(found.file);
    return new vscode.Location(uri, rangeOf(tree ?? context.tree, found));
  });
}

export async function references(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Location[]> {
  const context = await contextOf(host, document);
  const symbol = symbolAt(context, document.offsetAt(position));
  if (!symbol) return [];
  const found: vscode.Location[] = [];
  for (const other of await contextsOf(host, symbol, context)) {
    const uri = host.documents.uriOf(other.file);
    for (const span of occurrences(other, symbol)) found.push(new vscode.Location(uri, rangeOf(other.tree, span)));
  }
  return found;
}

export async function prepareRename(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<{ range: vscode.Range; placeholder: string }> {
  const context = await contextOf(host, document);
  const symbol = symbolAt(context, document.offsetAt(position));
  if (!symbol) throw new Error('Only variables and names of requests that a document states can be renamed.');
  return { range: rangeOf(context.tree, symbol.span), placeholder: symbol.name };
}

export async function rename(
  host: LanguageHost,
  document: vscode.TextDocument,
  position: vscode.Position,
  name: string,
): Promise<vscode.WorkspaceEdit | undefined> {
  const context = await contextOf(host, document);
  const symbol = symbolAt(context, document.offsetAt(position));
  if (!symbol) return undefined;
  const invalid = invalidName(symbol, name);
  if (invalid) throw new Error(invalid);
  const edit = new vscode.WorkspaceEdit();
  for (const other of await contextsOf(host, symbol, context)) {
    const uri = host.documents.uriOf(other.file);
    for (const span of occurrences(other, symbol)) edit.replace(uri, rangeOf(other.tree, span), name);
  }
  return edit;
}

/** Every document that can refer to a symbol. */
async function contextsOf(
  host: LanguageHost,
  symbol: NamedSymbol,
  context: LanguageContext,
): Promise<readonly LanguageContext[]> {
  const files = new Set([symbol.file, context.file]);
  if (isShared(symbol)) for (const file of await requestFiles(host, dirname(symbol.file))) files.add(file);
  const contexts: LanguageContext[] = [];
  for (const file of files) {
    if (file !== context.file && !liesBelow(file, symbol)) continue;
    if (file === context.file) contexts.push(context);
    else {
      const tree = await host.documents.tree(file);
      if (tree) contexts.push(await contextOfFile(host, file, tree));
    }
  }
  return contexts;
}

/** The request files of a folder and those below it. */
export async function requestFiles({ documents }: LanguageHost, folder: string): Promise<readonly string[]> {
  const pattern = new vscode.RelativePattern(documents.uriOf(folder), '**/*.{http,rest}');
  return (await vscode.workspace.findFiles(pattern, '**/node_modules/**')).map(uri => documents.fileOf(uri));
}
