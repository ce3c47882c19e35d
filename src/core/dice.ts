import type { Random } from './ports.ts';

/** Random values of everyday shapes. */
export interface Dice {
  /** From 0 up to, but not including, 1. */
  fraction(): number;
  /** A whole number from `from` up to, but not including, `to`. */
  integer(from: number, to: number): number;
  text(length: number, letters: string): string;
  one<T>(items: readonly [T, ...T[]]): T;
  /** @see RFC 9562 §5.4 */
  uuid(): string;
}

export function dice(random: Random): Dice {
  const fraction = (): number => {
    const bytes = random.bytes(7);
    let value = (bytes[0] ?? 0) & 0x1f;
    for (let index = 1; index < 7; index++) value = value * 256 + (bytes[index] ?? 0);
    return value / 2 ** 53;
  };
  const integer = (from: number, to: number): number => Math.min(to - 1, from + Math.floor(fraction() * (to - from)));
  return {
    fraction,
    integer,
    text(length, letters) {
      // Four bytes a letter: the bias of the remainder is below one in ten million.
      const bytes = random.bytes(length * 4);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      let result = '';
      for (let index = 0; index < length; index++) result += letters[view.getUint32(index * 4) % letters.length];
      return result;
    },
    one: items => items[integer(0, items.length)] ?? items[0],
    uuid() {
      const bytes = Uint8Array.from(random.bytes(16));
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      return Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
  };
}
