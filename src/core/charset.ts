type Decoder = InstanceType<typeof TextDecoder>;

const DECODERS = new Map<string, Decoder>();

/** The charset parameter of a Content-Type in lower case, `utf-8` where there is none. */
export function charsetOf(contentType: string | undefined): string {
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
}

/**
 * Text of a body. A byte order mark wins over the charset of the Content-Type; an unknown charset is read as UTF-8, and
 * bytes that the charset does not have become U+FFFD.
 * @see https://encoding.spec.whatwg.org/#decode
 */
export function decodeText(bytes: Uint8Array, charset: string): string {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return decoder('utf-8').decode(bytes);
  if (first === 0xfe && second === 0xff) return decoder('utf-16be').decode(bytes);
  if (first === 0xff && second === 0xfe) return decoder('utf-16le').decode(bytes);
  return decoder(charset).decode(bytes);
}

function decoder(charset: string): Decoder {
  let found = DECODERS.get(charset);
  if (!found) {
    try {
      found = new TextDecoder(charset);
    } catch {
      found = decoder('utf-8');
    }
    if (DECODERS.size < 50) DECODERS.set(charset, found);
  }
  return found;
}
