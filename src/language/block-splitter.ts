import { BlockParser, type ParsedBlock } from './block-parser.ts';
import { LineReader, separatorMark } from './line-reader.ts';
import type { Block } from './syntax-tree.ts';

/** A block that is parsed when its first node is asked for; most blocks of a large file never are. */
class DeferredBlock implements Block {
  readonly length: number;
  readonly lineCount: number;
  readonly #text: string;
  #block: ParsedBlock | undefined;

  constructor(text: string, lineCount: number, block?: ParsedBlock) {
    this.length = block?.length ?? text.length;
    this.lineCount = lineCount;
    this.#text = text;
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
    return this.#parsed.diagnostics;
  }

  release(): void {
    // What was read in the context of the whole document can't be read from its own text again.
    if (this.#text !== '') this.#block = undefined;
  }

  toJSON(): Omit<Block, 'release'> {
    return { ...this.#parsed, lines: this.lines };
  }
}

/** Cuts a text into blocks at the lines that start with `###`, indented or not. */
export class BlockSplitter {
  /** Offset of the next block. */
  offset = 0;
  readonly #text: string;
  readonly #reader: LineReader;
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
    const reader = this.#reader;
    const begin = this.offset;
    reader.next = begin;
    let lineCount = 0;
    while (reader.step()) {
      const { start } = reader;
      const code = text.charCodeAt(start);
      if (code === 35 /* # */ || code === 32 || code === 9) {
        if (start > begin && separatorMark(text, start) !== -1) return this.#block(begin, start, lineCount);
        if (code !== 35 && opensComment(text, start, reader.end)) return this.#parse(begin);
      } else if ((code === 47 || code <= 60 || code === 0xfeff) && opensComment(text, start, reader.end)) {
        return this.#parse(begin);
      }
      lineCount++;
    }
    return this.#block(begin, text.length, lineCount);
  }

  #block(begin: number, end: number, lineCount: number): Block {
    this.offset = end;
    const text = this.#text.slice(begin, end);
    return new DeferredBlock(this.#detached && text.length * 4 < this.#text.length ? copy(text) : text, lineCount);
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
    return new DeferredBlock('', block.lineCount, block);
  }
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
