import type { BlockContext } from './block-context.ts';
import { reportBlanks, takeVersion } from './request-line.ts';
import type { BodyNode, HeaderNode, Located, RequestNode } from './syntax-tree.ts';

const noParts: readonly Located[] = Object.freeze([]);

/** A request while its lines come in. */
export class RequestDraft {
  readonly headers: HeaderNode[] = [];
  readonly #context: BlockContext;
  readonly #method: Located | undefined;
  readonly #line: number;
  readonly #start: number;
  #target: Located | undefined;
  #parts: Located[] | undefined;
  #version: Located | undefined;
  #targetLastLine: number;
  #end: number;

  constructor(context: BlockContext, method: Located | undefined, from: number, line: number) {
    this.#context = context;
    this.#method = method;
    this.#line = line;
    this.#start = from - context.base;
    this.#end = this.#start;
    this.#targetLastLine = line;
  }

  isGraphql(): boolean {
    if (this.#method?.text.toUpperCase() === 'GRAPHQL') return true;
    return this.headers.some(({ name }) => name.text.length === 14 && name.text.toLowerCase() === 'x-request-type');
  }

  reportNoTarget({ start, end, text }: Located): void {
    const message = `“${text}” needs a URL after it.`;
    this.#context.report({ start, end, severity: 'error', code: 'missing-target', message, line: this.#line });
  }

  /** Takes a piece of the target in `text[start, to)`, with the HTTP version where that ends it. */
  addTarget(start: number, to: number, line: number): void {
    const { text, base } = this.#context;
    const version = takeVersion(text, start, to);
    let end = to;
    if (version !== -1) {
      this.#version = { start: version - base, end: to - base, text: text.slice(version, to) };
      end = version;
      while (end > start && text.charCodeAt(end - 1) <= 32) end--;
    }
    const part = { start: start - base, end: end - base, text: text.slice(start, end) };
    reportBlanks(this.#context, part, line);
    if (this.#target === undefined) this.#target = part;
    else {
      this.#parts ??= [this.#target];
      this.#parts.push(part);
    }
    this.#targetLastLine = line;
    this.#end = to - base;
  }

  addHeader(header: HeaderNode): void {
    this.headers.push(header);
    this.#end = header.end;
  }

  finish(body: BodyNode | undefined): RequestNode {
    const first = this.#target ?? { start: this.#start, end: this.#start, text: '' };
    const parts = this.#parts;
    const target =
      parts === undefined
        ? first
        : { start: first.start, end: parts.at(-1)?.end ?? first.end, text: parts.map(({ text }) => text).join('') };
    return {
      start: this.#start,
      end: body?.end ?? this.#end,
      method: this.#method,
      target,
      targetParts: parts ?? noParts,
      targetLastLine: this.#targetLastLine,
      version: this.#version,
      headers: this.headers,
      body,
      line: this.#line,
    };
  }
}
