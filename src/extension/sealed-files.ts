import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { tokenCipher } from '../auth/tokens/token-cipher.ts';
import { replaceFile } from '../node/replace-file.ts';

/** Files of this workspace that are encrypted under a key of the secret storage. Where there is none, nothing is kept. */
export class SealedFiles {
  readonly #folder: string | undefined;
  readonly #secrets: vscode.SecretStorage;
  readonly #keyName: string;
  #key: Promise<Buffer | undefined> | undefined;

  /** @param name of the folder, and of the key */
  constructor({ storageUri, secrets }: Pick<vscode.ExtensionContext, 'storageUri' | 'secrets'>, name: string) {
    this.#folder = storageUri?.scheme === 'file' ? join(storageUri.fsPath, name) : undefined;
    this.#secrets = secrets;
    this.#keyName = `countersign.${name}.key`;
  }

  /** The text that was written under this name; undefined where there is none, or it can't be read. */
  async read(name: string): Promise<string | undefined> {
    if (this.#folder === undefined) return undefined;
    const sealed = await readFile(this.#fileOf(this.#folder, name), 'utf8').catch(() => undefined);
    const key = sealed === undefined ? undefined : await this.#keptKey();
    return sealed === undefined || !key ? undefined : tokenCipher(key).decrypt(sealed);
  }

  /** Writes a text under a name; without one, deletes it. Without a key nothing is written: never in the clear. */
  async write(name: string, text: string | undefined): Promise<void> {
    if (this.#folder === undefined) return;
    const file = this.#fileOf(this.#folder, name);
    if (text === undefined) return await rm(file, { force: true }).catch(() => {});
    const key = await this.#makeKey();
    if (key) await replaceFile(file, tokenCipher(key).encrypt(text)).catch(() => {});
  }

  /** Deletes all of them. */
  async clear(): Promise<void> {
    if (this.#folder === undefined) return;
    for (const name of await readdir(this.#folder).catch(() => [])) {
      await rm(join(this.#folder, name), { force: true }).catch(() => {});
    }
  }

  #fileOf(folder: string, name: string): string {
    return join(folder, createHash('sha256').update(name).digest('hex').slice(0, 32));
  }

  async #keptKey(): Promise<Buffer | undefined> {
    const kept = await Promise.resolve(this.#secrets.get(this.#keyName)).catch(() => undefined);
    return kept === undefined ? undefined : Buffer.from(kept, 'base64url');
  }

  /** Another window may have made it meanwhile: what is kept then counts. */
  #makeKey(): Promise<Buffer | undefined> {
    this.#key ??= (async () => {
      const kept = await this.#keptKey();
      if (kept) return kept;
      try {
        await this.#secrets.store(this.#keyName, randomBytes(32).toString('base64url'));
      } catch {
        return undefined;
      }
      return this.#keptKey();
    })();
    return this.#key;
  }
}
