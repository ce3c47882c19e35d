import { parse as parseYaml } from 'yaml';
import { CountersignError } from '../../core/errors.ts';
import type { Finding, Imported } from '../collection.ts';
import { anyText, type JsonRecord, list, record, text } from '../json-shape.ts';
import { SourceFolder } from '../source-folder.ts';
import { readPostmanCollection } from './postman-collection.ts';

/** What states a folder or a collection of the format 3.0, in it. */
export const postmanDefinition = '.resources/definition.yaml';

/** Whether it is a collection as Postman keeps it in a Git repository, a file for each request. */
export function isPostmanFolder(value: unknown): boolean {
  return value instanceof SourceFolder && value.files.has(postmanDefinition);
}

/** Folders stand in each other at most this deep; one more than the reader of collections tells of. */
const deepest = 62;

/**
 * Reads a collection of the format 3.0: each file as the part that a collection of the format 2.1 would have.
 * @throws CountersignError `invalid-value` where a file is no YAML
 * @see https://learning.postman.com/docs/agent-mode/native-git/
 */
export function readPostmanFolder({ files }: SourceFolder): Imported {
  const findings: Finding[] = [];
  const documents = new Map<string, JsonRecord>();
  for (const [path, content] of files) {
    if (!/\.ya?ml$/i.test(path)) continue;
    const document = record(parsed(content, path));
    documents.set(path, document);
    const kind = text(document.$kind);
    if (kind !== undefined && !/^(?:collection|http-request|http-example)$/.test(kind)) {
      findings.push({ at: path, finding: `a file of the kind “${kind}”` });
    }
  }
  const { name, description, ...collection } = folderOf('', documents, 0);
  return {
    collections: [readPostmanCollection({ ...collection, info: { name, description } })],
    environments: [],
    findings,
  };
}

function parsed(content: string, path: string): unknown {
  try {
    return parseYaml(content, { maxAliasCount: 1000 });
  } catch (cause) {
    throw new CountersignError('invalid-value', `${path} is not valid YAML.`, { cause });
  }
}

type Documents = ReadonlyMap<string, JsonRecord>;

function folderOf(path: string, documents: Documents, depth: number): JsonRecord {
  const definition = documents.get(`${path}${postmanDefinition}`) ?? {};
  const items: { readonly order: number; readonly item: JsonRecord }[] = [];
  const below = new Map([...documents].filter(([file]) => file.startsWith(path)));
  const folders = new Set<string>();
  for (const [file, document] of below) {
    const [name = '', ...deeper] = file.slice(path.length).split('/');
    if (deeper.length > 0) folders.add(name);
    else if (document.$kind === 'http-request') {
      items.push({
        order: orderOf(document),
        item: itemOf(path, name.replace(/\.request\.ya?ml$/i, ''), document, below),
      });
    }
  }
  folders.delete('.resources');
  for (const name of depth < deepest ? folders : []) {
    const inner = `${path}${name}/`;
    items.push({
      order: orderOf(below.get(`${inner}${postmanDefinition}`) ?? {}),
      item: folderOf(inner, below, depth + 1),
    });
  }
  return {
    name: anyText(definition.name) ?? path.split('/').at(-2),
    description: definition.description,
    ...stated(definition),
    variable: rows(definition.variables),
    item: items.sort((one, other) => one.order - other.order).map(({ item }) => item),
  };
}

function orderOf({ order }: JsonRecord): number {
  const number = Number(order ?? Number.NaN);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}

/** Rows as they are listed, or by their names. */
function rows(value: unknown): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.map(record);
  return Object.entries(record(value)).map(([key, given]) =>
    typeof given === 'object' && given !== null && !Array.isArray(given) ? { key, ...given } : { key, value: given },
  );
}

function stated({ auth, scripts }: JsonRecord): JsonRecord {
  const { type, credentials } = record(auth);
  const event = list(scripts)
    .map(record)
    .map(script => {
      const kind = (text(script.type) ?? '').replace(/^http:/, '');
      const listen = kind === 'beforeRequest' ? 'prerequest' : kind === 'afterResponse' ? 'test' : kind;
      return { listen, script: { exec: text(script.code) ?? '' } };
    });
  return {
    ...(Array.isArray(auth) ? { auth: { type: 'several at once' } } : {}),
    ...(typeof type === 'string'
      ? { auth: { type, [type]: Array.isArray(credentials) ? rows(credentials) : credentials } }
      : {}),
    event,
  };
}

function itemOf(path: string, name: string, document: JsonRecord, below: Documents): JsonRecord {
  const examples = `${path}.resources/${name}.resources/examples/`;
  return {
    name: anyText(document.name) ?? name,
    ...stated(document),
    protocolProfileBehavior: document.settings,
    request: {
      method: document.method,
      description: document.description,
      url: urlOf(document),
      header: rows(document.headers),
      body: bodyOf(record(document.body)),
    },
    response: [...below]
      .filter(([file]) => file.startsWith(examples))
      .map(([file, example]) => {
        const { statusCode, statusText, headers, body } = record(example.response);
        return {
          name: anyText(example.name) ?? file.slice(examples.length).replace(/\.example\.ya?ml$/i, ''),
          ...{ code: statusCode, status: statusText, header: rows(headers) },
          body: anyText(record(body).content ?? body),
        };
      }),
  };
}

/** The rows of the query repeat that of the URL, and tell of those that are switched off. */
function urlOf(document: JsonRecord): JsonRecord {
  const raw = (text(document.url) ?? '').replace(/#.*$/s, '');
  const at = raw.indexOf('?');
  const written = (at < 0 ? '' : raw.slice(at + 1))
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const mark = part.indexOf('=');
      return mark < 0 ? { key: part, value: null } : { key: part.slice(0, mark), value: part.slice(mark + 1) };
    });
  const known = new Set(written.map(({ key }) => key));
  const others = rows(document.queryParams).filter(
    ({ key, disabled }) => disabled === true || !known.has(text(key) ?? ''),
  );
  return { raw, query: [...written, ...others], variable: rows(document.pathVariables) };
}

function bodyOf({ type, content }: JsonRecord): JsonRecord | undefined {
  switch (type) {
    case undefined:
    case 'none':
      return undefined;
    case 'formdata':
    case 'urlencoded':
      return { mode: type, [type]: rows(content) };
    case 'graphql':
      return { mode: type, graphql: content };
    case 'file':
    case 'binary':
      return { mode: 'file', file: typeof content === 'string' ? { src: content } : content };
    default:
      return { mode: 'raw', raw: content, options: { raw: { language: type } } };
  }
}
