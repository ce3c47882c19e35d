import { dirname, isAbsolute, join, relative, sep } from 'node:path';

/** Whether a path is that folder or stands below it. Both are absolute; links are not followed. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way.split(sep, 1)[0] !== '..';
}

/** Whether two absolute paths are written alike, as the system compares names: on Windows in any case of letters. */
export function isSamePath(a: string, b: string): boolean {
  return a === b || relative(a, b) === '';
}

/** A folder and those above it, inner first, up to a root; up to that of the disk where it is not below `root`. */
export function foldersUp(folder: string, root: string): readonly string[] {
  const folders = [folder];
  for (let at = folder; !isSamePath(at, root) && at !== dirname(at); folders.push(at)) at = dirname(at);
  return folders;
}

/** Where a path is once something was moved: that itself, or a folder around it. Undefined where it stays. */
export function pathAfterMove(path: string, from: string, to: string): string | undefined {
  if (isSamePath(path, from)) return to;
  return isWithin(path, from) ? join(to, relative(from, path)) : undefined;
}

/**
 * A path as a file in `folder` names it, the same on every system: relative, with `/`, beginning with `.`. What is on
 * another drive or share has no relative path, and stays absolute.
 */
export function pathNamedFrom(folder: string, path: string): string {
  const way = relative(folder, path);
  const named = sep === '/' ? way : way.replaceAll(sep, '/');
  return named.startsWith('.') || isAbsolute(way) ? named : `./${named}`;
}
