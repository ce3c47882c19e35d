import { findScheme } from '../../auth/schemes/index.ts';
import type { AuthFieldValue, AuthStatement } from '../../language/auth-printer.ts';
import type { BruBlock, BruRow } from './bru-text.ts';

export interface BrunoAuth {
  /** Undefined where it inherits. */
  readonly statement?: AuthStatement;
  readonly findings: readonly string[];
}

/** Parameters in camel case by what they are called here; those that keep that name are not listed. `''`: says nothing. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  apikey: { placement: 'in' },
  awsv4: { accessKeyId: 'accessKey', secretAccessKey: 'secretKey', profileName: 'profile' },
  oauth1: {
    ...{ accessToken: 'token', accessTokenSecret: 'tokenSecret', signatureEncoding: '', placement: 'addTo' },
    ...{ includeBodyHash: 'includeBodyHash' },
  },
  edgegrid: { baseURL: 'baseUrl' },
  oauth2: {
    ...{ authorizationUrl: 'authUrl', accessTokenUrl: 'tokenUrl', refreshTokenUrl: 'refreshUrl', pkce: '' },
    ...{ credentialsPlacement: 'clientAuthentication', tokenPlacement: 'addTo', tokenQueryKey: 'queryKey' },
    ...{ tokenHeaderPrefix: 'prefix', tokenSource: 'tokenPath', credentialsId: 'tokenName' },
    ...{ autoFetchToken: '', autoRefreshToken: '', reuseToken: '' },
  },
};

const schemes: Readonly<Record<string, string>> = { 'akamai-edgegrid': 'edgegrid' };

/** Reads the block of the mode that is chosen; the others are leftovers. */
export function readBrunoAuth(mode: string, blocks: readonly BruBlock[]): BrunoAuth {
  if (mode === 'inherit') return { findings: [] };
  const none: AuthStatement = { scheme: 'none', fields: [] };
  if (mode === 'none' || mode === '') return { statement: none, findings: [] };
  const id = schemes[mode] ?? mode;
  const scheme = findScheme(id);
  // Nothing of what is around it is sent in its place.
  if (!scheme) return { statement: none, findings: [`authorization of the type “${mode}”`] };
  const rows = blocks.find(({ name }) => name === `auth:${mode}`)?.rows ?? [];
  const findings: string[] = [];
  const fields: AuthFieldValue[] = [];
  const state = (name: string, value: string): void => {
    const field = scheme.fields.find(known => known.name === name);
    if (field && value !== (field.default ?? '')) fields.push({ name, value });
    else if (field && name === 'grantType') fields.push({ name, value });
  };
  for (const { name: given, value: raw, disabled } of rows) {
    const parameter = given.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());
    const name = renamed[id]?.[parameter] ?? parameter;
    const value = converted(id, parameter, raw, rows);
    if (disabled || name === '' || value === undefined) continue;
    if (scheme.fields.some(known => known.name === name)) {
      // A prefix that is empty is stated below.
      if (value !== '') state(name, value);
    } else if (value !== '' && value !== 'false') findings.push(`“${given}” of the authorization`);
  }
  if (id === 'oauth2') {
    if (!fields.some(({ name }) => name === 'grantType'))
      fields.unshift({ name: 'grantType', value: 'client_credentials' });
    const inUrl = fields.some(({ name, value }) => name === 'addTo' && value === 'query');
    if (!inUrl && !rowValue(rows, 'token_header_prefix')) state('prefix', '');
    findings.push(...additional(blocks, state));
  }
  return { statement: { scheme: id, fields }, findings };
}

const rowValue = (rows: readonly BruRow[], name: string): string =>
  rows.find(row => row.name === name && !row.disabled)?.value ?? '';

/** The value as it is written here; undefined where it says nothing. */
function converted(id: string, parameter: string, value: string, rows: readonly BruRow[]): string | undefined {
  switch (`${id} ${parameter}`) {
    case 'apikey placement':
      return value.startsWith('query') ? 'query' : 'header';
    case 'oauth1 placement':
      return value === 'header' ? value : 'body-or-url';
    case 'oauth1 privateKey':
      return value.replace(/^@file\((.*)\)$/, '$1');
    case 'oauth2 grantType':
      return value === 'authorization_code' && rowValue(rows, 'pkce') === 'true' ? 'authorization_code_pkce' : value;
    case 'oauth2 credentialsPlacement':
      return value === 'basic_auth_header' ? 'header' : 'body';
    case 'oauth2 tokenPlacement':
      return value === 'url' ? 'query' : 'header';
    case 'oauth2 tokenQueryKey':
      return rowValue(rows, 'token_placement') === 'url' ? value : undefined;
    case 'oauth2 tokenSource':
      return value === 'id_token' ? value : undefined;
    default:
      return value;
  }
}

const requests: Readonly<Record<string, string>> = {
  'auth_req:queryparams': 'authParams',
  'access_token_req:body': 'tokenParams',
  'refresh_token_req:body': 'refreshParams',
};

/** Parameters of the requests to the authorization server, as `name=value` pairs. */
function additional(blocks: readonly BruBlock[], state: (name: string, value: string) => void): string[] {
  const prefix = 'auth:oauth2:additional_params:';
  return blocks.flatMap(({ name, rows }) => {
    const sent = rows.filter(({ disabled }) => !disabled);
    if (!name.startsWith(prefix) || sent.length === 0) return [];
    const field = requests[name.slice(prefix.length)];
    if (!field) return [`${sent.map(row => `“${row.name}”`).join(', ')} of ${name}`];
    const pairs = sent.map(row => `${row.name}=${row.value.replace(/\s+/g, ' ')}`);
    state(field, pairs.some(pair => /[&,]/.test(pair)) ? pairs.map(pair => `${pair}\n`).join('') : pairs.join('&'));
    return [];
  });
}
