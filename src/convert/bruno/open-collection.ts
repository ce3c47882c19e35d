import { parse as parseYaml } from 'yaml';
import { CountersignError } from '../../core/errors.ts';
import { anyText, type JsonRecord, list, record, text } from '../json-shape.ts';
import type { BruBlock, BruRow } from './bru-text.ts';

/** A file of Bruno: where it would stand with the other of its two syntaxes, its text, and what stands in it. */
export interface BrunoFile {
  readonly content: string;
  readonly blocks: readonly BruBlock[];
}

/** Whether a document is the root of an OpenCollection, Bruno's YAML. @see https://spec.opencollection.com */
export const isOpenCollection = (value: unknown): boolean =>
  text(record(value).opencollection) !== undefined && text(record(record(value).info).type) !== 'workspace';

/**
 * The files of an OpenCollection as those of a folder of `.bru` files: by the same paths, with the same blocks. What a
 * bundled one holds in its root becomes files, too.
 * @throws CountersignError `invalid-value` where a file is no YAML
 */
export function openCollectionFiles(files: ReadonlyMap<string, string>): ReadonlyMap<string, BrunoFile> {
  const found = new Map<string, BrunoFile>();
  for (const [path, content] of files) {
    if (!/\.ya?ml$/i.test(path)) continue;
    const document = record(parsed(content, path));
    if (/^opencollection\.ya?ml$/i.test(path)) {
      for (const [below, file] of openCollectionDocument(document)) found.set(below, file);
    } else found.set(bruPath(path), fileOf(document, content));
  }
  return found;
}

/** The files of an OpenCollection whose requests and environments stand in its root. */
export function openCollectionDocument(document: JsonRecord): ReadonlyMap<string, BrunoFile> {
  const found = new Map<string, BrunoFile>();
  const { items, config, ...root } = document;
  found.set('collection.bru', fileOf(root, JSON.stringify(root)));
  const add = (given: unknown, above: string, depth: number): void => {
    list(given).forEach((each, index) => {
      const { items: inner, ...item } = record(each);
      const info = record(item.info);
      const placed = { ...item, info: { ...info, seq: info.seq ?? index + 1 } };
      const isFolder = Array.isArray(inner) || info.type === 'folder';
      const path = `${above}${index + 1}`;
      const file = fileOf(placed, JSON.stringify(item));
      found.set(isFolder ? `${path}/folder.bru` : `${path}.bru`, file);
      if (isFolder && depth < 100) add(inner, `${path}/`, depth + 1);
    });
  };
  add(items, '', 0);
  for (const each of list(record(config).environments).map(record)) {
    const name = (text(each.name) ?? 'environment').replaceAll('/', '-');
    found.set(`environments/${name}.bru`, fileOf(each, ''));
  }
  return found;
}

const bruPath = (path: string): string => path.replace(/\.ya?ml$/i, '.bru');

function parsed(content: string, path: string): unknown {
  try {
    return parseYaml(content, { maxAliasCount: 1000 });
  } catch (cause) {
    throw new CountersignError('invalid-value', `${path} is not valid YAML.`, { cause });
  }
}

/** A request, a folder, the root or an environment, whichever of their parts there are. */
function fileOf(document: JsonRecord, content: string): BrunoFile {
  const info = record(document.info);
  const details = { ...record(document.request), ...record(document.graphql), ...record(document.http) };
  const runtime = { ...record(document.request), ...record(document.runtime) };
  const auth = details.auth ?? runtime.auth;
  const body = bodyBlocks(details.body, document.graphql !== undefined);
  const isRequest = document.http !== undefined || document.graphql !== undefined;
  const target = rows({
    ...{ url: details.url, method: details.method ?? (document.graphql ? 'POST' : 'GET') },
    ...{ body: body.mode, auth: modeOf(auth) },
  });
  const parameters = list(details.params).map(record);
  const blocks: BruBlock[] = [
    block('meta', rows({ name: info.name, seq: info.seq, type: info.type })),
    ...(isRequest ? [block('http', target)] : [block('auth', rows({ mode: auth === undefined ? '' : modeOf(auth) }))]),
    block('params:query', parameters.filter(({ type }) => type !== 'path').map(rowOf)),
    block('params:path', parameters.filter(({ type }) => type === 'path').map(rowOf)),
    block('headers', list(details.headers).map(record).map(rowOf)),
    ...authBlocks(record(auth)),
    ...body.blocks,
    ...scriptBlocks(runtime),
    block('settings', settingRows(record(document.settings))),
    { name: 'docs', rows: [], text: described(document.docs ?? info.description ?? info.summary) },
    ...list(document.examples).map(() => block('example', [])),
    ...environmentBlocks(document),
  ];
  return {
    content,
    blocks: blocks.filter(each => each.rows.length > 0 || each.text !== '' || each.name === 'example'),
  };
}

const block = (name: string, of: readonly BruRow[]): BruBlock => ({ name, rows: of, text: '' });

const rows = (members: JsonRecord): BruRow[] =>
  Object.entries(members).flatMap(([name, value]) => {
    const written = anyText(value);
    return written === undefined ? [] : [{ name, value: written }];
  });

/** A row of a list; the value may be typed, or one of several of which one is chosen. */
function rowOf(row: JsonRecord): BruRow {
  const value = contentOf(row.value);
  return { name: anyText(row.name) ?? '', value, ...(row.disabled === true ? { disabled: true } : {}) };
}

function contentOf(value: unknown): string {
  const chosen = Array.isArray(value)
    ? (value.map(record).find(({ selected }) => selected === true) ?? value[0])
    : value;
  const typed = record(chosen);
  return anyText('data' in typed ? typed.data : 'value' in typed ? contentOf(typed.value) : chosen) ?? '';
}

const described = (value: unknown): string => (text(value) ?? text(record(value).content) ?? '').trim();

const modeOf = (auth: unknown): string => text(auth) ?? text(record(auth).type) ?? 'none';

function authBlocks(auth: JsonRecord): BruBlock[] {
  const { type, ...given } = auth;
  if (typeof type !== 'string') return [];
  if (type !== 'oauth2') {
    const key = record(given.privateKey);
    const privateKey = key.type === 'file' ? `@file(${anyText(key.value) ?? ''})` : anyText(key.value);
    return [block(`auth:${type}`, rows({ ...given, ...(privateKey === undefined ? {} : { privateKey }) }))];
  }
  const { flow, credentials, resourceOwner, tokenConfig, pkce, additionalParameters, settings: _, ...rest } = given;
  const { placement, source, id } = record(tokenConfig);
  const { header, query } = record(placement);
  const credential = record(credentials);
  const stated = rows({
    // The grant first, as in a `.bru` file.
    grant_type: /^resource_owner_password/.test(text(flow) ?? '') ? 'password' : flow,
    ...rest,
    ...{ client_id: credential.clientId, client_secret: credential.clientSecret },
    credentials_placement: credential.placement,
    ...record(resourceOwner),
    pkce: pkce === undefined ? undefined : record(pkce).enabled === true || record(pkce).disabled === false,
    ...{ token_source: source, credentials_id: id },
    ...(query === undefined
      ? { token_placement: 'header', token_header_prefix: header }
      : { token_placement: 'url', token_query_key: query }),
  });
  const extra = Object.entries(record(additionalParameters)).flatMap(([request, parameters]) =>
    list(parameters)
      .map(record)
      .map(parameter => {
        const place = places[text(parameter.placement) ?? ''] ?? 'headers';
        return block(`auth:oauth2:additional_params:${requests[request] ?? request}:${place}`, [rowOf(parameter)]);
      }),
  );
  return [block('auth:oauth2', stated), ...joined(extra)];
}

const requests: Readonly<Record<string, string>> = {
  authorizationRequest: 'auth_req',
  accessTokenRequest: 'access_token_req',
  refreshTokenRequest: 'refresh_token_req',
};

const places: Readonly<Record<string, string>> = { header: 'headers', query: 'queryparams', body: 'body' };

/** Blocks of one name as one. */
function joined(blocks: readonly BruBlock[]): BruBlock[] {
  const names = new Set(blocks.map(({ name }) => name));
  return [...names].map(name =>
    block(
      name,
      blocks.filter(each => each.name === name).flatMap(each => each.rows),
    ),
  );
}

function bodyBlocks(given: unknown, isGraphql: boolean): { readonly mode: string; readonly blocks: BruBlock[] } {
  const chosen = Array.isArray(given) ? given.map(record).find(({ selected }) => selected === true) : undefined;
  const body = record(chosen?.body ?? (Array.isArray(given) ? record(given[0]).body : given));
  const content = (name: string, value: unknown): BruBlock => ({ name, rows: [], text: anyText(value) ?? '' });
  if (isGraphql) {
    const blocks = [content('body:graphql', body.query), content('body:graphql:vars', body.variables)];
    return { mode: body.query === undefined ? 'none' : 'graphql', blocks };
  }
  const type = text(body.type) ?? 'none';
  const data = list(body.data).map(record);
  if (type === 'form-urlencoded') return { mode: type, blocks: [block('body:form-urlencoded', data.map(rowOf))] };
  if (type === 'multipart-form') {
    return {
      mode: type,
      blocks: [
        block(
          'body:multipart-form',
          data.map(row => partOf(row)),
        ),
      ],
    };
  }
  if (type === 'file') {
    const files = data.map(row => ({
      ...partOf({ ...row, type: 'file', name: 'file', value: row.filePath }),
      ...(row.selected === true || data.length === 1 ? {} : { disabled: true }),
    }));
    return { mode: type, blocks: [block('body:file', files)] };
  }
  return { mode: type, blocks: type === 'none' ? [] : [content(`body:${type}`, body.data)] };
}

function partOf(row: JsonRecord): BruRow {
  const files = (Array.isArray(row.value) ? row.value : [row.value]).flatMap(file => text(file) ?? []);
  const type = text(row.contentType);
  const value = row.type === 'file' ? `@file(${files.join('|')})` : contentOf(row.value);
  return { ...rowOf(row), value: `${value}${type ? ` @contentType(${type})` : ''}` };
}

const scriptNames: Readonly<Record<string, string>> = {
  'before-request': 'script:pre-request',
  'after-response': 'script:post-response',
  tests: 'tests',
};

function scriptBlocks(runtime: JsonRecord): BruBlock[] {
  const scripts = list(runtime.scripts).map(record);
  const kept = list(runtime.actions)
    .map(record)
    .filter(({ type, phase }) => type === 'set-variable' && phase === 'after-response')
    .map(action => ({
      ...rowOf({ name: record(action.variable).name, value: record(action.selector).expression }),
      ...(action.disabled === true ? { disabled: true } : {}),
    }));
  const asserted = list(runtime.assertions)
    .map(record)
    .map(each => ({
      ...rowOf({ name: each.expression, value: `${text(each.operator) ?? 'eq'} ${anyText(each.value) ?? ''}`.trim() }),
      ...(each.disabled === true ? { disabled: true } : {}),
    }));
  return [
    block('vars:pre-request', list(runtime.variables).map(record).map(rowOf)),
    block('vars:post-response', kept),
    block('assert', asserted),
    ...scripts.map(({ type, code }) => ({
      name: scriptNames[text(type) ?? ''] ?? `script:${text(type) ?? ''}`,
      rows: [],
      text: text(code) ?? '',
    })),
  ];
}

/** What is said with Bruno's own defaults says nothing. */
const settingRows = (settings: JsonRecord): BruRow[] =>
  rows(settings).filter(({ name, value }) => !(name === 'encodeUrl' && value === 'true'));

/** The variables of an environment, those that are secrets apart. */
function environmentBlocks(document: JsonRecord): BruBlock[] {
  const variables = list(document.variables).map(record);
  const isSecret = (row: JsonRecord): boolean => row.secret === true || row.transient === true;
  return [
    block('vars', variables.filter(row => !isSecret(row)).map(rowOf)),
    block('vars:secret', variables.filter(isSecret).map(rowOf)),
  ];
}
