import type { Located, Span } from './syntax-tree.ts';

/** `{{…}}`: its span takes in the braces. */
export interface Reference extends Span {
  /** What is between the braces, trimmed. */
  readonly expression: Located;
  /** The variable's name: the expression up to a blank, a `.`, a `[` or a `(`; dynamic ones keep their `$`. */
  readonly name: Located;
  /** False where the closing braces are missing on the line. */
  readonly closed: boolean;
}

/** Finds the `{{…}}` in a text, in order; `offset` is added to every place. One without `}}` ends with its line. */
export function findReferences(text: string, offset = 0): Reference[] {
  const references: Reference[] = [];
  let at = text.indexOf('{{');
  while (at !== -1) {
    let from = at + 2;
    while (text.charCodeAt(from) === 123) from++;
    const { end, closed } = closeOf(text, from);
    references.push(reference(text, from - 2, from, end, closed, offset));
    at = text.indexOf('{{', closed ? end + 2 : end);
  }
  return references;
}

/** The reference at an offset, the braces' outer edges included. */
export function referenceAt(references: readonly Reference[], offset: number): Reference | undefined {
  return references.find(({ start, end }) => start <= offset && offset <= end);
}

function closeOf(text: string, from: number): { end: number; closed: boolean } {
  let at = from;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) break;
    if (code === 125 && text.charCodeAt(at + 1) === 125) return { end: at, closed: true };
    if (code === 123 && text.charCodeAt(at + 1) === 123) break;
    at++;
  }
  return { end: at, closed: false };
}

function reference(text: string, start: number, from: number, to: number, closed: boolean, offset: number): Reference {
  const inner = text.slice(from, to);
  const expression = inner.trim();
  const at = from + inner.length - inner.trimStart().length;
  const name = /^\$?[^\s.[(]*/.exec(expression)?.[0] ?? '';
  return {
    start: start + offset,
    end: (closed ? to + 2 : to) + offset,
    expression: { start: at + offset, end: at + expression.length + offset, text: expression },
    name: { start: at + offset, end: at + name.length + offset, text: name },
    closed,
  };
}
