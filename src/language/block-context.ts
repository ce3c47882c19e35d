import type { Diagnostic } from './syntax-tree.ts';

/** What the parser of a block lends to those that read its parts. */
export interface BlockContext {
  readonly text: string;
  /** Offset of the block in `text`. */
  readonly base: number;
  report(diagnostic: Diagnostic): void;
}
