import { join } from 'node:path';
import type * as vscode from 'vscode';
import { KeyLock } from '../../auth/tokens/key-lock.ts';
import { parseTokenRecord, type TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { CountersignError } from '../../core/errors.ts';
import { withFileLock } from '../../http/file-lock.ts';

const prefix = 'token:';

/**
 * Tokens in the editor's SecretStorage, one secret each: all windows see the same. Locks are files in the extension's
 * own folder, which all windows on this machine share; they hold a process's id and nothing of a token.
 */
export class SecretTokenStore implements TokenStore {
  readonly #secrets: vscode.SecretStorage;
  readonly #lockFolder: string;
  readonly #locks = new KeyLock();

  /** @param lockFolder made when it is first needed */
  constructor(secrets: vscode.SecretStorage, lockFolder: string) {
    this.#secrets = secrets;
    this.#lockFolder = lockFolder;
  }

  async list(): Promise<readonly TokenRecord[]> {
    const keys = (await this.#secrets.keys()).filter(key => key.startsWith(prefix));
    const records = await Promise.all(keys.map(key => this.get(key.slice(prefix.length))));
    return records.filter(record => record !== undefined);
  }

  async get(key: string): Promise<TokenRecord | undefined> {
    const text = await this.#secrets.get(prefix + key);
    return text === undefined ? undefined : parseTokenRecord(text);
  }

  async set(record: TokenRecord): Promise<void> {
    try {
      await this.#secrets.store(prefix + record.key, JSON.stringify(record));
    } catch (cause) {
      throw new CountersignError('io', 'The editor’s secret storage did not take the token.', { cause });
    }
  }

  async delete(key: string): Promise<void> {
    await this.#secrets.delete(prefix + key);
  }

  onDidChange(listener: (key: string) => void): { dispose(): void } {
    return this.#secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) listener(key.slice(prefix.length));
    });
  }

  lock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const path = join(this.#lockFolder, key.replace(/[^\w-]/g, '_'));
    return this.#locks.run(key, () => withFileLock(path, work, signal), signal);
  }
}
