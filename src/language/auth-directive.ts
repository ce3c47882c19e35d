import type { BlockContext } from './block-context.ts';
import type { AuthFieldNode, Diagnostic, Located } from './syntax-tree.ts';

/** Reads `SCHEME` from an `@auth` line; empty text at its end where there is none. Offsets are those of the text. */
export function readScheme(context: BlockContext, from: number, to: number, line: number): Located {
  const end = endOfWord(context.text, from, to);
  const scheme = located(context, from, end);
  if (from === end) {
    report(context, 'missing-scheme', 'Name a scheme after “@auth”, or “inherit” or “none”.', from, to, line);
  }
  return scheme;
}

/** Reads `field=value …` on the line of `@auth` itself. */
export function readLineFields(context: BlockContext, start: number, to: number, line: number): AuthFieldNode[] {
  const { text, base } = context;
  const fields: AuthFieldNode[] = [];
  let at = skipBlanks(text, start, to);
  while (at < to) {
    const nameStart = at;
    while (at < to && text.charCodeAt(at) > 32 && text.charCodeAt(at) !== 61) at++;
    const name = located(context, nameStart, at);
    const equals = skipBlanks(text, at, to);
    if (text.charCodeAt(equals) !== 61 || equals >= to) {
      reportNoEquals(context, nameStart, at, line);
      at = equals;
      continue;
    }
    if (nameStart === at) {
      report(context, 'missing-field-name', 'A field is written name=value.', equals, equals + 1, line);
    }
    const spaced = equals > at;
    at = spaced ? skipBlanks(text, equals + 1, to) : equals + 1;
    const first = text.charCodeAt(at);
    let value: Located;
    let quoted = false;
    let fromFile = false;
    if (at < to && first === 34) {
      quoted = true;
      const close = closingQuote(text, at + 1, to);
      if (close === -1) {
        report(context, 'unclosed-quote', 'This quote is not closed on its line.', at, to, line, {
          title: 'Close the quote',
          edits: [{ start: to - base, end: to - base, text: '"' }],
        });
      }
      const end = close === -1 ? to : close;
      value = { start: at + 1 - base, end: end - base, text: resolveEscapes(text.slice(at + 1, end)) };
      at = close === -1 ? to : close + 1;
    } else {
      if (at < to && first === 60 && text.charCodeAt(at + 1) <= 32) {
        fromFile = true;
        at = skipBlanks(text, at + 1, to);
      }
      const end = endOfWord(text, at, to);
      value = located(context, at, end);
      at = end;
    }
    fields.push({ start: nameStart - base, end: at - base, name, value, quoted, fromFile, line });
    at = skipBlanks(text, at, to);
  }
  return fields;
}

/** Reads `field = value` from a continuation line; undefined where the line says nothing. */
export function readContinuation(
  context: BlockContext,
  from: number,
  to: number,
  line: number,
): AuthFieldNode | undefined {
  const { text, base } = context;
  if (from >= to) return undefined;
  const equals = from + text.slice(from, to).indexOf('=');
  if (equals < from) {
    reportNoEquals(context, from, to, line);
    return undefined;
  }
  let nameEnd = equals;
  while (nameEnd > from && text.charCodeAt(nameEnd - 1) <= 32) nameEnd--;
  if (nameEnd === from || endOfWord(text, from, nameEnd) < nameEnd) {
    report(context, 'missing-field-name', 'A field is written name = value.', from, equals + 1, line);
  }
  const name = located(context, from, nameEnd);
  const at = skipBlanks(text, equals + 1, to);
  const first = at < to ? text.charCodeAt(at) : 0;
  if (first === 34 && to - at > 1 && closingQuote(text, at + 1, to) === to - 1) {
    const value = { start: at + 1 - base, end: to - 1 - base, text: resolveEscapes(text.slice(at + 1, to - 1)) };
    return { start: from - base, end: to - base, name, value, quoted: true, fromFile: false, line };
  }
  const fromFile = first === 60 && (text.charCodeAt(at + 1) <= 32 || at + 1 === to);
  const value = located(context, fromFile ? skipBlanks(text, at + 1, to) : at, to);
  return { start: from - base, end: to - base, name, value, quoted: false, fromFile, line };
}

/** Reports each field that an earlier one already gave. */
export function reportRepeatedFields(context: BlockContext, fields: readonly AuthFieldNode[]): void {
  if (fields.length < 2) return;
  const seen = new Set<string>();
  for (const field of fields) {
    if (seen.has(field.name.text)) {
      context.report({
        start: field.start,
        end: field.end,
        severity: 'error',
        code: 'duplicate-field',
        message: `The field “${field.name.text}” is given twice.`,
        line: field.line,
      });
    }
    seen.add(field.name.text);
  }
}

/** Resolves `\"`, `\\`, `\n`, `\r` and `\t`; any other backslash stands for itself. */
function resolveEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(["\\nrt])/g, (_, code: string) => escapes[code] ?? code);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Offset after a word that ends at the first blank outside `{{…}}`. */
function endOfWord(text: string, from: number, to: number): number {
  let at = from;
  let open = true;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code <= 32) break;
    if (open && code === 123 && text.charCodeAt(at + 1) === 123) {
      const close = text.slice(at + 2, to).indexOf('}}');
      if (close !== -1) {
        at += close + 4;
        continue;
      }
      open = false;
    }
    at++;
  }
  return at;
}

function closingQuote(text: string, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 34) return at;
  }
  return -1;
}

function skipBlanks(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) <= 32) at++;
  return at;
}

function located(context: BlockContext, start: number, end: number): Located {
  return { start: start - context.base, end: end - context.base, text: context.text.slice(start, end) };
}

function reportNoEquals(context: BlockContext, start: number, end: number, line: number): void {
  const word = context.text.slice(start, end);
  report(context, 'missing-equals', `“${word}” has no value: a field is written name = value.`, start, end, line);
}

function report(
  context: BlockContext,
  code: string,
  message: string,
  start: number,
  end: number,
  line: number,
  fix?: NonNullable<Diagnostic['fixes']>[number],
): void {
  const place = { start: start - context.base, end: end - context.base };
  const diagnostic: Diagnostic = { ...place, severity: 'error', code, message, line };
  context.report(fix === undefined ? diagnostic : { ...diagnostic, fixes: [fix] });
}
