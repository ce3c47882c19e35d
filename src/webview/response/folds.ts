import type { Lines } from './lines.ts';

/** Which lines are in sight where some are folded. Rows count lines in sight, from 0. */
export class Folds {
  readonly #lines: Lines;
  readonly #collapsed = new Set<number>();
  /** Lines in sight, where there are any folded. */
  #visible: Int32Array | undefined;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  get rowCount(): number {
    return this.#visible?.length ?? this.#lines.count;
  }

  /** The lines at which something is folded. */
  get collapsed(): Iterable<number> {
    return this.#collapsed;
  }

  /** Folds what begins on some lines. */
  collapse(lines: readonly number[]): void {
    for (const line of lines) if (this.#lines.foldEnd(line) !== undefined) this.#collapsed.add(line);
    this.#find();
  }

  isCollapsed(line: number): boolean {
    return this.#collapsed.has(line);
  }

  lineAt(row: number): number {
    return this.#visible ? (this.#visible[row] ?? 0) : row;
  }

  /** The row of a line; of one that is folded away, that of the line it is folded into. */
  rowOf(line: number): number {
    if (!this.#visible) return line;
    let low = 0;
    let high = this.#visible.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#visible[middle] ?? 0) <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Folds or unfolds what begins on a line; false where that changes nothing. */
  set(line: number, collapse: boolean): boolean {
    if (this.#lines.foldEnd(line) === undefined || this.#collapsed.has(line) === collapse) return false;
    if (collapse) this.#collapsed.add(line);
    else this.#collapsed.delete(line);
    this.#find();
    return true;
  }

  setAll(collapse: boolean): void {
    this.#collapsed.clear();
    if (collapse) {
      // The outermost fold stays open: its children are what a person wants to see listed.
      for (let line = 1; line < this.#lines.count; line += 1)
        if (this.#lines.foldEnd(line) !== undefined) this.#collapsed.add(line);
    }
    this.#find();
  }

  /** Unfolds what hides a line; false where nothing does. */
  unfoldTo(line: number): boolean {
    let unfolded = false;
    for (const start of this.#collapsed) {
      const end = this.#lines.foldEnd(start) ?? start;
      if (start < line && line <= end) {
        this.#collapsed.delete(start);
        unfolded = true;
      }
    }
    if (unfolded) this.#find();
    return unfolded;
  }

  #find(): void {
    if (this.#collapsed.size === 0) {
      this.#visible = undefined;
      return;
    }
    const visible: number[] = [];
    for (let line = 0; line < this.#lines.count; line += 1) {
      visible.push(line);
      if (this.#collapsed.has(line)) line = this.#lines.foldEnd(line) ?? line;
    }
    this.#visible = Int32Array.from(visible);
  }
}
