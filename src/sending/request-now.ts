import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import { matchedBlocks } from './matched-blocks.ts';
import type { RequestTarget } from './workspace.ts';

/** The request of a target in a later tree of its document; undefined where it is no longer there. */
export function requestNow({ tree, block }: RequestTarget, now: SyntaxTree): PlacedBlock | undefined {
  const sought = tree.blocks[block];
  if (!sought || tree === now) return sought;
  const same = now.blocks.find(placed => placed.block === sought.block);
  if (same) return same;
  const requests = ({ blocks }: SyntaxTree): PlacedBlock[] => blocks.filter(placed => placed.block.request);
  const known = requests(tree).map(placed => ({ tree, placed }));
  const candidates = requests(now);
  const matched = matchedBlocks(known, now, candidates);
  return candidates[matched.findIndex(found => found?.placed === sought)];
}
