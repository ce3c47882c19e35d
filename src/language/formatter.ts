import { BlockLines } from './line-edits.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** Edits that tidy the spacing of a document; bodies, comments and parts of other dialects stay as they are. */
export function formatDocument(tree: SyntaxTree): TextEdit[] {
  return tree.blocks.flatMap(placed => formatBlock(tree, placed));
}

/** Edits that tidy the spacing of one block. */
export function formatBlock(tree: SyntaxTree, placed: PlacedBlock): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const edits: TextEdit[] = [];
  const columns = fieldColumns(placed);
  lines.lines.forEach((line, index) => {
    const written = lines.content(index);
    const untidy = tidyLine(placed, index, written, columns);
    const tidy = untidy === undefined ? written : withoutTrailingBlanks(untidy);
    // Between a lone "\r" and "\n", a blank line is one only while something stands in it.
    const glue = tidy === '' && lines.text(line.start - 1, line.start) === '\r';
    // Put at the start of a document, U+FEFF would be read as its byte order mark.
    const mark = placed.offset + line.start === 0 && tidy.startsWith('\ufeff');
    if (tidy !== written && !glue && !mark) {
      let same = 0;
      while (same < tidy.length && tidy[same] === written[same]) same++;
      edits.push(lines.edit(line.start + same, line.start + written.length, tidy.slice(same)));
    }
  });
  return edits;
}

/** The width of the names on continuation lines, so that their `=` line up. */
function fieldColumns({ block }: PlacedBlock): number {
  const { auth } = block;
  return Math.max(0, ...(auth?.fields ?? []).map(({ line, name }) => (line === auth?.line ? 0 : name.text.length)));
}

function tidyLine(placed: PlacedBlock, index: number, written: string, width: number): string | undefined {
  const { block } = placed;
  if (written.startsWith('\ufeff')) return undefined;
  switch (block.lines[index]?.kind) {
    case 'separator':
      return written.replace(/^(#+)[\x00-\x20]*(.*)$/s, (_, marks: string, title: string) => `${marks} ${title}`);
    case 'blank':
      return '';
    case 'directive': {
      const match = /^[\x00-\x20]*(#{1,2}|\/\/)[\x00-\x20]*@([\w.-]+)[\x00-\x20]*(.*)$/s.exec(written);
      return match === null ? undefined : `${match[1]} @${match[2]} ${match[3]}`;
    }
    case 'directive-continuation': {
      const field = block.auth?.fields.find(({ line }) => line === index);
      const match = /^[\x00-\x20]*(#{1,2}|\/\/)[\x00-\x20]+([^\x00-\x20=]+)[\x00-\x20]*=[\x00-\x20]*(.*)$/s.exec(
        written,
      );
      if (field === undefined || match === null) return undefined;
      return `${match[1]}   ${(match[2] ?? '').padEnd(width)} = ${match[3]}`;
    }
    case 'variable': {
      const match = /^[\x00-\x20]*@([^\x00-\x20=]+)[\x00-\x20]*=[\x00-\x20]*(.*)$/s.exec(written);
      return match === null ? undefined : `@${match[1]} = ${match[2]}`;
    }
    case 'request-line':
      return requestLine(placed);
    case 'header': {
      const match = /^[\x00-\x20]*([^\x00-\x20:]+)[\x00-\x20]*:[\x00-\x20]*(.*)$/s.exec(written);
      return match === null ? undefined : `${match[1]}: ${match[2]}`;
    }
    case 'target-continuation':
      return written;
    default:
      return undefined;
  }
}

function requestLine({ block }: PlacedBlock): string | undefined {
  const { request } = block;
  if (request === undefined) return undefined;
  const target = request.targetParts[0] ?? request.target;
  const { version } = request;
  const end = block.lines[request.line]?.end ?? 0;
  const here = version !== undefined && version.start < end ? version.text : undefined;
  const words = [request.method?.text, target.text, here].filter(word => word !== undefined && word !== '');
  // A version that a later line states again stays where it is written.
  return words.length === 0 ? undefined : words.join(' ');
}

function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) <= 32) end--;
  return text.slice(0, end);
}
