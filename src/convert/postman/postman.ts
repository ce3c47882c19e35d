import { CountersignError } from '../../core/errors.ts';
import type { Imported, ImportedEnvironment } from '../collection.ts';
import { anyText, type JsonRecord, list, record } from '../json-shape.ts';
import { SourceFolder } from '../source-folder.ts';
import { readPostmanCollection, readPostmanVariables } from './postman-collection.ts';
import { isPostmanFolder, readPostmanFolder } from './postman-folder.ts';

/** Whether a JSON document is one of Postman's. */
export function isPostman(value: unknown): boolean {
  if (value instanceof SourceFolder) return isPostmanFolder(value);
  const document = record(value);
  return (
    isCollection(unwrapped(document)) ||
    isOld(document) ||
    isVariables(document) ||
    (Array.isArray(document.collections) && Array.isArray(document.environments))
  );
}

/**
 * Reads what Postman exports: a collection (2.0, 2.1, or 3.0 as a folder), an environment, globals, or a dump of all.
 * @throws CountersignError `invalid-value` where it is of a version that can't be read
 */
export function readPostman(value: unknown): Imported {
  if (value instanceof SourceFolder) return readPostmanFolder(value);
  const document = record(value);
  const collection = unwrapped(document);
  if (isCollection(collection)) return { collections: [readPostmanCollection(collection)], environments: [] };
  if (isOld(document)) {
    throw new CountersignError('invalid-value', 'This is a Postman collection of the format 1.0, which is not read.', {
      hint: 'Convert it first: “npx postman-collection-transformer convert -j 1.0.0 -p 2.1.0 -i OLD -o NEW”.',
    });
  }
  if (isVariables(document)) return { collections: [], environments: [environmentOf(document)] };
  const collections = list(document.collections)
    .map(each => unwrapped(record(each)))
    .filter(isCollection);
  const environments = list(document.environments).map(record).map(environmentOf);
  const globals = readPostmanVariables(list(document.globals));
  return {
    collections: collections.map(readPostmanCollection),
    environments: [...(globals.length > 0 ? [{ name: '$shared', variables: globals }] : []), ...environments],
  };
}

/** A collection as the Postman API answers it stands in `collection`. */
const unwrapped = (document: JsonRecord): JsonRecord =>
  Array.isArray(document.item) ? document : record(document.collection ?? document);

const isCollection = (document: JsonRecord): boolean =>
  Array.isArray(document.item) && typeof document.info === 'object' && document.info !== null;

const isOld = (document: JsonRecord): boolean =>
  Array.isArray(document.requests) && (Array.isArray(document.order) || Array.isArray(document.folders));

const isVariables = (document: JsonRecord): boolean =>
  Array.isArray(document.values) &&
  (typeof document._postman_variable_scope === 'string' || typeof document.name === 'string');

function environmentOf(document: JsonRecord): ImportedEnvironment {
  const globals = document._postman_variable_scope === 'globals';
  return {
    name: globals ? '$shared' : (anyText(document.name) ?? '').trim() || 'environment',
    variables: readPostmanVariables(document.values),
  };
}
