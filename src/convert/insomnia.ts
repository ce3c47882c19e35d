import { findScheme } from '../auth/schemes/index.ts';
import type { AuthStatement } from '../language/auth-printer.ts';
import type {
  Imported,
  ImportedBody,
  ImportedEnvironment,
  ImportedFolder,
  ImportedRequest,
  ImportedVariable,
  Row,
} from './collection.ts';
import { insomnia5Resources, isInsomnia5 } from './insomnia-5.ts';
import { anyText, type JsonRecord, list, record, text } from './json-shape.ts';

/** Whether a document is an export of Insomnia, in the format 4 (JSON or YAML) or 5 (YAML). */
export function isInsomnia(value: unknown): boolean {
  const document = record(value);
  return (document._type === 'export' && Array.isArray(document.resources)) || isInsomnia5(document);
}

/** Folders stand in each other at most this deep. */
const deepest = 60;

/**
 * Reads an export of Insomnia: workspaces as collections, request groups as folders, environments.
 * @see https://docs.insomnia.rest/insomnia/import-export-data
 */
export function readInsomnia(value: unknown): Imported {
  const resources = isInsomnia5(value) ? insomnia5Resources(value) : list(record(value).resources).map(record);
  const children = new Map<string, JsonRecord[]>();
  for (const resource of resources) {
    const parent = text(resource.parentId) ?? '';
    children.set(parent, [...(children.get(parent) ?? []), resource]);
  }
  for (const each of children.values()) each.sort((one, other) => sortKey(one) - sortKey(other));
  const workspaces = resources.filter(({ _type: type }) => type === 'workspace');
  return {
    collections: workspaces
      .map(workspace => folderOf(workspace, children, [], 0))
      .filter(({ items }) => items.length > 0 || !isInsomnia5(value)),
    environments: workspaces.flatMap(workspace => environmentsOf(workspace, children)),
  };
}

const sortKey = ({ metaSortKey }: JsonRecord): number => (typeof metaSortKey === 'number' ? metaSortKey : 0);

type Children = ReadonlyMap<string, readonly JsonRecord[]>;

function folderOf(resource: JsonRecord, children: Children, above: readonly Row[], depth: number): ImportedFolder {
  const findings = depth > deepest ? [`folders that stand more than ${deepest} deep`] : [];
  const { auth, lost } = authOf(record(resource.authentication));
  const description = text(resource.description)?.trim();
  const headers = merged(
    above,
    headersOf(resource, value => templated(anyText(value) ?? '', findings)),
  );
  const items = (depth > deepest ? [] : (children.get(text(resource._id) ?? '') ?? [])).flatMap(
    (child): (ImportedFolder | ImportedRequest)[] => {
      if (child._type === 'request_group') return [folderOf(child, children, headers, depth + 1)];
      if (child._type === 'request') return [requestOf(child, headers)];
      if (
        /^(?:grpc_request|websocket_request|socketio_request|proto_file|api_spec|unit_test_suite)$/.test(
          text(child._type) ?? '',
        )
      ) {
        findings.push(`“${text(child.name) ?? ''}” (${text(child._type)?.replaceAll('_', ' ')})`);
      }
      return [];
    },
  );
  return {
    kind: 'folder',
    name: text(resource.name)?.trim() ?? '',
    ...(description ? { description } : {}),
    ...(auth ? { auth } : {}),
    variables: variablesOf(resource.environment),
    scripts: {},
    findings: [...lost, ...findings, ...scriptsLost(resource)],
    items,
  };
}

function requestOf(resource: JsonRecord, above: readonly Row[]): ImportedRequest {
  const findings: string[] = [];
  const plain = (value: unknown): string => templated(anyText(value) ?? '', findings);
  const row = (given: JsonRecord): Row[] => rowOf(given, plain);
  const { auth, lost } = authOf(record(resource.authentication), findings);
  const variables: ImportedVariable[] = [];
  const [address = '', ...query] = plain(resource.url).split('?');
  const segments = list(resource.pathParameters).map(record);
  const url = address
    .split('/')
    .map(segment => {
      const found = segments.find(({ name }) => segment === `:${text(name) ?? ''}`);
      if (!found) return segment;
      const name = (text(found.name) ?? '').replace(/[\s={}]+/g, '_');
      variables.push({ name, value: plain(found.value).replace(/\s*[\r\n]+\s*/g, ' ') });
      return `{{${name}}}`;
    })
    .join('/');
  const written = query
    .join('?')
    .split('&')
    .filter(part => part !== '')
    .map(part => {
      const at = part.indexOf('=');
      return at < 0 ? { name: part, value: '', bare: true } : { name: part.slice(0, at), value: part.slice(at + 1) };
    });
  const headers = merged(above, headersOf(resource, plain));
  const { body, type } = bodyOf(record(resource.body), plain, row);
  const hasType = headers.some(({ name, disabled }) => !disabled && /^content-type$/i.test(name));
  const description = text(resource.description)?.trim();
  const followed = resource.settingFollowRedirects === 'off';
  return {
    kind: 'request',
    name: text(resource.name)?.trim() ?? '',
    ...(description ? { description } : {}),
    method: (text(resource.method) ?? 'GET').toUpperCase(),
    url: url === '' ? 'http://' : /^(?:[a-z][\w+.-]*:\/\/|\{\{)/i.test(url) ? url : `http://${url}`,
    query: [...written, ...list(resource.parameters).map(record).flatMap(row)],
    headers: type === undefined || hasType ? headers : [...headers, { name: 'Content-Type', value: type }],
    ...(body ? { body } : {}),
    ...(auth ? { auth } : {}),
    variables,
    directives: {
      ...(followed ? { 'no-redirect': '' } : {}),
      ...(resource.settingSendCookies === false ? { 'no-cookie-jar': '' } : {}),
    },
    scripts: {},
    examples: [],
    findings: [...lost, ...new Set(findings), ...scriptsLost(resource)],
  };
}

type Plain = (value: unknown) => string;

function rowOf(given: JsonRecord, plain: Plain): Row[] {
  const name = plain(given.name);
  if (name === '') return [];
  return [{ name, value: plain(given.value), ...(given.disabled === true ? { disabled: true } : {}) }];
}

const headersOf = ({ headers }: JsonRecord, plain: Plain): readonly Row[] =>
  list(headers)
    .map(record)
    .flatMap(each => rowOf(each, plain))
    .filter(({ name }) => /^[!#$%&'*+.^`|~\w-]+$/.test(name));

/** Headers of folders are sent with what stands in them; the nearest level wins. */
function merged(above: readonly Row[], own: readonly Row[]): readonly Row[] {
  const stated = new Set(own.filter(({ disabled }) => !disabled).map(({ name }) => name.toLowerCase()));
  return [...above.filter(({ name, disabled }) => !disabled && !stated.has(name.toLowerCase())), ...own];
}

const scriptsLost = (resource: JsonRecord): string[] =>
  ['preRequestScript', 'afterResponseScript'].flatMap(name =>
    text(resource[name])?.trim() ? ['a script of Insomnia'] : [],
  );

function bodyOf(
  given: JsonRecord,
  plain: (value: unknown) => string,
  row: (given: JsonRecord) => Row[],
): { readonly body?: ImportedBody; readonly type?: string } {
  const type = text(given.mimeType);
  const stated = type ? { type } : {};
  const file = text(given.fileName);
  if (file) return { body: { kind: 'file', path: file.replaceAll('\\', '/') }, ...stated };
  if (type === 'application/x-www-form-urlencoded') {
    const rows = list(given.params).map(record).flatMap(row);
    return rows.length === 0 ? {} : { body: { kind: 'form', rows }, ...stated };
  }
  if (type === 'multipart/form-data') {
    const parts = list(given.params)
      .map(record)
      .flatMap(each => {
        const [part] = row(each);
        const path = text(each.fileName);
        if (!part) return [];
        return [each.type === 'file' && path ? { ...part, value: '', files: [path.replaceAll('\\', '/')] } : part];
      });
    return parts.length === 0 ? {} : { body: { kind: 'multipart', parts } };
  }
  const content = plain(given.text);
  if (content.trim() === '') return {};
  if (type !== 'application/graphql') return { body: { kind: 'text', text: content }, ...stated };
  try {
    const { query, variables } = record(JSON.parse(content));
    const values = variables === undefined || variables === null ? {} : { variables: anyText(variables) ?? '' };
    return { body: { kind: 'graphql', query: text(query) ?? '', ...values }, type: 'application/json' };
  } catch {
    return { body: { kind: 'text', text: content }, type: 'application/json' };
  }
}

/** How the fields are called here; those that keep their name are not listed. `''`: says nothing. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apikey: { addTo: 'in' },
  oauth1: { tokenKey: 'token' },
  hawk: { id: 'authId', key: 'authKey', ext: 'extraData', validatePayload: 'includePayloadHash' },
  awsv4: { accessKeyId: 'accessKey', secretAccessKey: 'secretKey' },
  asap: { issuer: 'iss', audience: 'aud', subject: 'sub', keyId: 'kid', additionalClaims: 'claims' },
  oauth2: {
    ...{ authorizationUrl: 'authUrl', accessTokenUrl: 'tokenUrl', redirectUrl: 'callbackUrl', tokenPrefix: 'prefix' },
    ...{ credentialsInBody: 'clientAuthentication', pkceMethod: 'codeChallengeMethod', accessToken: 'token' },
    ...{
      usePkce: '',
      useDefaultBrowser: 'useBrowser',
      responseType: '',
      refreshToken: '',
      identityToken: '',
      origin: '',
    },
  },
  basic: { useISO88591: '' },
};

const schemes: Readonly<Record<string, string>> = { iam: 'awsv4' };

function authOf(
  given: JsonRecord,
  findings: string[] = [],
): { readonly auth?: AuthStatement; readonly lost: readonly string[] } {
  const type = text(given.type);
  if (type === undefined || given.disabled === true) return { lost: [] };
  const none: AuthStatement = { scheme: 'none', fields: [] };
  if (type === 'none') return { auth: none, lost: [] };
  const id = schemes[type] ?? type;
  const scheme = findScheme(id);
  if (!scheme) return { auth: none, lost: [`authorization of the type “${type}”`] };
  const fields: { name: string; value: string }[] = [];
  const lost: string[] = [];
  for (const [parameter, raw] of Object.entries(given)) {
    if (parameter === 'type' || parameter === 'disabled') continue;
    const name = renamed[id]?.[parameter] ?? parameter;
    const value = converted(id, parameter, templated(anyText(raw) ?? '', findings), given);
    if (name === '' || value === '' || fields.some(field => field.name === name)) continue;
    const field = scheme.fields.find(known => known.name === name);
    if (!field) {
      if (value !== 'false') lost.push(`“${parameter}” of the authorization`);
    } else if (value !== (field.default ?? '') || name === 'grantType') fields.push({ name, value });
  }
  return { auth: { scheme: id, fields }, lost };
}

function converted(scheme: string, parameter: string, value: string, given: JsonRecord): string {
  switch (`${scheme} ${parameter}`) {
    case 'apikey addTo':
      return value === 'queryParams' ? 'query' : value;
    case 'bearer prefix':
      return value === 'NO_PREFIX' ? '""' : value;
    case 'oauth2 grantType':
      return value === 'authorization_code' && given.usePkce === true ? 'authorization_code_pkce' : value;
    case 'oauth2 credentialsInBody':
      return value === 'true' ? 'body' : 'header';
    default:
      return value;
  }
}

/** Base environments hold in all; those below them are chosen. */
function environmentsOf(workspace: JsonRecord, children: Children): readonly ImportedEnvironment[] {
  const bases = (children.get(text(workspace._id) ?? '') ?? []).filter(({ _type: type }) => type === 'environment');
  const chosen = bases
    .flatMap(base => children.get(text(base._id) ?? '') ?? [])
    .filter(({ _type: type }) => type === 'environment');
  const shared = bases.flatMap(base => dataOf(base));
  return [
    ...(shared.length > 0 ? [{ name: '$shared', variables: shared }] : []),
    ...chosen.map(each => ({ name: text(each.name) ?? 'environment', variables: dataOf(each) })),
  ];
}

/** The variables of an environment; the table of pairs tells which of them are secrets. */
function dataOf({ data, kvPairData }: JsonRecord): ImportedVariable[] {
  const pairs = list(kvPairData).map(record);
  const secret = new Set(pairs.filter(({ type }) => type === 'secret').map(({ name }) => text(name)));
  return variablesOf(data).map(each => (secret.has(each.name) ? { ...each, secret: true } : each));
}

/** Members of objects by dotted names. */
function variablesOf(data: unknown, prefix = ''): ImportedVariable[] {
  return Object.entries(record(data)).flatMap(([name, value]): ImportedVariable[] => {
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (nested && prefix.split('.').length < 8) return variablesOf(value, `${prefix}${name}.`);
    return [{ name: `${prefix}${name}`, value: templated(anyText(value) ?? '', []) }];
  });
}

/** `{{ _.name }}` and the tags that have a counterpart here; others stay as they are and are told of. */
function templated(content: string, findings: string[]): string {
  const variables = content.replace(
    /\{\{\s*(?:_\.)?([^{}|]+?)\s*(\|[^{}]*)?\}\}/g,
    (_, name: string, filter: string | undefined) => {
      if (filter !== undefined) findings.push(`the filter “${filter.trim()}”`);
      return `{{${name.trim()}}}`;
    },
  );
  return variables.replace(/\{%\s*(\w+)\s*([^%]*?)\s*%\}/g, (whole, tag: string, argument: string) => {
    const first = /^['"]([^'"]*)['"]/.exec(argument)?.[1] ?? '';
    if (tag === 'uuid') return '{{$guid}}';
    if (tag === 'now' || tag === 'timestamp') return /unix|millis/.test(first) ? '{{$timestamp}}' : '{{$isoTimestamp}}';
    findings.push(`the tag “${whole}”`);
    return whole;
  });
}
