import { BlockLines } from './line-edits.ts';
import type { HeaderNode, PlacedBlock, RequestNode, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** A header of a request, or one that a comment mark switches off. */
export interface HeaderRow extends Pick<HeaderNode, 'name' | 'value' | 'line'> {
  /** True where the line is commented out: it is not sent. */
  readonly disabled: boolean;
}

/**
 * The headers of a request in the order of their lines, with those that are commented out: `# X-Trace: 1`. A comment
 * counts as one only where it can hardly be prose.
 */
export function headerRows(tree: SyntaxTree, placed: PlacedBlock): HeaderRow[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const rows: HeaderRow[] = request.headers.map(({ name, value, line }) => ({ name, value, line, disabled: false }));
  for (let line = request.targetLastLine + 1; ; line++) {
    const at = lines.lines[line];
    if (at === undefined || !inHead.has(at.kind)) break;
    const row = at.kind === 'comment' ? disabledHeader(lines.content(line), at.start, line) : undefined;
    if (row) rows.push(row);
  }
  return rows.sort((a, b) => a.line - b.line);
}

const inHead: ReadonlySet<string> = new Set(['header', 'comment', 'directive', 'directive-continuation', 'foreign']);

/** Edits that give one header another name or value, as little as can be. */
export function setHeaderRow(
  tree: SyntaxTree,
  placed: PlacedBlock,
  header: Pick<HeaderNode, 'name' | 'value'>,
  name: string,
  value: string,
): TextEdit[] {
  const at = (offset: number): number => placed.offset + offset;
  const edits: TextEdit[] = [];
  if (header.name.text !== name) edits.push({ start: at(header.name.start), end: at(header.name.end), text: name });
  const written = value.trim();
  if (header.value.text !== written) {
    const { start, end } = header.value;
    // A line that is a name alone, or one variable, has no colon yet.
    const colon = tree.text.slice(at(header.name.end), at(start)).includes(':') ? '' : ':';
    const glued = colon !== '' || (start === end && tree.text.charAt(at(start) - 1) === ':');
    edits.push({ start: at(start), end: at(end), text: glued && written !== '' ? `${colon} ${written}` : written });
  }
  return edits;
}

/** Adds a header after the others, those that are commented out counted in. */
export function addHeaderRow(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const line = headerRows(tree, placed).at(-1)?.line ?? request.targetLastLine;
  const last = Math.max(line, lastLineOfTarget(tree, placed, request));
  return [new BlockLines(tree, placed).insertAfter(last, [`${name}: ${value.trim()}`.trimEnd()])];
}

/** Comments a header out, or in again: the one edit puts the mark before it, or takes it away. */
export function enableHeader(tree: SyntaxTree, placed: PlacedBlock, row: HeaderRow, enabled: boolean): TextEdit[] {
  if (row.disabled !== enabled) return [];
  const lines = new BlockLines(tree, placed);
  const start = lines.lines[row.line]?.start ?? 0;
  const content = lines.content(row.line);
  const indent = content.length - content.trimStart().length;
  if (enabled) return [lines.edit(start + indent, row.name.start, '')];
  const mark = lines.commentMark();
  // Prose has a blank after its mark; where the header could be taken for some, code has none.
  const spaced = disabledHeader(`${mark} ${content.slice(indent)}`, 0, 0) !== undefined;
  return [lines.edit(start + indent, start + indent, spaced ? `${mark} ` : mark)];
}

/** Moves a header to the place of another; other lines between them stay where they are. */
export function moveHeader(tree: SyntaxTree, placed: PlacedBlock, from: number, to: number): TextEdit[] {
  const rows = headerRows(tree, placed);
  const [first, last] = [rows[Math.min(from, to)], rows[Math.max(from, to)]];
  if (from === to || first === undefined || last === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const contents = rows.map(({ line }) => lines.content(line));
  contents.splice(to, 0, ...contents.splice(from, 1));
  const byLine = new Map(rows.map(({ line }, index) => [line, contents[index] ?? '']));
  let text = '';
  for (let line = first.line; line <= last.line; line++) {
    const { start = 0, end = 0 } = lines.lines[line] ?? {};
    const written = lines.content(line);
    text += (byLine.get(line) ?? written) + (line === last.line ? '' : lines.text(start + written.length, end));
  }
  return [lines.edit(lines.lines[first.line]?.start ?? 0, lines.contentEnd(last.line), text)];
}

/** Comment lines right below the target that switch parameters off belong to it. */
function lastLineOfTarget(tree: SyntaxTree, placed: PlacedBlock, { targetLastLine }: RequestNode): number {
  const lines = new BlockLines(tree, placed);
  let last = targetLastLine;
  for (let line = last + 1; lines.lines[line]?.kind === 'comment'; line++) {
    if (/^\s*(?:#{1,2}|\/\/)\s*[?&]\S/.test(lines.content(line))) last = line;
  }
  return last;
}

function disabledHeader(content: string, start: number, line: number): HeaderRow | undefined {
  const match = /^(\s*(?:#{1,2}|\/\/)(\s*))((?:\{\{.*?\}\}|[\w!$%&'*+.^`|~-])+):(\s+|$)(.*?)\s*$/.exec(content);
  if (match === null) return undefined;
  const [, before = '', blank = '', name = '', gap = '', value = ''] = match;
  if (!isCode(name, value, blank === '')) return undefined;
  const from = start + before.length;
  const valueAt = from + name.length + 1 + gap.length;
  return {
    name: { start: from, end: from + name.length, text: name },
    value: { start: valueAt, end: valueAt + value.length, text: value },
    line,
    disabled: true,
  };
}

/** Names of headers that are no words of a sentence. */
const headerNames =
  /^(?:accept|authorization|cookie|dnt|etag|forwarded|host|origin|pragma|range|referer|te|token|traceparent|tracestate|apikey)$/i;
const remarks = /^(?:todo|fixme|xxx|hack|note|nb|hint|tip|warning|important|attention|see|example|usage)$/i;
const loudRemarks = /^(?:TODO|FIXME|XXX|HACK|NOTE)$/;

/** Whether `name: value` after a comment mark is a header rather than prose: `# Note: sends mail`, `# Step 1: …`. */
function isCode(name: string, value: string, glued: boolean): boolean {
  if (glued) return !loudRemarks.test(name);
  if (headerNames.test(name) || /\w[-_]\w/.test(name)) return true;
  return !remarks.test(name) && !/\s/.test(value.replace(/\{\{.*?\}\}/g, 'x'));
}
