import type { TokenRecord } from './token-record.ts';

/** Where tokens are kept: VS Code's SecretStorage, the system's keychain, a private file, memory. */
export interface TokenStore {
  list(): Promise<readonly TokenRecord[]>;
  get(key: string): Promise<TokenRecord | undefined>;
  /** Resolves once the record is as safe as the store can make it: tokens are used only after that. */
  set(record: TokenRecord): Promise<void>;
  delete(key: string): Promise<void>;
  /** Told of every change, those by other windows and processes included where the store can see them. */
  onDidChange(listener: (key: string) => void): { dispose(): void };
  /**
   * Runs `work` while nobody else, in any window or process, holds the lock of that key. The records may be written
   * within. Waiting ends with the signal.
   * @throws CountersignError `cancelled` or `io`; whatever `work` throws
   */
  lock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}
