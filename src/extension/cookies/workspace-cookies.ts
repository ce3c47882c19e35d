import * as vscode from 'vscode';
import { type CookieJar, createCookieJar } from '../../cookies/cookie-jar.ts';
import { SealedFiles } from '../sealed-files.ts';

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
  readonly #files: SealedFiles;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #jars = new Map<string, Kept>();
  readonly #unsaved = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();

  /** Cookies came, went or got another value. */
  readonly onDidChange = this.#changed.event;

  constructor(context: Pick<vscode.ExtensionContext, 'storageUri' | 'secrets'>) {
    this.#files = new SealedFiles(context, 'cookies');
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
      for (const environment of environments) {
        await this.#files.write(environment, this.#jars.get(environment)?.jar.serialise());
      }
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
    const state = await this.#files.read(environment);
    if (state !== undefined) await jar.restore(state);
  }

  /** Deletes the cookies of every environment, those of earlier windows too. */
  async clear(): Promise<void> {
    for (const { jar } of this.#jars.values()) jar.clear();
    this.#unsaved.clear();
    await this.#saving;
    await this.#files.clear();
  }
}
