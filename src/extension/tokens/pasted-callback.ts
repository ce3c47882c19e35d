import * as vscode from 'vscode';
import type { CallbackJudge } from '../../auth/oauth2/authorization-agent.ts';
import { pastedCallback } from '../../auth/oauth2/authorization-callback.ts';
import { showInputBox } from '../notices.ts';

/** Lets a person paste the address that the browser ended at; undefined when they give up, or it is over. */
export async function askForCallback(
  server: string,
  state: string | undefined,
  judge: CallbackJudge,
  over: vscode.CancellationToken,
): Promise<URLSearchParams | undefined> {
  const read = (text: string): URLSearchParams => pastedCallback(text, state);
  const refusal = (text: string): string | vscode.InputBoxValidationMessage | undefined => {
    const parameters = read(text);
    const message = judge(parameters);
    if (parameters.size === 0) return 'This is neither the address of an answer nor a code.';
    // The server’s own refusal of this sign-in is an answer, too: it may be handed in, and is then told.
    const refused = parameters.has('error') && parameters.get('state') === state;
    return message !== undefined && refused
      ? { message, severity: vscode.InputBoxValidationSeverity.Warning }
      : message;
  };
  const box: vscode.InputBoxOptions = {
    title: `Sign In at ${server}`,
    prompt:
      'When you have signed in, copy the whole address of the page that the browser ends at. The page itself may say that it can’t be reached.',
    placeHolder: 'https://…?code=…&state=…',
    ignoreFocusOut: true,
    validateInput: value => (value.trim() === '' ? undefined : refusal(value)),
  };
  const text = await showInputBox(box, over);
  return text === undefined || text.trim() === '' ? undefined : read(text);
}
