import { createReadStream } from 'node:fs';
import { constants, type FileHandle, open, readFile, realpath } from 'node:fs/promises';
import { CountersignError } from '../core/errors.ts';
import { isWithin } from '../core/path-within.ts';
import type { FileReader } from '../core/ports.ts';

/** Bytes of a file that is read whole: a value, a key, a list of variables. Bodies are streamed. */
const largest = 64 * 1024 * 1024;
/** Milliseconds for finding and opening a file: a share whose server is gone answers never. */
const patience = 20_000;

/** Sees to it that a file may be read. @throws CountersignError */
export type PermitFile = (path: string) => Promise<void>;

/** Reads regular files of this machine, and nothing that has no end or that waits for somebody to write. */
export const nodeFiles: FileReader = createFiles(async path => path);

/** Reads whatever this person names in a call: `--env-file <(…)` is a pipe. */
export const namedFiles: FileReader = { ...nodeFiles, read: path => inWords(path, () => readFile(path)) };

/**
 * Reads files that requests name: those in one of the folders, links followed, and what is permitted besides. A path
 * that leads elsewhere is not even looked at before that: on Windows, looking sends a password.
 * @param folders absolute paths, asked for each time
 */
export function filesWithin(folders: () => readonly string[], permit: PermitFile): FileReader {
  const real = new Map<string, Promise<string>>();
  const realFolder = (folder: string): Promise<string> => {
    const known = real.get(folder) ?? realpath(folder).catch(() => folder);
    real.set(folder, known);
    return known;
  };
  return createFiles(async path => {
    if (!folders().some(folder => isWithin(path, folder))) {
      await permit(path);
      return path;
    }
    const target = await inWords(path, () => realpath(path));
    const within = await Promise.all(folders().map(async folder => isWithin(target, await realFolder(folder))));
    if (!within.includes(true)) await permit(target);
    return target;
  });
}

function createFiles(permitted: (path: string) => Promise<string>): FileReader {
  return {
    async read(path) {
      const target = await permitted(path);
      return inWords(path, () =>
        withRegularFile(target, async (file, size) => {
          if (size > largest) throw tooLarge(path);
          return await file.readFile();
        }),
      );
    },
    async size(path) {
      const target = await permitted(path);
      return inWords(path, () => withRegularFile(target, async (_file, size) => size));
    },
    async *open(path) {
      const target = await permitted(path);
      await inWords(path, () => withRegularFile(target, async () => {}));
      try {
        yield* createReadStream(target, { highWaterMark: 256 * 1024 });
      } catch (error) {
        throw fileError(error, path);
      }
    },
  };
}

async function withRegularFile<T>(path: string, work: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  // Without O_NONBLOCK, opening a pipe waits for its writer. Windows has neither.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const file = await inTime(open(path, flags));
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!found.isFile()) throw Object.assign(new Error(), { code: 'ENXIO' });
    return await work(file, found.size);
  } finally {
    await file.close();
  }
}

async function inTime(opening: Promise<FileHandle>): Promise<FileHandle> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(Object.assign(new Error(), { code: 'ETIMEDOUT' })), patience);
  try {
    return await Promise.race([opening, late]);
  } catch (error) {
    opening.then(file => file.close()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function inWords<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, path);
  }
}

function tooLarge(path: string): CountersignError {
  return new CountersignError('too-large', `The file ${path} is larger than 64 MiB, and would be read whole.`, {
    hint: 'Send it as the body of a request: “< path” streams it.',
  });
}

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
    case 'ENXIO':
      return new CountersignError('io', `${path} is a pipe or a device, not a regular file.`, {
        hint: 'Name a file.',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return new CountersignError('io', `The file ${path} may not be read.`, {
        hint: 'Check its permissions.',
        cause: error,
      });
    case 'ETIMEDOUT':
      return new CountersignError('io', `The file ${path} could not be opened within ${patience / 1000} s.`, {
        hint: 'Check whether the disk or share that it is on can be reached.',
        cause: error,
      });
    default:
      return new CountersignError('io', `The file ${path} could not be read${code ? ` (${code})` : ''}.`, {
        cause: error,
      });
  }
}
