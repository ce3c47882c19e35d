import { unzipSync } from 'fflate';
import { CountersignError } from '../core/errors.ts';
import { SourceFolder } from './source-folder.ts';
import { decodeSource } from './source-text.ts';

/** Whether bytes are a zip archive. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * The texts of an archive whose names are wanted.
 * @param most bytes of all of them, unpacked
 * @throws CountersignError `too-large`; `invalid-value` where it is cut off or locked
 */
export function readZip(
  bytes: Uint8Array,
  name: string,
  wanted: (name: string) => boolean,
  most: number,
): SourceFolder {
  let size = 0;
  try {
    const found = unzipSync(bytes, {
      filter: ({ name: path, originalSize }) => {
        if (!wanted(path.slice(path.lastIndexOf('/') + 1)) || /(?:^|\/)__MACOSX\//.test(path)) return false;
        size += originalSize;
        if (size > most) throw new CountersignError('too-large', `The files of ${name} are too large together.`);
        return true;
      },
    });
    return new SourceFolder(new Map(Object.entries(found).map(([path, content]) => [path, decodeSource(content)])));
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError('invalid-value', `${name} is not a whole zip archive.`, {
      cause,
      hint: 'Export it again from the tool it comes from; a file that was cut off in a download is no longer whole.',
    });
  }
}
