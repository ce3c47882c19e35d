import * as vscode from 'vscode';
import type { CallbackJudge } from '../../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../../core/errors.ts';
import { askForCallback } from './pasted-callback.ts';

export const openAgain = 'countersign.signIn.openAgain';
export const pasteCallback = 'countersign.signIn.paste';

/** The sign-ins that are under way, latest last: what the links in their notifications act on. */
export class SignIns implements vscode.Disposable {
  readonly #running: SignIn[] = [];
  readonly #disposables = [
    vscode.commands.registerCommand(openAgain, () => this.#running.at(-1)?.openAgain()),
    vscode.commands.registerCommand(pasteCallback, () => this.#running.at(-1)?.paste()),
  ];

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Shows that somebody has to sign in at `server`, until it is ended. */
  start(server: string, signal: AbortSignal): SignIn {
    const signIn = new SignIn(server, signal, () => this.#running.splice(this.#running.indexOf(signIn), 1));
    this.#running.push(signIn);
    return signIn;
  }
}

/** One sign-in as the person sees it: a notification with Cancel, and links to open the page again or paste its end. */
export class SignIn {
  readonly #server: string;
  readonly #signal: AbortSignal;
  readonly #ended: () => void;
  readonly #done = Promise.withResolvers<void>();
  readonly #given = Promise.withResolvers<URLSearchParams>();
  #progress: vscode.Progress<{ message?: string }> | undefined;
  #message = '';
  #open: (() => Promise<unknown>) | undefined;
  #judge: CallbackJudge = () => undefined;
  #state: string | undefined;
  #pasting = false;

  constructor(server: string, signal: AbortSignal, ended: () => void) {
    this.#server = server;
    this.#signal = signal;
    this.#ended = ended;
    this.#given.promise.catch(() => {});
    signal.addEventListener('abort', this.#cancel, { once: true });
    if (signal.aborted) this.#cancel();
    void vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t('Signing in at {0}', server),
        cancellable: true,
      },
      (progress, token) => {
        token.onCancellationRequested(this.#cancel);
        this.#progress = progress;
        progress.report({ message: this.#message });
        return this.#done.promise;
      },
    );
  }

  /** Rejects when the person cancels, resolves when they paste the answer. */
  get given(): Promise<URLSearchParams> {
    return this.#given.promise;
  }

  say(message: string): void {
    this.#message = message;
    this.#progress?.report({ message });
  }

  /** The browser is open at that address; `open` shows it again. */
  waiting(url: string, judge: CallbackJudge, open: () => Promise<unknown>): void {
    this.#open = open;
    this.#judge = judge;
    this.#state = new URL(url).searchParams.get('state') ?? undefined;
    const links = [
      `[${vscode.l10n.t('Open Again')}](command:${openAgain})`,
      `[${vscode.l10n.t('Paste the Address…')}](command:${pasteCallback})`,
    ];
    this.say(`${vscode.l10n.t('Finish in your browser.')} ${links.join(' · ')}`);
  }

  async openAgain(): Promise<void> {
    await this.#open?.();
  }

  async paste(): Promise<void> {
    if (this.#pasting) return;
    this.#pasting = true;
    try {
      const parameters = await askForCallback(this.#server, this.#state, this.#judge);
      if (parameters) this.#given.resolve(parameters);
    } finally {
      this.#pasting = false;
    }
  }

  end(): void {
    this.#signal.removeEventListener('abort', this.#cancel);
    this.#done.resolve();
    this.#ended();
  }

  readonly #cancel = (): void => {
    this.#given.reject(new CountersignError('cancelled', vscode.l10n.t('Signing in was cancelled.')));
  };
}
