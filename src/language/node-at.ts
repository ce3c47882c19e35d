import { blockAt, lineIndexAt, textOfBlock } from './positions.ts';
import { findReferences, type Reference, referenceAt } from './references.ts';
import type {
  AuthFieldNode,
  AuthNode,
  BodyPart,
  Directive,
  HeaderNode,
  Line,
  Located,
  PlacedBlock,
  Span,
  SyntaxTree,
  VariableNode,
} from './syntax-tree.ts';

/** What stands at a place; spans are those of the block. */
export type NodeKind =
  | { readonly kind: 'title'; readonly title: Located | undefined }
  | { readonly kind: 'method'; readonly method: Located }
  | { readonly kind: 'target'; readonly target: Located }
  | { readonly kind: 'version'; readonly version: Located }
  | { readonly kind: 'header-name'; readonly header: HeaderNode | undefined; readonly name: Located }
  | { readonly kind: 'header-value'; readonly header: HeaderNode }
  | { readonly kind: 'directive-name'; readonly directive: Directive | undefined; readonly name: Located }
  | { readonly kind: 'directive-value'; readonly directive: Directive }
  | { readonly kind: 'auth-scheme'; readonly auth: AuthNode; readonly scheme: Located }
  | {
      readonly kind: 'auth-field-name';
      readonly auth: AuthNode;
      readonly field?: AuthFieldNode;
      readonly name: Located;
    }
  | { readonly kind: 'auth-field-value'; readonly auth: AuthNode; readonly field: AuthFieldNode }
  | { readonly kind: 'variable-name'; readonly variable: VariableNode }
  | { readonly kind: 'variable-value'; readonly variable: VariableNode }
  | { readonly kind: 'body'; readonly part: BodyPart | undefined }
  | { readonly kind: 'comment' | 'foreign' | 'blank' };

export type NodeAt = NodeKind & {
  readonly placed: PlacedBlock;
  readonly line: Line | undefined;
  /** The place's offset in the block. */
  readonly offset: number;
  /** The `{{…}}` around the place. */
  readonly reference: Reference | undefined;
};

/** What stands at a document offset, which may be a cursor's: a node's end belongs to the node. */
export function nodeAt(tree: SyntaxTree, documentOffset: number): NodeAt {
  const placed = blockAt(tree, documentOffset);
  const offset = documentOffset - placed.offset;
  const index = lineIndexAt(placed, offset);
  const line = placed.block.lines[index];
  const text = textOfBlock(tree, placed);
  const onNewLine = line === undefined || (offset === line.end && /[\r\n]$/.test(text));
  if (onNewLine) return { kind: 'blank', placed, line: undefined, offset, reference: undefined };
  const inLine =
    line.kind === 'comment' || line.kind === 'foreign' ? [] : findReferences(lineText(text, line), line.start);
  return {
    ...nodeOnLine(placed, line, index, offset, text),
    placed,
    line,
    offset,
    reference: referenceAt(inLine, offset),
  };
}

function lineText(text: string, line: Line): string {
  return text.slice(line.start, line.end);
}

function nodeOnLine(placed: PlacedBlock, line: Line, index: number, offset: number, text: string): NodeKind {
  const { block } = placed;
  switch (line.kind) {
    case 'separator':
      return { kind: 'title', title: block.title };
    case 'comment':
      return onComment(text, line, offset);
    case 'directive':
    case 'directive-continuation':
      return onDirective(placed, line, index, offset, text);
    case 'variable': {
      const variable = block.variables.find(node => node.line === index);
      if (variable === undefined) return { kind: 'comment' };
      return { kind: offset <= variable.name.end ? 'variable-name' : 'variable-value', variable };
    }
    case 'request-line':
    case 'target-continuation':
      return onRequestLine(placed, offset, text, line);
    case 'header': {
      const header = block.request?.headers.find(node => node.line === index);
      if (header === undefined) return { kind: 'comment' };
      if (offset <= header.name.end) return { kind: 'header-name', header, name: header.name };
      return { kind: 'header-value', header };
    }
    case 'body':
      return { kind: 'body', part: block.request?.body?.parts.find(({ span }) => holds(span, offset)) };
    case 'foreign':
      return { kind: 'foreign' };
    case 'blank':
      return { kind: 'blank' };
  }
}

/** `# @` and `# @na` are directives that someone is about to type. */
function onComment(text: string, line: Line, offset: number): NodeKind {
  const match = /^\s*(?:#{1,2}|\/\/)\s*@([\w.-]*)/.exec(lineText(text, line));
  if (match === null) return { kind: 'comment' };
  const end = line.start + match[0].length;
  const start = end - (match[1]?.length ?? 0);
  if (offset < start || offset > end) return { kind: 'comment' };
  return { kind: 'directive-name', directive: undefined, name: { start, end, text: match[1] ?? '' } };
}

function onRequestLine(placed: PlacedBlock, offset: number, text: string, line: Line): NodeKind {
  const { request } = placed.block;
  if (request === undefined) return { kind: 'comment' };
  const { method, target, version } = request;
  if (method !== undefined && offset <= method.end) return { kind: 'method', method };
  if (version !== undefined && offset >= version.start && offset <= line.end) return { kind: 'version', version };
  // A word without anything after it may become a method or a target.
  if (method === undefined && /^[A-Za-z]+$/.test(target.text) && offset <= target.end && text !== '') {
    return { kind: 'method', method: target };
  }
  return { kind: 'target', target };
}

function onDirective(placed: PlacedBlock, line: Line, index: number, offset: number, text: string): NodeKind {
  const { auth } = placed.block;
  const directive = placed.block.directives.find(node => node.line === index);
  if (directive !== undefined && offset <= directive.name.end) {
    return { kind: 'directive-name', directive, name: directive.name };
  }
  if (auth === undefined || index < auth.line || index > auth.lastLine) {
    return directive === undefined ? { kind: 'comment' } : { kind: 'directive-value', directive };
  }
  if (index === auth.line && offset <= auth.scheme.end) return { kind: 'auth-scheme', auth, scheme: auth.scheme };
  const field = auth.fields.find(node => node.line === index && offset <= node.end && offset >= node.start);
  if (field !== undefined) {
    if (offset <= field.name.end) return { kind: 'auth-field-name', auth, field, name: field.name };
    return { kind: 'auth-field-value', auth, field };
  }
  const before = auth.fields.findLast(node => node.line === index && node.end < offset);
  if (before !== undefined && index !== auth.line) return { kind: 'auth-field-value', auth, field: before };
  if (auth.scheme.text === '' && index === auth.line) return { kind: 'auth-scheme', auth, scheme: auth.scheme };
  return { kind: 'auth-field-name', auth, name: wordAround(text, line, offset) };
}

/** The name someone is typing: the word around the offset. */
function wordAround(text: string, line: Line, offset: number): Located {
  let start = offset;
  let end = offset;
  while (start > line.start && /[\w.-]/.test(text.charAt(start - 1))) start--;
  while (end < line.end && /[\w.-]/.test(text.charAt(end))) end++;
  return { start, end, text: text.slice(start, end) };
}

function holds(span: Span, offset: number): boolean {
  return span.start <= offset && offset <= span.end;
}
