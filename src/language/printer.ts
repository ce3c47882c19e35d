import { applyEdits } from './incremental.ts';
import { BlockLines } from './line-edits.ts';
import { targetPlace } from './query-printer.ts';
import type { HeaderNode, PlacedBlock, RequestNode, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** The text of a tree, as it was parsed. */
export function print(tree: SyntaxTree): string {
  return tree.text;
}

/** Adds a header after the others. */
export function addHeader(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  return [new BlockLines(tree, placed).insertAfter(headLastLine(request), [`${name}: ${oneLine(value)}`])];
}

/** Sets the first header of that name, its case aside, or adds it. */
export function setHeader(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  const header = headersNamed(placed, name)[0];
  if (header === undefined) return addHeader(tree, placed, name, value);
  const written = oneLine(value);
  if (header.value.text === written) return [];
  const lines = new BlockLines(tree, placed);
  const glued = header.value.text === '' && lines.text(header.end - 1, header.end) === ':';
  return [lines.edit(header.value.start, header.value.end, glued ? ` ${written}` : written)];
}

/** Removes one header, or all of a name, its case aside. */
export function removeHeader(
  tree: SyntaxTree,
  placed: PlacedBlock,
  header: string | Pick<HeaderNode, 'line'>,
): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const headers = typeof header === 'string' ? headersNamed(placed, header) : [header];
  return headers.map(({ line }) => lines.remove(line, line));
}

export function setMethod(tree: SyntaxTree, placed: PlacedBlock, method: string): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined || request.method?.text === method) return [];
  const lines = new BlockLines(tree, placed);
  if (request.method !== undefined) return [lines.edit(request.method.start, request.method.end, method)];
  return [lines.edit(request.target.start, request.target.start, `${method} `)];
}

/**
 * Sets the target. What stays the same of it stays on its lines; comment lines inside what is replaced are kept below it,
 * as they may hold parameters that are switched off.
 */
export function setTarget(tree: SyntaxTree, placed: PlacedBlock, target: string): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const { text: before } = request.target;
  const after = oneLine(target);
  if (before === after) return [];
  const lines = new BlockLines(tree, placed);
  const glued = request.method?.end === request.target.start ? ' ' : '';
  if (request.targetParts.length === 0) {
    return [lines.edit(request.target.start, request.target.end, glued + after)];
  }
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const to = before.length - tail;
  const end = to === 0 ? request.target.start : targetPlace(request, to - 1) + 1;
  const written = after.slice(head, after.length - tail);
  let start = head === to ? end : targetPlace(request, head);
  // A line that would hold nothing, or not go on with the query, goes.
  const begins = head > 0 && head < to && request.targetParts.some(part => part.start === start);
  if (begins && !/^[?&]/.test(written)) start = targetPlace(request, head - 1) + 1;
  const edits = [lines.edit(start, end, written)];
  const kept = lines.lines.flatMap(({ kind, start: at }, line) =>
    kind === 'comment' && at > start && at < end ? [lines.content(line)] : [],
  );
  return kept.length === 0 ? edits : [...edits, lines.insertAfter(request.targetLastLine, kept)];
}

/** Sets the body's text, the files it names included; removes it for undefined. */
export function setBody(tree: SyntaxTree, placed: PlacedBlock, text: string | undefined): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const { body } = request;
  if (body === undefined) {
    if (text === undefined || text === '') return [];
    const head = headLastLine(request);
    const below = lines.lines[head + 1];
    // What is recorded or run below the head stays apart from the body.
    return [lines.insertAfter(head, below === undefined || below.kind === 'blank' ? ['', text] : ['', text, ''])];
  }
  const first = lines.lines[body.line]?.start ?? body.start;
  if (text === undefined || text === '') return [lines.edit(first, body.end, '')];
  if (lines.text(body.start, body.end) === text) return [];
  return [lines.edit(body.start, body.end, text)];
}

/** Sets `@name = value`, or adds it after the block's other variables. */
export function setVariable(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const written = oneLine(value);
  const { variables, request } = placed.block;
  const variable = variables.find(node => node.name.text === name);
  if (variable === undefined) {
    const last = variables.findLast(({ line }) => request === undefined || line < request.line)?.line;
    return [lines.insertAfter(last ?? lines.directivePlace(), [`@${name} = ${written}`])];
  }
  if (variable.value.text === written) return [];
  const tail = lines.text(variable.name.end, variable.value.start);
  const text = tail.includes('=') ? (tail.endsWith('=') && tail !== '=' ? ` ${written}` : written) : ` = ${written}`;
  return [lines.edit(variable.value.start, variable.value.end, text)];
}

/** Sets `# @name value`, or adds it; an empty value makes it a flag. For `@auth`, use `setAuth`. */
export function setDirective(tree: SyntaxTree, placed: PlacedBlock, name: string, value = ''): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const written = oneLine(value);
  const directive = directivesNamed(placed, name)[0];
  if (directive === undefined) {
    const text = `${lines.commentMark()} @${name}${written === '' ? '' : ` ${written}`}`;
    const auth = placed.block.auth;
    const place = auth === undefined ? lines.directivePlace() : auth.line - 1;
    return [lines.insertAfter(place, [text])];
  }
  if (directive.value.text === written) return [];
  const text = written === '' ? '' : ` ${written}`;
  if (directive.value.text !== '' && written !== '') {
    return [lines.edit(directive.value.start, directive.value.end, written)];
  }
  return [lines.edit(directive.name.end, directive.end, text)];
}

/** Sets the title after `###`; in a block without `###`, `# @title`. */
export function setTitle(tree: SyntaxTree, placed: PlacedBlock, title: string): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  if (lines.lines[0]?.kind !== 'separator') return setDirective(tree, placed, 'title', title);
  const content = lines.content(0);
  const mark = /^\ufeff?\s*#+/.exec(content)?.[0].length ?? 3;
  const written = oneLine(title);
  return [lines.edit(mark, content.length, written === '' ? '' : ` ${written}`)].filter(
    ({ start, end, text }) => tree.text.slice(start, end) !== text,
  );
}

/** Removes a block with its `###` line. */
export function removeBlock(placed: PlacedBlock): TextEdit[] {
  return [{ start: placed.offset, end: placed.offset + placed.block.length, text: '' }];
}

/** The document's text after edits. */
export function printEdits(tree: SyntaxTree, edits: readonly TextEdit[]): string {
  return applyEdits(tree.text, edits);
}

function headLastLine(request: RequestNode): number {
  return request.headers.at(-1)?.line ?? request.targetLastLine;
}

function headersNamed(placed: PlacedBlock, name: string): HeaderNode[] {
  const key = name.toLowerCase();
  return placed.block.request?.headers.filter(header => header.name.text.toLowerCase() === key) ?? [];
}

function directivesNamed(placed: PlacedBlock, name: string): PlacedBlock['block']['directives'][number][] {
  const key = name.toLowerCase();
  return placed.block.directives.filter(directive => directive.name.text.toLowerCase() === key);
}

/** A value in the language is one line. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
