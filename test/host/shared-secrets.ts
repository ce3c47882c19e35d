import * as vscode from 'vscode';

/** The secret storage of several windows: what one stores, all are told. */
export class SharedSecrets implements vscode.SecretStorage {
  readonly #values = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<vscode.SecretStorageChangeEvent>();
  readonly onDidChange = this.#changed.event;

  async keys(): Promise<string[]> {
    return [...this.#values.keys()];
  }

  async get(key: string): Promise<string | undefined> {
    await new Promise(resolve => setImmediate(resolve));
    return this.#values.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    this.#values.set(key, value);
    this.#changed.fire({ key });
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key);
    this.#changed.fire({ key });
  }
}
