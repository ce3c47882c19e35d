import { BlockSplitter } from './block-splitter.ts';
import type { PlacedBlock, SyntaxTree } from './syntax-tree.ts';

/**
 * Parses a `.http` document: any text has a tree of at least one block, and what is wrong with it is in the diagnostics
 * of its blocks. A block's nodes are computed when they are first read.
 */
export function parse(text: string): SyntaxTree {
  const splitter = new BlockSplitter(text, false);
  const blocks: PlacedBlock[] = [];
  let line = 0;
  do {
    const { offset } = splitter;
    const block = splitter.next();
    blocks.push({ block, offset, line });
    line += block.lineCount;
  } while (splitter.offset < text.length);
  return { text, blocks };
}
