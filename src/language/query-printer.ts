import { BlockLines } from './line-edits.ts';
import {
  disablesForm,
  disablesQuery,
  find,
  type Parameter,
  type ParameterLine,
  ParameterList,
} from './parameter-list.ts';
import type { Located, PlacedBlock, RequestNode, Span, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** `name=value` in a request's target, as written; spans are those of the block. */
export interface QueryParameter extends Span {
  readonly name: Located;
  /** Undefined where the parameter has no `=`. */
  readonly value: Located | undefined;
}

/** The query parameters that a request sends, in order, percent-encoding left as it is. */
export function queryParameters(request: RequestNode): QueryParameter[] {
  const { target } = request;
  const from = queryStart(target.text);
  const fragment = find(target.text, 0, '#');
  if (from === -1 || (fragment !== -1 && fragment < from)) return [];
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

/** A list of parameters at its place in a document. */
export interface PlacedParameters extends Span {
  readonly list: ParameterList;
}

/**
 * The query of a request with the parameters that comment lines switch off, from the end of its path on; undefined where
 * there is no request, or its lines can't be told apart. Offsets are those of the document.
 */
export function queryList(tree: SyntaxTree, placed: PlacedBlock): PlacedParameters | undefined {
  const { request } = placed.block;
  if (request === undefined) return undefined;
  const lines = new BlockLines(tree, placed);
  const path = pathEnd(request);
  const first = lines.lines.findLastIndex(({ start }) => start <= path);
  const kindOf = (line: number): ParameterLine => {
    const kind = lines.lines[line]?.kind;
    return kind === 'comment' ? 'comment' : kind === 'target-continuation' ? 'list' : 'other';
  };
  let last = request.targetLastLine;
  for (let line = last + 1; kindOf(line) === 'comment'; line++) if (disablesQuery(lines.content(line))) last = line;
  const end = lines.contentEnd(last);
  const { lineEnd } = lines;
  const style = { lineEnd, commentMark: lines.commentMark(), line: (index: number) => kindOf(first + index) };
  const list = ParameterList.read(lines.text(path, end), 'query', style);
  return list && { list, start: placed.offset + path, end: placed.offset + end };
}

/** A form body with the fields that comment lines switch off; undefined where it isn't made of lines of fields alone. */
export function formList(tree: SyntaxTree, placed: PlacedBlock): PlacedParameters | undefined {
  const { request } = placed.block;
  if (request === undefined || placed.block.foreign.length > 0) return undefined;
  if (request.body?.parts.some(({ kind }) => kind === 'file')) return undefined;
  const lines = new BlockLines(tree, placed);
  const head = lines.lines.findIndex(({ kind }, line) => kind === 'blank' && line > request.line);
  const isField = (line: number): boolean => {
    const kind = lines.lines[line]?.kind;
    return kind === 'body' || (kind === 'comment' && disablesForm(lines.content(line)));
  };
  const fields = lines.lines.flatMap((_, line) => (head !== -1 && line > head && isField(line) ? [line] : []));
  const [first, last] = [fields[0], fields.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const [start, end] = [lines.lines[first]?.start ?? 0, lines.contentEnd(last)];
  const list = ParameterList.read(lines.text(start, end), 'form', {
    lineEnd: lines.lineEnd,
    commentMark: lines.commentMark(),
    line: index => (lines.lines[first + index]?.kind === 'comment' ? 'comment' : 'list'),
  });
  return list && { list, start: placed.offset + start, end: placed.offset + end };
}

/** The smallest edit after which the document has the list as it is now. */
export function parameterEdits(tree: SyntaxTree, { list, start, end }: PlacedParameters): TextEdit[] {
  const before = tree.text.slice(start, end);
  const after = list.print();
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  // Between "\r" and "\n" there is no place for an edit.
  if (head > 0 && before[head - 1] === '\r') head--;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  if (tail > 0 && before.at(-tail) === '\n' && before.at(-1 - tail) === '\r') tail--;
  return [{ start: start + head, end: end - tail, text: after.slice(head, after.length - tail) }];
}

/** Adds a parameter after the others, on a line of its own where those have lines of their own. */
export function addQueryParameter(tree: SyntaxTree, placed: PlacedBlock, name: string, value: string): TextEdit[] {
  return changed(tree, placed, list => list.add(name, value));
}

/** Sets the name and value of a parameter, those that are switched off counted in. */
export function setQueryParameter(
  tree: SyntaxTree,
  placed: PlacedBlock,
  index: number,
  { name, value = '' }: Pick<Parameter, 'name' | 'value'>,
): TextEdit[] {
  return changed(tree, placed, list => list.set(index, name, value));
}

/** Removes a parameter with its `?` or `&`, and its line where it has one of its own. */
export function removeQueryParameter(tree: SyntaxTree, placed: PlacedBlock, index: number): TextEdit[] {
  return changed(tree, placed, list => list.remove(index));
}

function changed(tree: SyntaxTree, placed: PlacedBlock, change: (list: ParameterList) => void): TextEdit[] {
  const found = queryList(tree, placed);
  if (found === undefined) return [];
  change(found.list);
  return parameterEdits(tree, found);
}

/** A target as it would be without its query. */
export function withoutQuery(target: string): string {
  const fragment = find(target, 0, '#');
  const query = find(target, 0, '?', fragment === -1 ? undefined : fragment);
  return query === -1 ? target : target.slice(0, query) + (fragment === -1 ? '' : target.slice(fragment));
}

/** Offset in the block where the path ends and the query begins, or would. */
function pathEnd(request: RequestNode): number {
  const { target } = request;
  const query = queryStart(target.text);
  const fragment = find(target.text, 0, '#');
  const ends = [query, fragment].filter(index => index !== -1);
  const index = ends.length === 0 ? target.text.length : Math.min(...ends);
  return index === 0 ? target.start : targetPlace(request, index - 1) + 1;
}

function parameter(request: RequestNode, start: number, end: number): QueryParameter {
  const { text } = request.target;
  const equals = find(text, start, '=', end);
  const name = located(request, start, equals === -1 ? end : equals);
  const value = equals === -1 ? undefined : located(request, equals + 1, end);
  return { start: name.start, end: value?.end ?? name.end, name, value };
}

function located(request: RequestNode, start: number, end: number): Located {
  const first = targetPlace(request, start);
  const last = end === start ? first : targetPlace(request, end - 1) + 1;
  return { start: first, end: last, text: request.target.text.slice(start, end) };
}

/** The offset in the block of a character of the joined target. */
export function targetPlace(request: RequestNode, index: number): number {
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
