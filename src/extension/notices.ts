import * as vscode from 'vscode';
import { oneLine, sentenceOf } from '../core/foreign-text.ts';

/**
 * The one way to the person: sentences of ours apart from the foreign parts in them. VS Code turns `[words](command:…)`
 * in notifications, progress and input boxes into links that run commands, so nothing else may call those directly.
 */

export type Kind = 'information' | 'warning' | 'error';

export interface Notice {
  readonly kind: Kind;
  /** Localized, with `{0}` … for foreign parts. Where all of it is foreign, `{0}`. */
  readonly sentence: string;
  readonly foreign?: readonly (string | number)[];
  /** Labels of ours. */
  readonly choices?: readonly string[];
  readonly modal?: boolean;
  readonly detail?: string;
}

/** Shows a message; resolves to the choice made, undefined where it was dismissed. */
export async function ask(notice: Notice): Promise<string | undefined> {
  const { kind, sentence, foreign, choices = [], modal = false, detail } = notice;
  const message = sentenceOf(sentence, foreign);
  const shows = {
    information: vscode.window.showInformationMessage,
    warning: vscode.window.showWarningMessage,
    error: vscode.window.showErrorMessage,
  };
  // `detail` shows in modal messages alone.
  if (!modal) return await shows[kind](message, ...choices);
  const options = { modal, ...(detail === undefined ? {} : { detail: sentenceOf(detail) }) };
  return await shows[kind](message, options, ...choices);
}

/** Shows a message and goes on. */
export function tell(kind: Kind, sentence: string, ...foreign: readonly (string | number)[]): void {
  void ask({ kind, sentence, foreign });
}

/** Says something in the status bar for some milliseconds. */
export function tellBriefly(milliseconds: number, sentence: string, ...foreign: readonly (string | number)[]): void {
  vscode.window.setStatusBarMessage(oneLine(sentenceOf(sentence, foreign)), milliseconds);
}

/** Where a piece of work says how far it is. `link` is ours and may be clicked. */
export interface Progress {
  report(step: { readonly message?: string; readonly link?: string; readonly increment?: number }): void;
}

/** Shows that work goes on; its title and messages may hold foreign text, but no links besides those given as such. */
export async function withProgress<T>(
  options: vscode.ProgressOptions,
  work: (progress: Progress, token: vscode.CancellationToken) => PromiseLike<T>,
): Promise<T> {
  const { title, ...rest } = options;
  const shown = title === undefined ? rest : { ...rest, title: sentenceOf('{0}', [title]) };
  return await vscode.window.withProgress(shown, (progress, token) => {
    const report: Progress['report'] = ({ message, link, increment }) => {
      const said = message === undefined ? link : [sentenceOf('{0}', [message]), link].filter(Boolean).join(' ');
      progress.report({
        ...(said === undefined ? {} : { message: said }),
        ...(increment === undefined ? {} : { increment }),
      });
    };
    return work({ report }, token);
  });
}

/** An input box; VS Code shows links in its prompt and in what validation says. */
export async function showInputBox(
  options: vscode.InputBoxOptions,
  token?: vscode.CancellationToken,
): Promise<string | undefined> {
  const { title, prompt, validateInput } = options;
  return await vscode.window.showInputBox(
    {
      ...options,
      ...(title === undefined ? {} : { title: oneLine(title) }),
      ...(prompt === undefined ? {} : { prompt: sentenceOf('{0}', [prompt]) }),
      ...(validateInput === undefined ? {} : { validateInput: async text => cleanAnswer(await validateInput(text)) }),
    },
    token,
  );
}

type Answer = string | vscode.InputBoxValidationMessage | null | undefined;

function cleanAnswer(answer: Answer): Answer {
  if (answer === null || answer === undefined) return answer;
  if (typeof answer === 'string') return sentenceOf('{0}', [answer]);
  return { ...answer, message: sentenceOf('{0}', [answer.message]) };
}
