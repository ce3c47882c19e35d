import * as vscode from 'vscode';
import { showInputBox } from './notices.ts';

/** An input box that closes, as if dismissed, when the signal says so. */
export async function showInputBoxUntil(
  signal: AbortSignal,
  options: vscode.InputBoxOptions,
): Promise<string | undefined> {
  const source = new vscode.CancellationTokenSource();
  const close = (): void => source.cancel();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  try {
    return await showInputBox(options, source.token);
  } finally {
    signal.removeEventListener('abort', close);
    source.dispose();
  }
}
