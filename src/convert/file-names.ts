/** Names that Windows keeps for devices, with any extension. @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const devices = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\..*)?$/i;

/** UTF-8 bytes; file systems allow 255 for a name with its extension. */
const longest = 80;

/**
 * A name for a file or folder, without extension, that every system allows: of letters, digits, `-`, `_` and `.`, in
 * lower case. What has none of these becomes `fallback`.
 */
export function safeName(name: string, fallback: string): string {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  let short = '';
  for (const character of plain) {
    if (Buffer.byteLength(short + character) > longest) break;
    short += character;
  }
  short = short.replace(/[-.]+$/, '');
  if (short === '') return fallback;
  return devices.test(short) ? `${short}-` : short;
}

/** Hands out names that differ in more than their case, also where a disk composes letters otherwise. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(key(name));
  }

  /** The name, or with the first of `-2`, `-3` … that is free. */
  take(name: string): string {
    for (let count = 1; ; count++) {
      const candidate = count === 1 ? name : `${name}-${count}`;
      if (this.#taken.has(key(candidate))) continue;
      this.#taken.add(key(candidate));
      return candidate;
    }
  }
}

const key = (name: string): string => name.normalize('NFC').toLowerCase();
