import type { Imported, ImportedEnvironment, ImportedFolder, ImportedRequest } from './collection.ts';
import { safeName, UniqueNames } from './file-names.ts';
import { type WrittenBlock, writeFolder, writeRequest } from './write-block.ts';

/** Files to write, by their paths below the folder that the import goes to, `/` between names. */
export type WrittenFiles = ReadonlyMap<string, string>;

export interface WriteOptions {
  /** Each request in a file of its own rather than all of a folder in one. */
  readonly filePerRequest?: boolean;
  /** Names of folders that are there and stay as they are. */
  readonly taken?: readonly string[];
}

/**
 * The files of what was imported: a collection is a folder with `collection.http`, a folder is a folder with
 * `folder.http` where it states something, and the requests of each stand in one file that is named like it.
 */
export function writeImported({ collections, environments }: Imported, options: WriteOptions = {}): WrittenFiles {
  const files = new Map<string, string>();
  const names = new UniqueNames(options.taken);
  for (const collection of collections) {
    const folder = names.take(safeName(collection.name, 'collection'));
    const stated = writeFolder(collection, 'collection');
    files.set(`${folder}/collection.http`, stated?.text ?? `# ${collection.name.replace(/\s+/g, ' ').trim()}\n`);
    addFiles(files, folder, stated);
    writeItems(files, folder, collection, options);
  }
  const only = collections.length === 1 ? `${[...files.keys()][0]?.split('/', 1)[0]}/` : '';
  for (const [name, content] of writeEnvironments(environments)) files.set(`${only}${name}`, content);
  return files;
}

function writeItems(
  files: Map<string, string>,
  folder: string,
  { items }: ImportedFolder,
  options: WriteOptions,
): void {
  const own = folder.slice(folder.lastIndexOf('/') + 1);
  const names = new UniqueNames(['collection', 'folder', own]);
  const requests = items.filter((item): item is ImportedRequest => item.kind === 'request');
  const titles = new UniqueNames();
  const blocks = requests.map(request => {
    const title = titles.take(request.name.replace(/\s+/g, ' ').trim() || `${request.method} ${request.url}`);
    const base = names.take(safeName(title, 'request'));
    return { base, block: writeRequest(request, title, base) };
  });
  for (const { base, block } of blocks) {
    addFiles(files, folder, block);
    if (options.filePerRequest) files.set(`${folder}/${base}.http`, block.text);
  }
  if (!options.filePerRequest && blocks.length > 0) {
    files.set(`${folder}/${own}.http`, blocks.map(({ block }) => block.text).join('\n'));
  }
  for (const item of items) {
    if (item.kind !== 'folder') continue;
    const path = `${folder}/${names.take(safeName(item.name, 'folder'))}`;
    const stated = writeFolder(item, 'folder');
    if (stated) files.set(`${path}/folder.http`, stated.text);
    addFiles(files, path, stated);
    writeItems(files, path, item, options);
  }
}

function addFiles(files: Map<string, string>, folder: string, block: WrittenBlock | undefined): void {
  for (const [name, content] of block?.files ?? []) files.set(`${folder}/${name}`, content);
}

/** Environments as `http-client.env.json`, their secrets apart in the private file. */
function* writeEnvironments(environments: readonly ImportedEnvironment[]): Iterable<[string, string]> {
  const names = new UniqueNames();
  const shared: Record<string, Record<string, string>> = {};
  const secret: Record<string, Record<string, string>> = {};
  for (const { name, variables } of environments) {
    const key = name === '$shared' ? name : names.take(name.replace(/\s+/g, ' ').trim() || 'environment');
    if (name !== '$shared') shared[key] ??= {};
    for (const { name: variable, value, secret: isSecret, disabled } of variables) {
      if (disabled) continue;
      const into = isSecret ? secret : shared;
      into[key] = { ...into[key], [variable]: value };
    }
  }
  const written = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  if (Object.keys(shared).length > 0) yield ['http-client.env.json', written(shared)];
  if (Object.keys(secret).length === 0) return;
  yield ['http-client.private.env.json', written(secret)];
  yield ['.gitignore', 'http-client.private.env.json\n'];
}
