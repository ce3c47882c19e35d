/**
 * Text that a file, a server or another program wrote, made fit to stand inside our own sentences. What is foreign may
 * be read; it may not steer: no line of its own, no direction of writing, no link, no endless length.
 */

/** C0 and C1 controls, and what sets the direction of writing. @see https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters */
export const steering = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** On one line, without steering characters, at most `limit` characters long. */
export function oneLine(text: string, limit = 400): string {
  // What is cut off anyway isn't looked at: the text may be a whole body.
  const start = text.slice(0, limit * 4);
  const line = start.replace(/[\t\n\v\f\r \u0085\u2028\u2029]+/g, ' ').replace(steering, '\ufffd');
  const characters = [...line];
  return characters.length > limit || start.length < text.length ? `${characters.slice(0, limit - 1).join('')}…` : line;
}

/** Over several lines, none of which steers: for what shows text as a terminal does. */
export function manyLines(text: string, limitOfLine = 10_000): string {
  return text
    .split(/\r?\n/)
    .map(line => oneLine(line, limitOfLine))
    .join('\n');
}

/**
 * A sentence of ours with foreign parts in place of `{0}`, `{1}` …, for hosts that turn `[words](command:…)` in a
 * message into something that can be clicked. The sentence holds no links, so none comes out.
 */
export function sentenceOf(sentence: string, foreign: readonly (string | number)[] = []): string {
  const parts = foreign.map(part => oneLine(String(part)).replaceAll('`', '’'));
  const whole = sentence.replace(/\{(\d+)\}/g, (placeholder, index: string) => parts[Number(index)] ?? placeholder);
  return whole.replace(/\](?=\()/g, '] ').trimEnd();
}
