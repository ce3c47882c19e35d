import * as vscode from 'vscode';
import { CountersignError } from '../core/errors.ts';
import type { SecretStore } from '../core/ports.ts';
import { showInputBoxUntil } from './input-box.ts';
import { tell, tellBriefly } from './notices.ts';

const prefix = 'secret:';
const indexKey = 'secretNames';

interface Question {
  readonly answer: Promise<string | undefined>;
  readonly end: AbortController;
  /** How many requests wait for the answer. */
  waiting: number;
}

/**
 * Secrets in the editor's SecretStorage. It can't be listed everywhere, so the names (never the values) are kept in
 * global state as well.
 */
export class Secrets implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  /** Questions that are on the screen, so that requests sent together ask once. */
  readonly #asking = new Map<string, Question>();
  readonly #disposables: vscode.Disposable[];

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
    this.#disposables = [
      vscode.commands.registerCommand('countersign.setSecret', (name?: unknown) =>
        this.#set(typeof name === 'string' ? name : undefined),
      ),
      vscode.commands.registerCommand('countersign.deleteSecret', () => this.#delete()),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Names of the secrets, sorted. */
  names(): readonly string[] {
    return [...this.#context.globalState.get<readonly string[]>(indexKey, [])].sort();
  }

  /** For previews: never asks. */
  readonly quiet: SecretStore = { get: async name => await this.#context.secrets.get(prefix + name) };

  /** For sending: asks for one that is missing, until the signal says otherwise, and keeps the answer. */
  askingUntil(signal: AbortSignal): SecretStore {
    return {
      get: async name => (await this.#context.secrets.get(prefix + name)) ?? (await this.#askOnce(name, signal)),
    };
  }

  async store(name: string, value: string): Promise<void> {
    await this.#context.secrets.store(prefix + name, value);
    await this.#context.globalState.update(indexKey, [...new Set([...this.names(), name])]);
  }

  /** The question stays for as long as one of those that wait for the answer does. */
  #askOnce(name: string, signal: AbortSignal): Promise<string | undefined> {
    const cancelled = (): CountersignError => new CountersignError('cancelled', 'The request was cancelled.');
    if (signal.aborted) return Promise.reject(cancelled());
    let question = this.#asking.get(name);
    if (!question) {
      const end = new AbortController();
      const answer = this.#ask(name, end.signal).finally(() => this.#asking.delete(name));
      question = { answer, end, waiting: 0 };
      this.#asking.set(name, question);
    }
    const { answer, end } = question;
    const asked = question;
    asked.waiting++;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(cancelled());
        asked.waiting--;
        if (asked.waiting === 0) end.abort();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
    });
  }

  async #ask(name: string, signal: AbortSignal): Promise<string | undefined> {
    const value = await showInputBoxUntil(signal, {
      title: `Secret “${name}”`,
      prompt: 'Kept in the editor’s secret storage, never in a file.',
      password: true,
      ignoreFocusOut: true,
    });
    if (value !== undefined) await this.store(name, value);
    return value;
  }

  /** Whether one was set. */
  async #set(given: string | undefined): Promise<boolean> {
    const name = given ?? (await this.#chooseName());
    if (!name || (await this.#ask(name, new AbortController().signal)) === undefined) return false;
    tellBriefly(4000, 'Secret “{0}” is set.', name);
    return true;
  }

  /** An existing name or a new one, typed into the same box. */
  #chooseName(): Promise<string | undefined> {
    const pick = vscode.window.createQuickPick();
    pick.title = 'Set Secret';
    pick.placeholder = 'Name of the secret, as in {{$secret name}}';
    const known = this.names().map(label => ({ label, iconPath: new vscode.ThemeIcon('key') }));
    const offer = (): void => {
      const typed = pick.value.trim();
      const isNew = /^[\w.-]+$/.test(typed) && !known.some(({ label }) => label === typed);
      const added = { label: typed, description: 'new', iconPath: new vscode.ThemeIcon('add') };
      pick.items = isNew ? [added, ...known] : known;
    };
    offer();
    pick.onDidChangeValue(offer);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.label);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
    return promise;
  }

  async #delete(): Promise<void> {
    const names = this.names();
    if (names.length === 0) {
      tell('information', 'There are no secrets.');
      return;
    }
    const chosen = await vscode.window.showQuickPick(names, {
      title: 'Delete Secret',
      canPickMany: true,
      placeHolder: 'Secrets to delete',
    });
    if (!chosen || chosen.length === 0) return;
    for (const name of chosen) await this.#context.secrets.delete(prefix + name);
    await this.#context.globalState.update(
      indexKey,
      names.filter(name => !chosen.includes(name)),
    );
    tellBriefly(4000, 'Deleted: {0}', chosen.join(', '));
  }
}
