import { LineReader } from './line-reader.ts';
import type { PlacedBlock, SyntaxTree } from './syntax-tree.ts';

/** A place in a document: 0-based line, and 0-based column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The block that holds a document offset; the last one for an offset at or past the end. */
export function blockAt(tree: SyntaxTree, offset: number): PlacedBlock {
  return tree.blocks[search(tree, block => block.offset <= offset)] ?? firstBlock(tree);
}

/** The block that holds a 0-based document line; the last one for a line past the end. */
export function blockAtLine(tree: SyntaxTree, line: number): PlacedBlock {
  return tree.blocks[search(tree, block => block.line <= line)] ?? firstBlock(tree);
}

/** The index in `tree.blocks` of the block that holds a document offset. */
export function blockIndexAt(tree: SyntaxTree, offset: number): number {
  return Math.max(
    0,
    search(tree, block => block.offset <= offset),
  );
}

/** The text of a block. */
export function textOfBlock(tree: SyntaxTree, placed: PlacedBlock): string {
  return tree.text.slice(placed.offset, placed.offset + placed.block.length);
}

/** Index of the line of a block that holds an offset of the block; its last line for an offset at or past the end. */
export function lineIndexAt(placed: PlacedBlock, offset: number): number {
  const { lines } = placed.block;
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Line and column of a document offset; one between `\r` and `\n` counts as before both. */
export function positionAt(tree: SyntaxTree, offset: number): Position {
  const at = Math.max(0, Math.min(offset, tree.text.length));
  const placed = blockAt(tree, at);
  const { text } = tree;
  const reader = new LineReader(textOfBlock(tree, placed), 0);
  let line = placed.line;
  let start = placed.offset;
  while (reader.step()) {
    const next = placed.offset + reader.next;
    if (at < next) return { line, column: Math.min(at, placed.offset + reader.end) - start };
    if (next === text.length && reader.end + placed.offset === next) break;
    line++;
    start = next;
  }
  return { line, column: at - start };
}

/** Document offset of a line and column; a column past the line's end means its end. */
export function offsetAt(tree: SyntaxTree, position: Position): number {
  if (position.line < 0) return 0;
  const placed = blockAtLine(tree, position.line);
  const reader = new LineReader(textOfBlock(tree, placed), 0);
  for (let line = placed.line; reader.step(); line++) {
    if (line === position.line) {
      return placed.offset + Math.min(reader.start + Math.max(0, position.column), reader.end);
    }
  }
  return tree.text.length;
}

/** The line end that a document uses: that of its first line, `\n` where it has only one. */
export function lineEndOf(text: string): string {
  const at = text.search(/[\r\n]/);
  if (at === -1 || text.charCodeAt(at) === 10) return '\n';
  return text.charCodeAt(at + 1) === 10 ? '\r\n' : '\r';
}

/** Index of the last block for which `holds` is true; the blocks for which it is come first. */
function search(tree: SyntaxTree, holds: (block: PlacedBlock) => boolean): number {
  let low = 0;
  let high = tree.blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const block = tree.blocks[middle];
    if (block !== undefined && holds(block)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function firstBlock(tree: SyntaxTree): PlacedBlock {
  const [first] = tree.blocks;
  if (first === undefined) throw new RangeError('A syntax tree has at least one block.');
  return first;
}
