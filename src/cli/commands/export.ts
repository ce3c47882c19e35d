import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { writePostmanCollection } from '../../convert/postman/write-postman.ts';
import { readCollection } from '../../convert/read-collection.ts';
import { separateSecrets } from '../../convert/separate-secrets.ts';
import { CountersignError } from '../../core/errors.ts';
import { foldersUp, isWithin } from '../../core/path-within.ts';
import { replaceFile } from '../../node/replace-file.ts';
import type { CommandContext } from '../command.ts';
import { requestFiles } from '../node-workspace.ts';
import { UsageError } from '../usage-error.ts';

const usage = 'usage: countersign export postman PATH [--out FILE]';

/** Larger files beside requests are not part of a collection. Bytes. */
const largestPart = 5 * 1024 * 1024;

/** `export postman PATH`: a folder of requests as a Postman collection, on standard output or in a file. */
export async function exportCommand({ call, output, stderr, current }: CommandContext): Promise<number> {
  const [, format, path, ...rest] = call.positionals;
  if (format === undefined || path === undefined || rest.length > 0) throw new UsageError(usage);
  if (format !== 'postman')
    throw new UsageError(`there is no format “${format}” to export to; there are postman, curl and har`);
  const given = resolve(current, path);
  const isFolder = await stat(given).then(
    found => found.isDirectory(),
    () => undefined,
  );
  if (isFolder === undefined) throw new UsageError(`there is no ${path}`);
  const folder = isFolder ? given : dirname(given);
  const files = await sourceFiles(folder, await requestFiles([path], current));
  const read = readCollection(basename(folder), files);
  const { imported, secrets } = separateSecrets(
    { collections: [read], environments: [] },
    { reference: name => `{{${name}}}` },
  );
  const [without = read] = call.showSecrets ? [read] : imported.collections;
  const named = call.showSecrets ? [] : secrets.map(({ name }) => ({ name, value: '', secret: true }));
  const { collection, findings } = writePostmanCollection({ ...without, variables: [...without.variables, ...named] });
  const text = `${JSON.stringify(collection, undefined, 2)}\n`;
  if (call.out === undefined) output.line(text.trimEnd());
  else {
    await replaceFile(resolve(current, call.out), text).catch((cause: unknown) => {
      throw new CountersignError('io', `${call.out} cannot be written.`, { cause });
    });
  }
  for (const { at, finding } of findings) stderr.line(`not exported: ${at}: ${finding}`);
  if (named.length > 0) {
    stderr.line(`secrets left out, as variables without a value: ${named.map(({ name }) => name).join(', ')}`);
  }
  return 0;
}

/** The files of a collection: those of requests in their order, what speaks for folders, and what they name beside them. */
async function sourceFiles(folder: string, requests: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const add = async (path: string): Promise<string | undefined> => {
    const key = relative(folder, path).split(sep).join('/');
    if (files.has(key) || !isWithin(path, folder)) return undefined;
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile() || found.size > largestPart) return undefined;
    const text = await readFile(path, 'utf8');
    files.set(key, text);
    return text;
  };
  for (const path of requests) {
    for (const at of isWithin(path, folder) ? foldersUp(dirname(path), folder) : []) {
      for (const level of ['collection.http', 'folder.http']) await add(join(at, level));
    }
    const text = (await add(path)) ?? '';
    for (const [, named = ''] of text.matchAll(/^\s*(?:<@?|>|<>)\s+(\.\/[^\r\n]+?)\s*$/gm))
      await add(join(dirname(path), named));
  }
  return files;
}
