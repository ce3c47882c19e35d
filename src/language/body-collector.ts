import type { BlockContext } from './block-context.ts';
import type { LineReader } from './line-reader.ts';
import type { LineTable } from './line-table.ts';
import type { BodyNode, BodyPart, HeaderNode, Located } from './syntax-tree.ts';

/** Gathers the lines after the first blank one into a body, or finds that they are comments. */
export class BodyCollector {
  readonly #context: BlockContext;
  readonly #reader: LineReader;
  readonly #lines: LineTable;
  readonly #contentType: string;
  readonly #parts: BodyPart[] = [];
  /** Offset where the running stretch of text begins, or -1. */
  #textStart = -1;
  /** Offset after the last character that is not blank in that stretch. */
  #textEnd = -1;
  #firstLine = -1;
  /** Index of the first of the blank lines since the last line of the body. */
  #blankFrom = -1;
  /** True while all lines of the body are comments and could be just that. */
  #onlyComments = false;
  /** True after a part of another dialect that follows text. */
  #gap = false;

  constructor(context: BlockContext, reader: LineReader, lines: LineTable, headers: readonly HeaderNode[]) {
    this.#context = context;
    this.#reader = reader;
    this.#lines = lines;
    const header = headers.find(({ name }) => name.text.length === 12 && name.text.toLowerCase() === 'content-type');
    this.#contentType = header?.value.text.toLowerCase() ?? '';
  }

  /** Whether the last line was blank. */
  afterBlank(): boolean {
    return this.#lines.kinds.at(-1) === 'blank';
  }

  /** Takes the reader's line. */
  line(): void {
    const { start, end, next, from, to } = this.#reader;
    const { base, text } = this.#context;
    const index = this.#lines.length;
    if (from === to) {
      if (this.#blankFrom === -1) this.#blankFrom = index;
      this.#lines.push('blank', next - base);
      return;
    }
    const first = text.charCodeAt(from);
    const comment = (first === 35 || first === 47) && this.#reader.afterCommentMark() !== -1;
    if (this.#firstLine === -1) {
      this.#firstLine = index;
      this.#onlyComments = comment && this.#contentType === '';
    } else {
      this.#keepBlanks(index);
      if (!comment) this.#onlyComments = false;
    }
    this.#blankFrom = -1;
    this.#lines.push('body', next - base);
    if (first === 60 /* < */ && this.#fileLine(from, to, end)) return;
    if (first >= 65 && first <= 90 && from === start) this.#reportRequestLine(index);
    if (this.#textStart === -1) {
      this.#textStart = start;
      if (this.#gap) this.#fillGap();
    }
    this.#textEnd = end;
  }

  /** Text that goes on after a part of another dialect still begins on a line of its own. */
  #fillGap(): void {
    this.#gap = false;
    const { base, text } = this.#context;
    const at = (this.#parts.at(-1)?.span.end ?? 0) + base;
    this.#addText(at, text.startsWith('\r\n', at) ? at + 2 : at + 1);
  }

  /** Blank lines inside the body belong to it. */
  #keepBlanks(until: number): void {
    if (this.#blankFrom === -1) return;
    for (let index = this.#blankFrom; index < until; index++) {
      if (this.#lines.kinds[index] === 'blank') this.#lines.kinds[index] = 'body';
    }
  }

  /** `< file`, `<@ file` and `<@encoding file`. */
  #fileLine(from: number, to: number, end: number): boolean {
    const { text, base } = this.#context;
    const match = /^<(?:(@)([\w-]*))?[ \t]+(\S.*)$/.exec(text.slice(from, to));
    if (match === null) return false;
    const path = match[3] ?? '';
    this.#endText(from);
    const part = {
      kind: 'file' as const,
      span: { start: from - base, end: to - base },
      path: { start: to - path.length - base, end: to - base, text: path } satisfies Located,
      substitute: match[1] !== undefined,
    };
    this.#parts.push(match[2] ? { ...part, encoding: match[2] } : part);
    this.#textStart = end;
    this.#textEnd = end;
    return true;
  }

  #endText(end: number): void {
    const start = this.#textStart;
    if (start !== -1 && end > start) this.#addText(start, end);
    this.#textStart = -1;
  }

  #addText(start: number, end: number): void {
    const { text, base } = this.#context;
    const written = text.slice(start, end);
    const form = this.#contentType.startsWith('application/x-www-form-urlencoded');
    this.#parts.push({
      kind: 'text',
      span: { start: start - base, end: end - base },
      text: form ? joinFormLines(written) : written,
    });
  }

  /** The text so far ends where a part of another dialect begins; blank lines before it are not sent. */
  beforeForeign(): void {
    this.#endText(this.#textEnd);
    this.#gap = this.#parts.at(-1)?.kind === 'text';
    this.#blankFrom = -1;
  }

  #reportRequestLine(line: number): void {
    const { start, to } = this.#reader;
    const { text, base } = this.#context;
    if (this.#contentType.startsWith('multipart/mixed') || this.#contentType.startsWith('application/http')) return;
    const written = text.slice(start, Math.min(to, start + 2000));
    if (!requestLine.test(written)) return;
    const place = start - base;
    this.#context.report({
      start: place,
      end: to - base,
      severity: 'warning',
      code: 'request-line-in-body',
      message: 'This line is sent as part of the body above. Did you mean to begin a new request with “###”?',
      fixes: [{ title: 'Insert “###” before this line', edits: [{ start: place, end: place, text: '###\n' }] }],
      line,
    });
  }

  /** The body, or undefined where there is none. */
  finish(): BodyNode | undefined {
    if (this.#firstLine === -1) return undefined;
    if (this.#onlyComments) {
      for (let index = this.#firstLine; index < this.#lines.length; index++) {
        if (this.#lines.kinds[index] === 'body') this.#lines.kinds[index] = 'comment';
      }
      return undefined;
    }
    this.#endText(this.#textEnd);
    const start = this.#parts[0]?.span.start ?? 0;
    return { start, end: this.#parts.at(-1)?.span.end ?? start, parts: this.#parts, line: this.#firstLine };
  }
}

const requestLine =
  /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY|TRACE)[ \t]+(?:https?:\/\/\S|\{\{|\/\S*[ \t]+HTTP\/\d)/;

/** Joins the lines of a form: a line end before or after `&` is not part of it. */
function joinFormLines(text: string): string {
  if (!/[\r\n]/.test(text)) return text;
  const pieces = text.split(/(\r\n|\r|\n)/);
  let form = pieces[0] ?? '';
  for (let index = 1; index < pieces.length; index += 2) {
    const line = pieces[index + 1] ?? '';
    const begins = line.trimStart().startsWith('&');
    if (begins) form = form.trimEnd() + line.trimStart();
    else if (form.endsWith('&')) form += line.trimStart();
    else form += (pieces[index] ?? '') + line;
  }
  return form;
}
