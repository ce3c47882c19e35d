import * as vscode from 'vscode';
import type { CallbackJudge } from '../../auth/oauth2/authorization-agent.ts';
import { pastedCallback } from '../../auth/oauth2/authorization-callback.ts';

/** Lets a person paste the address that the browser ended at; undefined when they give up. */
export async function askForCallback(
  server: string,
  state: string | undefined,
  judge: CallbackJudge,
): Promise<URLSearchParams | undefined> {
  const read = (text: string): URLSearchParams => {
    const parameters = pastedCallback(text);
    // Of a code alone, the person vouches that it belongs to this sign-in.
    if (!/[?#=]/.test(text) && state !== undefined) parameters.set('state', state);
    return parameters;
  };
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Sign In at {0}', server),
    prompt: vscode.l10n.t(
      'When you have signed in, copy the whole address of the page that the browser ends at. The page itself may say that it can’t be reached.',
    ),
    placeHolder: 'https://…?code=…&state=…',
    ignoreFocusOut: true,
    validateInput: value => (value.trim() === '' ? undefined : judge(read(value))),
  });
  return text === undefined || text.trim() === '' ? undefined : read(text);
}
