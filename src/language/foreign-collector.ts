import { isScriptAssertion, parseAssertion } from './assertion.ts';
import type { BlockContext } from './block-context.ts';
import { closing, featureBeforeRequest, foreignFeature, foreignMessage, runFeatures } from './foreign-features.ts';
import { type LineReader, separatorMark } from './line-reader.ts';
import type { LineTable } from './line-table.ts';
import type { NextRequest } from './next-request.ts';
import type { ForeignNode } from './syntax-tree.ts';

/** Whether a line of a body may begin a part of another dialect, by its first character alone. */
export function mayBeForeign(first: number): boolean {
  return first === 62 || first === 60 || first === 63 || first === 123 || first === 72; // > < ? { H
}

/** The same of a line above the body, comments of several lines included. */
export function mayBeForeignAbove(first: number, beforeRequest: boolean): boolean {
  if (mayBeForeign(first) || first === 47 /* / */) return true;
  return beforeRequest && importsOrRuns.has(first);
}

/** What closes the comment of several lines that a line opens, looking at its trimmed text; undefined where it opens none. */
export function commentEnd(line: string): '*/' | '-->' | undefined {
  if (line.startsWith('/*')) return '*/';
  return line.startsWith('<!--') ? '-->' : undefined;
}

/** First characters of `import`, `run`, `curl`, `proto` and `gql`. */
const importsOrRuns: ReadonlySet<number> = new Set(Array.from('ircpg', letter => letter.charCodeAt(0)));

/** Gathers the parts of other dialects and the comments of several lines of a block, which are kept and have no effect. */
export class ForeignCollector {
  readonly nodes: ForeignNode[] = [];
  /** Whether it looked past the block's end, so that a change further down can change the block. */
  lookedAhead = false;
  readonly #context: BlockContext;
  readonly #reader: LineReader;
  readonly #lines: LineTable;
  readonly #next: NextRequest;

  constructor(context: BlockContext, reader: LineReader, lines: LineTable, next: NextRequest) {
    this.#context = context;
    this.#reader = reader;
    this.#lines = lines;
    this.#next = next;
  }

  /** Takes the lines of a part that the reader's line begins above the body; false where it begins none. */
  above(beforeRequest: boolean): boolean {
    const text = this.#lineText();
    const mark = commentEnd(text);
    if (mark !== undefined) {
      this.blockComment(mark);
      return true;
    }
    const feature = foreignFeature(text) ?? (beforeRequest ? featureBeforeRequest(text) : undefined);
    if (feature === undefined) return false;
    this.take(feature, beforeRequest);
    return true;
  }

  /** Takes the lines of a feature from the reader's line on; with `alone` there is no request above it. */
  take(feature: string, alone = false): void {
    const reader = this.#reader;
    const { base } = this.#context;
    const line = this.#lines.length;
    const start = reader.from - base;
    let end = reader.to - base;
    const firstText = this.#lineText();
    this.#add('foreign');
    const close = closing(feature, firstText);
    let closed = close === undefined || close(firstText);
    while (!closed && this.#goesOn()) {
      // Below a blank line, what was recorded of a response may be followed by the next request.
      const blank = feature === 'recorded-response' && !alone && reader.from === reader.to;
      if (blank && this.#next.beginsAt(reader.next)) break;
      reader.advance();
      end = reader.to - base;
      const text = this.#lineText();
      this.#add('foreign');
      closed = close?.(text) ?? true;
    }
    if (!closed) {
      if (feature.endsWith('-script') || feature === 'response-handler')
        this.#reportUnclosed(feature, start, line, '%}');
      else if (feature === 'script-block') this.#reportUnclosed(feature, start, line, '}}');
    }
    this.add(feature, start, end, line);
  }

  /** Adds a node whose line the caller takes. Offsets are those of the block. */
  add(feature: string, start: number, end: number, line: number): void {
    this.nodes.push({ start, end, feature, line });
    if (feature === 'assertion' && this.#isRun(start, end, line)) return;
    if (runFeatures.has(feature)) return;
    const message = foreignMessage(feature);
    this.#context.report({ start, end, severity: 'information', code: 'foreign-feature', message, line });
  }

  /** Whether an assertion is held against the response; one that can't be read is reported, as it fails. */
  #isRun(start: number, end: number, line: number): boolean {
    const text = this.#context.text.slice(this.#context.base + start, this.#context.base + end);
    if (isScriptAssertion(text)) return false;
    if (parseAssertion(text)) return true;
    const message = 'This is no assertion and fails: write “?? status == 200” or “?? body user.name exists”.';
    this.#context.report({ start, end, severity: 'warning', code: 'invalid-assertion', message, line });
    return true;
  }

  /** Takes a comment of several lines that the reader's line opens; it may hold whole requests, `###` lines too. */
  blockComment(mark: string): void {
    const reader = this.#reader;
    const { text, base } = this.#context;
    const line = this.#lines.length;
    const start = reader.from;
    const lineEnd = text.slice(start + mark.length, reader.end).indexOf(mark);
    this.#add('comment');
    if (lineEnd !== -1) return;
    const close = reader.findAhead(mark, reader.end);
    if (close === -1) {
      this.lookedAhead = true;
      this.#reportUnclosed('comment', start - base, line, mark);
      while (this.#goesOn()) {
        reader.advance();
        this.#add('comment');
      }
      return;
    }
    while (reader.next <= close && reader.advance()) this.#add('comment');
  }

  #add(kind: 'comment' | 'foreign'): void {
    this.#lines.push(kind, this.#reader.next - this.#context.base);
  }

  #lineText(): string {
    return this.#context.text.slice(this.#reader.from, this.#reader.to);
  }

  /** Whether the block goes on after this line. */
  #goesOn(): boolean {
    const { text, next } = this.#reader;
    return next < text.length && separatorMark(text, next) === -1;
  }

  #reportUnclosed(feature: string, start: number, line: number, mark: string): void {
    this.#context.report({
      start,
      end: start + 2,
      severity: 'warning',
      code: feature === 'comment' ? 'unclosed-comment' : 'unclosed-script',
      message: `This is not closed: “${mark}” is missing before the next request.`,
      line,
    });
  }
}
