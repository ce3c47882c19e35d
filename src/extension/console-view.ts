import { platform } from 'node:os';
import * as vscode from 'vscode';
import type { WireRecord } from '../core/wire-record.ts';
import { consoleDetail, consoleFilter, consoleRow } from '../features/presentation/console-model.ts';
import { ExchangeLog } from '../features/presentation/exchange-log.ts';
import { harText } from '../features/presentation/har.ts';
import { rawDump, type Showing } from '../features/presentation/raw-dump.ts';
import { type CopyAs, type FromConsole, fromConsole, type ToConsole } from '../webview/console/messages.ts';
import { english } from '../webview/console/texts.ts';
import type { Console } from './console.ts';
import { tellBriefly } from './notices.ts';
import { WebviewHost } from './webview-host.ts';

export const consoleViewId = 'countersign.console';

export interface ConsoleViewHost {
  readonly extensionUri: vscode.Uri;
  readonly version: string;
  readonly console: Console;
  /** The text with every secret seen so far masked. */
  redact(text: string): string;
}

/** Milliseconds that changes are gathered for. */
const gathering = 100;
/** Records that are looked into at a stretch. */
const stretch = 500;

/** The Console: every exchange that went over the wire, in the panel area. */
export class ConsoleView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #host: ConsoleViewHost;
  readonly #log = new ExchangeLog();
  readonly #registered: vscode.Disposable;
  #page: WebviewHost<ToConsole, FromConsole> | undefined;
  #filter: (record: WireRecord) => boolean = () => true;
  #searches = 0;
  #changed = new Map<number, WireRecord>();
  #gone: number[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** What is shown in full. */
  #shown: { readonly id: number; readonly reveal: boolean } | undefined;

  constructor(host: ConsoleViewHost) {
    this.#host = host;
    this.#registered = vscode.window.registerWebviewViewProvider(consoleViewId, this, {
      webviewOptions: { retainContextWhenHidden: true },
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#registered.dispose();
    this.#log.clear();
  }

  /** Puts an exchange on record, or what became of it. */
  readonly record = (record: WireRecord): void => {
    for (const id of this.#log.put(record)) {
      this.#changed.delete(id);
      this.#gone.push(id);
    }
    this.#changed.set(record.id, record);
    if (this.#page) this.#timer ??= setTimeout(() => this.#tell(), gathering);
    else {
      this.#changed.clear();
      this.#gone = [];
    }
  };

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = new WebviewHost<ToConsole, FromConsole>(view.webview, 'Console', {
      ...{ extensionUri: this.#host.extensionUri, name: 'console', english, console: this.#host.console },
      read: fromConsole,
      handle: message => this.#handle(message),
    });
    this.#page = page;
    view.onDidDispose(() => {
      if (this.#page === page) this.#page = undefined;
    });
  }

  #showing(reveal: boolean): Showing {
    return { reveal, redact: this.#host.redact };
  }

  #tell(): void {
    this.#timer = undefined;
    const rows = [...this.#changed.values()].map(record =>
      consoleRow(record, this.#showing(false), this.#filter(record)),
    );
    const shown = this.#shown && this.#changed.get(this.#shown.id);
    const gone = this.#gone;
    this.#changed = new Map();
    this.#gone = [];
    this.#page?.post({ type: 'rows', rows, gone, fresh: false });
    if (shown) this.#detail();
  }

  #tellAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
    this.#gone = [];
    const rows = [...this.#log.all()].map(record => consoleRow(record, this.#showing(false), this.#filter(record)));
    this.#page?.post({ type: 'rows', rows, gone: [], fresh: true });
  }

  #detail(): void {
    const record = this.#shown && this.#log.get(this.#shown.id);
    if (!record || !this.#shown) return;
    this.#page?.post({ type: 'detail', detail: consoleDetail(record, this.#showing(this.#shown.reveal)) });
  }

  async #handle(message: FromConsole): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.#filter = () => true;
        this.#shown = undefined;
        return this.#tellAll();
      case 'show':
        this.#shown = message;
        return this.#detail();
      case 'copy':
        return this.#copy(message.id, message.as, message.secrets);
      case 'filter':
        return this.#search(message.text);
      case 'save':
        return this.#save(message.ids);
      case 'clear':
        this.#log.clear();
        this.#shown = undefined;
        return this.#tellAll();
      case 'log':
        return this.#host.console.showLog();
    }
  }

  /** Looks through all records, in stretches: there may be many. */
  async #search(text: string): Promise<void> {
    const search = ++this.#searches;
    const filter = consoleFilter(text);
    this.#filter = filter;
    const ids: number[] = [];
    let looked = 0;
    for (const record of [...this.#log.all()]) {
      if (filter(record)) ids.push(record.id);
      if (++looked % stretch > 0) continue;
      await new Promise(resolve => setImmediate(resolve));
      if (search !== this.#searches) return;
    }
    this.#page?.post({ type: 'found', text, ids });
  }

  async #copy(id: number, as: CopyAs, secrets: boolean): Promise<void> {
    const record = this.#log.get(id);
    if (!record) return;
    await vscode.env.clipboard.writeText(await this.#text(record, as, secrets));
    const said = secrets ? 'Copied, with secrets.' : 'Copied, with ••• in place of secrets.';
    tellBriefly(4000, said);
  }

  async #text(record: WireRecord, as: CopyAs, secrets: boolean): Promise<string> {
    if (as === 'raw') return rawDump(record, this.#showing(secrets));
    if (as === 'har') return harText([record], this.#showing(secrets), this.#host.version);
    const { wireToCurl } = await import('../convert/curl/wire-curl.ts');
    const shell = platform() === 'win32' && vscode.env.remoteName === undefined ? 'cmd' : 'sh';
    const command = wireToCurl(record, { shell, secrets });
    return secrets ? command : this.#host.redact(command);
  }

  async #save(ids: readonly number[]): Promise<void> {
    const uri = await vscode.window.showSaveDialog({
      filters: { 'HTTP Archive': ['har'] },
      title: 'Save as HAR, with ••• in place of secrets',
    });
    if (!uri) return;
    const records = ids.flatMap(id => this.#log.get(id) ?? []);
    const text = harText(records, this.#showing(false), this.#host.version);
    await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  }
}
