import type { Line, LineKind } from './syntax-tree.ts';

/** The lines of a block in two flat lists: a large file has too many of them for objects that are seldom asked for. */
export class LineTable {
  readonly kinds: LineKind[] = [];
  /** Offset after each line, its line end included. */
  readonly ends: number[] = [];
  #lines: readonly Line[] | undefined;

  get length(): number {
    return this.kinds.length;
  }

  push(kind: LineKind, end: number): void {
    this.kinds.push(kind);
    this.ends.push(end);
  }

  start(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  end(index: number): number {
    return this.ends[index] ?? 0;
  }

  /** The lines as objects, made once. */
  toLines(): readonly Line[] {
    this.#lines ??= this.kinds.map((kind, index) => ({ kind, start: this.start(index), end: this.end(index) }));
    return this.#lines;
  }
}
