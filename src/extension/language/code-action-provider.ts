import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { type FileChange, moveAuth, stateInheritedAuth } from '../../features/refactoring/auth-refactorings.ts';
import { type AuthAction, authActions, quickFixes } from '../../features/refactoring/code-actions.ts';
import { parse } from '../../language/parser.ts';
import type { DiagnosticsPublisher } from './diagnostics-publisher.ts';
import { contextOf, type LanguageHost } from './language-host.ts';
import { requestFiles } from './navigation-provider.ts';
import { rangeOf, textEdits } from './ranges.ts';

/** A change of where authorization is stated; its edits are computed when it is chosen. */
class AuthCodeAction extends vscode.CodeAction {
  readonly document: vscode.TextDocument;
  readonly action: AuthAction;

  constructor(title: string, kind: vscode.CodeActionKind, document: vscode.TextDocument, action: AuthAction) {
    super(title, kind);
    this.document = document;
    this.action = action;
  }
}

export async function codeActions(
  host: LanguageHost,
  publisher: DiagnosticsPublisher,
  document: vscode.TextDocument,
  range: vscode.Range,
  { diagnostics, only }: vscode.CodeActionContext,
): Promise<vscode.CodeAction[]> {
  const { file, tree, around } = await contextOf(host, document);
  const span = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const wanted = (kind: vscode.CodeActionKind): boolean => only === undefined || only.contains(kind);
  const actions: vscode.CodeAction[] = [];
  if (wanted(vscode.CodeActionKind.QuickFix)) {
    for (const fix of quickFixes(tree, await publisher.diagnosticsOf(document), span)) {
      const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
      const at = rangeOf(tree, fix.diagnostic);
      action.diagnostics = diagnostics.filter(
        ({ code, range: its }) => code === fix.diagnostic.code && its.isEqual(at),
      );
      action.isPreferred = fix.preferred;
      action.edit = new vscode.WorkspaceEdit();
      action.edit.set(document.uri, textEdits(tree, fix.edits));
      actions.push(action);
    }
  }
  if (wanted(vscode.CodeActionKind.QuickFix)) actions.push(...outsideFixes(host, document, file, diagnostics));
  for (const action of authActions(file, tree, span.start, around)) {
    const kind = action.kind === 'state' ? vscode.CodeActionKind.RefactorInline : vscode.CodeActionKind.RefactorMove;
    if (wanted(kind)) actions.push(new AuthCodeAction(titleOf(action), kind, document, action));
  }
  return actions;
}

/** What mends problems whose cause is not in the document. */
function outsideFixes(
  { documents }: LanguageHost,
  document: vscode.TextDocument,
  file: string,
  diagnostics: readonly vscode.Diagnostic[],
): readonly vscode.CodeAction[] {
  return diagnostics.flatMap(diagnostic => {
    if (diagnostic.source !== 'Countersign') return [];
    if (diagnostic.code === 'unknown-environment') {
      const action = new vscode.CodeAction('Select an environment', vscode.CodeActionKind.QuickFix);
      action.command = { command: 'countersign.selectEnvironment', title: action.title };
      action.diagnostics = [diagnostic];
      return [action];
    }
    if (diagnostic.code === 'literal-secret') return secretFixes(document, diagnostic);
    if (diagnostic.code === 'unresolved-variable') return variableFixes(document, diagnostic);
    const path = diagnostic.code === 'missing-file' ? /“(.+)”/.exec(diagnostic.message)?.[1] : undefined;
    if (path === undefined) return [];
    const action = new vscode.CodeAction(`Make the file “${path}”`, vscode.CodeActionKind.QuickFix);
    action.edit = new vscode.WorkspaceEdit();
    action.edit.createFile(documents.uriOf(resolve(dirname(file), path)), { ignoreIfExists: true });
    action.diagnostics = [diagnostic];
    return [action];
  });
}

/** Ways to give a value to a variable that has none. */
function variableFixes(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): readonly vscode.CodeAction[] {
  const name = /^\{\{\s*([\w.-]+)\s*\}\}$/.exec(document.getText(diagnostic.range))?.[1];
  if (name === undefined || /\.(?:response|request)\b/.test(name)) return [];
  const fix = (title: string, change: (action: vscode.CodeAction) => void): vscode.CodeAction => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    change(action);
    return action;
  };
  const fixes: vscode.CodeAction[] = [];
  const [, elsewhere = ''] = /has a value in the environments? (.*), and /.exec(diagnostic.message) ?? [];
  for (const [, environment = ''] of elsewhere.matchAll(/“([^”]+)”/g)) {
    fixes.push(
      fix(`Select the environment “${environment}”`, action => {
        action.command = {
          command: 'countersign.selectEnvironment',
          title: action.title,
          arguments: [environment, document.uri],
        };
        action.isPreferred = fixes.length === 0;
      }),
    );
  }
  return [
    ...fixes,
    fix(`Define “${name}” in an environment…`, action => {
      action.command = {
        command: 'countersign.defineVariable',
        title: action.title,
        arguments: [document.uri, name],
      };
    }),
  ];
}

/** Ways to get a secret out of the file. */
function secretFixes(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): readonly vscode.CodeAction[] {
  const fix = (title: string, ...args: unknown[]): vscode.CodeAction => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.diagnostics = [diagnostic];
    action.command = { command: 'countersign.moveSecrets', title, arguments: args };
    return action;
  };
  const one = fix('Move to the secret store', document.uri, document.offsetAt(diagnostic.range.start));
  one.isPreferred = true;
  const ignore = new vscode.CodeAction('Leave it: it is no secret', vscode.CodeActionKind.QuickFix);
  ignore.diagnostics = [diagnostic];
  ignore.edit = new vscode.WorkspaceEdit();
  const line = document.lineAt(diagnostic.range.start.line);
  ignore.edit.insert(document.uri, line.range.start, '# pragma: allowlist nextline secret\n');
  return [
    one,
    fix('Move all secrets of this file to the secret store', document.uri),
    fix('Move secrets of the workspace to the secret store…'),
    // Inside a body a comment would be sent, and among the fields of an authorization it would end them.
    ...(canHaveComment.test(line.text) ? [ignore] : []),
  ];
}

const canHaveComment = /^\s*(?:@|#\s?@|[\w!$%&'*+.^|~-]+:[ \t]|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b)/;

function titleOf(action: AuthAction): string {
  if (action.kind === 'state') return 'State inherited auth here';
  switch (action.level) {
    case 'file':
      return 'Move this auth to the file';
    case 'folder':
      return 'Move this auth to the folder';
    case 'collection':
      return 'Move this auth to the collection';
  }
}

/** Computes the edits of a refactoring. */
export async function resolveCodeAction(host: LanguageHost, chosen: vscode.CodeAction): Promise<vscode.CodeAction> {
  if (!(chosen instanceof AuthCodeAction)) return chosen;
  const { document, action } = chosen;
  const { file, tree } = await contextOf(host, document);
  chosen.edit = new vscode.WorkspaceEdit();
  if (action.kind === 'state') {
    const edits = await stateInheritedAuth({ file, tree, block: action.block }, host.documents);
    chosen.edit.set(document.uri, textEdits(tree, edits));
    return chosen;
  }
  const files = action.level === 'file' ? [file] : await requestFiles(host, dirname(action.destination));
  const source = { file, ...(action.block === undefined ? {} : { block: action.block }) };
  for (const change of await moveAuth(source, action.destination, files, host.documents)) {
    await addChange(chosen.edit, host, change);
  }
  return chosen;
}

async function addChange(edit: vscode.WorkspaceEdit, host: LanguageHost, change: FileChange): Promise<void> {
  const uri = host.documents.uriOf(change.file);
  if (change.created) edit.createFile(uri, { ignoreIfExists: true });
  const tree = (await host.documents.tree(change.file)) ?? parse('');
  for (const { range, newText } of textEdits(tree, change.edits)) edit.replace(uri, range, newText);
}
