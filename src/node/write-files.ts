import { lstat, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { isWithin } from '../core/path-within.ts';
import { replaceFile } from './replace-file.ts';

/** What writing files would do, before it is done. Paths are those that were given. */
export interface WritePlan {
  readonly created: readonly string[];
  /** There are files of these names with another content. */
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
}

type Files = ReadonlyMap<string, string>;

/**
 * Looks what writing files below a folder would do; nothing is written.
 * @param files content by path below the folder, `/` between names
 * @throws CountersignError `io` where a path leads out of the folder, or through a file
 */
export async function planFiles(folder: string, files: Files): Promise<WritePlan> {
  const created: string[] = [];
  const changed: string[] = [];
  const unchanged: string[] = [];
  for (const [path, content] of files) {
    const target = await targetOf(folder, path);
    const there = await contentOf(target);
    (there === undefined ? created : there === content ? unchanged : changed).push(path);
  }
  return { created, changed, unchanged };
}

/**
 * Writes files below a folder, which is made where there is none: all of them or, where one fails, none of the new ones.
 * @throws CountersignError `io`
 */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  const made: string[] = [];
  try {
    for (const [path, content] of files) {
      const target = await targetOf(folder, path);
      const there = await contentOf(target);
      if (there === content) continue;
      const first = await mkdir(dirname(target), { recursive: true });
      if (there !== undefined) await replaceFile(target, content);
      else {
        made.push(first ?? target);
        await writeFile(target, content, { flag: 'wx' });
      }
    }
  } catch (cause) {
    for (const path of made.toReversed()) await rm(path, { recursive: true, force: true }).catch(() => {});
    if (cause instanceof CountersignError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? ': the disk is full' : '';
    throw new CountersignError('io', `The files cannot be written to ${folder}${why}. Nothing was kept.`, { cause });
  }
}

/** Where a file goes: never out of the folder, whichever links stand in it. */
async function targetOf(folder: string, path: string): Promise<string> {
  const target = join(folder, ...path.split('/'));
  if (!isWithin(target, folder) || target === folder) throw leads(path);
  let at = dirname(target);
  while (at !== folder && !(await lstat(at).catch(() => undefined))) at = dirname(at);
  const root = await realpath(folder).catch(() => folder);
  const real = await realpath(at).catch(() => at);
  if (real !== root && real !== folder && !isWithin(real, root)) throw leads(path);
  const there = await lstat(target).catch(() => undefined);
  if (there && !there.isFile()) throw leads(path);
  return target;
}

const leads = (path: string): CountersignError =>
  new CountersignError('io', `${path} cannot be written: there is a link or a folder of that name.`);

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw new CountersignError('io', `${path} cannot be read.`, { cause: error });
  }
}
