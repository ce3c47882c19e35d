import * as vscode from 'vscode';
import { requestDocuments } from '../documents.ts';
import { AuthContinuation } from './auth-continuation.ts';
import type { LanguageHost } from './language-host.ts';
import type { LanguageServices } from './language-services.ts';

/** Registers the language services for request documents; what they need is loaded when the editor first asks. */
export class LanguageFeatures implements vscode.Disposable {
  readonly #host: LanguageHost;
  #services: Promise<LanguageServices> | undefined;
  readonly #hintsChanged = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  constructor(host: LanguageHost) {
    this.#host = host;
    const load = (): Promise<LanguageServices> => this.#load();
    const { languages } = vscode;
    const changed = (): void => this.#hintsChanged.fire();
    this.#disposables = [
      this.#hintsChanged,
      new AuthContinuation(),
      host.documents.onDidChange(changed),
      host.environments.onDidChange(changed),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('countersign.inlayHints')) changed();
      }),
      vscode.workspace.onDidOpenTextDocument(document => this.#begin(document)),
      languages.registerCompletionItemProvider(
        requestDocuments,
        { provideCompletionItems: async (document, position) => (await load()).complete(document, position) },
        ...['@', '{', '$', ' ', '.', '/', '=', ':', '<'],
      ),
      languages.registerHoverProvider(requestDocuments, {
        provideHover: async (document, position, token) => (await load()).hover(document, position, token),
      }),
      languages.registerInlayHintsProvider(requestDocuments, {
        onDidChangeInlayHints: this.#hintsChanged.event,
        provideInlayHints: async (document, range, token) => (await load()).inlayHints(document, range, token),
      }),
      languages.registerDefinitionProvider(requestDocuments, {
        provideDefinition: async (document, position) => (await load()).definitions(document, position),
      }),
      languages.registerReferenceProvider(requestDocuments, {
        provideReferences: async (document, position) => (await load()).references(document, position),
      }),
      languages.registerRenameProvider(requestDocuments, {
        prepareRename: async (document, position) => (await load()).prepareRename(document, position),
        provideRenameEdits: async (document, position, name) => (await load()).rename(document, position, name),
      }),
      languages.registerCodeActionsProvider(
        requestDocuments,
        {
          provideCodeActions: async (document, range, context) => (await load()).codeActions(document, range, context),
          resolveCodeAction: async action => (await load()).resolveCodeAction(action),
        },
        {
          providedCodeActionKinds: [
            vscode.CodeActionKind.QuickFix,
            vscode.CodeActionKind.RefactorMove,
            vscode.CodeActionKind.RefactorInline,
          ],
        },
      ),
      languages.registerDocumentSymbolProvider(
        requestDocuments,
        { provideDocumentSymbols: async document => (await load()).symbols(document) },
        { label: 'Countersign' },
      ),
      languages.registerFoldingRangeProvider(requestDocuments, {
        provideFoldingRanges: async document => (await load()).foldingRanges(document),
      }),
      languages.registerDocumentLinkProvider(requestDocuments, {
        provideDocumentLinks: async document => (await load()).links(document),
      }),
      languages.registerSelectionRangeProvider(requestDocuments, {
        provideSelectionRanges: async (document, positions) => (await load()).selections(document, positions),
      }),
      languages.registerDocumentFormattingEditProvider(requestDocuments, {
        provideDocumentFormattingEdits: async document => (await load()).formatting(document),
      }),
      languages.registerDocumentRangeFormattingEditProvider(requestDocuments, {
        provideDocumentRangeFormattingEdits: async (document, range) => (await load()).formatting(document, range),
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.#begin(document);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
    void this.#services?.then(services => services.dispose());
  }

  /** With the first request document, its problems are looked for. */
  #begin(document: vscode.TextDocument): void {
    if (!this.#services && vscode.languages.match(requestDocuments, document) > 0) setImmediate(() => this.#load());
  }

  #load(): Promise<LanguageServices> {
    this.#services ??= import('./language-services.ts').then(module => module.createLanguageServices(this.#host));
    return this.#services;
  }
}
