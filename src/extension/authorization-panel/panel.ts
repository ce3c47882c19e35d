import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { pathAfterMove, pathNamedFrom } from '../../core/path-within.ts';
import { type FormChange, FormMemory, formEdits } from '../../features/form/form-edits.ts';
import { newSecretName, secretReference } from '../../features/form/form-fields.ts';
import { type FormModel, formModel } from '../../features/form/form-model.ts';
import { type FormContext, formContext } from '../../features/form/form-preview.ts';
import { type FormTarget, followRequest, formAuth, levelOfFile } from '../../features/form/form-target.ts';
import { formVariables } from '../../features/form/form-text.ts';
import { parse } from '../../language/parser.ts';
import type { SyntaxTree } from '../../language/syntax-tree.ts';
import type { RequestTarget } from '../../sending/workspace.ts';
import type { FromPanel, SendStatus, ToPanel } from '../../webview/authorization/messages.ts';
import { fromPanel } from '../../webview/authorization/messages.ts';
import { english } from '../../webview/authorization/texts.ts';
import type { Console } from '../console.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import { goTo } from '../go-to.ts';
import { PagePanel } from '../page-panel.ts';
import type { Secrets } from '../secrets.ts';
import { DocumentEdits, keyOf, undoIn } from './document-edits.ts';
import { previewRows } from './preview-rows.ts';
import { secretPrefix, type Wanted } from './subject.ts';

export interface AuthorizationHost {
  readonly extensionUri: vscode.Uri;
  readonly documents: Documents;
  readonly console: Console;
  readonly secrets: Secrets;
  readonly engine: () => Promise<Engine>;
  isRunning(target: RequestTarget): boolean;
  /** Opens the panel of another level. */
  open(wanted: Wanted): Promise<void>;
}

const refusals = {
  'not-there': () => 'This is no longer in the file.',
  'not-expressible': () => 'This can’t be written: in the text it would mean something else.',
  'read-only': () => 'This can’t be written: the file is read-only.',
};

interface Work {
  /** Of what waits with the same key only the last is done. */
  readonly key: string | undefined;
  run(): Promise<void>;
}

/** One Authorization panel: it follows its target through every change of the documents, and writes what is changed in it. */
export class AuthorizationPanel {
  readonly #page: PagePanel<ToPanel, FromPanel>;
  readonly #host: AuthorizationHost;
  readonly #memory = new FormMemory();
  readonly #edits = new DocumentEdits();
  readonly #waiting: Work[] = [];
  #target: FormTarget;
  #context: FormContext | undefined;
  #model: FormModel | undefined;
  #gone = false;
  #working = false;
  #refreshing: AbortController | undefined;
  /** The panel's last change that is in the document. */
  #edit = 0;
  #preview: { shown: boolean; reveal: boolean } = { shown: false, reveal: false };
  #status: SendStatus = { running: false };
  #variables = '';

  constructor(panel: vscode.WebviewPanel, target: FormTarget, host: AuthorizationHost) {
    this.#host = host;
    this.#target = target;
    this.#page = new PagePanel(panel, {
      extensionUri: host.extensionUri,
      name: 'authorization',
      icon: 'authorization',
      english,
      console: host.console,
      read: fromPanel,
      handle: message => this.#handle(message),
    });
    panel.onDidDispose(() => this.#refreshing?.abort());
  }

  get panel(): vscode.WebviewPanel {
    return this.#page.panel;
  }

  /** Whether it shows that target. */
  shows({ file, tree, block }: FormTarget): boolean {
    if (this.#target.file !== file || this.#gone) return false;
    if (block === undefined || this.#target.block === undefined) return block === this.#target.block;
    return followRequest(this.#target, tree) === block;
  }

  /** Goes on with its file, or the folder that holds it, under a new name. */
  renamed(from: string, to: string): void {
    const { file, block } = this.#target;
    const moved = pathAfterMove(file, from, to);
    if (moved === undefined) return;
    this.#target = { ...this.#target, file: moved, ...(block === undefined ? { level: levelOfFile(moved) } : {}) };
  }

  /** Shows the documents, variables and secrets as they are now. */
  async refresh(): Promise<void> {
    this.#refreshing?.abort();
    const controller = new AbortController();
    this.#refreshing = controller;
    try {
      await this.#show(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) this.#host.console.error(error);
    }
  }

  /** The request was sent, and this came of it. */
  finished(last: NonNullable<SendStatus['last']>): void {
    this.#status = { running: false, last };
    this.#page.post({ type: 'status', status: this.#status });
  }

  /** Tells whether the request is on its way. */
  showRunning(): void {
    const { file, tree, block } = this.#target;
    const running = block !== undefined && this.#host.isRunning({ file, tree, block });
    if (running === this.#status.running) return;
    this.#status = { ...this.#status, running };
    this.#page.post({ type: 'status', status: this.#status });
  }

  async #show(signal: AbortSignal): Promise<void> {
    const { documents, secrets } = this.#host;
    const edit = this.#edit;
    const tree =
      (await documents.tree(this.#target.file)) ?? (this.#target.block === undefined ? parse('') : undefined);
    const target = tree && this.#follow(tree);
    if (signal.aborted) return;
    if (!target) {
      this.#gone = true;
      const message = tree
        ? 'This request is no longer in its file.'
        : `The file ${basename(this.#target.file)} is no longer there.`;
      this.#page.post({ type: 'gone', message });
      return;
    }
    this.#gone = false;
    this.#target = target;
    const engine = await this.#host.engine();
    const context = await formContext(target, await engine.formPorts(target.file), signal);
    if (signal.aborted) return;
    const names = new Set(secrets.names());
    const model = formModel(target, context, names);
    this.#context = context;
    this.#model = model;
    this.panel.title = `Auth: ${model.title}`;
    const uri = documents.uriOf(target.file).toString();
    const unsaved = vscode.workspace.textDocuments.some(each => each.isDirty && each.uri.toString() === uri);
    this.#page.post({ type: 'model', edit, model, unsaved });
    const variables = formVariables(context.variables, secrets.names(), target.file);
    const listed = JSON.stringify(variables);
    if (listed !== this.#variables && this.#page.ready) {
      this.#variables = listed;
      this.#page.post({ type: 'variables', variables });
    }
    this.#postPreview();
  }

  #follow(tree: SyntaxTree): FormTarget | undefined {
    if (this.#target.block === undefined) return { ...this.#target, tree };
    const block = followRequest(this.#target, tree);
    return block === undefined ? undefined : { ...this.#target, tree, block };
  }

  #postPreview(): void {
    const { shown, reveal } = this.#preview;
    if (!shown || !this.#context) return;
    const { rows, hasSecrets } = previewRows(this.#context.preview, this.#target.file, reveal);
    this.#page.post({ type: 'preview', rows, hasSecrets, revealed: reveal });
  }

  async #handle(message: FromPanel): Promise<void> {
    const { documents } = this.#host;
    switch (message.type) {
      case 'ready':
        this.#variables = '';
        // A page that is made anew counts its changes from one again.
        this.#edit = 0;
        this.#page.post({ type: 'status', status: this.#status });
        return this.refresh();
      case 'change':
        return this.#enqueue(keyOf(message.change), () => this.#change(message.change, message.edit));
      case 'secret':
        return this.#enqueue(`secret ${message.field}`, () => this.#storeSecret(message));
      case 'keep-secret':
        return this.#enqueue(undefined, () => this.#keepSecret(message));
      case 'choose-file':
        return this.#chooseFile(message);
      case 'reveal':
        return this.#reveal(message.field);
      case 'watch-preview':
        this.#preview = { shown: message.shown, reveal: message.reveal };
        return this.#postPreview();
      case 'undo':
      case 'redo':
        return this.#enqueue(undefined, () => this.#undo(message.type));
      case 'save':
        await this.#written();
        await (await this.#document()).save();
        return this.refresh();
      case 'goto':
        return goTo(documents.uriOf(message.file), message.line);
      case 'show-text':
        return goTo(documents.uriOf(this.#target.file), this.#model?.line ?? 1);
      case 'open-parent': {
        const { parent } = this.#model?.type ?? {};
        return parent?.file === undefined ? undefined : this.#host.open({ file: parent.file });
      }
      case 'cancel':
        return this.#command(message.type);
      default:
        await this.#written();
        return this.#command(message.type);
    }
  }

  /** Hands the request over to the command of that name. */
  async #command(name: 'send' | 'cancel' | 'copy-curl' | 'get-token'): Promise<void> {
    const { file, tree, block } = this.#target;
    const placed = block === undefined ? undefined : tree.blocks[block];
    const line = (placed?.line ?? 0) + (placed?.block.request?.line ?? 0);
    const uri = this.#host.documents.uriOf(file);
    if (name === 'get-token') {
      const from = placed ? line + 1 : (this.#model?.line ?? 1);
      await vscode.commands.executeCommand('countersign.getToken', { file, line: from });
      return this.refresh();
    }
    const command = name === 'copy-curl' ? 'countersign.copyAsCurl' : `countersign.${name}`;
    await vscode.commands.executeCommand(command, uri, line);
  }

  /** Waits until what was typed before stands in the document, and is what the panel is about. */
  async #written(): Promise<void> {
    if (!this.#working) return;
    await new Promise<void>(resolve => {
      void this.#enqueue(undefined, async () => resolve());
    });
    await this.refresh();
  }

  /** One change after the other, each on the document as it then is. */
  async #enqueue(key: string | undefined, run: () => Promise<void>): Promise<void> {
    const last = this.#waiting.at(-1);
    if (key !== undefined && last?.key === key) this.#waiting.pop();
    this.#waiting.push({ key, run });
    if (this.#working) return;
    this.#working = true;
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        await next.run().catch(error => this.#page.fail(error));
      }
    } finally {
      this.#working = false;
    }
  }

  async #change(change: FormChange, edit: number): Promise<void> {
    try {
      await this.#write(change, edit);
    } catch (error) {
      // A change that came to nothing is no longer on its way: the page would wait for it.
      const { message } = this.#host.console.error(error);
      await this.#refuse(edit, `This can’t be written: ${message}`);
    }
  }

  async #write(change: FormChange, edit: number): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      const document = await this.#document();
      const target = this.#follow(this.#host.documents.treeOf(document));
      if (!target) break;
      this.#target = target;
      const result = formEdits(target, change, this.#memory);
      if ('refused' in result) return this.#refuse(edit, refusals[result.refused]());
      if (result.edits.length === 0) {
        this.#edit = edit;
        return this.refresh();
      }
      const written = await this.#edits.apply(document, result.edits, keyOf(change) ?? `${edit}`);
      if (written === 'read-only') return this.#refuse(edit, refusals[written]());
      if (written === 'done') {
        // Only now does every model hold the change: one that claims it too early would undo what is typed meanwhile.
        this.#edit = edit;
        return this.refresh();
      }
    }
    return this.#refuse(edit, refusals['not-there']());
  }

  /** Says why a change isn't written; what else stands in the page is again what the document says. */
  async #refuse(edit: number, message: string): Promise<void> {
    this.#edit = edit;
    await this.refresh();
    this.#page.post({ type: 'refused', edit, message });
  }

  async #storeSecret({ field, value, edit }: Extract<FromPanel, { type: 'secret' }>): Promise<void> {
    const { secrets } = this.#host;
    const written = formAuth(this.#target)?.fields.find(({ name }) => name.text === field)?.value.text ?? '';
    const known = secretReference(written);
    const name = known ?? newSecretName(secretPrefix(this.#target), field, new Set(secrets.names()));
    await secrets.store(name, value);
    if (known === undefined) return this.#change({ type: 'field', name: field, value: `{{$secret ${name}}}` }, edit);
    this.#edit = edit;
    return this.refresh();
  }

  async #keepSecret({ field, keep, edit }: Extract<FromPanel, { type: 'keep-secret' }>): Promise<void> {
    const value = await this.#valueOf(field);
    if (value === undefined || value === '') return this.refresh();
    if (keep) return this.#storeSecret({ type: 'secret', edit, field, value });
    return this.#change({ type: 'field', name: field, value }, edit);
  }

  /** The value of a secret field: what the text states, or the secret that it names. */
  async #valueOf(field: string): Promise<string | undefined> {
    const written = formAuth(this.#target)?.fields.find(({ name }) => name.text === field)?.value.text;
    const name = written === undefined ? undefined : secretReference(written);
    return name === undefined ? written : await this.#host.secrets.quiet.get(name);
  }

  async #reveal(field: string): Promise<void> {
    const value = await this.#valueOf(field);
    if (value !== undefined) this.#page.post({ type: 'revealed', field, value });
  }

  async #chooseFile({ field, edit }: Extract<FromPanel, { type: 'choose-file' }>): Promise<void> {
    const folder = dirname(this.#target.file);
    const chosen = await vscode.window.showOpenDialog({
      defaultUri: vscode.Uri.file(folder),
      openLabel: 'Choose',
    });
    const value = chosen?.[0] && pathNamedFrom(folder, chosen[0].fsPath);
    if (value === undefined) {
      this.#edit = edit;
      return this.refresh();
    }
    return this.#enqueue(undefined, () => this.#change({ type: 'field', name: field, value, fromFile: true }, edit));
  }

  async #undo(command: 'undo' | 'redo'): Promise<void> {
    const document = await this.#document();
    await undoIn(document, command);
    this.panel.reveal(undefined, false);
  }

  /** The target's document, made where a folder or collection has no file yet. */
  async #document(): Promise<vscode.TextDocument> {
    const uri = this.#host.documents.uriOf(this.#target.file);
    if (this.#target.block === undefined && (await this.#host.documents.tree(this.#target.file)) === undefined) {
      const edit = new vscode.WorkspaceEdit();
      edit.createFile(uri, { ignoreIfExists: true });
      await vscode.workspace.applyEdit(edit);
    }
    return vscode.workspace.openTextDocument(uri);
  }
}
