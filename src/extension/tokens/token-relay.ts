import { createHash, randomBytes } from 'node:crypto';
import { type FSWatcher, mkdirSync, watch } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenCipher } from '../../auth/tokens/token-cipher.ts';
import { asTokenRecord, type TokenRecord } from '../../auth/tokens/token-record.ts';
import { replaceFile } from '../../node/replace-file.ts';

/** The latest that a window has told of a token; without a record, that it is gone. */
export interface Relayed {
  /** Counts the changes of this token. */
  readonly revision: number;
  readonly record: TokenRecord | undefined;
}

const keptFor = 90 * 86_400_000;

/**
 * How windows on one machine tell each other of a token at once, and durably: a secret storage hands changes on late
 * (a desktop's writes them out after 100 ms), or never (a browser's windows each keep a copy of their own), and whoever
 * then uses a refresh token that has rotated away ends the login. One file per token, encrypted under a secret that is
 * kept with the token in the secret storage: only who has the token already can read its successor.
 */
export class TokenRelay {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;
  #swept = false;

  /** @param folder made when it is first needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  newSecret(): string {
    return randomBytes(32).toString('base64url');
  }

  /** The file of a token, as `watch` tells it; it tells nothing of the secret. */
  nameOf(secret: string): string {
    return createHash('sha256').update(`name ${secret}`).digest('hex').slice(0, 40);
  }

  /** Undefined where nothing was told, or it can't be read. */
  async read(secret: string): Promise<Relayed | undefined> {
    try {
      const sealed = await readFile(join(this.#folder, this.nameOf(secret)), 'utf8');
      const { revision, record } = JSON.parse(cipherOf(secret).decrypt(sealed) ?? '') as Record<string, unknown>;
      return typeof revision === 'number' ? { revision, record: asTokenRecord(record) } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Resolves once it is on disk. A folder that can't be written is done without. */
  async write(secret: string, relayed: Relayed): Promise<void> {
    const sealed = cipherOf(secret).encrypt(JSON.stringify(relayed));
    await replaceFile(join(this.#folder, this.nameOf(secret)), sealed).catch(() => {});
    await this.#sweep();
  }

  /** Tells the names of files that change, by whichever window, from now on. */
  watch(listener: (name: string) => void): void {
    if (this.#watcher) return;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#watcher = watch(this.#folder, { persistent: false }, (_event, name) => {
        if (name && !name.startsWith('.')) listener(name);
      });
      this.#watcher.on('error', () => {});
    } catch {
      // Changes are then seen when the token is next used.
    }
  }

  dispose(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** Removes what every secret storage has had time to catch up with. */
  async #sweep(): Promise<void> {
    if (this.#swept) return;
    this.#swept = true;
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const path = join(this.#folder, name);
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > keptFor) await rm(path, { force: true }).catch(() => {});
    }
  }
}

const cipherOf = (secret: string) => tokenCipher(Buffer.from(secret, 'base64url'));
