import type { TextLines, Token, TokenKind } from './lines.ts';

/** Characters looked at between two breaths. */
const slice = 128 * 1024;

/**
 * Lays JSON out over lines, two blanks per level, into `lines`, yielding between slices so that a page stays alive.
 * Numbers and strings are kept to the letter (nothing is parsed into values). Where the text stops being JSON the rest
 * is added as it is. Returns whether all of it was JSON.
 */
export function* formatJson(text: string, lines: TextLines): Generator<void, boolean> {
  let at = 0;
  let rest = slice;
  let line = '';
  /** For each open bracket: its row and closing mark. */
  const open: { row: number; close: string }[] = [];
  let expect: 'value' | 'value-or-end' | 'name' | 'name-or-end' | 'colon' | 'after' = 'value';
  const length = text.length;
  const space = /[ \t\r\n]*/y;
  const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  const word = /true|false|null/y;
  const indent = (): string => '  '.repeat(open.length);

  const close = (mark: string, empty: boolean): void => {
    const opened = open.pop();
    if (empty) {
      line += mark;
    } else {
      lines.push(line);
      line = indent() + mark;
      if (opened) lines.fold(opened.row, lines.count - 1);
    }
    expect = 'after';
  };

  if (text.charCodeAt(0) === 0xfeff) at = 1;
  for (;;) {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
    if (at >= length) break;
    const before = at;
    const c = text[at] ?? '';
    if (expect === 'after') {
      if (open.length === 0) {
        // Several values one after the other (NDJSON) are laid out each on lines of its own.
        lines.push(line);
        line = '';
        expect = 'value';
        continue;
      }
      if (c === ',') {
        lines.push(`${line},`);
        line = indent();
        expect = open.at(-1)?.close === '}' ? 'name' : 'value';
        at += 1;
      } else if (c === open.at(-1)?.close) {
        at += 1;
        close(c, false);
      } else break;
    } else if (expect === 'colon') {
      if (c !== ':') break;
      line += ': ';
      expect = 'value';
      at += 1;
    } else if (expect === 'name' || expect === 'name-or-end') {
      if (c === '}' && expect === 'name-or-end') {
        at += 1;
        close(c, true);
      } else {
        const end = c === '"' ? stringEnd(text, at) : -1;
        if (end < 0) break;
        if (expect === 'name-or-end') {
          lines.push(line);
          line = indent();
        }
        line += text.slice(at, end);
        at = end;
        expect = 'colon';
      }
    } else if (c === ']' && expect === 'value-or-end') {
      at += 1;
      close(c, true);
    } else {
      if (expect === 'value-or-end') {
        lines.push(line);
        line = indent();
        expect = 'value';
      }
      if (c === '{' || c === '[') {
        line += c;
        open.push({ row: lines.count, close: c === '{' ? '}' : ']' });
        expect = c === '{' ? 'name-or-end' : 'value-or-end';
        at += 1;
      } else {
        let end = -1;
        if (c === '"') end = stringEnd(text, at);
        else {
          const pattern = c === '-' || (c >= '0' && c <= '9') ? number : word;
          pattern.lastIndex = at;
          if (pattern.test(text)) end = pattern.lastIndex;
        }
        if (end < 0) break;
        line += text.slice(at, end);
        at = end;
        expect = 'after';
      }
    }
    rest -= at - before;
    if (rest <= 0) {
      rest = slice;
      yield;
    }
  }
  const valid = at >= length && open.length === 0 && expect === 'after';
  if (at < length) line += text.slice(at);
  for (const part of line.split(/\r\n|\n|\r/)) if (part !== '' || valid) lines.push(part);
  return valid;
}

/** Index after the closing quote of the string that starts at `start`, or -1. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return -1;
    let escapes = 0;
    while (text.charCodeAt(quote - 1 - escapes) === 92) escapes += 1;
    if (escapes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

const jsonToken = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b|([{}[\],:])/g;

/** The tokens of one line of JSON. */
export function jsonTokens(text: string): Token[] {
  const found: Token[] = [];
  for (const match of text.matchAll(jsonToken)) {
    const start = match.index;
    const add = (kind: TokenKind, length: number): void => void found.push({ start, end: start + length, kind });
    if (match[1] !== undefined) add(match[2] === undefined ? 'string' : 'name', match[1].length);
    else if (match[3] !== undefined) add('number', match[3].length);
    else if (match[4] !== undefined) add('keyword', match[4].length);
    else if (match[5] !== undefined) add('punctuation', 1);
  }
  return found;
}
