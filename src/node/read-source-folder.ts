import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CountersignError } from '../core/errors.ts';

/**
 * The texts of a folder's files whose names are wanted, by paths below it, `/` between names. Links, `node_modules` and
 * hidden folders are left out, but for the `.resources` of Postman.
 * @param most bytes of all of them
 * @throws CountersignError `too-large`
 */
export async function readSourceFolder(
  folder: string,
  wanted: (name: string) => boolean,
  most: number,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  let size = 0;
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true });
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      const hidden = entry.name.startsWith('.') && entry.name !== '.resources';
      if (entry.isDirectory() && !hidden && entry.name !== 'node_modules') await walk(path);
      if (!entry.isFile() || !wanted(entry.name)) continue;
      size += (await stat(join(folder, path))).size;
      if (size > most) throw new CountersignError('too-large', `The files of ${folder} are too large together.`);
      files.set(path, await readFile(join(folder, path), 'utf8'));
    }
  };
  await walk('');
  return files;
}
