import { parse as parseYaml } from 'yaml';
import { CountersignError } from '../core/errors.ts';
import { adapt } from './adapt.ts';
import { isBruno, readBruno } from './bruno/bruno.ts';
import { type Imported, type ImportedFolder, requestsOf } from './collection.ts';
import { isHar, readHar } from './har.ts';
import { isInsomnia, readInsomnia } from './insomnia.ts';
import { isOpenApi, readOpenApi } from './openapi/openapi.ts';
import { isPostman, readPostman } from './postman/postman.ts';
import { SourceFolder } from './source-folder.ts';

/** A format of another tool that can be read. */
export interface ImportFormat {
  readonly id: string;
  /** As people call it. */
  readonly label: string;
  /** Whether a document (parsed JSON or YAML, or a `SourceFolder`) is of this format. */
  recognizes(document: unknown): boolean;
  /** @throws CountersignError `invalid-value` with what is wrong */
  read(document: unknown): Imported;
}

export const importFormats: readonly ImportFormat[] = [
  { id: 'postman', label: 'Postman', recognizes: isPostman, read: readPostman },
  { id: 'insomnia', label: 'Insomnia', recognizes: isInsomnia, read: readInsomnia },
  { id: 'bruno', label: 'Bruno', recognizes: isBruno, read: readBruno },
  { id: 'openapi', label: 'OpenAPI', recognizes: isOpenApi, read: readOpenApi },
  { id: 'har', label: 'HTTP archive (HAR)', recognizes: isHar, read: readHar },
];

/** What was read, and of which format. */
export interface ImportResult {
  readonly format: ImportFormat;
  readonly imported: Imported;
}

/** Names of the files that a folder of another tool's consists of. */
export const isSourceFile = (name: string): boolean => name === 'bruno.json' || name.endsWith('.bru');

/** Larger files are no exports of requests. Bytes. */
export const largestImport = 256 * 1024 * 1024;

/**
 * Reads a file that another tool exported, or a folder of its; the format is told by its content where it isn't given.
 * @param name of the file, for messages
 * @throws CountersignError `invalid-value` that says what it is and is not
 */
export function readImport(source: Uint8Array | SourceFolder, name: string, formatId?: string): ImportResult {
  const document = source instanceof SourceFolder ? source : parsed(decoded(source), name);
  const format =
    formatId === undefined
      ? importFormats.find(candidate => candidate.recognizes(document))
      : importFormats.find(({ id }) => id === formatId);
  if (!format) {
    throw new CountersignError('invalid-value', `${name} is of no format that can be imported.`, {
      hint: `These can: ${importFormats.map(({ label }) => label).join(', ')}.`,
    });
  }
  if (!format.recognizes(document)) {
    throw new CountersignError('invalid-value', `${name} is not of the format ${format.label}.`, {
      hint: 'Leave the format out, and it is told by the content.',
    });
  }
  const imported = adapt(format.read(document));
  if (imported.collections.length === 0 && imported.environments.length === 0) {
    throw new CountersignError('invalid-value', `${name} holds nothing to import.`);
  }
  return { format, imported };
}

/** UTF-8 or UTF-16, by its byte order mark. */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function parsed(content: string, name: string): unknown {
  const isJson = /^\s*[[{]/.test(content);
  try {
    return isJson ? JSON.parse(content) : parseYaml(content, { maxAliasCount: 1000 });
  } catch (cause) {
    throw new CountersignError('invalid-value', `${name} is not valid ${isJson ? 'JSON' : 'YAML'}.`, {
      cause,
      hint: 'Export it again from the tool it comes from; a file that was cut off in a download is no longer whole.',
    });
  }
}

export interface ImportCounts {
  readonly requests: number;
  readonly folders: number;
  readonly environments: number;
  readonly scripts: number;
}

export function countImported({ collections, environments }: Imported): ImportCounts {
  const requests = collections.flatMap(collection => [...requestsOf(collection)]);
  const folders = collections.flatMap(collection => [...foldersOf(collection)]);
  const scripted = [...requests.map(({ request }) => request), ...folders].flatMap(({ scripts }) =>
    Object.values(scripts),
  );
  return {
    requests: requests.length,
    folders: folders.length - collections.length,
    environments: environments.filter(({ name }) => name !== '$shared').length,
    scripts: scripted.length,
  };
}

/** What could not be carried over, by where it stood: the names of folders and request, `/` between them. */
export function findingsOf({ collections }: Imported): readonly { readonly at: string; readonly finding: string }[] {
  const found: { at: string; finding: string }[] = [];
  const walk = (folder: ImportedFolder, above: readonly string[]): void => {
    const path = [...above, folder.name];
    for (const finding of folder.findings) found.push({ at: path.join(' / '), finding });
    for (const item of folder.items) {
      if (item.kind === 'folder') walk(item, path);
      else for (const finding of item.findings) found.push({ at: [...path, item.name].join(' / '), finding });
    }
  };
  for (const collection of collections) walk(collection, []);
  return found;
}

function* foldersOf(folder: ImportedFolder): Iterable<ImportedFolder> {
  yield folder;
  for (const item of folder.items) if (item.kind === 'folder') yield* foldersOf(item);
}
