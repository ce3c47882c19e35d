/**
 * A text with `{{references}}`, as in every dialect of `.http`.
 *
 * - A reference opens with `{{`, closes with the next `}}`, and stays on one line. Of a longer run of braces the
 *   innermost two count: `{"a":{{{id}}}` holds `{{id}}`.
 * - References nest, as in Postman: `{{url_{{stage}}}}` first becomes `{{url_test}}`.
 * - `\{\{name\}\}` stands for a literal `{{name}}`, as in httpYac.
 * - What is not closed, or has nothing inside, is literal text.
 */
export type TemplatePart = LiteralPart | ReferencePart;

export interface LiteralPart {
  readonly kind: 'literal';
  /** The text, escapes undone. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface ReferencePart {
  readonly kind: 'reference';
  /** What is between the braces, trimmed, as written. */
  readonly expression: string;
  /** Offsets in the text, braces included. */
  readonly start: number;
  readonly end: number;
  /** The expression as a template, where it holds references itself; offsets are those of the whole text. */
  readonly inner?: Template;
}

/** Contiguous parts that cover the whole text. */
export type Template = readonly TemplatePart[];

/** References nest this deep; braces around them are literal. */
const DEEPEST = 8;

const ESCAPED = /\\\{\\\{([^{}\r\n]+?)\\\}\\\}/y;

/** Whether `parseTemplate` could find anything other than literal text. */
export function isPlain(text: string): boolean {
  return !text.includes('{{') && !text.includes('\\{\\{');
}

/** Splits a text into literal parts and references. Never fails; takes time linear in the text. */
export function parseTemplate(text: string): Template {
  if (isPlain(text)) return text === '' ? [] : [literal(text, 0, text.length)];
  return assemble(text, 0, text.length, scan(text));
}

/** The references of a text, nested ones included, outer ones first. */
export function references(text: string): readonly ReferencePart[] {
  if (!text.includes('{{')) return [];
  const found: ReferencePart[] = [];
  const collect = (template: Template): void => {
    for (const part of template) {
      if (part.kind !== 'reference') continue;
      found.push(part);
      if (part.inner) collect(part.inner);
    }
  };
  collect(parseTemplate(text));
  return found;
}

/** Where braces open a reference that is not closed, or holds nothing; undefined where every reference is whole. */
export function brokenReference(text: string): number | undefined {
  if (!text.includes('{{')) return undefined;
  for (const part of parseTemplate(text)) {
    const at = part.kind === 'literal' ? text.slice(part.start, part.end).indexOf('{{') : -1;
    if (at >= 0) return part.start + at;
  }
  return undefined;
}

/** A reference or an escape that the scanner found. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly escaped?: string;
  readonly pieces: Piece[];
}

function scan(text: string): Piece[] {
  const open: { readonly start: number; readonly pieces: Piece[] }[] = [];
  const top: Piece[] = [];
  const list = (): Piece[] => open.at(-1)?.pieces ?? top;
  // Openings that were never closed are literal: what was found inside them moves up.
  const abandon = (): void => {
    for (const opening of open) top.push(...opening.pieces);
    open.length = 0;
  };
  const marks = /\{\{+|\}\}|\\\{\\\{|[\r\n]/g;
  for (let match = marks.exec(text); match; match = marks.exec(text)) {
    const [mark] = match;
    const { index } = match;
    if (mark[0] === '{') {
      if (open.length === DEEPEST) top.push(...(open.shift()?.pieces ?? []));
      open.push({ start: index + mark.length - 2, pieces: [] });
    } else if (mark[0] === '\\') {
      ESCAPED.lastIndex = index;
      const literalBraces = ESCAPED.exec(text);
      if (!literalBraces) continue;
      list().push({ start: index, end: ESCAPED.lastIndex, escaped: `{{${literalBraces[1]}}}`, pieces: [] });
      marks.lastIndex = ESCAPED.lastIndex;
    } else if (mark === '}}') {
      const opening = open.pop();
      if (!opening) continue;
      const end = index + 2;
      if (text.slice(opening.start + 2, index).trim() === '') list().push(...opening.pieces);
      else list().push({ start: opening.start, end, pieces: opening.pieces });
    } else {
      abandon();
    }
  }
  abandon();
  return top;
}

function assemble(text: string, start: number, end: number, pieces: readonly Piece[]): Template {
  const parts: TemplatePart[] = [];
  let at = start;
  for (const piece of pieces) {
    if (piece.start > at) parts.push(literal(text.slice(at, piece.start), at, piece.start));
    at = piece.end;
    if (piece.escaped !== undefined) {
      parts.push(literal(piece.escaped, piece.start, piece.end));
      continue;
    }
    const inside = piece.start + 2;
    const nested = piece.pieces.some(inner => inner.escaped === undefined);
    parts.push({
      kind: 'reference',
      expression: text.slice(inside, piece.end - 2).trim(),
      start: piece.start,
      end: piece.end,
      ...(nested ? { inner: assemble(text, inside, piece.end - 2, piece.pieces) } : {}),
    });
  }
  if (at < end) parts.push(literal(text.slice(at, end), at, end));
  return parts;
}

function literal(text: string, start: number, end: number): LiteralPart {
  return { kind: 'literal', text, start, end };
}
