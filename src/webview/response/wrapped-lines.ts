import type { Lines, Token } from './lines.ts';
import type { Match } from './search.ts';

/**
 * The lines of a text cut where they are longer than a page is wide: after a blank or a mark where one is near, and
 * indented as their line is. Rows that the source itself has cut are put together first. Grows with its source.
 */
export class WrappedLines implements Lines {
  readonly source: Lines;
  readonly columns: number;
  /** Where each piece begins: a row of the source, and an offset in it. */
  readonly #rows: number[] = [];
  readonly #offsets: number[] = [];
  /** Blanks before a piece that goes on with the one before; -1 for the first of a line. */
  readonly #indents: number[] = [];
  /** The piece in which each row of the source begins. */
  readonly #pieces: number[] = [];
  #tokens: { readonly row: number; readonly tokens: readonly Token[] } | undefined;

  /** @param columns how many narrow characters fit side by side */
  constructor(source: Lines, columns: number) {
    this.source = source;
    this.columns = Math.max(8, columns);
  }

  get count(): number {
    this.#extend();
    return this.#rows.length;
  }

  get hasFolds(): boolean {
    return this.source.hasFolds;
  }

  text(piece: number): string {
    return this.#parts(piece)
      .map(({ row, start, end }) => this.source.text(row).slice(start, end))
      .join('');
  }

  /** What begins on a line folds at its last piece, where the opening bracket is. */
  foldEnd(piece: number): number | undefined {
    this.#extend();
    if (this.continues(piece + 1)) return undefined;
    const end = this.source.foldEnd(this.lineOf(piece));
    return end === undefined ? undefined : this.#lastPieceOf(end);
  }

  tokens(piece: number): readonly Token[] {
    const found: Token[] = [];
    let before = 0;
    for (const { row, start, end } of this.#parts(piece)) {
      if (this.#tokens?.row !== row) this.#tokens = { row, tokens: this.source.tokens(row) };
      for (const token of this.#tokens.tokens) {
        const from = Math.max(token.start, start);
        const to = Math.min(token.end, end);
        if (from < to) found.push({ start: from - start + before, end: to - start + before, kind: token.kind });
      }
      before += end - start;
    }
    return found;
  }

  number(piece: number): string | undefined {
    return this.continues(piece) ? undefined : this.source.number(this.#rows[piece] ?? 0);
  }

  continues(piece: number): boolean {
    return (this.#indents[piece] ?? -1) >= 0;
  }

  indent(piece: number): number {
    return Math.max(0, this.#indents[piece] ?? 0);
  }

  /** The first row, in the source, of the line that a piece is of. */
  lineOf(piece: number): number {
    let first = piece;
    while (first > 0 && this.continues(first)) first -= 1;
    return this.#rows[first] ?? 0;
  }

  /** The piece in which a row of the source begins. */
  pieceOf(row: number): number {
    this.#extend();
    return this.#pieces[row] ?? 0;
  }

  /** The piece at whose end a fold of that row of the source opens. */
  foldOf(row: number): number {
    this.#extend();
    return this.#lastPieceOf(this.#lastRowOf(row));
  }

  /** Matches in the source's rows, in order, as they stand in the pieces: one may be in two of them. */
  matches(found: readonly Match[]): { readonly match: Match; readonly of: Match }[] {
    this.#extend();
    return found.flatMap(of => {
      const pieces: { match: Match; of: Match }[] = [];
      for (let piece = this.pieceOf(of.line); piece < this.#rows.length; piece += 1) {
        let before = 0;
        for (const { row, start, end } of this.#parts(piece)) {
          const from = Math.max(of.start, start);
          const to = Math.min(of.end, end);
          if (row === of.line && from < to) {
            pieces.push({ of, match: { line: piece, start: from - start + before, end: to - start + before } });
          }
          before += end - start;
        }
        const next = this.#rows[piece + 1] ?? Number.POSITIVE_INFINITY;
        if (next > of.line || (next === of.line && (this.#offsets[piece + 1] ?? 0) >= of.end)) break;
      }
      return pieces;
    });
  }

  /** The stretches of the source's rows that a piece is made of. */
  #parts(piece: number): { readonly row: number; readonly start: number; readonly end: number }[] {
    this.#extend();
    const first = this.#rows[piece] ?? 0;
    const goesOn = this.continues(piece + 1);
    const last = goesOn ? (this.#rows[piece + 1] ?? first) : this.#lastRowOf(first);
    const parts = [];
    for (let row = first; row <= last; row += 1) {
      const start = row === first ? (this.#offsets[piece] ?? 0) : 0;
      const end = goesOn && row === last ? (this.#offsets[piece + 1] ?? 0) : this.source.text(row).length;
      if (end > start || row === first) parts.push({ row, start, end });
    }
    return parts;
  }

  #lastRowOf(row: number): number {
    let last = row;
    while (last + 1 < this.source.count && this.source.continues(last + 1)) last += 1;
    return last;
  }

  #lastPieceOf(row: number): number {
    const next = this.#pieces[row + 1];
    return next === undefined ? this.#rows.length - 1 : next - (this.continues(next) ? 0 : 1);
  }

  #extend(): void {
    const { count } = this.source;
    while (this.#pieces.length < count) this.#wrap(this.#pieces.length, this.#lastRowOf(this.#pieces.length));
  }

  #wrap(first: number, last: number): void {
    const { columns, source } = this;
    this.#begin(first, 0, -1);
    const text = source.text(first);
    if (first === last && fits(text, columns)) {
      this.#pieces.push(this.#rows.length - 1);
      return;
    }
    const blanks = /^[ \t]*/.exec(text)?.[0] ?? '';
    const indent = Math.min(widthOf(blanks), columns >> 1);
    let limit = columns;
    let used = 0;
    /** Where a break would be best, and what is before it. */
    let best: { row: number; offset: number; used: number } | undefined;
    for (let row = first; row <= last; row += 1) {
      const content = row === first ? text : source.text(row);
      const { length } = content;
      this.#pieces.push(this.#rows.length - 1);
      for (let at = 0; at < length; at += 1) {
        const code = content.charCodeAt(at);
        const width = widthOfCode(code);
        if (used + width > limit && used > 0) {
          if (best && used + width - best.used <= columns - indent) {
            this.#begin(best.row, best.offset, indent);
            used -= best.used;
            // The row may turn out to begin in the piece that begins here.
            if (best.row === row && best.offset === 0) this.#pieces[row] = this.#rows.length - 1;
          } else {
            this.#begin(row, at, indent);
            if (at === 0) this.#pieces[row] = this.#rows.length - 1;
            used = 0;
          }
          limit = columns - indent;
          best = undefined;
        }
        used += width;
        if (mayEnd(code) && (row > first || at >= blanks.length)) {
          best = at + 1 < length || row === last ? { row, offset: at + 1, used } : { row: row + 1, offset: 0, used };
        }
      }
    }
  }

  #begin(row: number, offset: number, indent: number): void {
    this.#rows.push(row);
    this.#offsets.push(offset);
    this.#indents.push(indent);
  }
}

function fits(text: string, columns: number): boolean {
  return text.length * 4 <= columns || (text.length <= columns && !/[^\x20-\x7e]/.test(text));
}

function widthOf(text: string): number {
  let width = 0;
  for (let at = 0; at < text.length; at += 1) width += widthOfCode(text.charCodeAt(at));
  return width;
}

/** Columns of a UTF-16 code unit, as a monospaced font draws it: what is wide in East Asia takes two, marks none. */
function widthOfCode(code: number): number {
  if (code < 0x300) return code === 9 ? 4 : 1;
  if (code < 0x370 || (code >= 0x200b && code <= 0x200f) || (code >= 0xfe00 && code <= 0xfe0f)) return 0;
  // The halves of a surrogate pair, most of which are emoji and rare ideographs.
  if (code >= 0xd800 && code < 0xdc00) return 2;
  if (code >= 0xdc00 && code < 0xe000) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60);
  return wide ? 2 : 1;
}

/** Whether a piece may well end after a character: blanks, commas and the like. */
function mayEnd(code: number): boolean {
  switch (code) {
    case 0x20:
    case 0x09:
    case 0x2c: // ,
    case 0x3b: // ;
    case 0x26: // &
    case 0x3f: // ?
    case 0x2f: // /
    case 0x7c: // |
    case 0x29: // )
    case 0x5d: // ]
    case 0x7d: // }
    case 0x3e: // >
      return true;
    default:
      return code >= 0x2e80 && code < 0xd800;
  }
}
