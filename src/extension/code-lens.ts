import * as vscode from 'vscode';
import { findScopes } from '../sending/scopes.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { AuthLabel } from './auth-label.ts';
import { type Documents, requestDocuments } from './documents.ts';
import type { Sender } from './sender.ts';

/** Above each request: send or cancel, the auth in force and where it comes from, preview. */
export class RequestLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #documents: Documents;
  readonly #sender: Sender;
  /** The names of schemes come with the schemes: loaded when first needed, not at activation. */
  #labels: Promise<typeof import('./auth-label.ts')> | undefined;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(documents: Documents, sender: Sender) {
    this.#documents = documents;
    this.#sender = sender;
    const changed = (): void => this.#changed.fire();
    this.#disposables = [
      this.#changed,
      documents.onDidChange(changed),
      sender.onDidChangeRunning(changed),
      vscode.languages.registerCodeLensProvider(requestDocuments, this),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const tree = this.#documents.treeOf(document);
    const file = this.#documents.fileOf(document.uri);
    const { scopes } = await findScopes(file, tree, this.#documents);
    this.#labels ??= import('./auth-label.ts').catch(error => {
      // The next time may go well.
      this.#labels = undefined;
      throw error;
    });
    const { authInForceLabel } = await this.#labels;
    return this.#documents
      .targets(document)
      .flatMap(target => this.#lenses(document, target, authInForceLabel(target, scopes)));
  }

  #lenses(
    { uri }: vscode.TextDocument,
    target: RequestTarget,
    { label, from, obtainsToken }: AuthLabel,
  ): vscode.CodeLens[] {
    const { tree, block } = target;
    const placed = tree.blocks[block];
    if (!placed?.block.request) return [];
    const line = placed.line + placed.block.request.line;
    const range = new vscode.Range(line, 0, line, 0);
    const lens = (title: string, tooltip: string, command: string, ...given: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, tooltip, command, arguments: given });

    const running = this.#sender.isRunning(target);
    return [
      running
        ? lens('$(sync~spin) Cancel', 'Cancel this request', 'countersign.cancel', uri, line)
        : lens('$(play) Send Request', 'Send this request', 'countersign.send', uri, line),
      lens(
        label,
        from
          ? 'Show and edit the authorization of this request'
          : 'No authorization is stated for this request: choose one',
        'countersign.openAuthorization',
        uri,
        line,
      ),
      ...(obtainsToken
        ? [
            lens(
              'Get New Access Token',
              'Get a new access token for this request, whatever is kept',
              'countersign.getToken',
              uri,
              line,
            ),
          ]
        : []),
      lens('Preview', 'Show the request as it will go out, without sending it', 'countersign.preview', uri, line),
    ];
  }
}
