import { readContinuation, readLineFields } from './auth-directive.ts';
import { fileBlocks } from './file-blocks.ts';
import { BlockLines } from './line-edits.ts';
import { separatorMark } from './line-reader.ts';
import { lineEndOf } from './positions.ts';
import type { AuthFieldNode, AuthNode, PlacedBlock, SyntaxTree, TextEdit } from './syntax-tree.ts';

/** A field's value as a form holds it. */
export interface AuthFieldValue {
  readonly name: string;
  readonly value: string;
  /** True where `value` is the path of a file that holds it. */
  readonly fromFile?: boolean;
}

/** An `@auth` directive as a form holds it. */
export interface AuthStatement {
  readonly scheme: string;
  readonly fields: readonly AuthFieldValue[];
}

/** A line of `@auth` longer than this goes on in continuation lines. */
const widest = 110;

/** Edits that make a block say `statement`, or nothing about authorization where it is undefined. */
export function setAuth(tree: SyntaxTree, placed: PlacedBlock, statement: AuthStatement | undefined): TextEdit[] {
  const lines = new BlockLines(tree, placed);
  const { auth } = placed.block;
  if (auth === undefined) {
    if (statement === undefined) return [];
    return [lines.insertAfter(lines.directivePlace(), printAuth(statement, lines.commentMark()))];
  }
  if (statement === undefined) return [lines.remove(auth.line, auth.lastLine)];
  return changeAuth(lines, auth, statement);
}

/**
 * Edits that set one field of a block's `@auth`, or remove it where `value` is undefined; whatever else the directive
 * holds stays as it is written. Of a field given twice, the first.
 */
export function setAuthField(
  tree: SyntaxTree,
  placed: PlacedBlock,
  name: string,
  value: Omit<AuthFieldValue, 'name'> | undefined,
): TextEdit[] {
  const { auth } = placed.block;
  if (auth === undefined) return [];
  const lines = new BlockLines(tree, placed);
  const node = auth.fields.find(field => field.name.text === name);
  if (value === undefined) return node === undefined ? [] : [removalOf(lines, auth, node)];
  const field = { name, ...value };
  if (node === undefined) return append(lines, auth, [field], new Set(auth.fields), new Set());
  const edits = valueEdit(lines, auth, node, field);
  if (edits !== undefined) return edits;
  const kept = new Set(auth.fields.filter(other => other !== node));
  return [removalOf(lines, auth, node), ...append(lines, auth, [field], kept, new Set())];
}

/** Removes one field of a block's `@auth`, with its line where it has one of its own. */
export function removeAuthField(tree: SyntaxTree, placed: PlacedBlock, node: AuthFieldNode): TextEdit[] {
  const { auth } = placed.block;
  return auth === undefined ? [] : [removalOf(new BlockLines(tree, placed), auth, node)];
}

function removalOf(lines: BlockLines, auth: AuthNode, node: AuthFieldNode): TextEdit {
  if (node.line !== auth.line) return lines.remove(node.line, node.line);
  const before = lines.text(auth.start, node.start);
  return lines.edit(auth.start + before.trimEnd().length, node.end, '');
}

/** Like `setAuth` for the whole file: in the block that speaks for it, which is made at the top where there is none. */
export function setFileAuth(tree: SyntaxTree, statement: AuthStatement | undefined): TextEdit[] {
  const placed = fileBlock(tree);
  if (placed !== undefined) return setAuth(tree, placed, statement);
  if (statement === undefined) return [];
  const lineEnd = lineEndOf(tree.text);
  const at = tree.text.startsWith('\ufeff') ? 1 : 0;
  const separator = separatorMark(tree.text, at) !== -1 ? [] : ['###'];
  const text = [...printAuth(statement, '#'), '', ...separator].map(line => line + lineEnd).join('');
  return [{ start: at, end: at, text }];
}

/** The block that speaks for the whole file: the one of those that do which has `@auth`, else the first of them. */
export function fileBlock(tree: SyntaxTree): PlacedBlock | undefined {
  const blocks = fileBlocks(tree);
  return blocks.find(({ block }) => block.auth !== undefined) ?? blocks[0];
}

/** The lines of a new directive: one where its fields fit on it, else one per field. */
export function printAuth(statement: AuthStatement, mark: string): string[] {
  const head = `${mark} @auth ${statement.scheme}`;
  const words = statement.fields.map(printWord);
  const line = [head, ...words].join(' ');
  if (words.length <= 3 && line.length <= widest && !words.includes(undefined)) return [line];
  const width = Math.max(...statement.fields.map(({ name }) => name.length));
  return [head, ...statement.fields.map(field => `${mark}   ${field.name.padEnd(width)} = ${printRest(field)}`)];
}

function changeAuth(lines: BlockLines, auth: AuthNode, statement: AuthStatement): TextEdit[] {
  const edits: TextEdit[] = [];
  if (auth.scheme.text !== statement.scheme) edits.push(schemeEdit(lines, auth, statement.scheme));
  const missing: AuthFieldValue[] = [];
  const kept = new Set<AuthFieldNode>();
  for (const field of statement.fields) {
    const node = auth.fields.find(({ name }) => name.text === field.name);
    if (node === undefined) {
      missing.push(field);
      continue;
    }
    const edit = valueEdit(lines, auth, node, field);
    if (edit === undefined) missing.push(field);
    else {
      kept.add(node);
      edits.push(...edit);
    }
  }
  const lost = new Set<number>();
  for (const node of auth.fields) {
    if (kept.has(node)) continue;
    if (node.line !== auth.line) lost.add(node.line);
    else {
      const before = lines.text(auth.start, node.start);
      edits.push(lines.edit(auth.start + before.trimEnd().length, node.end, ''));
    }
  }
  for (const line of lost) edits.push(lines.remove(line, line));
  edits.push(...append(lines, auth, missing, kept, lost));
  return edits.sort((a, b) => a.start - b.start || a.end - b.end);
}

function schemeEdit(lines: BlockLines, auth: AuthNode, scheme: string): TextEdit {
  const { start, end } = auth.scheme;
  const glued = start === end && !/\s$/.test(lines.text(auth.start, start));
  return lines.edit(start, end, glued ? ` ${scheme}` : scheme);
}

/** Replaces a field's value alone; undefined where the new one doesn't fit its line. */
function valueEdit(
  lines: BlockLines,
  auth: AuthNode,
  node: AuthFieldNode,
  field: AuthFieldValue,
): TextEdit[] | undefined {
  if (node.value.text === field.value && node.fromFile === (field.fromFile ?? false)) return [];
  const written = lines.text(node.name.end, node.end);
  const equals = written.indexOf('=');
  const spaced = /\s/.test(written.charAt(0));
  const value = node.line === auth.line ? printValue(field) : printRest(field);
  if (value === undefined) return undefined;
  const rest = written.slice(equals + 1);
  const start = node.name.end + equals + 1 + rest.length - rest.trimStart().length;
  return [lines.edit(start, node.end, rest.trim() === '' && spaced ? ` ${value}` : value)];
}

/** Adds fields in the style in use: on the line of `@auth`, or on lines of their own. */
function append(
  lines: BlockLines,
  auth: AuthNode,
  fields: readonly AuthFieldValue[],
  kept: ReadonlySet<AuthFieldNode>,
  lost: ReadonlySet<number>,
): TextEdit[] {
  if (fields.length === 0) return [];
  const model = auth.fields.findLast(({ line }) => line !== auth.line);
  const words = fields.map(printWord);
  const length = lines.content(auth.line).length + words.reduce((sum, word) => sum + (word?.length ?? 0) + 1, 0);
  const stays = model === undefined && !words.includes(undefined) && length <= widest;
  if (stays && (kept.size > 0 || fields.length <= 3)) {
    const line = lines.content(auth.line);
    const at = (lines.lines[auth.line]?.start ?? 0) + line.trimEnd().length;
    return [lines.edit(at, at, words.map(word => ` ${word}`).join(''))];
  }
  let last = auth.lastLine;
  while (last > auth.line && lost.has(last)) last--;
  return [lines.insertAfter(last, continuationLines(lines, fields, model))];
}

function continuationLines(
  lines: BlockLines,
  fields: readonly AuthFieldValue[],
  model: AuthFieldNode | undefined,
): string[] {
  if (model === undefined) {
    const width = Math.max(...fields.map(({ name }) => name.length));
    return fields.map(field => `${lines.commentMark()}   ${field.name.padEnd(width)} = ${printRest(field)}`);
  }
  const lineStart = lines.lines[model.line]?.start ?? model.start;
  const prefix = lines.text(lineStart, model.start).replace('\ufeff', '');
  const equals = lines.text(model.start, model.end).indexOf('=');
  const before = equals > model.name.text.length ? ' ' : '';
  const after = /^=\S/.test(lines.text(model.start + equals, model.end)) ? '' : ' ';
  const width = equals - before.length;
  return fields.map(field => `${prefix}${field.name.padEnd(width)}${before}=${after}${printRest(field)}`);
}

/** `name=value`; undefined where the value can't stand on the line of `@auth`. */
function printWord(field: AuthFieldValue): string | undefined {
  const value = printValue(field);
  return value === undefined ? undefined : `${field.name}=${value}`;
}

/** A value on the line of `@auth`. */
function printValue({ value, fromFile }: AuthFieldValue): string | undefined {
  if (fromFile) return holdsOnLine(`< ${value}`, value, true) ? `< ${value}` : undefined;
  return holdsOnLine(value, value, false) ? value : quote(value);
}

function holdsOnLine(written: string, value: string, fromFile: boolean): boolean {
  const text = `a=${written} b={{c}}`;
  const [field, next, ...others] = readLineFields(nowhere(text), 0, text.length, 0);
  const whole = next?.name.text === 'b' && next.value.text === '{{c}}' && others.length === 0;
  return whole && value !== '' && field?.value.text === value && field.fromFile === fromFile && !field.quoted;
}

/** A value on a line of its own. */
function printRest({ value, fromFile }: AuthFieldValue): string {
  if (fromFile) return `< ${value}`;
  if (value === '' || value.charCodeAt(0) <= 32 || value.charCodeAt(value.length - 1) <= 32) return quote(value);
  if (/[\r\n]/.test(value)) return quote(value);
  const text = `a = ${value}`;
  const field = readContinuation(nowhere(text), 0, text.length, 0);
  return field?.value.text === value && !field.fromFile && !field.quoted && value !== '<' ? value : quote(value);
}

function nowhere(text: string): Parameters<typeof readContinuation>[0] {
  return { text, base: 0, report: () => {} };
}

/** Quotes a value so that it stays on one line. */
function quote(value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
