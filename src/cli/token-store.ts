import { type FSWatcher, watch } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KeyLock } from '../auth/tokens/key-lock.ts';
import type { TokenCipher } from '../auth/tokens/token-cipher.ts';
import { asTokenRecord, type TokenRecord } from '../auth/tokens/token-record.ts';
import type { TokenStore } from '../auth/tokens/token-store.ts';
import { CountersignError } from '../core/errors.ts';
import type { ProcessEnvironment } from '../core/ports.ts';
import { withFileLock } from '../node/file-lock.ts';
import { replaceFile } from '../node/replace-file.ts';
import { keychainCipher } from './keychain-cipher.ts';

export interface OpenedTokenStore {
  readonly store: TokenStore;
  /** Where tokens are kept, and how safe that is, one sentence for the person. */
  readonly description: string;
  /** True where the files are encrypted with a key from the system's keychain. */
  readonly encrypted: boolean;
}

/**
 * The command line's tokens: files that only the user can read, encrypted with a key from the system's keychain where
 * there is one. `COUNTERSIGN_KEYCHAIN=off` leaves the keychain alone.
 */
export async function openTokenStore(
  env: ProcessEnvironment,
  keychain: () => Promise<TokenCipher | undefined> = keychainCipher,
): Promise<OpenedTokenStore> {
  const directory = join(configDirectory(env), 'tokens');
  const off = env.COUNTERSIGN_KEYCHAIN === 'off';
  const cipher = off ? undefined : await keychain();
  const locked = !cipher && !off && (await holdsEncrypted(directory));
  return {
    store: new FileTokenStore(directory, cipher, locked),
    encrypted: cipher !== undefined,
    description: cipher
      ? `Tokens are kept in ${directory}, encrypted with a key from the system’s keychain.`
      : locked
        ? `The system’s keychain can’t be used now (is it locked?): the tokens in ${directory} are encrypted with a key from it and can’t be read, and new ones are not kept.`
        : `There is no system keychain here: tokens are kept unencrypted in ${directory}, which only you can read.`,
  };
}

/** True where an earlier call had a keychain. */
async function holdsEncrypted(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter(name => name.endsWith('.json'))) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '');
    if (text.startsWith('{"encrypted":')) return true;
  }
  return false;
}

/** The folder of the command line's own files. @see https://specifications.freedesktop.org/basedir-spec/latest/ */
export function configDirectory(env: ProcessEnvironment): string {
  if (env.XDG_CONFIG_HOME) return join(env.XDG_CONFIG_HOME, 'countersign');
  if (process.platform === 'win32' && env.APPDATA) return join(env.APPDATA, 'countersign');
  return join(homedir(), '.config', 'countersign');
}

/** A token per file: written whole or not at all, locked across processes. */
export class FileTokenStore implements TokenStore {
  readonly #directory: string;
  readonly #cipher: TokenCipher | undefined;
  readonly #locked: boolean;
  readonly #locks = new KeyLock();
  readonly #listeners = new Set<(key: string) => void>();
  #watcher: FSWatcher | undefined;

  /** @param locked nothing is kept, as it would stand unencrypted beside what is encrypted */
  constructor(directory: string, cipher?: TokenCipher, locked = false) {
    this.#directory = directory;
    this.#cipher = cipher;
    this.#locked = locked;
  }

  async list(): Promise<readonly TokenRecord[]> {
    let names: string[];
    try {
      names = await readdir(this.#directory);
    } catch {
      return [];
    }
    const keys = names.filter(name => name.endsWith('.json')).map(name => name.slice(0, -'.json'.length));
    const records = await Promise.all(keys.map(key => this.get(key)));
    return records.filter(record => record !== undefined);
  }

  async get(key: string): Promise<TokenRecord | undefined> {
    try {
      return this.#parse(await readFile(this.#path(key), 'utf8'));
    } catch (cause) {
      if (/^(ENOENT|ENOTDIR)$/.test(String((cause as NodeJS.ErrnoException).code))) return undefined;
      throw new CountersignError('io', 'A kept token cannot be read.', { cause });
    }
  }

  async set(record: TokenRecord): Promise<void> {
    if (this.#locked) {
      throw new CountersignError(
        'io',
        'The system’s keychain, with whose key tokens are encrypted, can’t be used now.',
        {
          hint: 'Unlock it, or call with COUNTERSIGN_KEYCHAIN=off to keep tokens unencrypted.',
        },
      );
    }
    const text = JSON.stringify(record);
    const content = this.#cipher ? JSON.stringify({ encrypted: this.#cipher.encrypt(text) }) : text;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await chmod(this.#directory, 0o700);
      await replaceFile(this.#path(record.key), content);
    } catch (cause) {
      throw new CountersignError('io', `A token cannot be kept in ${this.#directory}.`, { cause });
    }
    this.#changed(record.key);
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
    this.#changed(key);
  }

  onDidChange(listener: (key: string) => void): { dispose(): void } {
    this.#listeners.add(listener);
    this.#watch();
    return {
      dispose: () => {
        this.#listeners.delete(listener);
        if (this.#listeners.size > 0) return;
        this.#watcher?.close();
        this.#watcher = undefined;
      },
    };
  }

  lock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const path = join(this.#directory, 'locks', fileName(key));
    return this.#locks.run(key, () => withFileLock(path, work, signal), signal);
  }

  #path(key: string): string {
    return join(this.#directory, `${fileName(key)}.json`);
  }

  #parse(content: string): TokenRecord | undefined {
    try {
      const value = JSON.parse(content) as Record<string, unknown>;
      if (typeof value.encrypted !== 'string') return asTokenRecord(value);
      const text = this.#cipher?.decrypt(value.encrypted);
      return text === undefined ? undefined : asTokenRecord(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /** Changes by other processes; without a directory yet, those of this process are still told. */
  #watch(): void {
    try {
      this.#watcher ??= watch(this.#directory, { persistent: false }, (_event, name) => {
        if (name?.endsWith('.json')) this.#changed(name.slice(0, -'.json'.length));
      });
      this.#watcher.on('error', () => {});
    } catch {
      this.#watcher = undefined;
    }
  }

  #changed(key: string): void {
    for (const listener of this.#listeners) listener(key);
  }
}

/** Keys are digests; whatever else comes may not leave the directory. */
function fileName(key: string): string {
  return key.replace(/[^\w-]/g, '_');
}
