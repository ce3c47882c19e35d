import type { FieldProblem } from '../scheme.ts';
import { grantFacts } from './grant-table.ts';
import { isLoopback, type OAuth2Settings, oauth2Settings } from './settings.ts';

/** What is wrong across the fields of OAuth 2.0, before anything is sent. */
export function oauth2Check(values: Readonly<Record<string, unknown>>): readonly FieldProblem[] {
  const { token, addTo } = values;
  const problems: FieldProblem[] = [];
  if (addTo === 'query') {
    problems.push({
      field: 'addTo',
      severity: 'warning',
      message: 'A token in the URL ends up in logs and histories.',
    });
  }
  if (typeof token === 'string' && token !== '') {
    if (/[\r\n]/.test(token)) problems.push({ field: 'token', message: 'The access token contains a line break.' });
    return problems;
  }
  if (typeof values.headerName === 'string' && !headerName.test(values.headerName)) {
    problems.push({ field: 'headerName', message: 'This is no header name.' });
  }
  const settings = oauth2Settings(values);
  return [...problems, ...missing(settings), ...malformed(settings), ...risky(settings)];
}

type Name = keyof OAuth2Settings & string;

function missing(settings: OAuth2Settings): readonly FieldProblem[] {
  const wanted: Name[] = [];
  const { grantType, issuer, clientAuthentication, assertionFrom } = settings;
  const { endpoints, needs = [], assertion } = grantFacts(grantType);
  if (issuer === undefined) wanted.push(...endpoints);
  wanted.push(...needs);
  if (clientAuthentication === 'client_secret_jwt') wanted.push('clientId');
  if (grantType === 'client_credentials' && clientAuthentication !== 'private_key_jwt') wanted.push('clientId');
  if (assertion && assertionFrom === 'value') wanted.push(assertion);
  if (clientAuthentication === 'client_secret_jwt') wanted.push('clientSecret');
  if (clientAuthentication === 'private_key_jwt') {
    if (settings.clientAssertionFrom === 'value') wanted.push('clientAssertion');
    if (settings.clientAssertionFrom === 'key') wanted.push('clientId', 'privateKey');
  }
  if (settings.clientSecret !== undefined) wanted.push('clientId');
  return [...new Set(wanted)]
    .filter(name => settings[name] === undefined)
    .map(name => ({
      field: name,
      message: name.endsWith('Url')
        ? `OAuth 2.0 needs “${name}” here, or “issuer” to find it.`
        : `OAuth 2.0 needs “${name}” here.`,
    }));
}

const urls: readonly Name[] = ['issuer', 'authUrl', 'tokenUrl', 'refreshUrl', 'revokeUrl', 'deviceUrl', 'parUrl'];

function malformed(settings: OAuth2Settings): readonly FieldProblem[] {
  const problems: FieldProblem[] = urls
    .filter(name => settings[name] !== undefined && !isWebAddress(String(settings[name])))
    .map(name => ({ field: name, message: `“${name}” is not an http(s) address.` }));
  if (settings.codeVerifier !== undefined && !/^[A-Za-z0-9\-._~]{43,128}$/.test(settings.codeVerifier)) {
    problems.push({ field: 'codeVerifier', message: 'A code verifier is 43 to 128 letters, digits or -._~ long.' });
  }
  if (settings.authorizationDetails !== undefined && !isListOfDetails(settings.authorizationDetails)) {
    problems.push({
      field: 'authorizationDetails',
      message: 'These are no authorization details: write a JSON list of objects, each with a “type”.',
    });
  }
  for (const [name, value] of settings.tokenHeaders) {
    if (headerName.test(name) && !/[\r\n\0]/.test(value)) continue;
    problems.push({ field: 'tokenHeaders', message: `“${name}” is no header that can be sent.` });
  }
  if (settings.callbackUrl !== undefined && !URL.canParse(settings.callbackUrl)) {
    problems.push({ field: 'callbackUrl', message: 'The callback URL is not an absolute address.' });
  }
  return problems;
}

const headerName = /^[!#$%&'*+.^_`|~\w-]+$/;

/** @see RFC 9396 §2 */
function isListOfDetails(text: string): boolean {
  // What holds a variable is known when it is sent.
  if (text.includes('{{')) return true;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.every(item => typeof (item as { type?: unknown } | null)?.type === 'string');
  } catch {
    return false;
  }
}

function risky(settings: OAuth2Settings): readonly FieldProblem[] {
  const open = urls.filter(name => {
    const text = settings[name];
    return typeof text === 'string' && isWebAddress(text) && text.startsWith('http:') && !isLoopback(new URL(text));
  });
  return open.map(name => ({
    field: name,
    severity: 'warning' as const,
    message: 'Without TLS, credentials and tokens can be read on the way to this address.',
  }));
}

const isWebAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
