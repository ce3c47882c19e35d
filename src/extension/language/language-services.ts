import type * as vscode from 'vscode';
import { codeActions, resolveCodeAction } from './code-action-provider.ts';
import { completionItems } from './completion-provider.ts';
import { DiagnosticsPublisher } from './diagnostics-publisher.ts';
import { hiddenHeaderHints, hoverAt } from './hover-provider.ts';
import type { LanguageHost } from './language-host.ts';
import { definitions, prepareRename, references, rename } from './navigation-provider.ts';
import { foldingRanges, formatting, links, selections, symbols } from './structure-provider.ts';

export type LanguageServices = ReturnType<typeof createLanguageServices>;

/** Everything that the editor asks about request documents; loaded with the first question, not at activation. */
export function createLanguageServices(host: LanguageHost) {
  const { documents } = host;
  const publisher = new DiagnosticsPublisher(host);
  return {
    complete: (document: vscode.TextDocument, position: vscode.Position) => completionItems(host, document, position),
    hover: (document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken) =>
      hoverAt(host, document, position, token),
    inlayHints: (document: vscode.TextDocument, range: vscode.Range, token: vscode.CancellationToken) =>
      hiddenHeaderHints(host, document, range, token),
    definitions: (document: vscode.TextDocument, position: vscode.Position) => definitions(host, document, position),
    references: (document: vscode.TextDocument, position: vscode.Position) => references(host, document, position),
    prepareRename: (document: vscode.TextDocument, position: vscode.Position) =>
      prepareRename(host, document, position),
    rename: (document: vscode.TextDocument, position: vscode.Position, name: string) =>
      rename(host, document, position, name),
    codeActions: (document: vscode.TextDocument, range: vscode.Range, context: vscode.CodeActionContext) =>
      codeActions(host, publisher, document, range, context),
    resolveCodeAction: (action: vscode.CodeAction) => resolveCodeAction(host, action),
    symbols: (document: vscode.TextDocument) => symbols(documents, document),
    foldingRanges: (document: vscode.TextDocument) => foldingRanges(documents, document),
    links: (document: vscode.TextDocument) => links(documents, document),
    selections: (document: vscode.TextDocument, positions: readonly vscode.Position[]) =>
      selections(documents, document, positions),
    formatting: (document: vscode.TextDocument, range?: vscode.Range) => formatting(documents, document, range),
    dispose: () => publisher.dispose(),
  };
}
