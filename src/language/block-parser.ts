import { readContinuation, readLineFields, readScheme, reportRepeatedFields } from './auth-directive.ts';
import type { BlockContext } from './block-context.ts';
import { BodyCollector } from './body-collector.ts';
import { commentEnd, ForeignCollector, mayBeForeign, mayBeForeignAbove } from './foreign-collector.ts';
import { foreignDirectives, foreignFeature } from './foreign-features.ts';
import { readHeader, readVariable } from './head-lines.ts';
import type { LineReader } from './line-reader.ts';
import { LineTable } from './line-table.ts';
import { protocolMethods } from './methods.ts';
import { NextRequest } from './next-request.ts';
import { RequestDraft } from './request-draft.ts';
import { splitRequestLine } from './request-line.ts';
import type { AuthFieldNode, Block, Diagnostic, Directive, LineKind, Located, VariableNode } from './syntax-tree.ts';

/** Where in a block the parser is: before the request line, at its continuation lines, in the headers, in the body. */
type Part = 0 | 1 | 2 | 3;

interface AuthDraft {
  readonly directive: Directive;
  readonly scheme: Located;
  readonly fields: AuthFieldNode[];
  readonly duplicate: boolean;
  end: number;
  lastLine: number;
}

/** A block whose lines are not objects yet. */
export interface ParsedBlock extends Omit<Block, 'lines' | 'release'> {
  readonly lines: LineTable;
}

/** A block with more of them is no request; nobody reads them all. */
const mostDiagnostics = 1000;

/** Shared by the lists of blocks that have none, so that small blocks stay small. */
const nothing: readonly never[] = Object.freeze([]);

/**
 * Parses one block.
 *
 * The reader stands on the block's first line and, afterwards, on the first line of the next block (or at the end).
 */
export class BlockParser implements BlockContext {
  readonly text: string;
  readonly base: number;
  /** True once the reader has no line left. */
  atEnd = false;
  readonly #reader: LineReader;
  readonly #lines = new LineTable();
  readonly #next: NextRequest;
  #part: Part = 0;
  #title: Located | undefined;
  #titleDirective: Located | undefined;
  #name: Located | undefined;
  #directives: Directive[] | undefined;
  #variables: VariableNode[] | undefined;
  #foreign: ForeignCollector | undefined;
  #diagnostics: Diagnostic[] | undefined;
  #auth: AuthDraft | undefined;
  #firstAuth: AuthDraft | undefined;
  #request: RequestDraft | undefined;
  #body: BodyCollector | undefined;

  constructor(reader: LineReader) {
    this.#reader = reader;
    this.text = reader.text;
    this.base = reader.start;
    this.#next = new NextRequest(reader.text);
  }

  parse(): ParsedBlock {
    const reader = this.#reader;
    if (this.text === '') return this.#finish();
    if (reader.isSeparator()) this.#separator();
    else this.#line();
    while (this.#advance()) this.#line();
    return this.#finish();
  }

  report(diagnostic: Diagnostic): void {
    this.#diagnostics ??= [];
    if (this.#diagnostics.length < mostDiagnostics) this.#diagnostics.push(diagnostic);
  }

  /** Steps to the block's next line; false where another block begins or the text ends. */
  #advance(): boolean {
    if (!this.#reader.advance()) {
      this.atEnd = true;
      return false;
    }
    return !this.#reader.isSeparator() && !this.#nextBegins();
  }

  /** Whether the reader's line is the first of another request, which has no separator above it. */
  #nextBegins(): boolean {
    const { start, from, to } = this.#reader;
    if (this.#part === 0 || from !== start || from === to) return false;
    return (this.#part !== 3 || this.#collector().mayEnd()) && this.#next.beginsAt(start);
  }

  #add(kind: LineKind): void {
    this.#lines.push(kind, this.#reader.next - this.base);
  }

  #located(start: number, end: number): Located {
    return { start: start - this.base, end: end - this.base, text: this.text.slice(start, end) };
  }

  #separator(): void {
    const { text, from, to } = this.#reader;
    let at = from;
    while (at < to && text.charCodeAt(at) === 35) at++;
    while (at < to && text.charCodeAt(at) <= 32) at++;
    if (at < to) this.#title = this.#located(at, to);
    this.#add('separator');
  }

  #line(): void {
    const reader = this.#reader;
    const { from, to } = reader;
    if (this.#part === 3) {
      this.#bodyLine();
      return;
    }
    if (from === to) {
      this.#auth = undefined;
      this.#add('blank');
      if (this.#part !== 0) this.#part = 3;
      return;
    }
    const comment = reader.afterCommentMark();
    if (comment !== -1) {
      this.#comment(comment);
      return;
    }
    this.#auth = undefined;
    const first = this.text.charCodeAt(from);
    if (first === 64 /* @ */) this.#variable();
    else if (mayBeForeignAbove(first, this.#part === 0) && this.#others().above(this.#part === 0)) return;
    else if (this.#part === 0) this.#beginRequest(first);
    else if (this.#part === 1 && this.#continuesTarget(first)) this.#addTarget(from, to, 'target-continuation');
    else if (this.#isBody(first)) this.#bodyAtOnce();
    else this.#header();
  }

  /** Whether a line below the request line can be no header, and begins a body without a blank line above it. */
  #isBody(first: number): boolean {
    const { from } = this.#reader;
    if (first === 91 /* [ */ || first === 60 /* < */) return true;
    return first === 123 /* { */ && this.text.charCodeAt(from + 1) !== 123;
  }

  #bodyAtOnce(): void {
    const { start, from, to } = this.#reader;
    const at = start - this.base;
    this.report({
      start: from - this.base,
      end: to - this.base,
      severity: 'information',
      code: 'body-without-blank-line',
      message: 'The body begins here: this can be no header. Other clients want an empty line above it.',
      fixes: [{ title: 'Insert an empty line', edits: [{ start: at, end: at, text: '\n' }] }],
      line: this.#lines.length,
    });
    this.#part = 3;
    this.#bodyLine();
  }

  #comment(afterMark: number): void {
    const { text } = this;
    const { from, to } = this.#reader;
    const line = this.#lines.length;
    let at = afterMark;
    while (at < to && text.charCodeAt(at) <= 32) at++;
    const draft = this.#auth;
    const isDirective = at < to && text.charCodeAt(at) === 64;
    const indent = (at === to ? this.#reader.end : at) - afterMark;
    // A tab is as wide as two blanks.
    const indented = indent >= 2 || (indent === 1 && text.charCodeAt(afterMark) === 9);
    if (draft !== undefined && !isDirective && indented) {
      const field = readContinuation(this, at, to, line);
      if (field !== undefined) draft.fields.push(field);
      draft.end = to - this.base;
      draft.lastLine = line;
      this.#add('directive-continuation');
      return;
    }
    this.#auth = undefined;
    if (!isDirective || !this.#directive(from, at + 1, to)) this.#add('comment');
  }

  /** Reads `@name value`; false where it is a comment, for instance a variable that is commented out. */
  #directive(from: number, nameStart: number, to: number): boolean {
    const { text } = this;
    let nameEnd = nameStart;
    while (nameEnd < to && isNameCode(text.charCodeAt(nameEnd))) nameEnd++;
    let at = nameEnd;
    while (at < to && text.charCodeAt(at) <= 32) at++;
    if (nameEnd === nameStart || (at < to && text.charCodeAt(at) === 61) || (at === nameEnd && at < to)) return false;
    const line = this.#lines.length;
    const name = this.#located(nameStart, nameEnd);
    const value = this.#located(at, to);
    const directive: Directive = { start: from - this.base, end: to - this.base, name, value, line };
    this.#directives ??= [];
    this.#directives.push(directive);
    const key = name.text.toLowerCase();
    if (key === 'auth') this.#beginAuth(directive, at, to, line);
    else if (key === 'name') this.#name ??= value.text === '' ? undefined : value;
    else if (key === 'title') this.#titleDirective ??= value.text === '' ? undefined : value;
    else if (foreignDirectives.has(key)) this.#others().add(`directive-${key}`, directive.start, directive.end, line);
    this.#add('directive');
    return true;
  }

  #beginAuth(directive: Directive, at: number, to: number, line: number): void {
    const scheme = readScheme(this, at, to, line);
    const fields = readLineFields(this, scheme.end + this.base, to, line);
    const duplicate = this.#firstAuth !== undefined;
    const draft: AuthDraft = { directive, scheme, fields, duplicate, end: to - this.base, lastLine: line };
    this.#finishAuth();
    this.#auth = draft;
    this.#duplicateAuth = duplicate ? draft : undefined;
    this.#firstAuth ??= draft;
  }

  #duplicateAuth: AuthDraft | undefined;

  /** Reports a second `@auth` once its continuation lines are known. */
  #finishAuth(): void {
    const draft = this.#duplicateAuth;
    if (draft === undefined) return;
    this.#duplicateAuth = undefined;
    const start = this.#lines.start(draft.directive.line);
    const end = this.#lines.end(draft.lastLine);
    this.report({
      start: draft.directive.start,
      end: draft.end,
      severity: 'error',
      code: 'duplicate-auth',
      message: 'A block has one “@auth”; the first one counts.',
      fixes: [{ title: 'Remove this “@auth”', edits: [{ start, end, text: '' }] }],
      line: draft.directive.line,
    });
  }

  #variable(): void {
    const { from, to } = this.#reader;
    this.#variables ??= [];
    this.#variables.push(readVariable(this, from, to, this.#lines.length));
    this.#add('variable');
  }

  #others(): ForeignCollector {
    this.#foreign ??= new ForeignCollector(this, this.#reader, this.#lines, this.#next);
    return this.#foreign;
  }

  #beginRequest(first: number): void {
    const { from, to } = this.#reader;
    const line = this.#lines.length;
    const { methodEnd, targetStart, unknown } = splitRequestLine(this.text, from, to, first);
    this.#part = 1;
    const method = methodEnd > from ? this.#located(from, methodEnd) : undefined;
    this.#request = new RequestDraft(this, method, from, line);
    if (method !== undefined) {
      if (unknown !== undefined) this.report({ start: method.start, end: method.end, ...unknown, line });
      const feature = protocolMethods.get(method.text.toUpperCase());
      if (feature !== undefined) this.#others().add(feature, method.start, method.end, line);
      if (targetStart === to) this.#request.reportNoTarget(method);
    }
    this.#addTarget(targetStart, to, 'request-line');
  }

  #addTarget(start: number, to: number, kind: LineKind): void {
    this.#request?.addTarget(start, to, this.#lines.length);
    this.#add(kind);
  }

  #continuesTarget(first: number): boolean {
    const { from, to, start } = this.#reader;
    if (first === 63 || first === 38) return true;
    if (from === start) return false;
    return !/^[\w!#$%&'*+.^`|~-]+:(?:\s|$)/.test(this.text.slice(from, to));
  }

  #header(): void {
    const { start, from, to } = this.#reader;
    this.#part = 2;
    this.#request?.addHeader(readHeader(this, start, from, to, this.#lines.length));
    this.#add('header');
  }

  #collector(): BodyCollector {
    const { headers = nothing } = this.#request ?? {};
    const graphql = this.#request?.isGraphql() ?? false;
    this.#body ??= new BodyCollector(this, this.#reader, this.#lines, headers, graphql);
    return this.#body;
  }

  #bodyLine(): void {
    const reader = this.#reader;
    const body = this.#collector();
    const first = reader.from === reader.to ? 0 : this.text.charCodeAt(reader.from);
    if (first === 47 || first === 60 /* / < */) {
      const mark = commentEnd(this.text.slice(reader.from, reader.to));
      if (mark !== undefined && body.isComment(mark, this.#others())) {
        body.beforeComment();
        this.#others().blockComment(mark);
        return;
      }
    }
    if (mayBeForeign(first)) {
      const feature = foreignFeature(this.text.slice(reader.from, reader.to));
      if (feature !== undefined && (feature !== 'recorded-response' || body.afterBlank())) {
        body.beforeForeign();
        this.#others().take(feature);
        return;
      }
    }
    if (first === 64 && body.endsAtVariable()) this.#variable();
    else body.line();
  }

  #finish(): ParsedBlock {
    this.#finishAuth();
    const draft = this.#firstAuth;
    if (draft !== undefined) reportRepeatedFields(this, draft.fields);
    const body = this.#body?.finish();
    return {
      length: this.#lines.length === 0 ? 0 : this.#lines.end(this.#lines.length - 1),
      lineCount: this.#lines.length,
      lines: this.#lines,
      title: this.#title ?? this.#titleDirective,
      name: this.#name,
      directives: this.#directives ?? nothing,
      auth:
        draft === undefined
          ? undefined
          : {
              start: draft.directive.start,
              end: draft.end,
              scheme: draft.scheme,
              fields: draft.fields,
              line: draft.directive.line,
              lastLine: draft.lastLine,
            },
      variables: this.#variables ?? nothing,
      request: this.#request?.finish(body),
      foreign: this.#foreign === undefined || this.#foreign.nodes.length === 0 ? nothing : this.#foreign.nodes,
      openEnded: this.#foreign?.lookedAhead ?? false,
      diagnostics: this.#diagnostics ?? nothing,
    };
  }
}

/** Letters, digits, `_`, `-` and `.`. */
function isNameCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 45 && code <= 57) || code === 95;
}
