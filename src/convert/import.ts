import { CountersignError } from '../core/errors.ts';
import { adapt } from './adapt.ts';
import { isBruno, openCollectionMarks, readBruno } from './bruno/bruno.ts';
import { type Finding, type Imported, type ImportedFolder, nothingImported, requestsOf } from './collection.ts';
import { isHar, readHar } from './har.ts';
import type { ImportFormat, ImportResult } from './import-format.ts';
import { isInsomnia, readInsomnia } from './insomnia.ts';
import { isOpenApi, readOpenApi } from './openapi/openapi.ts';
import { isPostman, readPostman } from './postman/postman.ts';
import { postmanDefinition } from './postman/postman-folder.ts';
import { readFolder } from './read-folder.ts';
import { SourceFolder } from './source-folder.ts';
import { isSourceFile } from './source-names.ts';
import { decodeSource, parseSource } from './source-text.ts';
import { isZip, readZip } from './zip-folder.ts';

export const importFormats: readonly ImportFormat[] = [
  {
    ...{ id: 'postman', label: 'Postman', marks: [postmanDefinition] },
    ...{ recognizes: isPostman, read: readPostman },
  },
  { id: 'insomnia', label: 'Insomnia', recognizes: isInsomnia, read: readInsomnia },
  {
    ...{ id: 'bruno', label: 'Bruno', marks: ['bruno.json', ...openCollectionMarks] },
    ...{ recognizes: isBruno, read: readBruno },
  },
  { id: 'openapi', label: 'OpenAPI', recognizes: isOpenApi, read: readOpenApi },
  { id: 'har', label: 'HTTP archive (HAR)', recognizes: isHar, read: readHar },
];

/** Larger files are no exports of requests. Bytes. */
export const largestImport = 256 * 1024 * 1024;

/**
 * Reads a file or a zip archive that another tool exported, or a folder of its; the format is told by its content where
 * it isn't given.
 * @param name of the file, for messages
 * @throws CountersignError `invalid-value` that says what it is and is not
 */
export function readImport(source: Uint8Array | SourceFolder, name: string, formatId?: string): ImportResult {
  const candidates = formatId === undefined ? importFormats : importFormats.filter(({ id }) => id === formatId);
  const folder =
    source instanceof SourceFolder
      ? source
      : isZip(source)
        ? readZip(source, name, isSourceFile, largestImport)
        : parseSource(decodeSource(source), name);
  const read = folder instanceof SourceFolder ? readFolder(folder, candidates) : readDocument(folder, candidates);
  const [only] = candidates;
  if (read.formats.length === 0 && formatId !== undefined && only) {
    throw new CountersignError('invalid-value', `${name} is not of the format ${only.label}.`, {
      hint: 'Leave the format out, and it is told by the content.',
    });
  }
  if (read.formats.length === 0) {
    throw new CountersignError('invalid-value', `${name} is of no format that can be imported.`, {
      hint: `These can: ${importFormats.map(({ label }) => label).join(', ')}.`,
    });
  }
  const imported = adapt(read.imported);
  if (imported.collections.length === 0 && imported.environments.length === 0) {
    throw new CountersignError('invalid-value', `${name} holds nothing to import.`);
  }
  return { formats: read.formats, imported };
}

function readDocument(document: unknown, candidates: readonly ImportFormat[]): ImportResult {
  const format = candidates.find(candidate => candidate.recognizes(document));
  return format ? { formats: [format], imported: format.read(document) } : { formats: [], imported: nothingImported };
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
export function findingsOf({ collections, findings = [] }: Imported): readonly Finding[] {
  const found: Finding[] = [...findings];
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
