import * as vscode from 'vscode';
import { withProgress } from '../notices.ts';

/** Milliseconds after which somebody may want to cancel. */
const patience = 2000;

/** What a window does for a person who waits, and may give up: unless they are asked to sign in, which can be cancelled itself. */
export class CancellableWork implements vscode.Disposable {
  readonly #asking = new Set<object>();
  readonly #changed = new vscode.EventEmitter<void>();

  dispose(): void {
    this.#changed.dispose();
  }

  /** Says that the person is being asked, with a Cancel of its own, until it is disposed of. */
  asks(): vscode.Disposable {
    const who = {};
    this.#asking.add(who);
    this.#changed.fire();
    return new vscode.Disposable(() => {
      if (this.#asking.delete(who)) this.#changed.fire();
    });
  }

  /** Shows the work in the status bar at once, and with Cancel when it takes longer than a moment. */
  async run<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    let hide: (() => void) | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      const { promise, resolve } = Promise.withResolvers<void>();
      hide = resolve;
      const location = vscode.ProgressLocation.Notification;
      void withProgress({ location, title, cancellable: true }, (_progress, token) => {
        token.onCancellationRequested(() => controller.abort());
        return promise;
      });
    };
    const settle = (): void => {
      clearTimeout(timer);
      hide?.();
      hide = undefined;
      if (this.#asking.size === 0) timer = setTimeout(show, patience);
    };
    const subscription = this.#changed.event(settle);
    settle();
    try {
      const location = vscode.ProgressLocation.Window;
      return await withProgress({ location, title }, () => work(controller.signal));
    } finally {
      subscription.dispose();
      clearTimeout(timer);
      hide?.();
    }
  }
}
