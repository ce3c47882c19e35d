/** Lines of a text as they become known, with what can be folded. */
export interface Lines {
  readonly count: number;
  text(line: number): string;
  /** Last line that the fold beginning at this line hides, or undefined. */
  foldEnd(line: number): number | undefined;
  readonly hasFolds: boolean;
  tokens(line: number): readonly Token[];
  /** Number shown in the gutter; undefined where the line goes on with the one before. */
  number(line: number): string | undefined;
  /** Whether the line goes on with the one before. */
  continues(line: number): boolean;
  /** Blanks before a line that goes on with the one before. */
  indent?(line: number): number;
}

/** All of the text, as it was before its longest lines were cut. */
export function wholeText(lines: Lines): string {
  const parts: string[] = [];
  for (let line = 0; line < lines.count; line += 1) {
    if (line > 0 && !lines.continues(line)) parts.push('\n');
    parts.push(lines.text(line));
  }
  return parts.join('');
}

export type TokenKind = 'name' | 'string' | 'number' | 'keyword' | 'punctuation' | 'comment' | 'tag' | 'text';

/** A stretch of a line; what lies between tokens is plain text. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: TokenKind;
}

/** Rows longer than this are cut into several, so that no row is slow to draw. */
export const longestRow = 2000;

/** Lines held in memory, filled step by step. */
export class TextLines implements Lines {
  readonly #texts: string[] = [];
  readonly #folds = new Map<number, number>();
  /** Rows that go on with the row before; a set, as they are few. */
  readonly #continued = new Set<number>();
  #numbers: Int32Array | undefined;
  readonly #tokenize: ((text: string, line: number) => readonly Token[]) | undefined;

  constructor(tokenize?: (text: string, line: number) => readonly Token[]) {
    this.#tokenize = tokenize;
  }

  get count(): number {
    return this.#texts.length;
  }

  get hasFolds(): boolean {
    return this.#folds.size > 0;
  }

  /** Adds a line, cut into rows where it is very long, and returns the first row's index. */
  push(text: string): number {
    const first = this.#texts.length;
    if (text.length <= longestRow) {
      this.#texts.push(text);
      return first;
    }
    for (let at = 0; at < text.length; at += longestRow) {
      if (at > 0) this.#continued.add(this.#texts.length);
      this.#texts.push(text.slice(at, at + longestRow));
    }
    this.#numbers = undefined;
    return first;
  }

  fold(start: number, end: number): void {
    if (end > start) this.#folds.set(start, end);
  }

  text(line: number): string {
    return this.#texts[line] ?? '';
  }

  foldEnd(line: number): number | undefined {
    return this.#folds.get(line);
  }

  foldStarts(): Iterable<number> {
    return this.#folds.keys();
  }

  tokens(line: number): readonly Token[] {
    return this.#tokenize?.(this.text(line), line) ?? [];
  }

  continues(line: number): boolean {
    return this.#continued.has(line);
  }

  number(line: number): string | undefined {
    if (this.#continued.has(line)) return undefined;
    if (this.#continued.size === 0) return String(line + 1);
    if (!this.#numbers || this.#numbers.length < this.count) this.#numbers = this.#numberRows();
    return String(this.#numbers[line]);
  }

  #numberRows(): Int32Array {
    const numbers = new Int32Array(this.count);
    let number = 0;
    for (let line = 0; line < this.count; line += 1) {
      if (!this.#continued.has(line)) number += 1;
      numbers[line] = number;
    }
    return numbers;
  }
}

/** Bytes as rows of sixteen: offset, hexadecimal, characters. Made when they are looked at. */
export class HexLines implements Lines {
  readonly hasFolds = false;
  readonly count: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.count = Math.ceil(bytes.length / 16);
  }

  text(line: number): string {
    const row = this.#bytes.subarray(line * 16, line * 16 + 16);
    let hex = '';
    let characters = '';
    for (let index = 0; index < 16; index += 1) {
      const byte = row[index];
      hex += byte === undefined ? '   ' : `${byte.toString(16).padStart(2, '0')} `;
      if (index === 7) hex += ' ';
      if (byte !== undefined) characters += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
    }
    return `${hex} ${characters}`;
  }

  foldEnd(): undefined {
    return undefined;
  }

  tokens(): readonly Token[] {
    return [
      { start: 0, end: 49, kind: 'number' },
      { start: 50, end: 66, kind: 'string' },
    ];
  }

  continues(): boolean {
    return false;
  }

  number(line: number): string {
    return (line * 16).toString(16).padStart(8, '0');
  }
}
