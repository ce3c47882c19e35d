import type { PlacedBlock, SyntaxTree } from './syntax-tree.ts';

/**
 * The blocks that speak for the whole document: without a request and without a title, above its first request. What
 * stands below, or has a title, is the beginning of a request.
 */
export function fileBlocks(tree: SyntaxTree): readonly PlacedBlock[] {
  const known = blocksOfTree.get(tree);
  if (known) return known;
  const found: PlacedBlock[] = [];
  for (const placed of tree.blocks) {
    if (placed.block.request) break;
    if (!hasTitle(placed)) found.push(placed);
  }
  blocksOfTree.set(tree, found);
  return found;
}

/** Whether a block has no request yet and speaks for nobody. */
export function isDraft(tree: SyntaxTree, placed: PlacedBlock): boolean {
  return placed.block.request === undefined && !fileBlocks(tree).includes(placed);
}

const blocksOfTree = new WeakMap<SyntaxTree, readonly PlacedBlock[]>();

/** A title behind `###`: `# @title` may name a collection. */
function hasTitle({ block: { lines, title } }: PlacedBlock): boolean {
  return title !== undefined && lines[0]?.kind === 'separator' && title.start < lines[0].end;
}
