import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type AuthWords, authText } from '../../features/collections/auth-shown.ts';
import type { CollectionNode, FileNode, FolderNode, RequestNode } from '../../features/collections/collection-node.ts';
import { blockDiagnostics } from '../../features/diagnostics/block-diagnostics.ts';
import { markdown } from '../markdown.ts';
import { originOfAuth, type TrailWords } from './auth-trail.ts';
import type { Result } from './results.ts';

/** Scheme of the addresses by which requests get their decorations. */
export const requestScheme = 'countersign-request';

export const authWords = (): AuthWords => ({
  noAuth: 'No auth',
  inherited: 'inherited',
  fromHeader: 'from the header',
  unknown: scheme => `Unknown: ${scheme}`,
});

export function treeItem(node: CollectionNode, result: Result | undefined): vscode.TreeItem {
  return node.kind === 'request' ? requestItem(node, result) : branchItem(node);
}

function branchItem(node: FolderNode | FileNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = node.id;
  item.contextValue = node.kind;
  item.resourceUri = vscode.Uri.file(node.kind === 'file' ? node.file : node.folder);
  item.iconPath =
    node.kind === 'collection'
      ? new vscode.ThemeIcon('library')
      : node.kind === 'folder'
        ? // Not `folder`, which many themes of file icons draw as nothing.
          new vscode.ThemeIcon('symbol-folder')
        : vscode.ThemeIcon.File;
  if (node.states) item.description = authText(node.states, authWords());
  const path = vscode.workspace.asRelativePath(item.resourceUri);
  item.tooltip = node.states ? `${path}\nStates ${authText(node.states, authWords())}` : path;
  return item;
}

function requestItem(node: RequestNode, result: Result | undefined): vscode.TreeItem {
  const { method, label } = node;
  const auth = authText(node.auth, authWords());
  const item = new vscode.TreeItem(`${method} ${label}`);
  item.id = node.id;
  item.contextValue = result?.state === 'running' ? 'request.running' : 'request';
  item.resourceUri = requestUri(node);
  item.description = result && result.state !== 'running' ? `${result.text} · ${auth}` : auth;
  item.iconPath = iconOf(result) ?? methodIcon(method);
  item.command = { command: 'countersign.collections.open', title: 'Open', arguments: [node] };
  const problems = problemsSaid(node.problems);
  const said = [`${method} ${label}`, auth, result && result.state !== 'running' ? result.text : '', problems];
  item.accessibilityInformation = { label: said.filter(Boolean).join(', '), role: 'treeitem' };
  return item;
}

/** Empty where there are none. */
export function problemsSaid(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '1 problem' : `${count} problems`;
}

/** The tooltip of a request, made when it is asked for. */
export function requestTooltip(
  node: RequestNode,
  result: Result | undefined,
  words: TrailWords,
): vscode.MarkdownString {
  const text = markdown();
  const { request } = node.placed.block;
  text.appendCodeblock(`${node.method} ${request?.target.text ?? ''}`, 'http');
  text.appendText(`${authText(node.auth, authWords())}${originOfAuth(words)}`);
  if (result && result.state !== 'running') {
    text.appendMarkdown('\n\n').appendText(result.text);
    if (result.detail) text.appendMarkdown('\n\n').appendText(result.detail);
  }
  for (const { severity, message } of blockDiagnostics(node.placed.block)) {
    if (severity === 'error' || severity === 'warning') text.appendMarkdown('\n\n').appendText(message);
  }
  text.appendMarkdown('\n\n').appendText(`${basename(node.file)}:${node.placed.line + (request?.line ?? 0) + 1}`);
  return text;
}

export function requestUri({ id }: RequestNode): vscode.Uri {
  return vscode.Uri.from({ scheme: requestScheme, path: `/${encodeURIComponent(id)}` });
}

export function requestId({ path }: vscode.Uri): string {
  return decodeURIComponent(path.slice(1));
}

function iconOf(result: Result | undefined): vscode.ThemeIcon | undefined {
  switch (result?.state) {
    case 'running':
      return new vscode.ThemeIcon('loading~spin');
    case 'passed':
      return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    default:
      return undefined;
  }
}

const methodColours: Readonly<Record<string, string>> = {
  GET: 'charts.blue',
  HEAD: 'charts.blue',
  OPTIONS: 'charts.foreground',
  POST: 'charts.green',
  PUT: 'terminal.ansiCyan',
  PATCH: 'charts.yellow',
  DELETE: 'charts.red',
};

function methodIcon(method: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon('circle-small-filled', new vscode.ThemeColor(methodColours[method] ?? 'charts.purple'));
}
