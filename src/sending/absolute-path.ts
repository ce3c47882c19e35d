import { dirname, isAbsolute, resolve } from 'node:path';

/** A path that a file states, relative to that file's folder. */
export function absolutePath(path: string, file: string): string {
  return isAbsolute(path) ? path : resolve(dirname(file), path);
}
