import type { Line, PlacedBlock, SyntaxTree } from '../../language/syntax-tree.ts';

/** Lines (from 0, both included) that can be folded into the first of them. */
export interface FoldingLines {
  readonly start: number;
  readonly end: number;
  readonly kind: 'region' | 'comment' | undefined;
}

/** The parts of a document that fold: blocks, bodies, the fields of `@auth`, comments of several lines. */
export function foldings(tree: SyntaxTree): readonly FoldingLines[] {
  return tree.blocks.flatMap(foldingsOf);
}

function foldingsOf({ block, line: base }: PlacedBlock): readonly FoldingLines[] {
  const { lines, request, auth } = block;
  const found: FoldingLines[] = [];
  const add = (start: number, end: number, kind: FoldingLines['kind']): void => {
    if (end > start) found.push({ start: base + start, end: base + end, kind });
  };
  const last = lines.findLastIndex(({ kind }) => kind !== 'blank');
  add(0, last, lines[0]?.kind === 'separator' ? 'region' : undefined);
  if (auth) add(auth.line, auth.lastLine, undefined);
  if (request?.body) {
    const { line } = request.body;
    const end = lines.findLastIndex(({ kind }, index) => index >= line && kind === 'body');
    add(line, lastWritten(lines, end), undefined);
  }
  for (let index = 0; index < lines.length; index++) {
    if (lines[index]?.kind !== 'comment') continue;
    const start = index;
    while (lines[index + 1]?.kind === 'comment') index++;
    add(start, index, 'comment');
  }
  return found.filter(
    (range, index) => found.findIndex(other => other.start === range.start && other.end >= range.end) === index,
  );
}

/** The last line that holds more than its line end. */
function lastWritten(lines: readonly Line[], from: number): number {
  let index = from;
  while (index > 0) {
    const line = lines[index];
    if (line && line.end - line.start > 2) break;
    if (line?.kind !== 'blank' && line && line.end - line.start > 1) break;
    index--;
  }
  return index;
}
