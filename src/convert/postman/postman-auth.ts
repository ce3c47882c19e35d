import { findScheme } from '../../auth/schemes/index.ts';
import { fieldApplies } from '../../auth/values.ts';
import type { AuthFieldValue, AuthStatement } from '../../language/auth-printer.ts';
import { anyText, list, record } from '../json-shape.ts';

/** An `@auth` statement, and what of the original it does not say. */
export interface ReadAuth {
  readonly statement?: AuthStatement;
  readonly findings: readonly string[];
}

const none: ReadAuth = { statement: { scheme: 'none', fields: [] }, findings: [] };

type Parameters = Readonly<Record<string, unknown>>;

/** How the parameters of a type are called here; those that keep their name are not listed. `''`: says nothing. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  digest: { disableRetryRequest: 'disableRetry' },
  oauth1: {
    timeStamp: 'timestamp',
    autoAddParam: '',
    disableHeaderEncoding: 'encodeHeader',
    addParamsToHeader: 'addTo',
    tokenkey: 'token',
  },
  hawk: { appId: 'app', timeStamp: 'timestamp' },
  awsv4: { addAuthDataToQuery: 'addTo' },
  ntlm: { disableRetryRequest: 'disableRetry' },
  edgegrid: { baseURL: 'baseUrl' },
  jwt: {
    ...{ isSecretBase64Encoded: 'secretBase64', header: 'headers', addTokenTo: 'addTo', headerPrefix: 'prefix' },
    queryParamKey: 'queryKey',
  },
  asap: { exp: 'expiresIn' },
  oauth2: {
    ...{ grant_type: 'grantType', accessTokenUrl: 'tokenUrl', refreshTokenUrl: 'refreshUrl', accessToken: 'token' },
    ...{ redirect_uri: 'callbackUrl', callBackUrl: 'callbackUrl', client_authentication: 'clientAuthentication' },
    ...{ challengeAlgorithm: 'codeChallengeMethod', code_verifier: 'codeVerifier', addTokenTo: 'addTo' },
    ...{ headerPrefix: 'prefix', authRequestParams: 'authParams', tokenRequestParams: 'tokenParams' },
    ...{ refreshRequestParams: 'refreshParams', useBrowser: 'useBrowser' },
    ...{ tokenType: '', refreshToken: '', code: '', authorizationCode: '', tokenData: '', timestamp: '', id: '' },
  },
};

/** How Postman calls the fields of a type, those apart that are called alike. */
export function postmanNames(type: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [theirs, ours] of Object.entries(renamed[type] ?? {})) {
    if (ours !== '' && !names.has(ours)) names.set(ours, theirs);
  }
  return names;
}

/** What says how the form looked, whichever the type is. */
const ofForm = new Set(['saveHelperData', 'showPassword']);

const grants: Readonly<Record<string, string>> = {
  authorization_code_with_pkce: 'authorization_code_pkce',
  password_credentials: 'password',
};

/** Digest parameters that Postman writes unasked; they say something only beside a nonce and a realm. */
const ofChallenge = new Set(['algorithm', 'qop', 'nonceCount', 'clientNonce', 'opaque', 'nonce', 'realm']);

/**
 * Reads `auth` of a Postman collection, v2.0 (an object) or v2.1 (a list of parameters). Undefined where it inherits.
 * @see https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
 */
export function readPostmanAuth(value: unknown): ReadAuth | undefined {
  const auth = record(value);
  const type = typeof auth.type === 'string' ? auth.type : undefined;
  if (type === undefined || type === 'inherit') return undefined;
  if (type === 'noauth') return none;
  const scheme = findScheme(type);
  // Nothing of what is around it is sent in its place.
  if (!scheme) return { ...none, findings: [`authorization of the type “${type}”`] };
  const findings: string[] = [];
  const fields: AuthFieldValue[] = [];
  const given = parameters(auth[type]);
  for (const [parameter, raw] of Object.entries(given)) {
    const name = renamed[type]?.[parameter] ?? parameter;
    if (ofForm.has(parameter) || name === '' || raw === undefined || fields.some(field => field.name === name))
      continue;
    const field = scheme.fields.find(known => known.name === name);
    const text = converted(type, parameter, raw, given, findings);
    if (text === undefined) continue;
    if (!field) {
      if (text !== '' && text !== 'false') findings.push(`“${parameter}” of the authorization`);
    } else if (text !== (field.default ?? '') && !(field.kind === 'choice' && text === '')) {
      fields.push({ name, value: text });
    }
  }
  const complete = completed(type, fields, given);
  const texts = new Map(scheme.fields.map(field => [field.name, field.default ?? '']));
  for (const { name, value } of complete) texts.set(name, value);
  // What another choice of the form left behind says nothing.
  const applies = ({ name }: AuthFieldValue): boolean => {
    const field = scheme.fields.find(known => known.name === name);
    return field === undefined || fieldApplies(field, texts);
  };
  return { statement: { scheme: type, fields: complete.filter(applies) }, findings };
}

/** v2.0: by name; v2.1: rows of key and value. Either is accepted for either. */
function parameters(value: unknown): Parameters {
  if (!Array.isArray(value)) return record(value);
  const entries = value.map(record).filter(row => typeof row.key === 'string' && row.enabled !== false);
  return Object.fromEntries(entries.map(row => [row.key as string, row.value]));
}

/** The value as it is written here; undefined where it says nothing. */
function converted(
  type: string,
  parameter: string,
  raw: unknown,
  given: Parameters,
  findings: string[],
): string | undefined {
  if (/^(?:auth|token|refresh)RequestParams$/.test(parameter)) return requestParameters(parameter, raw, findings);
  const text = anyText(Array.isArray(raw) && type === 'edgegrid' ? raw.join(',') : raw) ?? '';
  switch (`${type} ${parameter}`) {
    case 'apikey in':
      return text === 'query' ? 'query' : 'header';
    case 'oauth1 addParamsToHeader':
      return text === 'true' ? 'header' : 'body-or-url';
    case 'oauth1 disableHeaderEncoding':
      return text === 'true' ? 'false' : 'true';
    case 'awsv4 addAuthDataToQuery':
      return text === 'true' ? 'query' : 'header';
    case 'jwt addTokenTo':
    case 'oauth2 addTokenTo':
      return /^query/.test(text) ? 'query' : 'header';
    case 'oauth2 grant_type':
      return grants[text] ?? text;
    case 'oauth2 challengeAlgorithm':
      return text === 'plain' ? 'plain' : 'S256';
    case 'asap exp':
      return text === '' ? undefined : text;
  }
  if (type === 'digest' && ofChallenge.has(parameter) && !(anyText(given.nonce) && anyText(given.realm))) {
    return undefined;
  }
  return text;
}

/** What Postman does where a parameter is not stated, and differs from what we do. */
function completed(type: string, fields: readonly AuthFieldValue[], given: Parameters): readonly AuthFieldValue[] {
  const has = (name: string): boolean => fields.some(field => field.name === name);
  if (type === 'awsv4' && !has('service') && !anyText(given.service)) {
    return [...fields, { name: 'service', value: 'execute-api' }];
  }
  if (type === 'oauth1' && !has('addTo') && given.addParamsToHeader === undefined) {
    return [...fields, { name: 'addTo', value: 'body-or-url' }];
  }
  if (type === 'oauth2' && !has('grantType') && !has('token')) {
    const stated = grants[anyText(given.grant_type) ?? ''] ?? anyText(given.grant_type);
    return [{ name: 'grantType', value: stated || 'authorization_code' }, ...fields];
  }
  return fields;
}

/** Rows of parameters of the requests to the authorization server, as `name=value` pairs. */
function requestParameters(parameter: string, raw: unknown, findings: string[]): string | undefined {
  const pairs: string[] = [];
  for (const row of list(raw).map(record)) {
    const name = anyText(row.key) ?? '';
    if (name === '' || row.enabled === false) continue;
    const place = anyText(row.send_as) ?? '';
    const expected = parameter === 'authRequestParams' ? 'request_url' : 'request_body';
    if (place !== '' && place !== expected) {
      findings.push(`“${name}” of ${parameter}, which is sent in ${place.replace('request_', 'the ')}`);
    } else pairs.push(`${name}=${(anyText(row.value) ?? '').replace(/\s+/g, ' ')}`);
  }
  if (pairs.length === 0) return undefined;
  return pairs.some(pair => /[&,]/.test(pair)) ? pairs.map(pair => `${pair}\n`).join('') : pairs.join('&');
}
