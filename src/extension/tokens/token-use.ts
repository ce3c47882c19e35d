import * as vscode from 'vscode';
import type { TokenRecord } from '../../auth/tokens/token-record.ts';
import { setAuth, setAuthField } from '../../language/auth-printer.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import { ask, tell } from '../notices.ts';

export interface TokenUseHost {
  readonly documents: Documents;
  readonly engine: () => Promise<Pick<Engine, 'tokens'>>;
}

/** Writes tokens into the request at hand. */
export class TokenUse implements vscode.Disposable {
  readonly #host: TokenUseHost;
  readonly #disposables: readonly vscode.Disposable[];
  /** The last request a person had the cursor in: pages and rows take the focus away from it. */
  #lastPlace: { readonly uri: vscode.Uri; readonly line: number } | undefined;

  constructor(host: TokenUseHost) {
    this.#host = host;
    this.#disposables = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.#note(textEditor)),
      vscode.window.onDidChangeActiveTextEditor(editor => this.#note(editor)),
    ];
    this.#note(vscode.window.activeTextEditor);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Where the cursor is, or was before a page or a view took the focus. */
  get place(): { readonly uri: vscode.Uri; readonly line: number } | undefined {
    this.#note(vscode.window.activeTextEditor);
    return this.#lastPlace;
  }

  /** Makes the request at hand use the token: by the `token` of its own `@auth`, or by a bearer `@auth`. */
  async use(record: TokenRecord): Promise<void> {
    const { place } = this;
    const document = place && (await vscode.workspace.openTextDocument(place.uri));
    const target = place && document && this.#host.documents.target(document, place.line);
    if (!target || !document) {
      tell('information', 'Put the cursor into the request that is to use the token.');
      return;
    }
    const engine = await this.#host.engine();
    const key = await (await engine.tokens()).keyOf(target).catch(() => undefined);
    if (key === record.key) {
      void offerSend(record.name, place.uri, place.line);
      return;
    }
    const { tree, block } = target;
    const placed = tree.blocks[block];
    if (!placed) return;
    const value = `{{$token ${record.name}}}`;
    const stated = placed.block.auth?.scheme.text;
    const edits =
      stated === 'bearer' || stated === 'oauth2'
        ? setAuthField(tree, placed, 'token', { value })
        : setAuth(tree, placed, { scheme: 'bearer', fields: [{ name: 'token', value }] });
    const edit = new vscode.WorkspaceEdit();
    for (const { start, end, text } of edits) {
      edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    }
    await vscode.workspace.applyEdit(edit);
    await vscode.window.showTextDocument(document, { viewColumn: columnOf(place.uri), preserveFocus: false });
  }

  #note(editor: vscode.TextEditor | undefined): void {
    if (editor?.document.languageId !== 'http') return;
    this.#lastPlace = { uri: editor.document.uri, line: editor.selection.active.line };
  }
}

async function offerSend(name: string, uri: vscode.Uri, line: number): Promise<void> {
  const send = 'Send Request';
  const sentence = 'This request uses the token “{0}” already.';
  if ((await ask({ kind: 'information', sentence, foreign: [name], choices: [send] })) === send) {
    await vscode.commands.executeCommand('countersign.send', uri, line);
  }
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn {
  const open = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
  return open?.viewColumn ?? vscode.ViewColumn.One;
}
