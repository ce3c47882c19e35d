import { join } from 'node:path';
import type * as vscode from 'vscode';
import { KeyLock } from '../../auth/tokens/key-lock.ts';
import { asTokenRecord, type TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { CountersignError } from '../../core/errors.ts';
import { withFileLock } from '../../node/file-lock.ts';
import { TokenRelay } from './token-relay.ts';

const prefix = 'token:';

/** A token as it stands in the secret storage, with what finds later states of it. */
interface Kept {
  readonly record: TokenRecord;
  /** Absent where a version without a relay has kept it. */
  readonly relay?: { readonly secret: string; readonly revision: number };
}

/**
 * Tokens in the editor's SecretStorage, one secret each: all windows see the same. Where the storage lags behind, what
 * the windows on this machine relay to each other counts. Locks are files in the extension's own folder, which all these
 * windows share; they hold a process's id and nothing of a token.
 */
export class SecretTokenStore implements TokenStore {
  readonly #secrets: vscode.SecretStorage;
  readonly #lockFolder: string;
  readonly #locks = new KeyLock();
  readonly #relay: TokenRelay;
  /** The tokens that are known here, by the names of their relay's files. */
  readonly #keys = new Map<string, string>();
  readonly #listeners = new Set<(key: string) => void>();

  /** @param folder that all windows on this machine share; made when it is first needed */
  constructor(secrets: vscode.SecretStorage, folder: string) {
    this.#secrets = secrets;
    this.#lockFolder = join(folder, 'locks');
    this.#relay = new TokenRelay(join(folder, 'relay'));
  }

  async list(): Promise<readonly TokenRecord[]> {
    const keys = (await this.#secrets.keys()).filter(key => key.startsWith(prefix));
    const records = await Promise.all(keys.map(key => this.get(key.slice(prefix.length))));
    return records.filter(record => record !== undefined);
  }

  async get(key: string): Promise<TokenRecord | undefined> {
    const kept = await this.#kept(key);
    const later = kept && (await this.#later(kept));
    return later ? later.record : kept?.record;
  }

  async set(record: TokenRecord): Promise<void> {
    const { key } = record;
    const kept = await this.#kept(key).catch(() => undefined);
    const revision = await this.#nextRevision(kept);
    const secret = kept?.relay?.secret ?? this.#relay.newSecret();
    // On disk before it is used: the secret storage takes its time.
    if (kept?.relay) await this.#relay.write(secret, { revision, record });
    try {
      await this.#secrets.store(prefix + key, JSON.stringify({ ...record, relay: { secret, revision } }));
    } catch (cause) {
      throw new CountersignError('io', 'The editor’s secret storage did not take the token.', { cause });
    }
  }

  async delete(key: string): Promise<void> {
    const kept = await this.#kept(key).catch(() => undefined);
    if (kept?.relay) {
      await this.#relay.write(kept.relay.secret, { revision: await this.#nextRevision(kept), record: undefined });
    }
    await this.#secrets.delete(prefix + key);
  }

  onDidChange(listener: (key: string) => void): { dispose(): void } {
    const subscription = this.#secrets.onDidChange(({ key }) => {
      if (key.startsWith(prefix)) listener(key.slice(prefix.length));
    });
    this.#listeners.add(listener);
    return {
      dispose: () => {
        subscription.dispose();
        this.#listeners.delete(listener);
        if (this.#listeners.size === 0) this.#relay.dispose();
      },
    };
  }

  lock<T>(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const path = join(this.#lockFolder, key.replace(/[^\w-]/g, '_'));
    return this.#locks.run(key, () => withFileLock(path, work, signal), signal);
  }

  async #kept(key: string): Promise<Kept | undefined> {
    const text = await this.#secrets.get(prefix + key);
    const kept = text === undefined ? undefined : parseKept(text);
    if (kept?.relay) this.#watch(kept.relay.secret, key);
    return kept;
  }

  /** What another window has told since; undefined where the secret storage has it all. */
  async #later({ relay }: Kept): Promise<{ readonly record: TokenRecord | undefined } | undefined> {
    const told = relay && (await this.#relay.read(relay.secret));
    return told && told.revision > relay.revision ? told : undefined;
  }

  async #nextRevision(kept: Kept | undefined): Promise<number> {
    if (!kept?.relay) return 1;
    const told = await this.#relay.read(kept.relay.secret);
    return Math.max(kept.relay.revision, told?.revision ?? 0) + 1;
  }

  #watch(secret: string, key: string): void {
    this.#keys.set(this.#relay.nameOf(secret), key);
    if (this.#listeners.size > 0) this.#relay.watch(name => void this.#told(name).catch(() => {}));
  }

  /** Only what the secret storage does not tell itself is passed on. */
  async #told(name: string): Promise<void> {
    const key = this.#keys.get(name);
    const kept = key === undefined ? undefined : await this.#kept(key);
    if (key === undefined || !kept || !(await this.#later(kept))) return;
    for (const listener of this.#listeners) listener(key);
  }
}

function parseKept(text: string): Kept | undefined {
  try {
    const { relay, ...rest } = JSON.parse(text) as Record<string, unknown>;
    const record = asTokenRecord(rest);
    return record && { record, ...(isRelay(relay) ? { relay } : {}) };
  } catch {
    return undefined;
  }
}

function isRelay(value: unknown): value is NonNullable<Kept['relay']> {
  if (typeof value !== 'object' || value === null) return false;
  const { secret, revision } = value as Record<string, unknown>;
  return typeof secret === 'string' && typeof revision === 'number';
}
