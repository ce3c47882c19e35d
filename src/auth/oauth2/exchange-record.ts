import { maskedHeader } from '../../core/credential-text.ts';
import type { AttemptRecord } from '../../core/exchange.ts';
import { type HttpRequest, MASK, type Origin, type Part, textBody } from '../../core/request.ts';
import { isCredentialHeader } from '../../core/secret-names.ts';
import { secretPair } from './fields.ts';

/** What an exchange with an authorization server was for. */
export type ExchangePurpose =
  | 'discovery'
  | 'keys'
  | 'pushed-authorization'
  | 'authorization'
  | 'device-authorization'
  | 'token'
  | 'refresh'
  | 'revocation'
  | 'ci-token';

/** One exchange with an authorization server, as the console shows it: nothing in it is secret. */
export interface TokenExchangeRecord extends AttemptRecord {
  readonly reason: 'token';
  readonly purpose: ExchangePurpose;
  /** The start of the response's body, with what is secret masked. */
  readonly responseBody?: string;
  /** What is unsafe or out of line and was let through, one sentence each. */
  readonly warnings: readonly string[];
}

/** Receives every exchange as it ends. Must not throw. */
export type ExchangeObserver = (record: TokenExchangeRecord) => void;

const shownBody = 16 * 1024;

const secretMembers = new Set([
  ...['access_token', 'refresh_token', 'id_token', 'device_code', 'token', 'assertion', 'value'],
  ...['client_secret', 'client_assertion', 'password', 'subject_token', 'actor_token', 'code', 'code_verifier'],
]);

/** Whether the value of a request parameter is secret, by its name. */
function isSecretParameter(name: string): boolean {
  if (/_type$|_type_hint$|^requested_/.test(name)) return false;
  return secretMembers.has(name) || secretPair.test(name);
}

const formEscape = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

/** A form with its secret values masked. */
function maskedForm(form: URLSearchParams): string {
  return [...form]
    .map(([name, value]) => `${formEscape(name)}=${isSecretParameter(name) ? MASK : formEscape(value)}`)
    .join('&');
}

/** An address with the secret parameters of its query and fragment masked. */
export function maskedUrl(url: string): string {
  return url.replace(/([?&#])([^=&#?]+)=([^&#]*)/g, (whole, lead: string, name: string) =>
    isSecretParameter(safeDecode(name)) ? `${lead}${name}=${MASK}` : whole,
  );
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const secretHeaders = new Set(['authorization', 'cookie', 'dpop', 'proxy-authorization']);

/** The request for the transport, its secrets marked. */
export function recordedRequest(
  method: string,
  url: string,
  headers: Iterable<readonly [string, string]>,
  body: URLSearchParams | undefined,
): HttpRequest {
  const origin: Origin = { by: 'auth', scheme: 'oauth2' };
  const parts: Part[] = [...headers].map(([name, value]) => ({
    name,
    value,
    ...(secretHeaders.has(name.toLowerCase()) || isCredentialHeader(name)
      ? { masked: maskedCredential(name, value) }
      : {}),
    origin,
  }));
  const masked = maskedUrl(url);
  return {
    method,
    url,
    ...(masked === url ? {} : { maskedUrl: masked }),
    query: [],
    headers: parts,
    cookies: [],
    body: body && textBody(body.toString(), maskedForm(body)),
    overridden: [],
  };
}

function maskedCredential(name: string, value: string): string {
  const scheme = name.toLowerCase() === 'authorization' ? /^\S+(?= )/.exec(value)?.[0] : undefined;
  return scheme ? `${scheme} ${MASK}` : MASK;
}

/** The secrets that a request carries, for finding them again in what the server says. */
export function secretsOf(
  headers: readonly (readonly [string, string])[],
  body: URLSearchParams | undefined,
): readonly string[] {
  const secrets = [...(body ?? [])].filter(([name]) => isSecretParameter(name)).map(([, value]) => value);
  for (const [name, value] of headers) {
    if (name.toLowerCase() !== 'authorization') continue;
    const [scheme = '', credential = ''] = value.split(' ');
    const password = scheme === 'Basic' ? /:(.*)$/s.exec(Buffer.from(credential, 'base64').toString())?.[1] : undefined;
    secrets.push(credential, ...(password === undefined ? [] : [password, safeDecode(password.replaceAll('+', ' '))]));
  }
  return secrets.filter(secret => secret.length > 3);
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** The text of a response with its tokens masked, and whatever secret of the request the server repeats. */
export function maskedResponse(text: string, secrets: readonly string[]): string {
  const masked = withoutSecrets(maskedBody(text), secrets);
  return masked.length > shownBody ? `${masked.slice(0, shownBody)}…` : masked;
}

function maskedBody(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) {
    try {
      const mask = (name: string, value: unknown): unknown =>
        secretMembers.has(name) && typeof value === 'string' ? MASK : value;
      return JSON.stringify(JSON.parse(trimmed), mask, 2);
    } catch {
      // Not JSON after all: masked as text below.
    }
  }
  if (/^[\w.~%-]+=/.test(trimmed) && !/[<>\s]/.test(trimmed)) return maskedForm(new URLSearchParams(trimmed));
  return text.replace(
    /((?:access|refresh|id)_token|client_secret|password)(["']?\s*[:=]\s*["']?)[^\s"'&<>,;]+/gi,
    (_, name: string, join: string) => `${name}${join}${MASK}`,
  );
}

/** The response's headers without cookies and credentials. */
export function maskedHeaders(headers: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return headers.map(([name, value]) => {
    if (/^set-cookie$/i.test(name)) return [name, MASK];
    return [name, maskedHeader(name, /^location$/i.test(name) ? maskedUrl(value) : value)];
  });
}
