import { findScheme } from '../../auth/schemes/index.ts';
import { fieldApplies, parsePairs } from '../../auth/values.ts';
import {
  type AuthFieldValue,
  type AuthStatement,
  removeAuthField,
  setAuth,
  setAuthField,
  setFileAuth,
} from '../../language/auth-printer.ts';
import { update } from '../../language/incremental.ts';
import { setBody, setMethod, setTarget } from '../../language/printer.ts';
import { withoutQuery } from '../../language/query-printer.ts';
import type { Block, PlacedBlock, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { type RequestRow, type RowChange, requestRows, rowEdits } from './form-rows.ts';
import { type FormTarget, formAuth, formBlock, statementOf } from './form-target.ts';
import { rowLists } from './row-list.ts';

/** What a person changes in the form. Indices are those of the model. */
export type FormChange =
  /** A scheme's id, `none`, or `inherit`, which states nothing. */
  | { readonly type: 'scheme'; readonly scheme: string }
  | { readonly type: 'field'; readonly name: string; readonly value: string; readonly fromFile?: boolean }
  /** A field of kind `pairs`; pairs without a name and a value are left out. */
  | { readonly type: 'pairs'; readonly name: string; readonly pairs: readonly (readonly [string, string])[] }
  /** Removes a field by its place in the directive: one that the scheme doesn't know, or one given twice. */
  | { readonly type: 'remove-field'; readonly index: number }
  | RowChange
  | { readonly type: 'method'; readonly method: string }
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'body'; readonly text: string };

/** Edits of the document, or why the change can't be written. */
export type FormEdits = { readonly edits: readonly TextEdit[] } | { readonly refused: 'not-there' | 'not-expressible' };

/**
 * What was typed into a form in this session, scheme by scheme: changing the type and back loses nothing. Fields of one
 * name and kind are carried over to a scheme that is chosen for the first time.
 */
export class FormMemory {
  readonly #fields = new Map<string, readonly AuthFieldValue[]>();

  /** Keeps what a statement says. */
  keep({ scheme, fields }: AuthStatement): void {
    if (findScheme(scheme)) this.#fields.set(scheme, fields);
  }

  recall(scheme: string, from: AuthStatement | undefined): readonly AuthFieldValue[] {
    const known = this.#fields.get(scheme);
    if (known) return known;
    const wanted = findScheme(scheme)?.fields ?? [];
    const usual = new Map(wanted.map(field => [field.name, field.default ?? '']));
    const had = from === undefined ? [] : (findScheme(from.scheme)?.fields ?? []);
    return (from?.fields ?? []).filter(({ name }) => {
      const field = wanted.find(candidate => candidate.name === name);
      if (field === undefined || field.kind === 'choice' || !fieldApplies(field, usual)) return false;
      return had.some(old => old.name === name && old.kind === field.kind);
    });
  }
}

/** The edits that make the document say what a person changed in the form; nothing else of it is touched. */
export function formEdits(target: FormTarget, asked: FormChange, memory: FormMemory): FormEdits {
  const change = asked.type === 'pairs' ? pairsAsField(asked) : asked;
  if (change === undefined) return { refused: 'not-expressible' };
  const proposed = proposedEdits(target, change, memory);
  if (proposed === undefined) return { refused: 'not-there' };
  const { edits, rows } = proposed;
  if (edits.length === 0) return { edits };
  return holds(target, change, edits, rows) ? { edits } : { refused: 'not-expressible' };
}

interface Proposed {
  readonly edits: readonly TextEdit[];
  /** Of a list of rows that is changed: what it must be afterwards. */
  readonly rows?: readonly RequestRow[];
}

const asProposed = (edits: readonly TextEdit[] | undefined): Proposed | undefined => edits && { edits };

type WrittenChange = Exclude<FormChange, { readonly type: 'pairs' }>;

function pairsAsField({ name, pairs }: Extract<FormChange, { type: 'pairs' }>): WrittenChange | undefined {
  const value = printPairs(pairs);
  return value === undefined ? undefined : { type: 'field', name, value };
}

function proposedEdits(target: FormTarget, change: WrittenChange, memory: FormMemory): Proposed | undefined {
  const { tree } = target;
  if (change.type === 'scheme') return asProposed(schemeEdits(target, change.scheme, memory));
  if (change.type === 'field') return asProposed(fieldEdits(target, change));
  const placed = formBlock(target);
  if (placed === undefined) return undefined;
  if (change.type === 'remove-field') {
    const node = placed.block.auth?.fields[change.index];
    return node && { edits: removeAuthField(tree, placed, node) };
  }
  const { request } = placed.block;
  if (request === undefined || target.level !== 'request') return undefined;
  switch (change.type) {
    case 'method':
      return { edits: setMethod(tree, placed, change.method) };
    case 'url':
      return { edits: setTarget(tree, placed, change.url) };
    case 'body':
      return { edits: setBody(tree, placed, change.text) };
    default:
      return rowEdits(tree, placed, change);
  }
}

function schemeEdits(target: FormTarget, scheme: string, memory: FormMemory): TextEdit[] | undefined {
  const { tree } = target;
  const auth = formAuth(target);
  const stated = auth && statementOf(auth);
  if (stated) memory.keep(stated);
  if (stated?.scheme === scheme || (scheme === 'inherit' && !stated)) return [];
  const next: AuthStatement | undefined =
    scheme === 'inherit' ? undefined : { scheme, fields: scheme === 'none' ? [] : memory.recall(scheme, stated) };
  if (target.block === undefined) return setFileAuth(tree, next);
  const placed = tree.blocks[target.block];
  return placed && setAuth(tree, placed, next);
}

function fieldEdits(
  target: FormTarget,
  { name, value, fromFile = false }: Extract<FormChange, { type: 'field' }>,
): TextEdit[] | undefined {
  const placed = formBlock(target);
  const auth = placed?.block.auth;
  if (!placed || !auth) return undefined;
  const field = findScheme(auth.scheme.text)?.fields.find(candidate => candidate.name === name);
  const usual = value === (field?.default ?? '') && !fromFile;
  return setAuthField(target.tree, placed, name, usual ? undefined : { value, fromFile });
}

/** Whether the document, edited, says what was asked for, and nothing else in it reads otherwise. */
function holds(
  target: FormTarget,
  change: WrittenChange,
  edits: readonly TextEdit[],
  rows: readonly RequestRow[] | undefined,
): boolean {
  const { tree } = target;
  const after = update(tree, edits);
  const made = after.blocks.length - tree.blocks.length;
  // A document without a block of its own gets one.
  const added = target.block === undefined && formBlock(target) === undefined ? 1 : 0;
  if (made !== added) return false;
  const own = target.block ?? (added === 1 ? 0 : tree.blocks.indexOf(formBlock(target) as PlacedBlock));
  const text = ({ text }: SyntaxTree, placed: PlacedBlock | undefined): string =>
    placed === undefined ? '' : text.slice(placed.offset, placed.offset + placed.block.length);
  for (const [index, placed] of tree.blocks.entries()) {
    const other = after.blocks[index + added];
    if (index === own && added === 0) continue;
    // A document that began without "###" gets one after its own block.
    const kept = added === 1 && index === 0 ? text(after, other).endsWith(text(tree, placed)) : undefined;
    if (placed.block !== other?.block && !(kept ?? text(tree, placed) === text(after, other))) return false;
  }
  const changed = after.blocks[own]?.block;
  const before = added === 1 ? undefined : tree.blocks[own]?.block;
  if (changed === undefined) return false;
  if (change.type === 'body') {
    const { start = 0, end = 0 } = changed.request?.body ?? {};
    const body = text(after, after.blocks[own]).slice(start, end).trim();
    if (body !== change.text.trim()) return false;
  }
  if ('list' in change) return rowsHold(target, change, rows ?? [], after);
  return says(change, before, changed);
}

/** Whether the rows are those that were asked for, and the rest of the request is as it was. */
function rowsHold(
  { tree, block = 0 }: FormTarget,
  change: RowChange,
  rows: readonly RequestRow[],
  after: SyntaxTree,
): boolean {
  const [old, now] = [tree.blocks[block], after.blocks[block]];
  if (
    !old ||
    !now ||
    !sameAuth(old.block, now.block) ||
    ('name' in change && change.list === 'headers' && change.name === '')
  )
    return false;
  const said = (of: SyntaxTree, placed: PlacedBlock): unknown => {
    const { request, variables, foreign, directives } = placed.block;
    return [
      request?.method?.text,
      request?.version?.text,
      change.list === 'params' ? withoutQuery(request?.target.text ?? '') : request?.target.text,
      change.list === 'params' ? textOfBody(of, placed) : undefined,
      rowLists
        .filter(list => list !== change.list && (list !== 'form' || change.list !== 'headers'))
        .map(list => requestRows(of, placed, list)),
      variables.map(({ name, value }) => [name.text, value.text]),
      [foreign.length, directives.length],
    ];
  };
  return (
    JSON.stringify(requestRows(after, now, change.list)) === JSON.stringify(rows) &&
    JSON.stringify(said(tree, old)) === JSON.stringify(said(after, now))
  );
}

function textOfBody({ text }: SyntaxTree, { block, offset }: PlacedBlock): string | undefined {
  const { body } = block.request ?? {};
  return body && text.slice(offset + body.start, offset + body.end);
}

function says(change: Exclude<WrittenChange, RowChange>, before: Block | undefined, after: Block): boolean {
  const { auth, request } = after;
  const onlyAuth = change.type === 'scheme' || change.type === 'field' || change.type === 'remove-field';
  if (onlyAuth && before && !sameRequest(before, after)) return false;
  if (!onlyAuth && before && !sameAuth(before, after)) return false;
  switch (change.type) {
    case 'scheme':
      return change.scheme === 'inherit' ? auth === undefined : auth?.scheme.text === change.scheme;
    case 'field': {
      const node = auth?.fields.find(({ name }) => name.text === change.name);
      const { fromFile = false, value } = change;
      if (node) return node.value.text === value && node.fromFile === fromFile;
      const field = findScheme(auth?.scheme.text ?? '')?.fields.find(({ name }) => name === change.name);
      return value === (field?.default ?? '') && !fromFile;
    }
    case 'remove-field':
      return (auth?.fields.length ?? 0) === (before?.auth?.fields.length ?? 0) - 1;
    case 'method':
      return request?.method?.text === change.method;
    case 'url':
      return request?.target.text === change.url.trim();
    case 'body':
      return sameHead(before, after);
  }
}

const signature = (block: Block): string =>
  JSON.stringify([
    block.request?.method?.text,
    block.request?.target.text,
    block.request?.headers.map(({ name, value }) => [name.text, value.text]),
    block.request?.body?.parts.map(part => (part.kind === 'text' ? part.text : part.path.text)),
    block.variables.map(({ name, value }) => [name.text, value.text]),
    block.foreign.length,
  ]);

function sameRequest(before: Block, after: Block): boolean {
  return signature(before) === signature(after);
}

function sameAuth({ auth: before, variables }: Block, { auth: after, variables: now }: Block): boolean {
  const of = (auth: Block['auth']): unknown => auth && statementOf(auth);
  return JSON.stringify(of(before)) === JSON.stringify(of(after)) && variables.length === now.length;
}

function sameHead(before: Block | undefined, after: Block): boolean {
  const head = (block: Block | undefined): unknown => [
    block?.request?.target.text,
    block?.request?.headers.length,
    block?.foreign.length,
  ];
  return JSON.stringify(head(before)) === JSON.stringify(head(after));
}

/** A list of pairs as a field's value; undefined where it can't be told apart again. */
export function printPairs(pairs: readonly (readonly [string, string])[]): string | undefined {
  const given = pairs.filter(([name, value]) => name !== '' || value !== '');
  if (given.length === 0) return '';
  const words = given.map(([name, value]) => `${name}=${value}`);
  for (const text of [words.join('&'), `${words.join('&')}&`, `${words.join('\n')}\n`]) {
    const read = parsePairs(text);
    const same = (pair: readonly string[], index: number): boolean =>
      pair[0] === given[index]?.[0].trim() && pair[1] === given[index]?.[1].trim();
    if (read.length === given.length && read.every(same)) return text;
  }
  return undefined;
}
