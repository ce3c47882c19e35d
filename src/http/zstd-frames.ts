const FRAME = 0xfd2fb528;
/** The last four bits are free. */
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

type Part = 'magic' | 'skippable-size' | 'descriptor' | 'block' | 'unknown';
const PART_BYTES: Readonly<Record<Part, number>> = {
  ...{ magic: 4, 'skippable-size': 4, descriptor: 1, block: 3, unknown: Number.POSITIVE_INFINITY },
};

/**
 * Follows Zstandard frames to tell whether they ended, which Node 22's decoder doesn't.
 * @see RFC 8878 §3.1
 */
export class ZstdFrames {
  /** What the next bytes are that are read rather than passed over. */
  #part: Part = 'magic';
  #read: number[] = [];
  /** Bytes still to be passed over before that part. */
  #skip = 0;
  #checksum = false;

  /** Whether the bytes so far end where a frame ends. What isn't Zstandard is left to the decoder. */
  get complete(): boolean {
    return this.#part === 'unknown' || (this.#part === 'magic' && this.#skip === 0 && this.#read.length === 0);
  }

  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.byteLength && this.#part !== 'unknown') {
      const skipped = Math.min(this.#skip, bytes.byteLength - at);
      this.#skip -= skipped;
      at += skipped;
      const byte = bytes[at];
      if (byte === undefined) return;
      this.#read.push(byte);
      at += 1;
      if (this.#read.length < PART_BYTES[this.#part]) continue;
      const value = this.#read.reduceRight((sum, next) => sum * 256 + next, 0);
      this.#read = [];
      this.#enter(value);
    }
  }

  #enter(value: number): void {
    switch (this.#part) {
      case 'magic': {
        const skippable = value - (value % 16) === SKIPPABLE;
        this.#part = value === FRAME ? 'descriptor' : skippable ? 'skippable-size' : 'unknown';
        return;
      }
      case 'skippable-size':
        this.#skip = value;
        this.#part = 'magic';
        return;
      case 'descriptor': {
        const singleSegment = (value & 0x20) !== 0;
        const contentSize = value >> 6 === 0 && singleSegment ? 1 : (CONTENT_SIZE_BYTES[value >> 6] ?? 0);
        this.#skip = (singleSegment ? 0 : 1) + (DICTIONARY_ID_BYTES[value & 3] ?? 0) + contentSize;
        this.#checksum = (value & 4) !== 0;
        this.#part = 'block';
        return;
      }
      case 'block': {
        const isRunLength = ((value >> 1) & 3) === 1;
        const isLast = (value & 1) === 1;
        this.#skip = (isRunLength ? 1 : value >> 3) + (isLast && this.#checksum ? 4 : 0);
        this.#part = isLast ? 'magic' : 'block';
      }
    }
  }
}
