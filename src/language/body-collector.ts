import type { BlockContext } from './block-context.ts';
import { joinFormLines, joinFormParts } from './form-body.ts';
import type { LineReader } from './line-reader.ts';
import type { LineTable } from './line-table.ts';
import type { BodyNode, BodyPart, HeaderNode, Located } from './syntax-tree.ts';

/**
 * What lines that look like comments are in a body. JSON and forms can hold none, so there they are comments; elsewhere
 * they may be headings or keys, and are sent. `undecided` until the first line that is none, and then by its text.
 */
type Comments = 'undecided' | 'dropped' | 'kept';

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
  #comments: Comments;
  readonly #graphql: boolean;
  /** True where comments are dropped before the first line that is none. */
  #commentedAbove = false;
  /** Offset of the first comment or variable that interrupts the running stretch of text, or -1. */
  #cut = -1;
  /** True after a part of another dialect that follows text. */
  #gap = false;

  constructor(
    context: BlockContext,
    reader: LineReader,
    lines: LineTable,
    headers: readonly HeaderNode[],
    graphql: boolean,
  ) {
    this.#context = context;
    this.#reader = reader;
    this.#lines = lines;
    const header = headers.find(({ name }) => name.text.length === 12 && name.text.toLowerCase() === 'content-type');
    this.#contentType = header?.value.text.toLowerCase() ?? '';
    this.#graphql = graphql;
    if (this.#isForm()) this.#comments = 'dropped';
    else this.#comments = /^$|^\{\{|^multipart\/|json|xml/.test(this.#contentType) ? 'undecided' : 'kept';
  }

  /** Offset up to which a comment of several lines is content of this body. */
  #contentUntil = -1;

  /**
   * Whether a comment of several lines that the reader's line opens is none of this body's content: always where the
   * content can hold no such comment; in other bodies, below a blank line, where it holds a separator or a request, or
   * where the body is complete.
   */
  isComment(mark: '*/' | '-->', ahead: { lookedAhead: boolean }): boolean {
    const reader = this.#reader;
    if (reader.start < this.#contentUntil) return false;
    if (this.#comments === 'dropped' || this.#graphql) return true;
    const ownComments = mark === '-->' ? /xml|html|svg|^text\// : /javascript|ecmascript|css|sql|^text\//;
    if (this.#comments === 'undecided' || this.#firstLine === -1) {
      if (!this.#contentType.startsWith('multipart/') && !ownComments.test(this.#contentType)) return true;
    }
    const { text } = this.#context;
    if (
      this.#contentType.startsWith('multipart/') &&
      /(?:^|[\r\n])--[^\r\n]+--[ \t]*$/.test(
        text.slice(Math.max(this.#textStart, this.#textEnd - 200, 0), this.#textEnd),
      )
    ) {
      return true;
    }
    const close = reader.findAhead(mark, reader.from);
    if (close === -1) {
      ahead.lookedAhead = true;
      this.#contentUntil = text.length;
      return false;
    }
    const held = text.slice(reader.start, close);
    if (this.afterBlank() && heldByComment.test(held)) return true;
    this.#contentUntil = close;
    return false;
  }

  /** A comment of several lines interrupts the text: what is above it is a part of its own. */
  beforeComment(): void {
    if (this.#textStart !== -1 && this.#cut === -1) this.#cut = this.#reader.start;
    if (this.#firstLine === -1) this.#commentedAbove = true;
    else if (this.#comments === 'undecided') this.#takeBack(this.#lines.length);
  }

  /** Whether the last line was blank. */
  afterBlank(): boolean {
    return this.#lines.kinds.at(-1) === 'blank';
  }

  /** Whether a request that begins at the reader's line ends this body, or the line can be a part of it. */
  mayEnd(): boolean {
    const above = this.#lines.kinds.at(-1);
    // What is run or held against the response stands at the end.
    if (above === 'foreign') return true;
    if (this.#endsWithFile()) return true;
    const complete = this.#textStart !== -1 && /[}\]>]/.test(this.#context.text.charAt(this.#textEnd - 1));
    if (ownRequestLines.test(this.#contentType)) return this.#gap;
    if (this.#firstLine === -1 || this.#comments === 'undecided') return true;
    if (above !== 'blank' && !complete) return false;
    if (this.#graphql || this.#isForm()) return true;
    if (this.#contentType !== '' && !this.#contentType.startsWith('{{')) return /json|xml/.test(this.#contentType);
    return /^(?:[{[<]|[\w.%+~-]+=)/.test(this.#startOfText());
  }

  #endsWithFile(): boolean {
    return this.#parts.at(-1)?.kind === 'file' && this.#textEnd === this.#textStart;
  }

  /** What the body begins with, up to 100 characters. */
  #startOfText(): string {
    const [first] = this.#parts;
    if (first) return first.kind === 'text' ? first.text.trimStart().slice(0, 100) : '';
    return this.#context.text.slice(this.#textStart, this.#textStart + 100);
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
    if (comment && this.#comments === 'dropped') {
      if (this.#textStart !== -1 && this.#cut === -1) this.#cut = start;
      if (this.#firstLine === -1) this.#commentedAbove = true;
      this.#lines.push('comment', next - base);
      return;
    }
    if (!comment && this.#comments === 'undecided') this.#decide(first, index);
    if (this.#firstLine === -1) this.#firstLine = index;
    if (this.#comments !== 'undecided') {
      this.#keepBlanks(index);
      this.#blankFrom = -1;
    }
    this.#goOnAfterCut();
    this.#lines.push('body', next - base);
    if (first === 60 /* < */ && this.#fileLine(from, to, end)) return;
    if (first >= 65 && first <= 90 && from === start) this.#reportRequestLine(index);
    if (this.#firstLine === index && from === start) this.#reportHeader(index);
    if (this.#textStart === -1) {
      this.#textStart = start;
      if (this.#gap) this.#fillGap();
    }
    this.#textEnd = end;
  }

  /** Decides by the first line that is no comment; comments before it are taken back where they are dropped. */
  #decide(first: number, index: number): void {
    const { text } = this.#context;
    const { from, to } = this.#reader;
    const type = this.#contentType;
    const reference = first === 123 && text.charCodeAt(from + 1) === 123;
    const isJson = type.includes('json')
      ? first === 123 || first === 91
      : (type === '' || type.startsWith('{{')) && ((first === 123 && !reference) || first === 91);
    const isFile = first === 60 && !type.includes('xml') && !type.startsWith('multipart/');
    const dropped = !this.#graphql && (isJson || (isFile && fileLine.test(text.slice(from, to))));
    this.#comments = dropped ? 'dropped' : 'kept';
    if (dropped && this.#firstLine !== -1) this.#takeBack(index);
  }

  /** The lines so far are comments. */
  #takeBack(until: number): void {
    for (let index = this.#firstLine; index < until; index++) {
      if (this.#lines.kinds[index] === 'body') this.#lines.kinds[index] = 'comment';
    }
    this.#firstLine = -1;
    this.#blankFrom = -1;
    this.#textStart = -1;
    this.#parts.length = 0;
    this.#gap = false;
  }

  /**
   * Whether the reader's line states a variable instead, as REST Client and httpYac read it: `@name = value` below a
   * blank line, where the content can hold no such line.
   */
  endsAtVariable(): boolean {
    const { from, to, start } = this.#reader;
    const above = this.#lines.kinds.at(-1);
    if (above !== 'blank' && above !== 'comment' && above !== 'variable') return false;
    if (!this.#isForm() && !/^$|^\{\{|json/.test(this.#contentType)) return false;
    if (!/^@[^\s=]+\s*=/.test(this.#context.text.slice(from, to))) return false;
    if (this.#textStart !== -1 && this.#cut === -1) this.#cut = start;
    return true;
  }

  /** Text goes on below comments or variables: what is above them is a part of its own. */
  #goOnAfterCut(): void {
    if (this.#cut === -1) return;
    this.#endText(this.#cut);
    this.#textStart = this.#reader.start;
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
    const match = fileLine.exec(text.slice(from, to));
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
    this.#cut = -1;
  }

  #addText(start: number, end: number): void {
    const { text, base } = this.#context;
    const written = text.slice(start, end);
    this.#parts.push({
      kind: 'text',
      span: { start: start - base, end: end - base },
      text: this.#isForm() ? joinFormLines(written) : written,
    });
  }

  #isForm(): boolean {
    return this.#contentType.startsWith('application/x-www-form-urlencoded');
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

  /** Warns where the first line of a body is a header that an empty line cut off. */
  #reportHeader(line: number): void {
    const { start, to } = this.#reader;
    const { text, base } = this.#context;
    if (!/^$|^\{\{|json|xml|urlencoded/.test(this.#contentType)) return;
    const name = cutOffHeader.exec(text.slice(start, Math.min(to, start + 200)))?.[1];
    if (name === undefined) return;
    let blank = line;
    while (this.#lines.kinds[blank - 1] === 'blank' || this.#lines.kinds[blank - 1] === 'body') blank--;
    const edits = blank < line ? [{ start: this.#lines.start(blank), end: start - base, text: '' }] : [];
    this.#context.report({
      start: start - base,
      end: to - base,
      severity: 'warning',
      code: 'header-in-body',
      message: `This line is sent as the body: headers end at the empty line above. Is “${name}” meant as a header?`,
      ...(edits.length > 0 ? { fixes: [{ title: 'Remove the empty line above', edits }] } : {}),
      line,
    });
  }

  /** The body, or undefined where there is none. */
  finish(): BodyNode | undefined {
    if (this.#firstLine === -1) return undefined;
    if (this.#comments === 'undecided') {
      this.#takeBack(this.#lines.length);
      return undefined;
    }
    const commented = { above: this.#commentedAbove, below: this.#cut !== -1 };
    this.#endText(this.#textEnd);
    const start = this.#parts[0]?.span.start ?? 0;
    const parts = this.#isForm() ? joinFormParts(this.#parts, commented) : this.#parts;
    return { start, end: parts.at(-1)?.span.end ?? start, parts, line: this.#firstLine };
  }
}

const fileLine = /^<(?:(@)([\w-]*))?[ \t]+(\S.*)$/;

/** Headers that people write, as the first line of a body. */
const cutOffHeader =
  /^(authorization|content-type|accept(?:-[a-z]+)?|cookie|host|user-agent|origin|referer|cache-control|if-[a-z-]+|(?:x-)?api-key|x-[a-z][a-z-]*):[ \t]/i;

/** Content that may hold request lines of its own. */
const ownRequestLines = /^(?:multipart\/|text\/|message\/http|application\/http)/;

/** What tells that a comment of several lines holds requests: a separator, or a request line. */
const heldByComment =
  /(?:^|[\r\n])[ \t]*(?:###|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY|TRACE)[ \t]+(?:https?:\/\/|\{\{|\/))/;

const requestLine =
  /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|QUERY|TRACE)[ \t]+(?:https?:\/\/\S|\{\{|\/\S*[ \t]+HTTP\/\d)/;
