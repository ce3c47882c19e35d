import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error.ts';

/** How far a file is looked through for what text does not hold. */
const looked = 8 * 1024;

/**
 * The text of a request file: UTF-8, or UTF-16 with a byte order mark as some Windows tools write it; undefined where
 * there is no such file.
 * @param shown the path as it is written in messages
 * @throws UsageError where it cannot be read, or is no text
 */
export function readRequestFile(path: string, shown: string): string | undefined {
  const bytes = readBytes(path, shown);
  if (!bytes) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const at = bytes.subarray(0, looked).indexOf(0);
  if (at >= 0) {
    throw new UsageError(`${shown} is not a text file: byte ${at + 1} is NUL. Requests are read from UTF-8 text.`);
  }
  try {
    return bytes.toString('utf8');
  } catch {
    throw new UsageError(`${shown} is too large to be read. Split it into several files.`);
  }
}

function readBytes(path: string, shown: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return undefined;
      case 'EISDIR':
        throw new UsageError(`${shown} is a folder, not a file`);
      case 'EACCES':
      case 'EPERM':
        throw new UsageError(`${shown} may not be read; check its permissions`);
      case 'ERR_FS_FILE_TOO_LARGE':
        throw new UsageError(`${shown} is too large to be read. Split it into several files.`);
      default:
        throw new UsageError(`${shown} could not be read${code === undefined ? '' : ` (${code})`}`);
    }
  }
}
