import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { tokenCipher } from '../../auth/tokens/token-cipher.ts';
import { type CookieJar, createCookieJar } from '../../cookies/cookie-jar.ts';
import { replaceFile } from '../../node/replace-file.ts';

const keyName = 'countersign.cookies.key';
const pause = 500;

interface Kept {
  readonly jar: CookieJar;
  readonly ready: Promise<void>;
}

/**
 * The cookies of this workspace, a jar for each environment. They are kept over restarts in a file that is encrypted
 * under a key of the secret storage; where that can't be read, they live as long as the window.
 */
export class WorkspaceCookies implements vscode.Disposable {
  readonly #folder: string | undefined;
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #jars = new Map<string, Kept>();
  readonly #unsaved = new Set<string>();
  #key: Promise<Buffer | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** Cookies came, went or got another value. */
  readonly onDidChange = this.#changed.event;

  constructor({ storageUri, secrets }: Pick<vscode.ExtensionContext, 'storageUri' | 'secrets'>) {
    this.#folder = storageUri?.scheme === 'file' ? join(storageUri.fsPath, 'cookies') : undefined;
    this.#secrets = secrets;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#changed.dispose();
  }

  /** The jar of an environment, with what it held at the end of the last window. */
  async of(environment = ''): Promise<CookieJar> {
    const { jar, ready } = this.#kept(environment);
    await ready;
    return jar;
  }

  /** The environments that hold cookies, in this window so far. */
  async environments(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [environment, { jar, ready }] of this.#jars) {
      await ready;
      if (jar.list().length > 0) found.push(environment);
    }
    return found.sort();
  }

  /** Writes what has changed; resolves once it is on the disk. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const environments = [...this.#unsaved];
    this.#unsaved.clear();
    this.#saving = this.#saving.then(async () => {
      for (const environment of environments) await this.#write(environment);
    });
    await this.#saving;
  }

  #kept(environment: string): Kept {
    let kept = this.#jars.get(environment);
    if (!kept) {
      const jar = createCookieJar(() => this.#note(environment));
      kept = { jar, ready: this.#read(environment, jar) };
      this.#jars.set(environment, kept);
    }
    return kept;
  }

  #note(environment: string): void {
    this.#changed.fire();
    this.#unsaved.add(environment);
    this.#timer ??= setTimeout(() => void this.save(), pause);
  }

  async #read(environment: string, jar: CookieJar): Promise<void> {
    if (this.#folder === undefined) return;
    const sealed = await readFile(this.#fileOf(this.#folder, environment), 'utf8').catch(() => undefined);
    const key = sealed === undefined ? undefined : await this.#keptKey();
    const state = sealed === undefined || !key ? undefined : tokenCipher(key).decrypt(sealed);
    if (state !== undefined) await jar.restore(state);
  }

  async #write(environment: string): Promise<void> {
    const state = this.#jars.get(environment)?.jar.serialise();
    if (this.#folder === undefined) return;
    const file = this.#fileOf(this.#folder, environment);
    if (state === undefined) return await rm(file, { force: true }).catch(() => {});
    const key = await this.#makeKey();
    // Without a key nothing is written: never in the clear.
    if (key) await replaceFile(file, tokenCipher(key).encrypt(state)).catch(() => {});
  }

  /** Deletes the cookies of every environment, those of earlier windows too. */
  async clear(): Promise<void> {
    for (const { jar } of this.#jars.values()) jar.clear();
    this.#unsaved.clear();
    await this.#saving;
    if (this.#folder === undefined) return;
    for (const name of await readdir(this.#folder).catch(() => [])) {
      await rm(join(this.#folder, name), { force: true }).catch(() => {});
    }
  }

  #fileOf(folder: string, environment: string): string {
    return join(folder, createHash('sha256').update(environment).digest('hex').slice(0, 32));
  }

  async #keptKey(): Promise<Buffer | undefined> {
    const kept = await Promise.resolve(this.#secrets.get(keyName)).catch(() => undefined);
    return kept === undefined ? undefined : Buffer.from(kept, 'base64url');
  }

  /** Another window may have made it meanwhile: what is kept then counts. */
  #makeKey(): Promise<Buffer | undefined> {
    this.#key ??= (async () => {
      const kept = await this.#keptKey();
      if (kept) return kept;
      try {
        await this.#secrets.store(keyName, randomBytes(32).toString('base64url'));
      } catch {
        return undefined;
      }
      return this.#keptKey();
    })();
    return this.#key;
  }
}
