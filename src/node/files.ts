import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { CountersignError } from '../core/errors.ts';
import type { FileReader } from '../core/ports.ts';

/** Reads files from the disk of this machine. */
export const nodeFiles: FileReader = {
  async read(path) {
    try {
      return await readFile(path);
    } catch (error) {
      throw fileError(error, path);
    }
  },
  async size(path) {
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
      return found.size;
    } catch (error) {
      throw fileError(error, path);
    }
  },
  async *open(path) {
    try {
      yield* createReadStream(path, { highWaterMark: 256 * 1024 });
    } catch (error) {
      throw fileError(error, path);
    }
  },
};

/** What kept a file from being read, in words. */
function fileError(error: unknown, path: string): CountersignError {
  if (error instanceof CountersignError) return error;
  const code = (error as { code?: unknown } | undefined)?.code;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CountersignError('missing-file', `The file ${path} does not exist.`, {
        hint: 'Paths are relative to the file that names them.',
        cause: error,
      });
    case 'EISDIR':
      return new CountersignError('io', `${path} is a folder, not a file.`, {
        hint: 'Name a file in it.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new CountersignError('io', `The file ${path} may not be read.`, {
        hint: 'Check its permissions.',
        cause: error,
      });
    default:
      return new CountersignError('io', `The file ${path} could not be read${code ? ` (${code})` : ''}.`, {
        cause: error,
      });
  }
}
