import { BlockSplitter } from './block-splitter.ts';
import { separatorMark } from './line-reader.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** Applies edits whose offsets are those of `text`; where two overlap, the later one begins after the earlier. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  return applySorted(text, sortedEdits(text, edits));
}

/**
 * The tree of a document after edits, whose offsets are those of the tree's text. Blocks that no edit touches are the
 * same objects as before.
 */
export function update(tree: SyntaxTree, changes: readonly TextEdit[]): SyntaxTree {
  const edits = sortedEdits(tree.text, changes);
  const text = applySorted(tree.text, edits);
  if (text === '') return { text, blocks: [{ block: new BlockSplitter('', false).next(), offset: 0, line: 0 }] };
  const splitter = new BlockSplitter(text, true);
  const old = tree.blocks;
  const blocks: PlacedBlock[] = [];
  let line = 0;
  let offset = 0;
  let index = 0;
  let edit = 0;
  let delta = 0;
  while (offset < text.length) {
    // Edits that lie wholly before this place have shifted it.
    for (let next = edits[edit]; next !== undefined; next = edits[++edit]) {
      if (next.start + delta + next.text.length > offset) break;
      delta += next.text.length - (next.end - next.start);
    }
    const change = edits[edit];
    const was = offset - delta;
    while (index < old.length && (old[index]?.offset ?? 0) < was) index++;
    const candidate = old[index];
    if (candidate !== undefined && candidate.offset === was && isUntouched(tree, index, change)) {
      const { block } = candidate;
      blocks.push(delta === 0 && candidate.line === line ? candidate : { block, offset, line });
      line += block.lineCount;
      offset += block.length;
      index++;
      continue;
    }
    splitter.offset = offset;
    const block = splitter.next();
    blocks.push({ block, offset, line });
    line += block.lineCount;
    offset = splitter.offset;
  }
  return { text, blocks };
}

/** Whether no edit from `change` on can alter the block: not its text, not the `###` that ends it. */
function isUntouched({ text, blocks }: SyntaxTree, index: number, change: TextEdit | undefined): boolean {
  const placed = blocks[index];
  if (placed === undefined) return false;
  if (change === undefined) return true;
  if (placed.block.openEnded || change.start < placed.offset + placed.block.length) return false;
  const following = blocks[index + 1];
  if (following === undefined) return false;
  const mark = separatorMark(text, following.offset);
  // Without a separator it is the lines of the next block, up to its request line, that end this one.
  return change.start >= (mark === -1 ? following.offset + following.block.length : mark + 3);
}

function sortedEdits(text: string, edits: readonly TextEdit[]): TextEdit[] {
  const sorted = edits.map((edit, order) => ({ edit, order }));
  sorted.sort((a, b) => a.edit.start - b.edit.start || a.order - b.order);
  let floor = 0;
  const result: TextEdit[] = [];
  for (const { edit } of sorted) {
    const start = Math.max(floor, Math.min(edit.start, text.length));
    const end = Math.max(start, Math.min(edit.end, text.length));
    floor = end;
    if (start !== end || edit.text !== '') result.push({ start, end, text: edit.text });
  }
  return result;
}

function applySorted(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
