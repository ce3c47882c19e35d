import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin } from '../core/path-within.ts';

/**
 * The folder at which the search upwards for `collection.http`, `folder.http` and environment files ends: the root of
 * the repository, else the first of the named folders that holds the one asked for, else that one itself. Whoever can
 * write in a folder above has no say.
 * @param named absolute paths: the folder that a call is made in, those that it names, or the one that is opened
 * @param within looks for no repository above this folder
 */
export function searchRoot(folder: string, named: readonly string[], within?: string): string {
  for (let at = folder; within === undefined || isWithin(at, within); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (at === dirname(at)) break;
  }
  return named.find(one => isWithin(folder, one)) ?? folder;
}
