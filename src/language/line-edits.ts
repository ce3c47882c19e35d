import { lineEndOf } from './positions.ts';
import type { Line, PlacedBlock, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** The lines of one block as a printer sees them; offsets are those of the document. */
export class BlockLines {
  readonly tree: SyntaxTree;
  readonly placed: PlacedBlock;
  readonly lineEnd: string;

  constructor(tree: SyntaxTree, placed: PlacedBlock) {
    this.tree = tree;
    this.placed = placed;
    this.lineEnd = lineEndOf(tree.text);
  }

  get lines(): readonly Line[] {
    return this.placed.block.lines;
  }

  /** The text between two offsets of the block. */
  text(start: number, end: number): string {
    return this.tree.text.slice(this.placed.offset + start, this.placed.offset + end);
  }

  /** A line's text without its line end. */
  content(index: number): string {
    const line = this.lines[index];
    return line === undefined ? '' : this.text(line.start, line.end).replace(/[\r\n]+$/, '');
  }

  edit(start: number, end: number, text: string): TextEdit {
    return { start: this.placed.offset + start, end: this.placed.offset + end, text };
  }

  /** Offset in the block after a line's content. */
  contentEnd(index: number): number {
    return (this.lines[index]?.start ?? 0) + this.content(index).length;
  }

  /** Inserts whole lines after a line; before the block's first line for -1. */
  insertAfter(index: number, lines: readonly string[]): TextEdit {
    if (index < 0) {
      const at = this.text(0, 1) === '\ufeff' ? 1 : 0;
      const last = this.placed.block.length === at ? '' : this.lineEnd;
      return this.edit(at, at, lines.join(this.lineEnd) + last);
    }
    const at = this.contentEnd(index);
    return this.edit(at, at, lines.map(line => this.lineEnd + line).join(''));
  }

  /** Removes whole lines, `from` and `to` included. */
  remove(from: number, to: number): TextEdit {
    const start = this.lines[from]?.start ?? 0;
    const end = this.lines[to]?.end ?? start;
    const unended = !/[\r\n]$/.test(this.text(start, end));
    if (unended && from > 0) return this.edit(this.contentEnd(from - 1), end, '');
    const mark = start === 0 && this.text(0, 1) === '\ufeff' ? 1 : 0;
    return this.edit(start + mark, end, '');
  }

  /** The comment mark of the block's directives, of its other comments, or `#`. */
  commentMark(): string {
    const { directives } = this.placed.block;
    const [directive] = directives;
    if (directive !== undefined) return this.text(directive.start, directive.start + 2) === '//' ? '//' : '#';
    const comment = this.lines.findIndex(({ kind }) => kind === 'comment');
    return comment !== -1 && /^\s*\/\//.test(this.content(comment)) ? '//' : '#';
  }

  /** Index of the line after which a new directive goes; -1 for the block's start. */
  directivePlace(): number {
    let place = this.#directivePlace();
    // A comment indented by two blanks would become part of an "@auth" above it.
    while (/^\s*(?:#{1,2}|\/\/)(?:\s\s|\t|\s?$)/.test(this.content(place + 1))) place++;
    return place;
  }

  #directivePlace(): number {
    const { request } = this.placed.block;
    if (request !== undefined) return request.line - 1;
    const last = this.lines.findLastIndex(({ kind }) => kind === 'directive' || kind === 'directive-continuation');
    if (last !== -1) return last;
    const variable = this.lines.findIndex(({ kind }) => kind === 'variable' || kind === 'foreign');
    const from = variable === -1 ? this.lines.length : variable;
    return this.lines.findLastIndex(({ kind }, index) => index < from && (kind === 'separator' || kind === 'comment'));
  }
}
