import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import { requestTitle } from './request-title.ts';

/** A request of a document as it was at some time. */
export interface KnownBlock {
  readonly tree: SyntaxTree;
  readonly placed: PlacedBlock;
}

/**
 * Finds for each request of a changed document which of the known ones it is: the same text first, then the same title,
 * then the same place among those that are left. The result is parallel to `now`; undefined marks a new request.
 */
export function matchedBlocks<K extends KnownBlock>(
  known: readonly K[],
  tree: SyntaxTree,
  now: readonly PlacedBlock[],
): readonly (K | undefined)[] {
  const matched = new Array<K | undefined>(now.length);
  const same = (old: K | undefined, placed: PlacedBlock | undefined): old is K =>
    old !== undefined && placed !== undefined && isSame(old, tree, placed);
  const common = Math.min(known.length, now.length);
  let from = 0;
  for (; from < common && same(known[from], now[from]); from++) matched[from] = known[from];
  let tail = 0;
  while (tail < common - from && same(known[known.length - 1 - tail], now[now.length - 1 - tail])) {
    matched[now.length - 1 - tail] = known[known.length - 1 - tail];
    tail++;
  }
  const left = known.slice(from, known.length - tail);
  const open = now.slice(from, now.length - tail).map((placed, index) => ({ placed, at: from + index }));
  const takeBy = (keyOfKnown: (known: K) => string, keyOfNow: (placed: PlacedBlock) => string): void => {
    const waiting = Map.groupBy(left.splice(0), keyOfKnown);
    const unmatched = open.splice(0);
    for (const item of unmatched) {
      const found = waiting.get(keyOfNow(item.placed))?.shift();
      if (found) matched[item.at] = found;
      else open.push(item);
    }
    for (const others of waiting.values()) left.push(...others);
  };
  if (left.length > 0 && open.length > 0) {
    takeBy(
      old => textOf(old.tree, old.placed).trim(),
      placed => textOf(tree, placed).trim(),
    );
    takeBy(({ placed }) => requestTitle(placed), requestTitle);
    // Those that are left changed text and title alike: by their order, where none was added or removed.
    if (left.length === open.length) {
      const order = new Map(known.map((old, index) => [old, index]));
      left.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      open.forEach(({ at }, index) => {
        matched[at] = left[index];
      });
    }
  }
  return matched;
}

function isSame(old: KnownBlock, tree: SyntaxTree, placed: PlacedBlock): boolean {
  if (old.placed.block === placed.block) return true;
  return old.placed.block.length === placed.block.length && textOf(old.tree, old.placed) === textOf(tree, placed);
}

function textOf({ text }: SyntaxTree, { offset, block }: PlacedBlock): string {
  return text.slice(offset, offset + block.length);
}
