import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { PlacedDiagnostic } from '../../features/diagnostics/block-diagnostics.ts';
import { DocumentDiagnostics } from '../../features/diagnostics/diagnostics.ts';
import { literalSecrets } from '../../features/diagnostics/literal-secrets.ts';
import { absolutePath } from '../../sending/absolute-path.ts';
import { requestDocuments } from '../documents.ts';
import { contextOf, type LanguageHost } from './language-host.ts';

/** The editor shows no more of one file. */
const limit = 1000;

const severities: Readonly<Record<PlacedDiagnostic['severity'], vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** Secrets that stand in a document: where everybody with the repository can read them. */
function secretsOf(
  document: vscode.TextDocument,
  { documents }: LanguageHost,
): readonly Pick<PlacedDiagnostic, 'start' | 'end' | 'message' | 'severity' | 'code'>[] {
  const name = basename(documents.fileOf(document.uri));
  return literalSecrets(documents.treeOf(document), name)
    .slice(0, limit)
    .map(({ start, end, what }) => {
      const message = `${what[0]?.toUpperCase()}${what.slice(1)} stands here for everybody who has this file: move it to the secret store.`;
      return { start, end, message, severity: 'information', code: 'literal-secret' };
    });
}

interface State {
  readonly diagnostics: DocumentDiagnostics;
  found: readonly PlacedDiagnostic[];
  /** Counts up with each reason to look again. */
  asked: number;
  timer: NodeJS.Immediate | undefined;
  missing: ReadonlySet<string>;
}

/** Keeps the problems of every open request document up to date. */
export class DiagnosticsPublisher implements vscode.Disposable {
  readonly #host: LanguageHost;
  readonly #collection = vscode.languages.createDiagnosticCollection('countersign');
  readonly #states = new Map<string, State>();
  /** Whether files that documents name are there, by absolute path. */
  readonly #exists = new Map<string, boolean>();
  readonly #disposables: vscode.Disposable[];

  constructor(host: LanguageHost) {
    this.#host = host;
    const refresh = (): void => this.#refreshAll();
    const recheck = (): void => {
      this.#exists.clear();
      this.#refreshAll();
    };
    this.#disposables = [
      this.#collection,
      host.documents.onDidChange(refresh),
      host.environments.onDidChange(refresh),
      vscode.workspace.onDidOpenTextDocument(document => this.#refresh(document)),
      vscode.workspace.onDidCloseTextDocument(document => this.#close(document.uri)),
      vscode.workspace.onDidCreateFiles(recheck),
      vscode.workspace.onDidDeleteFiles(recheck),
      vscode.workspace.onDidRenameFiles(recheck),
      vscode.workspace.onDidSaveTextDocument(recheck),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && recheck()),
    ];
    this.#refreshAll();
  }

  dispose(): void {
    for (const { timer } of this.#states.values()) clearImmediate(timer);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** What is wrong with a document as it is now. */
  async diagnosticsOf(document: vscode.TextDocument): Promise<readonly PlacedDiagnostic[]> {
    const state = this.#stateOf(document);
    await this.#look(document, state);
    return state.found;
  }

  #refreshAll(): void {
    for (const document of vscode.workspace.textDocuments) this.#refresh(document);
  }

  #refresh(document: vscode.TextDocument): void {
    if (vscode.languages.match(requestDocuments, document) === 0) return;
    const state = this.#stateOf(document);
    state.asked++;
    state.timer ??= setImmediate(() => {
      state.timer = undefined;
      void this.#publish(document, state);
    });
  }

  #stateOf({ uri }: vscode.TextDocument): State {
    const key = uri.toString();
    let state = this.#states.get(key);
    if (!state) {
      state = { diagnostics: new DocumentDiagnostics(), found: [], asked: 0, timer: undefined, missing: new Set() };
      this.#states.set(key, state);
    }
    return state;
  }

  async #publish(document: vscode.TextDocument, state: State): Promise<void> {
    const { asked } = state;
    await this.#look(document, state);
    // Something changed meanwhile: what was found is out of date, and is looked for again.
    if (asked !== state.asked || document.isClosed) return;
    this.#collection.set(
      document.uri,
      [...state.found, ...secretsOf(document, this.#host)].map(({ start, end, message, severity, code }) => {
        const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
        const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
        diagnostic.source = 'Countersign';
        diagnostic.code = code;
        if (code === 'unused-field') diagnostic.tags = [vscode.DiagnosticTag.Unnecessary];
        return diagnostic;
      }),
    );
    if (await this.#findMissing(document, state)) this.#refresh(document);
  }

  async #look(document: vscode.TextDocument, state: State): Promise<void> {
    const context = await contextOf(this.#host, document);
    state.found = state.diagnostics.update(context.tree, { ...context, missing: state.missing }, limit);
  }

  /** Looks for the files that the document names; true where others are missing than before. */
  async #findMissing(document: vscode.TextDocument, state: State): Promise<boolean> {
    // Looking for a file is reading, too: on Windows it may send a password to another machine.
    if (document.uri.scheme === 'untitled' || !vscode.workspace.isTrusted) return false;
    const own = this.#host.documents.fileOf(document.uri);
    const missing = new Set<string>();
    for (const path of state.diagnostics.namedFiles()) {
      const file = absolutePath(path, own);
      let exists = this.#exists.get(file);
      if (exists === undefined) {
        const uri = document.uri.with({ path: vscode.Uri.file(file).path });
        exists = await vscode.workspace.fs.stat(uri).then(
          () => true,
          () => false,
        );
        this.#exists.set(file, exists);
      }
      if (!exists) missing.add(path);
    }
    if (missing.size === state.missing.size && [...missing].every(path => state.missing.has(path))) return false;
    state.missing = missing;
    return true;
  }

  #close(uri: vscode.Uri): void {
    clearImmediate(this.#states.get(uri.toString())?.timer);
    this.#states.delete(uri.toString());
    this.#collection.delete(uri);
  }
}
