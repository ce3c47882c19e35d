import { knownMethods } from './methods.ts';
import type { Diagnostic, Located } from './syntax-tree.ts';

export interface RequestLineSplit {
  /** Offset after the method, or the line's first character where it has none. */
  readonly methodEnd: number;
  readonly targetStart: number;
  /** What is wrong with the method. */
  readonly unknown: Pick<Diagnostic, 'severity' | 'code' | 'message'> | undefined;
}

/** A method right before a variable that begins the URL. */
const gluedMethod = /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\{\{/;

/** A variable in the place of the method. */
const variableMethod = /^(\{\{[^{}]*\}\})[ \t]+(?=https?:\/\/|\{\{|\/)/;

const longestReference = 200;

/** Longer words are no methods. */
const longestMethod = 40;

/** Splits `METHOD target` in `text[from, to)`; `first` is the code of its first character. */
export function splitRequestLine(text: string, from: number, to: number, first: number): RequestLineSplit {
  const none: RequestLineSplit = { methodEnd: from, targetStart: from, unknown: undefined };
  if (first === 123 /* { */) {
    const method = variableMethod.exec(text.slice(from, Math.min(to, from + longestReference)));
    if (method === null) return none;
    return { methodEnd: from + (method[1]?.length ?? 0), targetStart: from + method[0].length, unknown: undefined };
  }
  if (!isLetter(first)) return none;
  const glued = gluedMethod.exec(text.slice(from, Math.min(to, from + longestMethod)))?.[1];
  if (glued !== undefined) {
    const message = `A blank is missing between “${glued}” and the URL.`;
    const at = from + glued.length;
    return { methodEnd: at, targetStart: at, unknown: { severity: 'warning', code: 'method-without-blank', message } };
  }
  let at = from;
  let upper = true;
  while (at < to) {
    const code = text.charCodeAt(at);
    if (code <= 32) break;
    if (code >= 97) upper = false;
    if (!isLetter(code) && code !== 45 && code !== 95) return none;
    at++;
  }
  if (at - from > longestMethod) return none;
  const word = text.slice(from, at);
  let targetStart = at;
  while (targetStart < to && text.charCodeAt(targetStart) <= 32) targetStart++;
  const known = knownMethods.has(upper ? word : word.toUpperCase());
  if (known || (upper && targetStart < to)) return { methodEnd: at, targetStart, unknown: undefined };
  if (targetStart < to && /^(?:https?:\/\/|\{\{|\/)/i.test(text.slice(targetStart, to))) {
    const message = `“${word}” is no method. A method of your own is written in capitals.`;
    return { methodEnd: at, targetStart, unknown: { severity: 'error', code: 'unknown-method', message } };
  }
  return none;
}

/** Offset of `HTTP/…` at the end of a request line, or -1. */
export function takeVersion(text: string, start: number, to: number): number {
  let at = to;
  while (at > start && to - at < 9 && text.charCodeAt(at - 1) > 32) at--;
  if (at === to || (text.charCodeAt(at) | 32) !== 104 || !/^http\/$/i.test(text.slice(at, at + 5))) return -1;
  if (at > start && text.charCodeAt(at - 1) > 32) return -1;
  const major = text.charCodeAt(at + 5);
  if (major < 48 || major > 57) return -1;
  return to - at === 6 || (to - at === 8 && text.charCodeAt(at + 6) === 46) ? at : -1;
}

/** Reports blanks inside a target, those inside `{{…}}` apart. */
export function reportBlanks(context: { report(diagnostic: Diagnostic): void }, part: Located, line: number): void {
  const blanks = blanksOf(part);
  const [first] = blanks;
  if (first === undefined) return;
  context.report({
    start: first.start,
    end: blanks.at(-1)?.end ?? first.end,
    severity: 'warning',
    code: 'blank-in-target',
    message: 'The URL has a blank in it. It is sent as “%20”.',
    ...(blanks.length < mostBlanks ? { fixes: [{ title: 'Write “%20” for the blank', edits: blanks }] } : {}),
    line,
  });
}

/** A target with more blanks than this is no URL; no fix is offered for it. */
const mostBlanks = 100;

function blanksOf({ text, start }: Located): Located[] {
  const blanks: Located[] = [];
  if (!text.includes(' ') && !text.includes('\t')) return blanks;
  let open = true;
  for (let at = 0; at < text.length && blanks.length < mostBlanks; at++) {
    const code = text.charCodeAt(at);
    if (open && code === 123 && text.charCodeAt(at + 1) === 123) {
      const close = text.indexOf('}}', at + 2);
      if (close === -1) open = false;
      else at = close + 1;
    } else if (code === 32 || code === 9) {
      blanks.push({ start: start + at, end: start + at + 1, text: '%20' });
    }
  }
  return blanks;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}
