import { oneLine, steering } from '../core/foreign-text.ts';

/**
 * The one way to standard error, and the one cleaner of all that is printed: a file's or a server's text must not steer
 * the terminal.
 */

/** Line ends and tabs, and the escapes that `styleText` makes of an Output's styles; what hides or blinks is none of them. */
const kept = /\r(?=\n)|[\t\n]/;
const keptStyled = /\x1b\[(?:1|2|22|31|32|33|39)m|\r(?=\n)|[\t\n]/;
const plain = new RegExp(`(${kept.source})|${steering.source}`, 'g');
const styled = new RegExp(`(${keptStyled.source})|${steering.source}`, 'g');

/** Lines of text without what steers a terminal; our own colours may where they are on. */
export function printable(text: string, colors = false): string {
  return text.replace(colors ? styled : plain, (_, own?: string) => own ?? '\ufffd');
}

/** Says something to the person, a line of its own or more. */
export function say(text: string): void {
  writeError(`${printable(text)}\n`);
}

/** Writes what has been cleaned already. */
export function writeError(printed: string): void {
  statusLine?.clear();
  process.stderr.write(printed);
}

let statusLine: { clear(): void } | undefined;

/** A line at the bottom of the terminal, which is taken away before anything else is said. Ours alone, no foreign text. */
export function drawStatus(text: string, line: { clear(): void }): void {
  statusLine = line;
  process.stderr.write(text);
}

/** What is asked, on one line: foreign text in it can't look like an answer or another question. */
export function promptText(text: string): string {
  return oneLine(text, 1000);
}
