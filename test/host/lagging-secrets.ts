import * as vscode from 'vscode';

/**
 * A window's view of secrets that several share: what others store is seen only after `catchUp`. A browser's windows
 * read them once; a desktop's are told some hundred milliseconds later.
 */
export class LaggingSecrets implements vscode.SecretStorage {
  readonly #shared: Map<string, string>;
  #seen: Map<string, string>;
  readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  readonly onDidChange = this.#changed.event;

  constructor(shared: Map<string, string>) {
    this.#shared = shared;
    this.#seen = new Map(shared);
  }

  catchUp(): void {
    this.#seen = new Map(this.#shared);
  }

  async keys(): Promise<string[]> {
    return [...this.#seen.keys()];
  }

  async get(key: string): Promise<string | undefined> {
    return this.#seen.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    this.#seen.set(key, value);
    this.#shared.set(key, value);
    this.#changed.fire({ key });
  }

  async delete(key: string): Promise<void> {
    this.#seen.delete(key);
    this.#shared.delete(key);
    this.#changed.fire({ key });
  }
}
