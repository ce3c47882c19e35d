import { basename, dirname } from 'node:path';
import { isWithin } from '../../core/path-within.ts';
import { references as templateReferences } from '../../core/template.ts';
import type { VariableInfo } from '../../core/variables.ts';
import { nodeAt } from '../../language/node-at.ts';
import { textOfBlock } from '../../language/positions.ts';
import { requestName } from '../../language/request-name.ts';
import type { Block, Line, Located, PlacedBlock, Span, SyntaxTree, TextEdit } from '../../language/syntax-tree.ts';
import { collectionFile, folderFile } from '../../sending/scopes.ts';
import { type DocumentContext, variablesAt } from '../diagnostics/document-context.ts';

/** Something with a name that can be gone to and renamed: a variable of a document, or a request. */
export interface NamedSymbol {
  readonly kind: 'variable' | 'request';
  readonly name: string;
  /** The file that states it. */
  readonly file: string;
  /** For what one request alone asks for (`# @prompt`): its block. */
  readonly block?: Block;
  /** Where the cursor’s occurrence stands, in the document. */
  readonly span: Span;
}

/** A place to go to: in a tree (offsets of the document), or (outside documents) a line and column from 1. */
export type Destination =
  | ({ readonly file: string } & Span)
  | { readonly file: string; readonly line: number; readonly column: number };

/** Where what stands at an offset is stated. */
export function definitionsAt(
  context: DocumentContext,
  offset: number,
  treeOf: (file: string) => SyntaxTree | undefined,
): readonly Destination[] {
  const symbol = symbolAt(context, offset);
  if (symbol) {
    const tree = symbol.file === context.file ? context.tree : treeOf(symbol.file);
    if (tree) return definitionsIn(tree, symbol).map(span => ({ file: symbol.file, ...span }));
  }
  const place = variableAt(context, offset)?.definition?.place;
  return place ? [{ file: place.file, line: place.line, column: place.column ?? 1 }] : [];
}

/** What stands at an offset and can be renamed; undefined for nothing, and for what no document states. */
export function symbolAt(context: DocumentContext, offset: number): NamedSymbol | undefined {
  const { tree, file, scopes } = context;
  const node = nodeAt(tree, offset);
  const { placed } = node;
  const symbol = (kind: NamedSymbol['kind'], { start, end, text }: Located, statedIn = file): NamedSymbol => ({
    kind,
    name: text,
    file: statedIn,
    span: { start: placed.offset + start, end: placed.offset + end },
  });
  if (node.kind === 'variable-name' && node.variable.name.text !== '') return symbol('variable', node.variable.name);
  if (node.kind === 'directive-value') {
    const directive = node.directive.name.text.toLowerCase();
    if (directive === 'name' && placed.block.request && placed.block.name) return symbol('request', placed.block.name);
    const prompted = directive === 'prompt' ? promptName(node.directive.value) : undefined;
    if (prompted && node.offset <= prompted.end) {
      return { ...symbol('variable', prompted), ...(placed.block.request ? { block: placed.block } : {}) };
    }
  }
  const written = node.line && referencesOnLine(tree, placed, node.line).findLast(found => holds(found, node.offset));
  if (!written) return undefined;
  const info = variablesAt(context, placed).lookup(written.expression);
  if (info?.kind === 'response') {
    return info.name === written.name.text.slice(0, info.name.length) && named(tree, info.name)
      ? symbol('request', { ...written.name, text: info.name, end: written.name.start + info.name.length })
      : undefined;
  }
  const place = info?.definition?.place;
  if (!info || !place || (place.file !== file && !scopes.some(scope => scope.file === place.file))) return undefined;
  const own = info.definition?.prompt && info.kind === 'request' && asks(placed.block, info.name);
  const found = { ...symbol('variable', { ...written.name, text: info.name }, place.file) };
  const span = {
    start: placed.offset + written.name.start,
    end: placed.offset + written.name.start + info.name.length,
  };
  return { ...found, span, ...(own && placed.block.request ? { block: placed.block } : {}) };
}

/** Where a symbol is stated and referred to in a document; `context` is that document’s. */
export function occurrences(context: DocumentContext, symbol: NamedSymbol): readonly Span[] {
  const { tree, file } = context;
  if (symbol.kind === 'request' && file !== symbol.file) return [];
  const found: Span[] = file === symbol.file ? [...definitionsIn(tree, symbol)] : [];
  if (!tree.text.includes(symbol.name)) return found;
  let everywhere: boolean | undefined;
  for (const placed of tree.blocks) {
    if (symbol.block && placed.block !== symbol.block) continue;
    const text = textOfBlock(tree, placed);
    if (!text.includes('{{') || !text.includes(symbol.name)) continue;
    for (const line of placed.block.lines) {
      for (const { expression, name } of referencesOnLine(tree, placed, line)) {
        if (symbol.kind === 'request') {
          if (!expression.startsWith(`${symbol.name}.`)) continue;
        } else {
          if (name.text !== symbol.name || expression.replace(/^%\s*/, '') !== symbol.name) continue;
          // A prompt of the request itself stands before all that documents state.
          if (!symbol.block && placed.block.request && asks(placed.block, symbol.name)) continue;
          everywhere ??= symbol.block !== undefined || means(context, symbol, placed);
          if (!everywhere) continue;
        }
        const start = placed.offset + name.start;
        found.push({ start, end: start + symbol.name.length });
      }
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Whether the files below a symbol’s can refer to it. */
export function isShared({ kind, file }: NamedSymbol): boolean {
  return kind === 'variable' && [folderFile, collectionFile].includes(basename(file));
}

/** Whether a file lies where the folder or collection file of a symbol speaks. */
export function liesBelow(file: string, symbol: NamedSymbol): boolean {
  return file === symbol.file || (isShared(symbol) && isWithin(file, dirname(symbol.file)));
}

/** Why a symbol cannot have that name, as a sentence; undefined where it can. */
export function invalidName(symbol: NamedSymbol, name: string): string | undefined {
  if (symbol.kind === 'request') {
    return /^[\w-]+$/.test(name) ? undefined : 'A request’s name has letters, digits, “_” and “-”.';
  }
  if (/^[^\s=$%{}[\]()"'][^\s={}]*$/.test(name)) return undefined;
  return 'A variable’s name has no blanks, braces or “=”, and does not begin with “$”.';
}

/** Edits that rename a symbol in one document. */
export function renameIn(context: DocumentContext, symbol: NamedSymbol, name: string): readonly TextEdit[] {
  return occurrences(context, symbol).map(span => ({ ...span, text: name }));
}

function variableAt(context: DocumentContext, offset: number): VariableInfo | undefined {
  const node = nodeAt(context.tree, offset);
  const written =
    node.line && referencesOnLine(context.tree, node.placed, node.line).findLast(found => holds(found, node.offset));
  return written && variablesAt(context, node.placed).lookup(written.expression);
}

function definitionsIn({ blocks }: SyntaxTree, { kind, name, block: only }: NamedSymbol): readonly Span[] {
  const found: Span[] = [];
  for (const { block, offset } of blocks) {
    const add = ({ start, end }: Span): number => found.push({ start: offset + start, end: offset + end });
    if (kind === 'request') {
      const written = block.request && requestName(block);
      if (written?.text === name) add(written);
      continue;
    }
    if (!only) for (const variable of block.variables) if (variable.name.text === name) add(variable.name);
    if (only ? block !== only : block.request) continue;
    for (const directive of block.directives) {
      const prompted = directive.name.text.toLowerCase() === 'prompt' ? promptName(directive.value) : undefined;
      if (prompted?.text === name) add(prompted);
    }
  }
  return found;
}

/** Whether a reference of that name in a document is one to the symbol. */
function means(context: DocumentContext, symbol: NamedSymbol, placed: PlacedBlock): boolean {
  return variablesAt(context, placed).lookup(symbol.name)?.definition?.place?.file === symbol.file;
}

function named({ blocks }: SyntaxTree, name: string): boolean {
  return blocks.some(({ block }) => block.request && requestName(block)?.text === name);
}

function asks({ directives }: Block, name: string): boolean {
  return directives.some(
    directive => directive.name.text.toLowerCase() === 'prompt' && promptName(directive.value)?.text === name,
  );
}

function promptName({ start, text }: Located): Located | undefined {
  const name = text.split(/\s/, 1)[0] ?? '';
  return name === '' ? undefined : { start, end: start + name.length, text: name };
}

interface WrittenName extends Span {
  readonly expression: string;
  /** The expression without a leading `%`. */
  readonly name: Located;
}

/** The references on a line, outer ones first; spans are those of the block. */
function referencesOnLine(tree: SyntaxTree, placed: PlacedBlock, line: Line): readonly WrittenName[] {
  if (line.kind === 'comment' || line.kind === 'foreign' || line.kind === 'separator') return [];
  const text = tree.text.slice(placed.offset + line.start, placed.offset + line.end);
  return templateReferences(text).map(({ expression, start, end }) => {
    const mark = /^%\s*/.exec(expression)?.[0].length ?? 0;
    const from = line.start + text.indexOf(expression, start + 2) + mark;
    const name = expression.slice(mark);
    return {
      expression,
      start: line.start + start,
      end: line.start + end,
      name: { start: from, end: from + name.length, text: name },
    };
  });
}

function holds({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}
