import * as vscode from 'vscode';
import type { PreviewText } from '../features/presentation/preview-text.ts';
import { requestTitle } from '../sending/request-title.ts';
import type { Console } from './console.ts';
import type { Documents } from './documents.ts';
import type { Engine } from './engine.ts';
import { goTo } from './go-to.ts';
import { markdown } from './markdown.ts';
import { tell, tellBriefly } from './notices.ts';
import { requestAt } from './sender.ts';

const scheme = 'countersign-preview';

export interface PreviewHost {
  readonly documents: Documents;
  readonly console: Console;
  readonly engine: () => Promise<Engine>;
  /** Something that previews depend on is another. */
  readonly onDidChange: readonly vscode.Event<void>[];
}

interface Shown {
  readonly source: vscode.Uri;
  /** Line (from 0) of the request when the preview was opened, and its title, to find it again. */
  line: number;
  title: string;
  reveal: boolean;
  content?: PreviewText;
}

/** Previews: read-only documents that follow the request they show, hidden parts greyed with their origin. */
export class Previews implements vscode.Disposable, vscode.TextDocumentContentProvider, vscode.HoverProvider {
  readonly #host: PreviewHost;
  readonly #shown = new Map<string, Shown>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #lensesChanged = new vscode.EventEmitter<void>();
  // A colour of the theme and no opacity, which makes colours too faint to be read in high contrast.
  readonly #hidden = vscode.window.createTextEditorDecorationType({
    color: new vscode.ThemeColor('descriptionForeground'),
    fontStyle: 'italic',
  });
  readonly #overridden = vscode.window.createTextEditorDecorationType({
    textDecoration: 'line-through',
    color: new vscode.ThemeColor('descriptionForeground'),
  });
  readonly #origins = vscode.window.createTextEditorDecorationType({
    after: { margin: '0 0 0 3em', color: new vscode.ThemeColor('editorCodeLens.foreground') },
  });
  readonly #disposables: vscode.Disposable[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly onDidChange = this.#changed.event;

  constructor(host: PreviewHost) {
    this.#host = host;
    const selector = { scheme };
    this.#disposables = [
      this.#changed,
      this.#lensesChanged,
      this.#hidden,
      this.#overridden,
      this.#origins,
      ...host.onDidChange.map(event => event(() => this.#refreshSoon())),
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.languages.registerHoverProvider(selector, this),
      vscode.languages.registerCodeLensProvider(selector, {
        onDidChangeCodeLenses: this.#lensesChanged.event,
        provideCodeLenses: document => this.#lenses(document),
      }),
      vscode.window.onDidChangeVisibleTextEditors(editors => {
        for (const editor of editors) this.#decorate(editor);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        for (const editor of vscode.window.visibleTextEditors) if (editor.document === document) this.#decorate(editor);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
      vscode.commands.registerCommand('countersign.preview', (uri?: unknown, line?: unknown) => this.#open(uri, line)),
      vscode.commands.registerCommand('countersign.toggleSecretsInPreview', (uri?: unknown) => this.#toggle(uri)),
    ];
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async provideTextDocumentContent(uri: vscode.Uri, token: vscode.CancellationToken): Promise<string> {
    const shown = this.#shown.get(uri.toString());
    if (!shown) return '# This preview is gone: open it from its request again.\n';
    try {
      shown.content = await this.#compute(shown, token);
    } catch (error) {
      const { message, hint, place } = this.#host.console.error(error);
      const said = [`This request can’t be sent: ${message}`, hint, place && `${place.file}:${place.line}`];
      const remarks = said.flatMap(line => line?.split(/\r?\n/) ?? []).map(line => `# ${line}`);
      const text = [`### ${shown.title}`, ...remarks, ''].join('\n');
      shown.content = { text, lines: [{ line: 1, kind: 'remark' }], hasSecrets: false };
    }
    this.#lensesChanged.fire();
    return shown.content.text;
  }

  provideHover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const found = this.#contentOf(document)?.lines.find(({ line }) => line === position.line);
    if (!found?.origin) return undefined;
    const text = markdown();
    text.isTrusted = { enabledCommands: ['countersign.goToAuthorization'] };
    text.appendText(`${found.origin[0]?.toUpperCase()}${found.origin.slice(1)}.`);
    if (found.file !== undefined) {
      const args = encodeURIComponent(JSON.stringify([found.file, found.originLine]));
      const label = 'Go to where it is stated';
      text.appendMarkdown(`\n\n[${label}](command:countersign.goToAuthorization?${args})`);
    }
    return new vscode.Hover(text, document.lineAt(position.line).range);
  }

  async #compute(shown: Shown, token: vscode.CancellationToken): Promise<PreviewText> {
    const { documents } = this.#host;
    const document = await vscode.workspace.openTextDocument(shown.source);
    const targets = documents.targets(document);
    const titleOf = (index: number): string => {
      const target = targets[index];
      const placed = target?.tree.blocks[target.block];
      return placed ? requestTitle(placed) : '';
    };
    const same = targets.findIndex((_, index) => titleOf(index) === shown.title);
    const target = (same >= 0 ? targets[same] : undefined) ?? documents.target(document, shown.line);
    const placed = target?.tree.blocks[target.block];
    if (!target || !placed?.block.request) throw new Error('The request is no longer in its file.');
    shown.line = placed.line + placed.block.request.line;
    shown.title = requestTitle(placed);
    const controller = new AbortController();
    token.onCancellationRequested(() => controller.abort());
    const preview = await (await this.#host.engine()).preview(target, controller.signal);
    const { previewText } = await import('../features/presentation/preview-text.ts');
    return previewText(preview, shown.title, target.file, shown.reveal);
  }

  async #open(uri: unknown, line: unknown): Promise<void> {
    const { documents } = this.#host;
    const target = await requestAt(documents, uri, line);
    const placed = target?.tree.blocks[target.block];
    if (!target || !placed?.block.request) {
      tell('information', 'Put the cursor into a request of an .http file.');
      return;
    }
    const title = requestTitle(placed);
    const source = documents.uriOf(target.file);
    const name = title.replace(/[/\\?#%:]+/g, '-').slice(0, 60);
    const at = vscode.Uri.from({
      scheme,
      path: `/Preview: ${name}.http`,
      query: `${source.toString()}#${title}`,
    });
    const shown: Shown = { source, line: placed.line + placed.block.request.line, title, reveal: false };
    this.#shown.set(at.toString(), shown);
    const document = await vscode.workspace.openTextDocument(at);
    this.#changed.fire(at);
    await vscode.window.showTextDocument(document, {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: true,
    });
  }

  #toggle(uri: unknown): void {
    const at = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
    const shown = at && this.#shown.get(at.toString());
    if (!at || !shown) return;
    shown.reveal = !shown.reveal;
    this.#changed.fire(at);
  }

  #lenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const shown = this.#shown.get(document.uri.toString());
    if (!shown?.content) return [];
    const lens = (title: string, command: string, ...given: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), { title, command, arguments: given });
    const hidden = shown.content.lines.filter(({ kind }) => kind === 'hidden').length;
    const counted = hidden === 1 ? '1 hidden header' : `${hidden} hidden headers`;
    const secrets = shown.reveal ? 'Hide Secrets' : 'Show Secrets';
    return [
      lens('$(play) Send Request', 'countersign.send', shown.source, shown.line),
      ...(shown.content.hasSecrets ? [lens(secrets, 'countersign.toggleSecretsInPreview', document.uri)] : []),
      ...(hidden > 0 ? [lens(counted, '')] : []),
    ];
  }

  #contentOf(document: vscode.TextDocument): PreviewText | undefined {
    const content = this.#shown.get(document.uri.toString())?.content;
    return content?.text === document.getText() ? content : undefined;
  }

  #decorate(editor: vscode.TextEditor): void {
    if (editor.document.uri.scheme !== scheme) return;
    const content = this.#contentOf(editor.document);
    if (!content) return;
    const range = (line: number): vscode.Range => editor.document.lineAt(line).range;
    const of = (kind: string): vscode.Range[] =>
      content.lines.filter(line => line.kind === kind).map(({ line }) => range(line));
    editor.setDecorations(this.#hidden, of('hidden'));
    editor.setDecorations(this.#overridden, of('overridden'));
    editor.setDecorations(
      this.#origins,
      content.lines
        .filter(({ kind, origin }) => origin !== undefined && kind !== 'written')
        .map(({ line, origin }) => ({ range: range(line), renderOptions: { after: { contentText: origin ?? '' } } })),
    );
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      for (const key of this.#shown.keys()) this.#changed.fire(vscode.Uri.parse(key));
    }, 150);
  }
}

/** Opens the place where an authorization is stated; says so where there is none. */
export async function goToAuthorization(documents: Documents, file: unknown, line: unknown): Promise<void> {
  if (typeof file === 'string' && typeof line === 'number') await goTo(documents.uriOf(file), line);
  else tellBriefly(4000, 'No authorization is stated for this request.');
}
