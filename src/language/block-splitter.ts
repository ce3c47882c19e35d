import { BlockParser, type ParsedBlock } from './block-parser.ts';
import { LineReader, separatorMark } from './line-reader.ts';
import { isRequestLine } from './next-request.ts';
import type { Block, Diagnostic } from './syntax-tree.ts';

/** A block that is parsed when its first node is asked for; most blocks of a large file never are. */
class DeferredBlock implements Block {
  readonly length: number;
  readonly lineCount: number;
  readonly #text: string;
  /** It begins below another block, without a separator. */
  readonly #unseparated: boolean;
  #block: ParsedBlock | undefined;

  constructor(text: string, lineCount: number, unseparated: boolean, block?: ParsedBlock) {
    this.length = block?.length ?? text.length;
    this.lineCount = lineCount;
    this.#text = text;
    this.#unseparated = unseparated;
    this.#block = block;
  }

  get #parsed(): ParsedBlock {
    if (this.#block === undefined) {
      const reader = new LineReader(this.#text, 0);
      reader.advance();
      this.#block = new BlockParser(reader).parse();
    }
    return this.#block;
  }

  get lines(): Block['lines'] {
    return this.#parsed.lines.toLines();
  }
  get title(): Block['title'] {
    return this.#parsed.title;
  }
  get name(): Block['name'] {
    return this.#parsed.name;
  }
  get directives(): Block['directives'] {
    return this.#parsed.directives;
  }
  get auth(): Block['auth'] {
    return this.#parsed.auth;
  }
  get variables(): Block['variables'] {
    return this.#parsed.variables;
  }
  get request(): Block['request'] {
    return this.#parsed.request;
  }
  get foreign(): Block['foreign'] {
    return this.#parsed.foreign;
  }
  get openEnded(): boolean {
    return this.#block?.openEnded ?? false;
  }
  get diagnostics(): Block['diagnostics'] {
    const { diagnostics, request } = this.#parsed;
    if (!this.#unseparated || !request) return diagnostics;
    return [...diagnostics, withoutSeparator(request)];
  }

  release(): void {
    // What was read in the context of the whole document can't be read from its own text again.
    if (this.#text !== '') this.#block = undefined;
  }

  toJSON(): Omit<Block, 'release'> {
    return { ...this.#parsed, lines: this.lines, diagnostics: this.diagnostics };
  }
}

function withoutSeparator({ method, target, line }: NonNullable<Block['request']>): Diagnostic {
  return {
    start: (method ?? target).start,
    end: target.end,
    severity: 'information',
    code: 'request-without-separator',
    message: 'A request begins here. Other clients want “###” above it.',
    fixes: [{ title: 'Insert “###” above it', edits: [{ start: 0, end: 0, text: '###\n' }] }],
    line,
  };
}

/**
 * Cuts a text into blocks at the lines that start with `###`, indented or not, and where a request begins without one.
 */
export class BlockSplitter {
  /** Offset of the next block. */
  offset = 0;
  readonly #text: string;
  #reader: LineReader;
  /** Reads the blocks that hold comments of several lines: only their parser knows where they end. */
  #parserReader: LineReader | undefined;
  readonly #detached: boolean;

  /** With `detached`, blocks keep copies of their text, so that they don't hold on to the whole document. */
  constructor(text: string, detached: boolean) {
    this.#text = text;
    this.#reader = new LineReader(text, 0);
    this.#detached = detached;
  }

  /** The block at `offset`; only for `offset` 0 may it be empty. */
  next(): Block {
    const text = this.#text;
    const begin = this.offset;
    // The last block may have ended above the line that was read last, and a reader only goes on.
    if (begin < this.#reader.start) this.#reader = new LineReader(text, begin);
    const reader = this.#reader;
    reader.next = begin;
    let lineCount = 0;
    /** Something stands above that may be a request line. */
    let content = false;
    while (reader.step()) {
      const { start } = reader;
      const code = text.charCodeAt(start);
      if (code === 35 /* # */ || code === 32 || code === 9) {
        if (start > begin && separatorMark(text, start) !== -1) return this.#block(begin, start, lineCount);
        if (code !== 35 && opensComment(text, start, reader.end)) return this.#parse(begin);
      } else if ((code === 47 || code <= 60 || code === 0xfeff) && opensComment(text, start, reader.end)) {
        return this.#parse(begin);
      }
      // Only the parser knows whether a second request line is part of a body.
      if (content && isRequestLine(text, start)) return this.#parse(begin);
      content ||= isContent(text, start, reader.end);
      lineCount++;
    }
    return this.#block(begin, text.length, lineCount);
  }

  #block(begin: number, end: number, lineCount: number): Block {
    this.offset = end;
    const text = this.#text.slice(begin, end);
    const own = this.#detached && text.length * 4 < this.#text.length ? copy(text) : text;
    return new DeferredBlock(own, lineCount, this.#isUnseparated(begin));
  }

  #parse(begin: number): Block {
    this.#parserReader ??= new LineReader(this.#text, begin);
    const reader = this.#parserReader;
    if (reader.start !== begin || begin === 0) {
      reader.next = begin;
      reader.advance();
    }
    const block = new BlockParser(reader).parse();
    this.offset = begin + block.length;
    return new DeferredBlock('', block.lineCount, this.#isUnseparated(begin), block);
  }

  #isUnseparated(begin: number): boolean {
    return begin > 0 && separatorMark(this.#text, begin) === -1;
  }
}

/** Whether a line is more than a blank one, a comment, a directive or a variable. */
function isContent(text: string, start: number, end: number): boolean {
  if (start === end) return false;
  const code = text.charCodeAt(start);
  return code !== 35 && code !== 64 && !(code === 47 && text.charCodeAt(start + 1) === 47);
}

/** Whether a line may begin a comment of several lines. */
function opensComment(text: string, start: number, end: number): boolean {
  let at = start;
  if (at === 0 && text.charCodeAt(0) === 0xfeff) at++;
  while (at < end && text.charCodeAt(at) <= 32) at++;
  if (at >= end) return false;
  const code = text.charCodeAt(at);
  return code === 47 ? text.charCodeAt(at + 1) === 42 : code === 60 && text.startsWith('<!--', at);
}

/** The same text in memory of its own, where V8 would keep a slice's whole source alive. */
function copy(text: string): string {
  return `\n${text}`.slice(1);
}
