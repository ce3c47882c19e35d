import { BlockLines } from './line-edits.ts';
import type { Located, PlacedBlock, RequestNode, Span, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** `name=value` in a request's target, as written; spans are those of the block. */
export interface QueryParameter extends Span {
  readonly name: Located;
  /** Undefined where the parameter has no `=`. */
  readonly value: Located | undefined;
}

/** The query parameters of a request, in order, percent-encoding left as it is. */
export function queryParameters(request: RequestNode): QueryParameter[] {
  const { target } = request;
  const from = queryStart(target.text);
  if (from === -1) return [];
  const fragment = find(target.text, from, '#');
  const end = fragment === -1 ? target.text.length : fragment;
  const parameters: QueryParameter[] = [];
  for (let at = from + 1; at <= end; ) {
    const next = find(target.text, at, '&', end);
    const stop = next === -1 ? end : next;
    if (stop > at) parameters.push(parameter(request, at, stop));
    at = stop + 1;
  }
  return parameters;
}

/** Adds a parameter after the others, on a line of its own where those have lines of their own. */
export function addQueryParameter(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const { target, targetParts } = request;
  const start = queryStart(target.text);
  const last = queryParameters(request).at(-1);
  const fragment = find(target.text, Math.max(0, start), '#');
  const path = fragment === -1 ? target.end : placeOf(request, fragment);
  const at = last?.end ?? path;
  const written = target.text.slice(0, fragment === -1 ? undefined : fragment);
  const mark = start === -1 ? '?' : /[?&]$/.test(written) ? '' : '&';
  const word = `${mark}${encodeQuery(name, true)}=${encodeQuery(value)}`;
  const part = targetParts.findLast(piece => piece.start <= at && at <= piece.end);
  const ownLine = part !== undefined && /^[?&]/.test(part.text) && part !== targetParts[0];
  if (!ownLine || last === undefined) return [lines.edit(at, at, word)];
  const line = lines.lines.findLast(({ start: first }) => first <= part.start);
  const indent = line === undefined ? '    ' : lines.text(line.start, part.start);
  return [lines.edit(at, at, lines.lineEnd + indent + word)];
}

/** Sets the name and value of a parameter. */
export function setQueryParameter(
  tree: SyntaxTree,
  placed: PlacedBlock,
  parameter: QueryParameter,
  name: string,
  value: string,
): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const edits: TextEdit[] = [];
  if (parameter.name.text !== name) {
    edits.push(lines.edit(parameter.name.start, parameter.name.end, encodeQuery(name, true)));
  }
  if (parameter.value === undefined) edits.push(lines.edit(parameter.end, parameter.end, `=${encodeQuery(value)}`));
  else if (parameter.value.text !== value) {
    edits.push(lines.edit(parameter.value.start, parameter.value.end, encodeQuery(value)));
  }
  return edits;
}

/** Removes a parameter with its `?` or `&`, and its line where it has one of its own. */
export function removeQueryParameter(tree: SyntaxTree, placed: PlacedBlock, parameter: QueryParameter): TextEdit[] {
  const { request } = placed.block;
  if (request === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const all = queryParameters(request);
  const index = all.findIndex(({ start }) => start === parameter.start);
  const next = all[index + 1];
  if (index === 0 && next !== undefined) return [lines.edit(parameter.start, next.start, '')];
  const before = lines.text(request.target.start, parameter.start - 1);
  return [lines.edit(request.target.start + before.trimEnd().length, parameter.end, '')];
}

/** Percent-encodes what would end a parameter or the URL; `{{…}}` and what is encoded already stay as they are. */
function encodeQuery(text: string, name = false): string {
  return text
    .split(/(\{\{.*?\}\})/)
    .map((piece, index) =>
      index % 2 === 1
        ? piece
        : piece.replace(name ? /[\s&#=\x00-\x20]/g : /[\s&#\x00-\x20]/g, code => encodeURIComponent(code)),
    )
    .join('');
}

function parameter(request: RequestNode, start: number, end: number): QueryParameter {
  const { text } = request.target;
  const equals = find(text, start, '=', end);
  const name = located(request, start, equals === -1 ? end : equals);
  const value = equals === -1 ? undefined : located(request, equals + 1, end);
  return { start: name.start, end: value?.end ?? name.end, name, value };
}

function located(request: RequestNode, start: number, end: number): Located {
  const first = placeOf(request, start);
  const last = end === start ? first : placeOf(request, end - 1) + 1;
  return { start: first, end: last, text: request.target.text.slice(start, end) };
}

/** The offset in the block of an index in the joined target. */
function placeOf(request: RequestNode, index: number): number {
  let rest = index;
  for (const part of request.targetParts) {
    if (rest < part.text.length) return part.start + rest;
    rest -= part.text.length;
  }
  return request.targetParts.length === 0 ? request.target.start + index : request.target.end;
}

function queryStart(text: string): number {
  return find(text, 0, '?');
}

/** Index of a character outside `{{…}}`. */
function find(text: string, from: number, what: string, to = text.length): number {
  let at = from;
  while (at < to) {
    if (text.charAt(at) === what) return at;
    const close = text.startsWith('{{', at) ? text.indexOf('}}', at) : -1;
    at = close === -1 ? at + 1 : close + 2;
  }
  return -1;
}
