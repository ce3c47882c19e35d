import { closeSync, openSync, writeSync } from 'node:fs';
import type { WireRecord } from '../core/wire-record.ts';
import { harEntry, harFrame } from '../features/presentation/har.ts';
import type { Showing } from '../features/presentation/raw-dump.ts';
import { UsageError } from './usage-error.ts';
import { version } from './version.ts';

/** Bytes of each body that a trace holds. */
export const tracedBody = 1024 * 1024;

/** The file of `--trace`: an HTTP Archive that every exchange is written to as it ends, readable by its user alone. */
export class TraceFile {
  readonly #file: number;
  readonly #showing: Showing;
  readonly #open = new Map<number, WireRecord>();
  #entries = 0;

  /** @throws UsageError where it cannot be written */
  constructor(path: string, showing: Showing) {
    this.#showing = showing;
    try {
      this.#file = openSync(path, 'w', 0o600);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const what = code === 'ENOENT' ? 'its folder does not exist' : code === 'EISDIR' ? 'it is a folder' : code;
      throw new UsageError(`the trace cannot be written to ${path}: ${what}`);
    }
    writeSync(this.#file, harFrame(version).before);
  }

  readonly record = (record: WireRecord): void => {
    if (!record.ended) {
      this.#open.set(record.id, record);
      return;
    }
    this.#open.delete(record.id);
    const entry = JSON.stringify(harEntry(record, this.#showing));
    writeSync(this.#file, `${this.#entries++ > 0 ? ',' : ''}\n${entry}`);
  };

  /** Writes what has not ended, too, and makes the file whole. */
  close(): void {
    for (const record of this.#open.values()) this.record({ ...record, ended: true });
    writeSync(this.#file, harFrame(version).after);
    closeSync(this.#file);
  }
}
