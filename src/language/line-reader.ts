const none = Number.MAX_SAFE_INTEGER;

/** Steps through the lines of a text; `\n`, `\r\n` and a lone `\r` end a line. */
export class LineReader {
  readonly text: string;
  /** Offset of the line's first character. */
  start = 0;
  /** Offset after the line's last character, its line end left out. */
  end = 0;
  /** Offset of the next line. */
  next: number;
  /** Offset of the first character that is not blank, or `to` on a blank line. */
  from = 0;
  /** Offset after the last character that is not blank. */
  to = 0;
  #feed = -1;
  #return = -1;
  readonly #missing = new Set<string>();

  constructor(text: string, offset: number) {
    this.text = text;
    this.next = offset;
  }

  /** Steps to the next line and finds where it is blank; false at the end of the text. */
  advance(): boolean {
    if (!this.step()) return false;
    const { text, start, end } = this;
    let from = start;
    let to = end;
    while (to > from && text.charCodeAt(to - 1) <= 32) to--;
    if (from === 0 && text.charCodeAt(0) === 0xfeff) from++;
    while (from < to && text.charCodeAt(from) <= 32) from++;
    this.from = from;
    this.to = Math.max(to, from);
    return true;
  }

  /** Steps to the next line, `from` and `to` left as they are; false at the end of the text. */
  step(): boolean {
    const text = this.text;
    const start = this.next;
    if (start >= text.length) return false;
    if (this.#feed < start) this.#feed = find(text, '\n', start);
    if (this.#return < start) this.#return = find(text, '\r', start);
    let end = text.length;
    let next = end;
    if (this.#return < this.#feed) {
      end = this.#return;
      next = end + 1 === this.#feed ? end + 2 : end + 1;
    } else if (this.#feed !== none) {
      end = this.#feed;
      next = end + 1;
    }
    this.start = start;
    this.end = end;
    this.next = next;
    return true;
  }

  /** Offset of `mark` from here on, or -1; asks the text once where it isn't found. */
  findAhead(mark: string, from: number): number {
    if (this.#missing.has(mark)) return -1;
    const at = this.text.indexOf(mark, from);
    if (at === -1) this.#missing.add(mark);
    return at;
  }

  /** Whether the line begins a block: `###`, indented or not. */
  isSeparator(): boolean {
    const { text, from } = this;
    return text.charCodeAt(from) === 35 && text.charCodeAt(from + 1) === 35 && text.charCodeAt(from + 2) === 35;
  }

  /** Offset after the comment mark (`#` or `//`), or -1 where the line is no comment. */
  afterCommentMark(): number {
    const { text, from } = this;
    const code = text.charCodeAt(from);
    if (from >= this.to) return -1;
    if (code === 35) return text.charCodeAt(from + 1) === 35 && from + 1 < this.to ? from + 2 : from + 1;
    if (code === 47 && text.charCodeAt(from + 1) === 47) return from + 2;
    return -1;
  }
}

/** Offset of the `###` of the separator that begins at a line's start, or -1 where that line is none. */
export function separatorMark(text: string, lineStart: number): number {
  let at = lineStart;
  for (let code = text.charCodeAt(at); code <= 32 && code !== 10 && code !== 13; code = text.charCodeAt(at)) at++;
  return text.charCodeAt(at) === 35 && text.charCodeAt(at + 1) === 35 && text.charCodeAt(at + 2) === 35 ? at : -1;
}

function find(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? none : at;
}
