import type { HeaderNode, PlacedBlock, SyntaxTree, TextEdit } from '../language/syntax-tree.ts';

/** Edits that give one header another name or value, as little as can be. */
export function headerEdits(
  tree: SyntaxTree,
  placed: PlacedBlock,
  header: HeaderNode,
  name: string,
  value: string,
): TextEdit[] {
  const at = (offset: number): number => placed.offset + offset;
  const edits: TextEdit[] = [];
  if (header.name.text !== name) edits.push({ start: at(header.name.start), end: at(header.name.end), text: name });
  const written = value.trim();
  if (header.value.text !== written) {
    const { start, end } = header.value;
    const glued = start === end && tree.text.charAt(at(start) - 1) === ':';
    edits.push({ start: at(start), end: at(end), text: glued && written !== '' ? ` ${written}` : written });
  }
  return edits;
}
