import * as vscode from 'vscode';
import type { CollectionNode, RequestNode } from '../../features/collections/collection-node.ts';
import { blockDiagnostics } from '../../features/diagnostics/block-diagnostics.ts';
import { type LineProblem, type ProblemCount, problemsByRequest } from '../../features/diagnostics/request-problems.ts';
import { problemsSaid, requestId, requestScheme, requestUri } from './items.ts';

const none: ReadonlyMap<RequestNode, ProblemCount> = new Map();

/**
 * The number of problems on the row of a request, in the colour of the worst: what is wrong as it is written, and all
 * that the editor knows of open documents. Files have the editor's own.
 */
export class ProblemDecorations implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #requestsOf: (file: string) => Promise<readonly RequestNode[]>;
  /** Rows with problems, by their ids. */
  readonly #nodes = new Map<string, RequestNode>();
  /** What the editor shows, by file. */
  readonly #shown = new Map<string, ReadonlyMap<RequestNode, ProblemCount>>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeFileDecorations = this.#changed.event;

  /** @param requestsOf the rows of a document's requests, empty where they were never shown */
  constructor(requestsOf: (file: string) => Promise<readonly RequestNode[]>) {
    this.#requestsOf = requestsOf;
    this.#disposables = [
      this.#changed,
      vscode.window.registerFileDecorationProvider(this),
      vscode.languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) if (isRequestFile(uri)) void this.#count(uri);
      }),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Takes note of rows that are shown. */
  note(nodes: readonly CollectionNode[]): void {
    const changed: vscode.Uri[] = [];
    const files = new Set<string>();
    for (const node of nodes) {
      if (node.kind !== 'request') continue;
      files.add(node.file);
      const { id } = node;
      if (node.problems > 0 || this.#nodes.has(id)) changed.push(requestUri(node));
      if (node.problems > 0) this.#nodes.set(id, node);
      else if (!this.#shown.get(node.file)?.has(node)) this.#nodes.delete(id);
    }
    if (changed.length > 0) this.#changed.fire(changed);
    for (const file of files) void this.#count(vscode.Uri.file(file));
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== requestScheme) return undefined;
    const node = this.#nodes.get(requestId(uri));
    const shown = node && this.#shown.get(node.file)?.get(node);
    const count = Math.max(node?.problems ?? 0, shown?.count ?? 0);
    if (!node || count === 0) return undefined;
    const error =
      shown?.worst === 'error' || blockDiagnostics(node.placed.block).some(({ severity }) => severity === 'error');
    return new vscode.FileDecoration(
      count > 9 ? '9+' : String(count),
      problemsSaid(count),
      new vscode.ThemeColor(error ? 'list.errorForeground' : 'list.warningForeground'),
    );
  }

  /** Counts anew what the editor shows of a document. */
  async #count(uri: vscode.Uri): Promise<void> {
    const file = uri.fsPath;
    const requests = await this.#requestsOf(file);
    const before = this.#shown.get(file) ?? none;
    const now = requests.length === 0 ? none : problemsByRequest(requests, editorProblems(uri));
    if (now.size > 0) this.#shown.set(file, now);
    else this.#shown.delete(file);
    const changed: vscode.Uri[] = [];
    for (const node of new Set([...before.keys(), ...now.keys()])) {
      const old = before.get(node);
      const found = now.get(node);
      if (found) this.#nodes.set(node.id, node);
      if (old?.count !== found?.count || old?.worst !== found?.worst) changed.push(requestUri(node));
    }
    if (changed.length > 0) this.#changed.fire(changed);
  }
}

function editorProblems(uri: vscode.Uri): readonly LineProblem[] {
  return vscode.languages.getDiagnostics(uri).flatMap(({ severity, source, range }): LineProblem[] => {
    if (source !== 'Countersign' || severity > vscode.DiagnosticSeverity.Warning) return [];
    return [{ line: range.start.line, severity: severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warning' }];
  });
}

const isRequestFile = ({ scheme, path }: vscode.Uri): boolean => scheme === 'file' && /\.(http|rest)$/.test(path);
