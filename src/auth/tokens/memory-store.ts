import { KeyLock } from './key-lock.ts';
import type { TokenRecord } from './token-record.ts';
import type { TokenStore } from './token-store.ts';

/** Tokens in memory: gone with the process. */
export class MemoryTokenStore implements TokenStore {
  readonly #records = new Map<string, TokenRecord>();
  readonly #listeners = new Set<(key: string) => void>();
  readonly #locks = new KeyLock();

  constructor(records: readonly TokenRecord[] = []) {
    for (const record of records) this.#records.set(record.key, record);
  }

  async list(): Promise<readonly TokenRecord[]> {
    return [...this.#records.values()];
  }

  async get(key: string): Promise<TokenRecord | undefined> {
    return this.#records.get(key);
  }

  async set(record: TokenRecord): Promise<void> {
    this.#records.set(record.key, record);
    this.#changed(record.key);
  }

  async delete(key: string): Promise<void> {
    if (this.#records.delete(key)) this.#changed(key);
  }

  onDidChange(listener: (key: string) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  lock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#locks.run(key, work, signal);
  }

  #changed(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}
