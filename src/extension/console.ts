import * as vscode from 'vscode';
import { asCountersignError, type CountersignError } from '../core/errors.ts';

/** Keeps attempts and errors on record in the output channel "Countersign", secrets masked. */
export class Console implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Countersign', { log: true });

  dispose(): void {
    this.#channel.dispose();
  }

  /** The view with every exchange. */
  show(): void {
    void vscode.commands.executeCommand('countersign.console.focus');
  }

  /** What is said besides, as text. */
  showLog(): void {
    this.#channel.show(true);
  }

  /** The record of an attempt: an error where it failed. */
  attempt(text: string, failed: boolean): void {
    if (failed) this.#channel.error(text);
    else this.#channel.info(text);
  }

  error(error: unknown): CountersignError {
    const known = asCountersignError(error);
    const place = known.place ? ` (${known.place.file}:${known.place.line})` : '';
    this.#channel.error(`${known.code}: ${known.message}${place}`);
    if (known.code === 'internal' && known.stack) this.#channel.debug(known.stack);
    return known;
  }

  debug(text: string): void {
    this.#channel.debug(text);
  }
}
