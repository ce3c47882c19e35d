import { addHeaderRow, enableHeader, headerRows, moveHeader, setHeaderRow } from '../../language/header-printer.ts';
import { type Parameter, ParameterList } from '../../language/parameter-list.ts';
import { removeHeader, setBody } from '../../language/printer.ts';
import {
  formList,
  type PlacedParameters,
  parameterEdits,
  queryList,
  queryParameters,
} from '../../language/query-printer.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import type { RowList } from './row-list.ts';

/** What a person changes in a list of rows. Indices are those of `requestRows`. */
export type RowChange =
  | {
      readonly type: 'set-row';
      readonly list: RowList;
      readonly index: number;
      readonly name: string;
      readonly value: string;
    }
  | { readonly type: 'add-row'; readonly list: RowList; readonly name: string; readonly value: string }
  | { readonly type: 'remove-row'; readonly list: RowList; readonly index: number }
  /** A row that isn't enabled is a comment line in the text. */
  | { readonly type: 'enable-row'; readonly list: RowList; readonly index: number; readonly enabled: boolean }
  /** Moves a row to the place of another. */
  | { readonly type: 'move-row'; readonly list: RowList; readonly index: number; readonly to: number };

/** A row as written, percent-encoding left as it is. */
export interface RequestRow {
  readonly name: string;
  readonly value: string;
  /** It is commented out in the text and is not sent. */
  readonly disabled: boolean;
}

/** The rows of a request in their order; undefined for the fields of a body that isn't a form. */
export function requestRows(tree: SyntaxTree, placed: PlacedBlock, list: RowList): readonly RequestRow[] | undefined {
  const { request } = placed.block;
  if (request === undefined) return undefined;
  if (list === 'headers') return headerRows(tree, placed).map(header => asRow(header));
  if (list === 'params') {
    const found = queryList(tree, placed)?.list.parameters.map(plain);
    return found ?? queryParameters(request).map(({ name, value }) => asRow({ name, value, disabled: false }));
  }
  const type = request.headers.find(({ name }) => /^content-type$/i.test(name.text))?.value.text ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return undefined;
  const fields = formList(tree, placed)?.list.parameters.map(plain);
  return fields ?? (request.body === undefined ? [] : undefined);
}

/** The edits of a change and the rows as they must read afterwards; undefined where there is no such row. */
export function rowEdits(
  tree: SyntaxTree,
  placed: PlacedBlock,
  change: RowChange,
): { readonly edits: TextEdit[]; readonly rows: readonly RequestRow[] } | undefined {
  const rows = requestRows(tree, placed, change.list);
  if (rows === undefined) return undefined;
  if (change.type !== 'add-row' && rows[change.index] === undefined) return undefined;
  if (change.type === 'move-row' && rows[change.to] === undefined) return undefined;
  if (change.list === 'headers') {
    return { edits: headerEdits(tree, placed, change), rows: changedRows(rows, change) };
  }
  const found = change.list === 'form' ? formList(tree, placed) : queryList(tree, placed);
  if (found !== undefined) return parameterRowEdits(tree, found, change);
  return change.list === 'form' && change.type === 'add-row' ? firstField(tree, placed, change) : undefined;
}

function headerEdits(tree: SyntaxTree, placed: PlacedBlock, change: RowChange): TextEdit[] {
  if (change.type === 'add-row') return addHeaderRow(tree, placed, change.name, change.value);
  if (change.type === 'move-row') return moveHeader(tree, placed, change.index, change.to);
  const row = headerRows(tree, placed)[change.index];
  if (row === undefined) return [];
  if (change.type === 'set-row') return setHeaderRow(tree, placed, row, change.name, change.value);
  if (change.type === 'enable-row') return enableHeader(tree, placed, row, change.enabled);
  return removeHeader(tree, placed, row);
}

function parameterRowEdits(
  tree: SyntaxTree,
  found: PlacedParameters,
  change: RowChange,
): { readonly edits: TextEdit[]; readonly rows: readonly RequestRow[] } {
  const { list } = found;
  if (change.type === 'add-row') list.add(change.name, change.value);
  else if (change.type === 'set-row') list.set(change.index, change.name, change.value);
  else if (change.type === 'enable-row') list.enable(change.index, change.enabled);
  else if (change.type === 'move-row') list.move(change.index, change.to);
  else list.remove(change.index);
  return { edits: parameterEdits(tree, found), rows: list.parameters.map(plain) };
}

function firstField(
  tree: SyntaxTree,
  placed: PlacedBlock,
  { name, value }: Extract<RowChange, { type: 'add-row' }>,
): { readonly edits: TextEdit[]; readonly rows: readonly RequestRow[] } {
  const list = ParameterList.empty('form');
  list.add(name, value);
  return { edits: setBody(tree, placed, list.print()), rows: list.parameters.map(plain) };
}

/** What the rows must be after a change. */
function changedRows(rows: readonly RequestRow[], change: RowChange): readonly RequestRow[] {
  switch (change.type) {
    case 'add-row':
      return [...rows, { name: change.name, value: change.value.trim(), disabled: false }];
    case 'set-row':
      return rows.map((row, index) =>
        index === change.index ? { ...row, name: change.name, value: change.value.trim() } : row,
      );
    case 'remove-row':
      return rows.toSpliced(change.index, 1);
    case 'enable-row':
      return rows.map((row, index) => (index === change.index ? { ...row, disabled: !change.enabled } : row));
    case 'move-row':
      return rows.toSpliced(change.index, 1).toSpliced(change.to, 0, ...rows.slice(change.index, change.index + 1));
  }
}

function asRow({ name, value, disabled }: Written): RequestRow {
  return { name: name.text, value: value?.text ?? '', disabled };
}

interface Written {
  readonly name: { readonly text: string };
  readonly value: { readonly text: string } | undefined;
  readonly disabled: boolean;
}

function plain({ name, value = '', disabled }: Parameter): RequestRow {
  return { name, value, disabled };
}
