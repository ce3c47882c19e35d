import { CountersignError } from '../../core/errors.ts';
import type {
  FormPart,
  Imported,
  ImportedBody,
  ImportedEnvironment,
  ImportedFolder,
  ImportedRequest,
  ImportedVariable,
  QueryRow,
  Row,
} from '../collection.ts';
import { record, text } from '../json-shape.ts';
import { SourceFolder } from '../source-folder.ts';
import { type BruBlock, type BruRow, readBru } from './bru-text.ts';
import { readBrunoAuth } from './bruno-auth.ts';
import { readBrunoScripts } from './bruno-scripts.ts';
import { type BrunoFile, isOpenCollection, openCollectionDocument, openCollectionFiles } from './open-collection.ts';

/** Whether it is a folder of Bruno's, with a `bruno.json` or an `opencollection.yml`, or the latter with all in it. */
export function isBruno(value: unknown): boolean {
  if (!(value instanceof SourceFolder)) return isOpenCollection(value);
  return value.files.has('bruno.json') || openCollectionMarks.some(mark => value.files.has(mark));
}

/** What stands in the root of a collection in YAML. */
export const openCollectionMarks: readonly string[] = ['opencollection.yml', 'opencollection.yaml'];

/** Folders stand in each other at most this deep. */
const deepest = 60;

/** What the levels above a request state for it. */
interface Above {
  readonly headers: readonly Row[];
  readonly authorized: boolean;
}

type Files = ReadonlyMap<string, BrunoFile>;

/**
 * Reads a collection of Bruno's: a folder of `.bru` files, or an OpenCollection, in a folder or as one document.
 * @throws CountersignError `invalid-value` where `bruno.json` is no JSON, or a file of an OpenCollection no YAML
 * @see https://docs.usebruno.com/bru-lang/overview
 * @see https://spec.opencollection.com
 */
export function readBruno(value: unknown): Imported {
  const { name, files } = filesOf(value);
  const requests = new Map([...files].filter(([path]) => !/^environments\//.test(path)));
  const environments = [...files].flatMap(([path, { blocks }]): ImportedEnvironment[] => {
    const called = /^environments\/([^/]+)\.bru$/.exec(path)?.[1];
    return called === undefined ? [] : [environmentOf(called, blocks)];
  });
  return { collections: [folderOf('', name, requests, { headers: [], authorized: false }, 0)], environments };
}

function filesOf(value: unknown): { readonly name: string; readonly files: Files } {
  if (!(value instanceof SourceFolder)) {
    const files = openCollectionDocument(record(value));
    return { name: text(record(record(value).info).name)?.trim() || 'Collection', files };
  }
  const json = value.files.get('bruno.json');
  if (json === undefined) {
    const files = openCollectionFiles(value.files);
    return { name: rowValue(files.get('collection.bru')?.blocks ?? [], 'meta', 'name').trim() || 'Collection', files };
  }
  const files = [...value.files].filter(([path]) => path.endsWith('.bru'));
  return {
    name: text(settingsOf(json).name)?.trim() || 'Collection',
    files: new Map(files.map(([path, content]) => [path, { content, blocks: readBru(content) }])),
  };
}

function settingsOf(content: string): Readonly<Record<string, unknown>> {
  try {
    return record(JSON.parse(content.replace(/^\uFEFF/, '')));
  } catch (cause) {
    throw new CountersignError('invalid-value', 'bruno.json is not valid JSON.', { cause });
  }
}

function environmentOf(name: string, blocks: readonly BruBlock[]): ImportedEnvironment {
  const secrets = rowsOf(blocks, 'vars:secret').map(row => ({ ...variable(row), secret: true }));
  return { name, variables: [...rowsOf(blocks, 'vars').map(variable), ...secrets] };
}

const rowsOf = (blocks: readonly BruBlock[], name: string): readonly BruRow[] =>
  blocks.filter(block => block.name === name).flatMap(({ rows }) => rows);

const textOf = (blocks: readonly BruBlock[], name: string): string =>
  blocks.find(block => block.name === name)?.text ?? '';

const rowValue = (blocks: readonly BruBlock[], block: string, name: string): string =>
  rowsOf(blocks, block).find(row => row.name === name)?.value ?? '';

const variable = ({ name, value, disabled }: BruRow): ImportedVariable => ({
  name: name.replace(/^@/, ''),
  value: plain(value),
  ...(disabled ? { disabled } : {}),
});

/** `{{process.env.X}}` as it is written here. */
const plain = (value: string): string =>
  value.replace(/\{\{\s*process\.env\.([\w.-]+)\s*\}\}/g, (_, name: string) => `{{$processEnv ${name}}}`);

/** Names of what stands in braces and has no counterpart. */
const foreign = (content: string): string[] =>
  [...new Set(content.match(/\{\{\s*(?:\?|\$oauth2\.|\$secrets\.)[^{}]*\}\}/g))].map(found => `“${found}”`);

function folderOf(path: string, name: string, files: Files, above: Above, depth: number): ImportedFolder {
  const own = path === '' ? 'collection.bru' : `${path}/folder.bru`;
  const { content, blocks } = files.get(own) ?? { content: '', blocks: [] };
  const findings = depth > deepest ? [`folders that stand more than ${deepest} deep`] : [];
  // A folder that says nothing inherits; a collection has nothing above it.
  const mode = rowValue(blocks, 'auth', 'mode') || (path === '' ? 'none' : 'inherit');
  const { statement, findings: lost } = readBrunoAuth(mode, blocks);
  const stated = mode === 'none' && !above.authorized ? undefined : statement;
  if (mode === 'none' && path !== '' && above.authorized) {
    findings.push('“none” of a folder, which Bruno’s command line looks past: here it stops what is above');
  }
  const headers = merged(above.headers, rowsOf(blocks, 'headers').map(plainRow));
  const inner: Above = { headers, authorized: stated ? stated.scheme !== 'none' : above.authorized };
  const { scripts, lost: lostScripts } = readBrunoScripts(blocks);
  const description = textOf(blocks, 'docs').trim();
  return {
    kind: 'folder',
    name: path === '' ? name : rowValue(blocks, 'meta', 'name').trim() || name,
    ...(description ? { description } : {}),
    ...(stated ? { auth: stated } : {}),
    variables: rowsOf(blocks, 'vars:pre-request').map(variable),
    scripts,
    findings: [...lost, ...findings, ...lostScripts, ...foreign(content)],
    items: depth > deepest ? [] : itemsOf(path, files, inner, depth),
  };
}

function itemsOf(path: string, files: Files, above: Above, depth: number): (ImportedFolder | ImportedRequest)[] {
  const start = path === '' ? '' : `${path}/`;
  const below = new Map([...files].filter(([file]) => file.startsWith(start)));
  const folders = new Set<string>();
  const items: { readonly seq: number; readonly item: ImportedFolder | ImportedRequest }[] = [];
  for (const [file, { content, blocks }] of below) {
    const [name = '', ...rest] = file.slice(start.length).split('/');
    if (rest.length > 0) folders.add(name);
    else if (name !== 'collection.bru' && name !== 'folder.bru') {
      items.push({ seq: sequence(blocks), item: requestOf(name.replace(/\.bru$/, ''), content, blocks, above) });
    }
  }
  for (const name of folders) {
    const seq = sequence(below.get(`${start}${name}/folder.bru`)?.blocks ?? []);
    items.push({ seq, item: folderOf(`${start}${name}`, name, below, above, depth + 1) });
  }
  return items.sort((one, other) => one.seq - other.seq).map(({ item }) => item);
}

function sequence(blocks: readonly BruBlock[]): number {
  const seq = Number(rowValue(blocks, 'meta', 'seq') || Number.NaN);
  return Number.isNaN(seq) ? Number.MAX_SAFE_INTEGER : seq;
}

const plainRow = ({ name, value, disabled }: BruRow): Row => ({
  name: plain(name),
  value: plain(value),
  ...(disabled ? { disabled } : {}),
});

/** The nearest level wins. */
function merged(above: readonly Row[], own: readonly Row[]): readonly Row[] {
  const stated = new Set(own.filter(({ disabled }) => !disabled).map(({ name }) => name.toLowerCase()));
  return [...above.filter(({ name, disabled }) => !disabled && !stated.has(name.toLowerCase())), ...own];
}

const methods = /^(?:get|post|put|patch|delete|head|options|trace|connect|http)$/;

/** What is sent as the type of a body though nobody wrote it. */
const types: Readonly<Record<string, string>> = {
  ...{ json: 'application/json', text: 'text/plain', xml: 'application/xml', sparql: 'application/sparql-query' },
  formUrlEncoded: 'application/x-www-form-urlencoded',
};

function requestOf(file: string, content: string, blocks: readonly BruBlock[], above: Above): ImportedRequest {
  const findings = foreign(content);
  const main = blocks.find(({ name }) => methods.test(name));
  const of = (name: string): string => (main ? rowValue(blocks, main.name, name) : '');
  if (!main) findings.push(`a request of the type “${rowValue(blocks, 'meta', 'type')}”`);
  const method = (main?.name === 'http' ? of('method') : (main?.name ?? 'get')).toUpperCase() || 'GET';
  const { url, query, variables } = targetOf(of('url'), blocks);
  const { statement, findings: lost } = readBrunoAuth(of('auth'), blocks);
  const kept = statement?.scheme === 'none' && lost.length === 0 && !above.authorized ? undefined : statement;
  const headers = merged(above.headers, rowsOf(blocks, 'headers').map(plainRow)).filter(({ name }) => {
    const valid = /^[!#$%&'*+.^`|~\w-]+$/.test(name.replace(/\{\{[^{}]*\}\}/g, 'x'));
    if (!valid) findings.push(`the header “${name}”, whose name is not valid`);
    return valid;
  });
  const { body, type = types[of('body')] } = bodyOf(of('body'), blocks);
  const typed = headers.some(({ name, disabled }) => !disabled && /^content-type$/i.test(name));
  const { scripts, lost: lostScripts } = readBrunoScripts(blocks);
  const description = textOf(blocks, 'docs').trim();
  const { directives, lost: lostSettings } = settingsIn(rowsOf(blocks, 'settings'));
  if (blocks.some(({ name }) => name === 'example')) findings.push('saved examples');
  if (url === '') findings.push('the address, which is empty');
  return {
    kind: 'request',
    name: rowValue(blocks, 'meta', 'name').trim() || file,
    ...(description ? { description } : {}),
    method: /^[!#$%&'*+.^`|~\w-]+$/.test(method) ? method : 'GET',
    url: url === '' ? 'http://' : /^(?:[a-z][\w+.-]*:\/\/|\{\{)/i.test(url) ? url : `http://${url}`,
    query,
    headers: body && type && !typed ? [...headers, { name: 'Content-Type', value: type }] : headers,
    ...(body ? { body } : {}),
    ...(kept ? { auth: kept } : {}),
    variables: [...rowsOf(blocks, 'vars:pre-request').map(variable), ...variables],
    directives,
    scripts,
    examples: [],
    findings: [...lost, ...findings, ...lostSettings, ...lostScripts],
  };
}

/** The URL is what is sent; the rows of its query repeat it, and tell of those that are switched off. */
function targetOf(
  given: string,
  blocks: readonly BruBlock[],
): { readonly url: string; readonly query: readonly QueryRow[]; readonly variables: readonly ImportedVariable[] } {
  const [address = '', ...rest] = plain(given).trim().replace(/#.*$/, '').split('?');
  const variables: ImportedVariable[] = [];
  const parameters = rowsOf(blocks, 'params:path');
  const url = address
    .split('/')
    .map(segment => {
      const found = parameters.find(({ name }) => segment === `:${name}`);
      if (!found) return segment;
      variables.push(variable(found));
      return `{{${found.name}}}`;
    })
    .join('/');
  const sent = rest
    .join('?')
    .split('&')
    .filter(part => part !== '')
    .map((part): QueryRow => {
      const at = part.indexOf('=');
      return at < 0 ? { name: part, value: '', bare: true } : { name: part.slice(0, at), value: part.slice(at + 1) };
    });
  const off = [...rowsOf(blocks, 'params:query'), ...rowsOf(blocks, 'query')].filter(({ disabled }) => disabled);
  return { url, query: [...sent, ...off.map(plainRow)], variables };
}

/** @param mode which of the bodies is the live one */
function bodyOf(mode: string, blocks: readonly BruBlock[]): { readonly body?: ImportedBody; readonly type?: string } {
  if (mode === 'graphql') {
    const variables = textOf(blocks, 'body:graphql:vars').trim();
    const query = plain(textOf(blocks, 'body:graphql'));
    const body: ImportedBody = { kind: 'graphql', query, ...(variables ? { variables: plain(variables) } : {}) };
    return { body, type: 'application/json' };
  }
  if (mode === 'formUrlEncoded' || mode === 'form-urlencoded') {
    const rows = rowsOf(blocks, 'body:form-urlencoded').map(plainRow);
    return rows.length === 0 ? {} : { body: { kind: 'form', rows }, type: types.formUrlEncoded ?? '' };
  }
  if (mode === 'multipartForm' || mode === 'multipart-form') {
    const parts = rowsOf(blocks, 'body:multipart-form').map(partOf);
    return parts.length === 0 ? {} : { body: { kind: 'multipart', parts } };
  }
  if (mode === 'file') {
    const chosen = rowsOf(blocks, 'body:file').find(({ disabled }) => !disabled);
    const { files: [path] = [], type } = chosen ? partOf(chosen) : {};
    return path === undefined ? {} : { body: { kind: 'file', path }, ...(type ? { type } : {}) };
  }
  const content = textOf(blocks, `body:${mode}`) || (mode === 'json' ? textOf(blocks, 'body') : '');
  return content.trim() === '' ? {} : { body: { kind: 'text', text: plain(content) } };
}

function partOf(row: BruRow): FormPart {
  const { name, value, disabled } = plainRow(row);
  const type = /\s*@contentType\(([^()]*)\)\s*$/.exec(value);
  const content = type ? value.slice(0, type.index) : value;
  const files = /^@file\((.*)\)$/.exec(content.trim())?.[1]?.split('|');
  return {
    name,
    value: files ? '' : content,
    ...(files ? { files: files.filter(file => file !== '').map(file => file.replaceAll('\\', '/')) } : {}),
    ...(type?.[1] ? { type: type[1] } : {}),
    ...(disabled ? { disabled } : {}),
  };
}

function settingsIn(rows: readonly BruRow[]): { readonly directives: Record<string, string>; readonly lost: string[] } {
  const directives: Record<string, string> = {};
  const lost: string[] = [];
  for (const { name, value } of rows) {
    if (name === 'followRedirects') {
      if (value === 'false') directives['no-redirect'] = '';
    } else if (!/^(?:true|0|inherit|)$/.test(value) && !(name === 'maxRedirects' && value === '5')) {
      lost.push(`the setting “${name}” (${value})`);
    }
  }
  return { directives, lost };
}
