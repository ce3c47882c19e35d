import { nodeAt } from '../../language/node-at.ts';
import { textOfBlock } from '../../language/positions.ts';
import type { Span, SyntaxTree } from '../../language/syntax-tree.ts';

/** What “Expand Selection” takes in, one step after the other; each holds the one before. Offsets of the document. */
export function selectionRanges(tree: SyntaxTree, offset: number): readonly Span[] {
  const node = nodeAt(tree, offset);
  const { placed, line, reference } = node;
  const { request, auth } = placed.block;
  const spans: Span[] = [];
  const word = wordAround(tree.text, offset);
  const inBlock = (span: Span | undefined): void => {
    if (span) spans.push({ start: placed.offset + span.start, end: placed.offset + span.end });
  };
  spans.push(word);
  if (reference) {
    inBlock(reference.expression);
    inBlock(reference);
  }
  if ('name' in node) inBlock(node.name);
  if (node.kind === 'header-value') inBlock(node.header.value);
  if (node.kind === 'auth-field-value') inBlock(node.field.value);
  if ('field' in node) inBlock(node.field);
  if (node.kind === 'target') inBlock(node.target);
  if (line) {
    const text = tree.text.slice(placed.offset + line.start, placed.offset + line.end);
    inBlock({ start: line.start, end: line.start + text.replace(/[\r\n]+$/, '').length });
  }
  if (auth && node.offset >= auth.start && node.offset <= auth.end) inBlock(auth);
  if (request?.body && node.offset >= request.body.start) inBlock(request.body);
  if (request && node.offset >= request.start) inBlock(request);
  inBlock({ start: 0, end: textOfBlock(tree, placed).trimEnd().length });
  inBlock({ start: 0, end: placed.block.length });
  spans.push({ start: 0, end: tree.text.length });
  return nested(spans, offset);
}

/** The spans that hold the offset, each larger than the one before. */
function nested(spans: readonly Span[], offset: number): readonly Span[] {
  const holding = spans.filter(({ start, end }) => start <= offset && offset <= end);
  holding.sort((a, b) => a.end - a.start - (b.end - b.start));
  const result: Span[] = [];
  for (const span of holding) {
    const last = result.at(-1);
    const larger =
      !last || (span.start <= last.start && span.end >= last.end && span.end - span.start > last.end - last.start);
    if (larger) result.push(span);
  }
  return result;
}

function wordAround(text: string, offset: number): Span {
  let start = offset;
  let end = offset;
  while (start > 0 && /[\w-]/.test(text.charAt(start - 1))) start--;
  while (end < text.length && /[\w-]/.test(text.charAt(end))) end++;
  return { start, end };
}
