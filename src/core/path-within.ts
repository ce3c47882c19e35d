import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path is that folder or stands below it. Both are absolute; links are not followed. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep, 1)[0] !== '..';
}
