import { CountersignError } from '../core/errors.ts';
import type { Prompter } from '../core/ports.ts';
import { promptText, writeError } from './standard-error.ts';

let asked: Promise<unknown> = Promise.resolve();

/** Asks on the terminal (standard error, so that results stay clean); undefined where there is none. */
export function terminalPrompter(): Prompter | undefined {
  if (!process.stdin.isTTY) return undefined;
  return { ask: (name, description, { secret }) => inTurn(() => question(`${description ?? name}: `, secret)) };
}

/**
 * Asks before a request with `# @note` is sent.
 * @throws CountersignError `interaction-required` where there is no terminal to ask at
 */
export async function confirmNote(note: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    const text = note === '' ? '' : ` (“${note}”)`;
    throw new CountersignError(
      'interaction-required',
      `This request is to be confirmed before it is sent${text}, and there is no terminal to ask at.`,
      { hint: 'Call with --yes to send such requests without asking.' },
    );
  }
  const answer = await inTurn(() =>
    question(`${note === '' ? 'This request is to be confirmed.' : note} Send it? [y/N] `, false),
  );
  return /^\s*y(es)?\s*$/i.test(answer ?? '');
}

/** The choice whose letter is typed, asked again until one is; undefined where there is nobody to ask. */
export async function askAtTerminal<T>(text: string, choices: Readonly<Record<string, T>>): Promise<T | undefined> {
  if (!process.stdin.isTTY) return undefined;
  return inTurn(async () => {
    for (;;) {
      const answer = await question(text, false);
      if (answer === undefined) return undefined;
      const choice = choices[answer.trim().charAt(0).toLowerCase()];
      if (choice !== undefined) return choice;
    }
  });
}

/** One question at a time, however many requests are under way. */
function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  const answer = asked.then(ask);
  asked = answer.catch(() => {});
  return answer;
}

/** The answer; undefined where the person closed the input, or interrupted the call. */
async function question(text: string, secret: boolean): Promise<string | undefined> {
  const [{ createInterface }, { Writable }] = await Promise.all([import('node:readline'), import('node:stream')]);
  const shown = promptText(text);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({
    input: process.stdin,
    output: secret ? silent : process.stderr,
    terminal: true,
  });
  if (secret) writeError(shown);
  try {
    return await new Promise(resolve => {
      terminal.on('SIGINT', () => {
        process.kill(process.pid, 'SIGINT');
        resolve(undefined);
      });
      terminal.on('close', () => resolve(undefined));
      terminal.question(secret ? '' : shown, resolve);
    });
  } finally {
    terminal.close();
    if (secret) writeError('\n');
  }
}
