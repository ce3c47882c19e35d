import type { TextLines, Token, TokenKind } from './lines.ts';

const slice = 128 * 1024;
const piece =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<\?[\s\S]*?(?:\?>|$)|<(?:[^"'>]+|"[^"]*(?:"|$)|'[^']*(?:'|$))*(?:>|$)|[^<]+/gy;

/**
 * Lays XML out over lines, an element with nothing but text on one, yielding between slices. White space between
 * elements is the layout's, everything else is kept to the letter.
 */
export function* formatXml(text: string, lines: TextLines): Generator<void, void> {
  const open: number[] = [];
  let line: string | undefined;
  let row = 0;
  /** True while nothing but text followed the last start tag. */
  let inline = false;
  let rest = slice;
  const flush = (): void => {
    if (line === undefined) return;
    for (const part of line.split(/\r\n|\n|\r/)) lines.push(part);
    line = undefined;
  };
  const begin = (content: string): void => {
    flush();
    row = lines.count;
    line = '  '.repeat(open.length) + content;
  };
  piece.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (;;) {
    const at = piece.lastIndex;
    const match = piece.exec(text);
    if (!match) break;
    const content = match[0];
    if (content.startsWith('</')) {
      const start = open.pop();
      if (inline && line !== undefined) line += content;
      else {
        begin(content);
        if (start !== undefined) lines.fold(start, row - 1);
      }
      inline = false;
    } else if (!content.startsWith('<')) {
      if (content.trim() === '') continue;
      if (inline && line !== undefined) line += content.trim();
      else begin(content.trim());
    } else if (/^<!\[CDATA/.test(content) && inline && line !== undefined) {
      line += content;
    } else if (/^<[?!]/.test(content) || content.endsWith('/>')) {
      begin(content);
      inline = false;
    } else {
      begin(content);
      open.push(row);
      inline = true;
    }
    rest -= piece.lastIndex - at;
    if (rest <= 0) {
      rest = slice;
      yield;
      piece.lastIndex = at + content.length;
    }
  }
  flush();
}

/** What a line can begin in. */
const inside = { text: 0, tag: 1, comment: 2, cdata: 3 } as const;

/** Tokens of XML and HTML by line; remembers what each line begins in, so that lines are asked for in any order. */
export class MarkupTokens {
  /** What each known line begins in. */
  readonly #states: number[] = [inside.text];
  readonly #text: (line: number) => string;

  constructor(text: (line: number) => string) {
    this.#text = text;
  }

  tokens(line: number): Token[] {
    for (let known = this.#states.length - 1; known < line; known += 1) {
      this.#states.push(scan(this.#text(known), this.#states[known] ?? 0));
    }
    const found: Token[] = [];
    scan(this.#text(line), this.#states[line] ?? 0, found);
    return found;
  }
}

const inTag = /\s*(?:(\/?>)|("[^"]*"?|'[^']*'?)|([^\s=>"'/]+)|[=/])/y;

/** Scans a line that begins in `state` and returns what the next one begins in. */
function scan(text: string, state: number, found?: Token[]): number {
  let at = 0;
  const add = (start: number, end: number, kind: TokenKind): void => {
    if (end > start) found?.push({ start, end, kind });
  };
  while (at < text.length) {
    if (state === inside.comment || state === inside.cdata) {
      const mark = state === inside.comment ? '-->' : ']]>';
      const end = text.indexOf(mark, at);
      const to = end < 0 ? text.length : end + 3;
      add(at, to, state === inside.comment ? 'comment' : 'string');
      at = to;
      if (end >= 0) state = inside.text;
    } else if (state === inside.text) {
      const start = text.indexOf('<', at);
      if (start < 0) break;
      if (text.startsWith('<!--', start)) {
        state = inside.comment;
        at = start;
      } else if (text.startsWith('<![CDATA[', start)) {
        state = inside.cdata;
        at = start;
      } else {
        const name = /^<[/?!]?[^\s>/]*/.exec(text.slice(start))?.[0] ?? '<';
        add(start, start + name.length, 'tag');
        at = start + name.length;
        state = inside.tag;
      }
    } else {
      inTag.lastIndex = at;
      const match = inTag.exec(text);
      if (!match) break;
      const end = inTag.lastIndex;
      const content = match[1] ?? match[2] ?? match[3];
      const start = end - (content?.length ?? 0);
      if (match[1] !== undefined) {
        add(start, end, 'tag');
        state = inside.text;
      } else if (match[2] !== undefined) add(start, end, 'string');
      else if (match[3] !== undefined) add(start, end, 'name');
      at = end;
    }
  }
  return state;
}
