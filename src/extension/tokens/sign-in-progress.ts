import * as vscode from 'vscode';
import type { CallbackJudge } from '../../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../../core/errors.ts';
import { type Progress, withProgress } from '../notices.ts';
import { askForCallback } from './pasted-callback.ts';

export const openAgain = 'countersign.signIn.openAgain';
export const pasteCallback = 'countersign.signIn.paste';

/** The sign-ins that are under way, by number: what the links in their notifications act on. */
export class SignIns implements vscode.Disposable {
  readonly #running = new Map<number, SignIn>();
  readonly #asks: () => vscode.Disposable;
  #last = 0;
  readonly #disposables = [
    vscode.commands.registerCommand(openAgain, (number?: unknown) => this.#of(number)?.openAgain()),
    vscode.commands.registerCommand(pasteCallback, (number?: unknown) => this.#of(number)?.paste()),
  ];

  /** @param asks told that somebody is asked, until what it gives is disposed of */
  constructor(asks: () => vscode.Disposable) {
    this.#asks = asks;
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Shows that somebody has to sign in at `server`, until it is ended. */
  start(server: string, signal: AbortSignal): SignIn {
    this.#last += 1;
    const number = this.#last;
    const asking = this.#asks();
    const signIn = new SignIn(number, server, signal, () => {
      asking.dispose();
      this.#running.delete(number);
    });
    this.#running.set(number, signIn);
    return signIn;
  }

  #of(number: unknown): SignIn | undefined {
    return typeof number === 'number' ? this.#running.get(number) : [...this.#running.values()].at(-1);
  }
}

/** One sign-in as the person sees it: a notification with Cancel, and links to open the page again or paste its end. */
export class SignIn {
  readonly #number: number;
  readonly #server: string;
  readonly #signal: AbortSignal;
  readonly #ended: () => void;
  readonly #over = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  readonly #given = Promise.withResolvers<URLSearchParams>();
  #progress: Progress | undefined;
  #message = '';
  #links: string | undefined;
  #open: (() => Promise<unknown>) | undefined;
  #judge: CallbackJudge = () => undefined;
  #state: string | undefined;
  #pasting = false;

  constructor(number: number, server: string, signal: AbortSignal, ended: () => void) {
    this.#number = number;
    this.#server = server;
    this.#signal = signal;
    this.#ended = ended;
    this.#given.promise.catch(() => {});
    signal.addEventListener('abort', this.#cancel, { once: true });
    if (signal.aborted) this.#cancel();
    void withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: `Signing in at ${server}`,
        cancellable: true,
      },
      (progress, token) => {
        token.onCancellationRequested(this.#cancel);
        this.#progress = progress;
        this.#report();
        return this.#done.promise;
      },
    );
  }

  /** Rejects when the person cancels, resolves when they paste the answer. */
  get given(): Promise<URLSearchParams> {
    return this.#given.promise;
  }

  /** Says how it stands; once the browser was to be opened, with what can be done. */
  say(message: string): void {
    this.#message = message;
    this.#report();
  }

  #report(): void {
    this.#progress?.report({ message: this.#message, ...(this.#links === undefined ? {} : { link: this.#links }) });
  }

  /** The browser is open; `open` shows the page again. */
  waiting(judge: CallbackJudge, state: string | undefined, open: () => Promise<unknown>): void {
    this.#open = open;
    this.#judge = judge;
    this.#state = state;
    const which = encodeURIComponent(JSON.stringify([this.#number]));
    const links = [
      `[Open Again](command:${openAgain}?${which})`,
      `[Paste the Address…](command:${pasteCallback}?${which})`,
    ];
    this.#links = links.join(' · ');
    this.say('Finish in your browser.');
  }

  async openAgain(): Promise<void> {
    await this.#open?.();
  }

  async paste(): Promise<void> {
    if (this.#pasting) return;
    this.#pasting = true;
    const over = new vscode.CancellationTokenSource();
    this.#over.signal.addEventListener('abort', () => over.cancel(), { once: true });
    try {
      const parameters = await askForCallback(this.#server, this.#state, this.#judge, over.token);
      if (parameters) this.#given.resolve(parameters);
    } finally {
      this.#pasting = false;
      over.dispose();
    }
  }

  end(): void {
    this.#signal.removeEventListener('abort', this.#cancel);
    this.#over.abort();
    this.#done.resolve();
    this.#ended();
  }

  readonly #cancel = (): void => {
    this.#given.reject(new CountersignError('cancelled', 'Signing in was cancelled.'));
  };
}
