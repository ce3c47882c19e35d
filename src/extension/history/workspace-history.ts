import * as vscode from 'vscode';
import type { HistoryEntry, HistoryRow } from '../../features/presentation/history-entry.ts';
import { surplus } from '../../features/presentation/history-list.ts';
import { SealedFiles } from '../sealed-files.ts';
import { historyLimit } from '../settings.ts';

/** UTF-16 units that are kept in all. */
const mostKept = 32 * 1024 * 1024;
const pause = 500;
const indexName = 'index';

interface KeptRow extends HistoryRow {
  /** UTF-16 units of its entry. */
  readonly kept: number;
}

/** What was sent from this workspace, over restarts: rows in one encrypted file, each entry in one of its own. */
export class WorkspaceHistory implements vscode.Disposable {
  readonly #files: SealedFiles;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #settings: vscode.Disposable;
  /** The oldest first; until they are read, undefined. */
  #rows: Promise<KeptRow[]> | undefined;
  /** Entries on their way to the disk, by id. */
  readonly #unwritten = new Map<string, Promise<void>>();
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  readonly onDidChange = this.#changed.event;

  constructor(context: Pick<vscode.ExtensionContext, 'storageUri' | 'secrets'>) {
    this.#files = new SealedFiles(context, 'history');
    this.#settings = vscode.workspace.onDidChangeConfiguration(event => {
      if (!event.affectsConfiguration('countersign.history')) return;
      void (historyLimit() === 0 ? this.clear() : this.#trim());
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#settings.dispose();
    this.#changed.dispose();
  }

  /** The oldest first. */
  async rows(): Promise<readonly HistoryRow[]> {
    return await this.#kept();
  }

  /** What is kept of a row; undefined where it has gone. */
  async entry(id: string): Promise<HistoryEntry | undefined> {
    await this.#unwritten.get(id);
    const text = await this.#files.read(id);
    return text === undefined ? undefined : (JSON.parse(text) as HistoryEntry);
  }

  async add(entry: HistoryEntry): Promise<void> {
    if (historyLimit() === 0) return;
    const text = JSON.stringify(entry);
    const { request: _, response: __, message: ___, ...row } = entry;
    const rows = await this.#kept();
    rows.push({ ...row, kept: text.length });
    const written = this.#files.write(entry.id, text).finally(() => this.#unwritten.delete(entry.id));
    this.#unwritten.set(entry.id, written);
    await this.#trim();
  }

  async remove(ids: ReadonlySet<string>): Promise<void> {
    const rows = await this.#kept();
    this.#rows = Promise.resolve(rows.filter(({ id }) => !ids.has(id)));
    this.#note();
    for (const id of ids) {
      await this.#unwritten.get(id);
      await this.#files.write(id, undefined);
    }
  }

  async clear(): Promise<void> {
    this.#rows = Promise.resolve([]);
    this.#dirty = false;
    await Promise.all([this.#saving, ...this.#unwritten.values()]);
    await this.#files.clear();
    this.#changed.fire();
  }

  /** Writes what has changed; resolves once it is on the disk. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#dirty) {
      this.#dirty = false;
      this.#saving = this.#saving.then(async () => this.#files.write(indexName, JSON.stringify(await this.#kept())));
    }
    await Promise.all([this.#saving, ...this.#unwritten.values()]);
  }

  async #trim(): Promise<void> {
    const rows = await this.#kept();
    const gone = surplus(rows, historyLimit(), mostKept);
    if (gone.length > 0) await this.remove(new Set(gone.map(({ id }) => id)));
    else this.#note();
  }

  #note(): void {
    this.#changed.fire();
    this.#dirty = true;
    this.#timer ??= setTimeout(() => void this.save(), pause);
  }

  #kept(): Promise<KeptRow[]> {
    this.#rows ??= this.#files.read(indexName).then(text => (text === undefined ? [] : JSON.parse(text)));
    return this.#rows;
  }
}
