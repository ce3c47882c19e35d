import type { BlockContext } from './block-context.ts';
import type { Diagnostic, HeaderNode, Located, VariableNode } from './syntax-tree.ts';

/** Reads `@name = value` in `text[from, to)`. */
export function readVariable(context: BlockContext, from: number, to: number, line: number): VariableNode {
  const { text, base } = context;
  let at = from + 1;
  while (at < to && text.charCodeAt(at) > 32 && text.charCodeAt(at) !== 61) at++;
  const name = located(context, from + 1, at);
  at = skipBlanks(text, at, to);
  const hasEquals = at < to && text.charCodeAt(at) === 61;
  const value = located(context, hasEquals ? skipBlanks(text, at + 1, to) : to, to);
  const place = { start: from - base, end: to - base };
  if (!hasEquals || name.text === '') {
    const message = 'A variable is written @name = value.';
    context.report({ ...place, severity: 'error', code: 'incomplete-variable', message, line });
  }
  return { start: place.start, end: place.end, name, value, line };
}

/** Whether a line of the head is one variable and nothing else: REST Client's way to state a header once for many. */
export function isReference(line: string): boolean {
  return /^\{\{[^{}]+\}\}$/.test(line);
}

/** Reads `Name: value` in `text[from, to)`; the line begins at `start`. A line without a colon is a name alone. */
export function readHeader(context: BlockContext, start: number, from: number, to: number, line: number): HeaderNode {
  const { text, base } = context;
  let colon = from;
  let valid = true;
  while (colon < to) {
    const code = text.charCodeAt(colon);
    if (code === 58) break;
    if (code <= 32 || code > 126) valid = false;
    colon++;
  }
  let nameEnd = colon;
  const written = text.slice(from, to);
  if (isReference(written)) colon = nameEnd = to;
  else if (!valid && requestLine.test(written)) {
    reportLine(context, start, from, to, line, requestLineInHead);
  } else if (colon === to) reportLine(context, start, from, to, line, withoutColon);
  else if (colon === from || !valid) {
    while (nameEnd > from && text.charCodeAt(nameEnd - 1) <= 32) nameEnd--;
    reportName(context, from, nameEnd, line);
  }
  return {
    start: from - base,
    end: to - base,
    name: located(context, from, nameEnd),
    value: located(context, colon === to ? to : skipBlanks(text, colon + 1, to), to),
    line,
  };
}

const requestLine = /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY|TRACE)[ \t]+(?:https?:\/\/|\{\{|\/)\S/;

type Advice = Pick<Diagnostic, 'code' | 'message'> & { readonly title: string; readonly insert: string };

const requestLineInHead: Advice = {
  code: 'request-line-in-head',
  message: 'This line stands among the headers. Did you mean to begin a new request with “###”?',
  title: 'Insert “###” before this line',
  insert: '###\n',
};

const withoutColon: Advice = {
  code: 'header-without-colon',
  message: 'A header is written Name: value. A body begins after an empty line.',
  title: 'Begin the body here',
  insert: '\n',
};

/** Says what is wrong with a line of the head that something before it would mend. */
function reportLine(
  context: BlockContext,
  start: number,
  from: number,
  to: number,
  line: number,
  { code, message, title, insert }: Advice,
): void {
  const at = start - context.base;
  context.report({
    start: from - context.base,
    end: to - context.base,
    severity: 'error',
    code,
    message,
    fixes: [{ title, edits: [{ start: at, end: at, text: insert }] }],
    line,
  });
}

function reportName(context: BlockContext, from: number, end: number, line: number): void {
  const name = context.text.slice(from, end).replace(/\{\{[^{}]*\}\}/g, 'x');
  if (/^[\x21-\x7e]+$/.test(name)) return;
  context.report({
    start: from - context.base,
    end: end - context.base,
    severity: 'error',
    code: 'invalid-header-name',
    message: 'A header name has no blanks and only visible ASCII characters.',
    line,
  });
}

function skipBlanks(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) <= 32) at++;
  return at;
}

function located({ text, base }: BlockContext, start: number, end: number): Located {
  return { start: start - base, end: end - base, text: text.slice(start, end) };
}
