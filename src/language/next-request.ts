import { separatorMark } from './line-reader.ts';

/**
 * A request line at the start of a line, as httpYac's files have them without a separator above: a method in capitals, and
 * a target that begins with a scheme, a slash, a variable or a host.
 */
const requestLine =
  /(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY|TRACE)[ \t]+(?=https?:\/\/|\/|\{\{|(?:[\w-]+\.)+[a-z]{2,}(?=[:/?\s]|$)|localhost(?=[:/?\s]|$)|[\d.]+:\d)(?:\{\{[^{}\r\n]*\}\}|[^\s{]|\{(?!\{))+(?:[ \t]+HTTP\/\d(?:\.\d)?)?[ \t]*(?=[\r\n]|$)/y;

/** Whether the line that starts at an offset is such a request line. */
export function isRequestLine(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first < 65 || first > 90) return false;
  requestLine.lastIndex = start;
  return requestLine.test(text);
}

/** Finds requests that begin without a separator, by looking ahead over the lines that stand above their request line. */
export class NextRequest {
  readonly #text: string;
  /** Offset up to which it was looked ahead, in vain. */
  #nothingUntil = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Whether the line that starts at an offset is a request line, or one of the comments, directives and variables above
   * one.
   */
  beginsAt(start: number): boolean {
    const text = this.#text;
    if (isRequestLine(text, start)) return true;
    if (start < this.#nothingUntil || !standsAbove(text, start)) return false;
    let at = start;
    while (at < text.length && (isBlank(text, at) || (standsAbove(text, at) && separatorMark(text, at) === -1))) {
      at = lineAfter(text, at);
    }
    if (at < text.length && isRequestLine(text, at)) return true;
    this.#nothingUntil = at;
    return false;
  }
}

/** A comment, a directive or a variable at the very start of a line. */
function standsAbove(text: string, start: number): boolean {
  const first = text.charCodeAt(start);
  if (first === 47 /* / */) return text.charCodeAt(start + 1) === 47;
  return first === 35 /* # */ || first === 64 /* @ */;
}

function isBlank(text: string, start: number): boolean {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) return true;
    if (code > 32) return false;
  }
  return true;
}

const lineEnd = /\r\n|\n|\r/g;

function lineAfter(text: string, start: number): number {
  lineEnd.lastIndex = start;
  return lineEnd.test(text) ? lineEnd.lastIndex : text.length;
}
