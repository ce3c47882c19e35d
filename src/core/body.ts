import type { FileReader } from './ports.ts';
import { type Body, textBody } from './request.ts';

/** A piece of a body: text, or a file sent as it is. */
export type BodyPart = string | { readonly file: string };

export interface ComposeOptions {
  /** Turns the line ends of text into CRLF, as multipart bodies need them. @see RFC 2046 §4.1.1 */
  readonly crlf?: boolean;
}

/**
 * A body of pieces in order, its length known beforehand; files are read anew each time it is opened, and never held.
 * @throws CountersignError `missing-file` or `io`
 */
export async function composeBody(
  parts: readonly BodyPart[],
  files: FileReader,
  options: ComposeOptions = {},
): Promise<Body> {
  const text = (part: string): string => (options.crlf ? part.replace(/\r\n|\r|\n/g, '\r\n') : part);
  if (parts.every(part => typeof part === 'string')) return textBody(parts.map(text).join(''));

  const pieces = await Promise.all(
    parts.map(async part => {
      if (typeof part !== 'string') return { file: part.file, size: await files.size(part.file) };
      const bytes = new TextEncoder().encode(text(part));
      return { bytes, size: bytes.byteLength };
    }),
  );
  const only = pieces.length === 1 ? pieces[0] : undefined;
  return {
    length: pieces.reduce((sum, piece) => sum + piece.size, 0),
    ...(only?.file === undefined ? {} : { file: only.file }),
    async *open() {
      for (const piece of pieces) {
        if (piece.file !== undefined) yield* files.open(piece.file);
        else if (piece.bytes.byteLength > 0) yield piece.bytes;
      }
    },
  };
}
