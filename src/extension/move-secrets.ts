import { basename } from 'node:path';
import * as vscode from 'vscode';
import { type LiteralSecret, literalSecrets } from '../features/diagnostics/literal-secrets.ts';
import type { Documents } from './documents.ts';
import { ask, tell } from './notices.ts';
import type { Secrets } from './secrets.ts';

interface Found {
  readonly document: vscode.TextDocument;
  readonly secret: LiteralSecret;
}

/** Moves secrets that stand in request files into the secret store; what is sent stays, byte for byte. */
export class SecretMover {
  readonly #documents: Documents;
  readonly #secrets: Secrets;

  constructor(documents: Documents, secrets: Secrets) {
    this.#documents = documents;
    this.#secrets = secrets;
  }

  /** Those of one document, or the one at an offset; without a document, those that a person ticks of the workspace. */
  async move(uri: unknown, offset: unknown): Promise<void> {
    if (uri instanceof vscode.Uri) {
      const found = this.#of(await vscode.workspace.openTextDocument(uri));
      await this.#replace(typeof offset === 'number' ? found.filter(({ secret }) => secret.start === offset) : found);
    } else await this.#choose();
  }

  #of(document: vscode.TextDocument): readonly Found[] {
    const name = basename(this.#documents.fileOf(document.uri));
    return literalSecrets(this.#documents.treeOf(document), name).map(secret => ({ document, secret }));
  }

  async #choose(): Promise<void> {
    const uris = await vscode.workspace.findFiles('**/*.{http,rest}', '**/node_modules/**');
    const found: Found[] = [];
    for (const uri of uris) found.push(...this.#of(await vscode.workspace.openTextDocument(uri)));
    if (found.length === 0) {
      tell('information', 'No secret stands in the request files of this workspace.');
      return;
    }
    const items = found.map(each => ({
      label: `$(key) ${each.secret.name}`,
      description: each.secret.what.replaceAll('$(', '$ ('),
      detail: `${vscode.workspace.asRelativePath(each.document.uri)}:${each.secret.line}`,
      picked: true,
      each,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      title: 'Move Secrets to the Secret Store',
      placeHolder: 'Secrets to move',
      canPickMany: true,
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen && chosen.length > 0) await this.#replace(chosen.map(({ each }) => each));
  }

  /** Stores first, so that nothing is lost where the edit fails. */
  async #replace(found: readonly Found[]): Promise<void> {
    if (found.length === 0) return;
    const names = new Map<string, string>();
    const edit = new vscode.WorkspaceEdit();
    for (const { document, secret } of found) {
      const key = `${secret.name}\n${secret.value}`;
      const name = names.get(key) ?? (await this.#store(secret));
      names.set(key, name);
      const range = new vscode.Range(document.positionAt(secret.start), document.positionAt(secret.end));
      edit.replace(document.uri, range, `{{$secret ${name}}}`);
    }
    if (!(await vscode.workspace.applyEdit(edit))) {
      tell('error', 'The files could not be changed. The secrets are kept in the secret store.');
      return;
    }
    const save = 'Save';
    const sentence =
      found.length === 1
        ? 'The secret “{0}” is kept in the secret store now. If it was in git, change it where it is from: its history keeps it.'
        : '{0} secrets are kept in the secret store now. If they were in git, change them where they are from: its history keeps them.';
    const foreign = [found.length === 1 ? ([...names.values()][0] ?? '') : found.length];
    const documents = new Set(found.map(each => each.document));
    void ask({ kind: 'information', sentence, foreign, choices: [save] }).then(async chosen => {
      if (chosen === save) for (const document of documents) await document.save();
    });
  }

  /** Under the name, or the next free one where that holds something else. */
  async #store({ name, value }: LiteralSecret): Promise<string> {
    for (let count = 1; ; count++) {
      const wanted = count === 1 ? name : `${name}-${count}`;
      const kept = await this.#secrets.quiet.get(wanted);
      if (kept !== undefined && kept !== value) continue;
      if (kept === undefined) await this.#secrets.store(wanted, value);
      return wanted;
    }
  }
}
