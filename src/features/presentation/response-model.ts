import { findScheme } from '../../auth/schemes/index.ts';
import { charsetOf } from '../../core/charset.ts';
import type { CountersignError, ErrorCode } from '../../core/errors.ts';
import type { AttemptRecord, Exchange, RefusalCause, ResponseHead, TestResult } from '../../core/exchange.ts';
import type { HttpRequest, Origin, Part } from '../../core/request.ts';
import { maskedRequestUrl, requestUrl } from '../../core/request.ts';
import type { Timing } from '../../core/timing.ts';
import { originSentence } from '../../sending/explain.ts';
import type { BodyKind } from './media-type.ts';
import { bodyKind, mediaType } from './media-type.ts';
import type { CookieModel } from './set-cookie.ts';
import { parseSetCookie } from './set-cookie.ts';

/** An exchange as plain data for showing: secrets are masked unless they were asked for. */

export interface PartModel {
  readonly name: string;
  readonly value: string;
  /** True where `value` holds, or hides, a secret. */
  readonly secret: boolean;
  readonly origin: OriginModel;
}

export interface OriginModel {
  readonly by: Origin['by'];
  /** For instance `Basic Auth · folder.http:3`. */
  readonly label: string;
  readonly file?: string;
  /** Counts from 1. */
  readonly line?: number;
}

export interface RequestModel {
  readonly method: string;
  readonly url: string;
  readonly query: readonly PartModel[];
  readonly headers: readonly PartModel[];
  readonly cookies: readonly PartModel[];
  /** Written headers that the authorization replaced. */
  readonly overridden: readonly PartModel[];
  readonly body?: { readonly text?: string; readonly file?: string; readonly length?: number };
  readonly hasSecrets: boolean;
}

export interface AttemptModel {
  readonly reason: AttemptRecord['reason'];
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  readonly statusText?: string;
  readonly httpVersion?: string;
  readonly remoteAddress?: string;
  /** Milliseconds after the first attempt began. */
  readonly offset: number;
  readonly timing?: Timing;
  readonly error?: string;
}

export interface ErrorModel {
  readonly code: ErrorCode;
  readonly title: string;
  readonly message: string;
  readonly hint?: string;
  readonly file?: string;
  /** Counts from 1. */
  readonly line?: number;
  /** File name and line, for showing. */
  readonly where?: string;
  /** The secret that is missing. */
  readonly secret?: string;
}

export interface AuthorizationModel {
  /** What the scheme says, or what can be said of the status. */
  readonly explanation: string;
  /** The server's challenges, as sent. */
  readonly challenges: readonly string[];
  /** Why it may have been refused, the most certain first. */
  readonly causes: readonly RefusalCause[];
  /** Names of the stored secrets that were used: they can be entered again. */
  readonly secrets: readonly string[];
  /** What the request's credential was, for instance `Basic Auth · folder.http:3`; undefined where there was none. */
  readonly used?: OriginModel;
}

export interface BodyModel {
  /** Bytes. */
  readonly size: number;
  readonly mediaType: string;
  readonly charset: string;
  readonly kind: BodyKind;
}

export interface ResponseModel {
  readonly title: string;
  readonly method: string;
  readonly url: string;
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly status?: number;
  readonly statusText?: string;
  readonly httpVersion?: string;
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Secrets that the server sent back are masked, here and in `cookies`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly CookieModel[];
  /** Whether something in them is masked. */
  readonly fieldsMasked: boolean;
  readonly body?: BodyModel;
  readonly request: RequestModel;
  readonly attempts: readonly AttemptModel[];
  readonly error?: ErrorModel;
  readonly authorization?: AuthorizationModel;
  /** What the request says of its response. */
  readonly tests: readonly TestResult[];
  /** Nobody verified the server's certificate. */
  readonly unverified?: boolean;
}

const errorTitles: Partial<Record<ErrorCode, string>> = {
  'unresolved-variable': 'A variable has no value',
  'cyclic-variable': 'A variable refers to itself',
  'not-set-yet': 'A script has to run first',
  'script-failed': 'A script failed',
  'missing-secret': 'A secret is missing',
  'missing-file': 'A file is missing',
  'invalid-url': 'The address can’t be used',
  'invalid-header': 'A header can’t be sent',
  'unknown-scheme': 'Unknown authorization scheme',
  'unknown-field': 'Unknown authorization field',
  'missing-field': 'The authorization isn’t complete',
  'auth-failed': 'The authorization couldn’t be computed',
  'auth-refused': 'The server refused the authorization',
  'auth-too-many-attempts': 'The server keeps asking for authorization',
  'interaction-required': 'Somebody has to sign in',
  'token-failed': 'No token could be obtained',
  'host-not-found': 'Host not found',
  'connection-refused': 'Connection refused',
  'connection-lost': 'The connection was lost',
  certificate: 'The server’s certificate isn’t trusted',
  timeout: 'The server took too long',
  proxy: 'The proxy refused',
  protocol: 'The answer isn’t HTTP',
  'too-many-redirects': 'Too many redirects',
  'redirect-refused': 'Redirect not followed',
  'not-allowed': 'Not allowed',
  'too-large': 'The response is too large',
  cancelled: 'Cancelled',
  'untrusted-workspace': 'This workspace isn’t trusted',
};

function errorModel(error: CountersignError): ErrorModel {
  return {
    code: error.code,
    title: errorTitles[error.code] ?? 'The request couldn’t be sent',
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.code === 'missing-secret' ? { secret: /“(.*)”/.exec(error.message)?.[1] ?? '' } : {}),
    ...(error.place
      ? { file: error.place.file, line: error.place.line, where: `${fileName(error.place.file)}:${error.place.line}` }
      : {}),
  };
}

/** Where a part comes from, in words, with the place that states it. */
export function originModel(name: string, origin: Origin): OriginModel {
  if (origin.by === 'cookie-jar') return { by: 'cookie-jar', label: 'Cookie jar' };
  if (origin.by === 'script') return { by: 'script', label: 'Script', file: origin.file, line: origin.line };
  if (origin.by === 'client') {
    const said = originSentence(name, origin, '');
    return { by: origin.by, label: `${said[0]?.toUpperCase()}${said.slice(1)}` };
  }
  const place = origin.file === undefined ? undefined : `${fileName(origin.file)}:${origin.line ?? 1}`;
  const where = origin.file === undefined ? {} : { file: origin.file, line: origin.line ?? 1 };
  if (origin.by === 'file') return { by: 'file', label: place ?? '', ...where };
  const scheme = findScheme(origin.scheme)?.label ?? origin.scheme;
  return { by: 'auth', label: place ? `${scheme} · ${place}` : scheme, ...where };
}

export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** The most of a request body that is shown, in UTF-16 units. */
const requestBodyShown = 256 * 1024;

/** A request as sent; with `reveal` its secrets are in clear. */
export function requestModel(request: HttpRequest, reveal = false): RequestModel {
  const part = (from: Part): PartModel => ({
    name: from.name,
    value: reveal ? from.value : (from.masked ?? from.value),
    secret: from.masked !== undefined,
    origin: originModel(from.name, from.origin),
  });
  const { body } = request;
  const text = reveal ? body?.text : (body?.masked ?? body?.text);
  const all = [...request.query, ...request.headers, ...request.cookies, ...request.overridden];
  return {
    method: request.method,
    url: reveal ? requestUrl(request) : maskedRequestUrl(request),
    query: request.query.map(part),
    headers: request.headers.map(part),
    cookies: request.cookies.map(part),
    overridden: request.overridden.map(part),
    ...(body
      ? {
          body: {
            ...(text === undefined ? {} : { text: text.slice(0, requestBodyShown) }),
            ...(body.file === undefined ? {} : { file: body.file }),
            ...(body.length === undefined ? {} : { length: body.length }),
          },
        }
      : {}),
    hasSecrets:
      all.some(each => each.masked !== undefined) || body?.masked !== undefined || request.maskedUrl !== undefined,
  };
}

/** Masks the secrets in a text. */
export type Redact = (text: string) => string;

const asIs: Redact = text => text;

export interface ResponseSubject {
  readonly title: string;
  readonly file: string;
  readonly line: number;
}

/** Everything that the response panel shows apart from the body's bytes. */
export function responseModel(exchange: Exchange, subject: ResponseSubject, redact: Redact = asIs): ResponseModel {
  const { response, error, attempts } = exchange;
  const sent = attempts.at(-1)?.request ?? exchange.request;
  const startedAt = attempts[0]?.startedAt ?? 0;
  const authorization = authorizationModel(exchange, redact);
  return {
    title: subject.title,
    file: subject.file,
    line: subject.line,
    method: sent.method,
    url: maskedRequestUrl(sent),
    durationMs: exchange.durationMs,
    startedAt,
    ...(response
      ? {
          status: response.status,
          statusText: response.statusText,
          httpVersion: response.httpVersion,
          body: bodyModel(response),
        }
      : {}),
    ...responseFields(response, redact),
    request: requestModel(sent),
    tests: exchange.tests ?? [],
    attempts: attempts.map(attempt => attemptModel(attempt, startedAt)),
    ...(error ? { error: errorModel(error) } : {}),
    ...(authorization ? { authorization } : {}),
    ...(exchange.unverified ? { unverified: true } : {}),
  };
}

export type ResponseFields = Pick<ResponseModel, 'headers' | 'cookies' | 'fieldsMasked'>;

/** Headers and cookies of a response. */
export function responseFields(response: ResponseHead | undefined, redact: Redact = asIs): ResponseFields {
  const headers = (response?.headers ?? []).map(([name, value]) => [name, redact(value)] as const);
  const cookies = headers
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .map(([, value]) => parseSetCookie(value));
  const fieldsMasked = headers.some(([, value], index) => value !== response?.headers[index]?.[1]);
  return { headers, cookies, fieldsMasked };
}

function bodyModel(response: ResponseHead & { readonly body: { readonly size: number } }): BodyModel {
  const contentType = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return {
    size: response.body.size,
    mediaType: mediaType(contentType),
    charset: charsetOf(contentType),
    kind: bodyKind(contentType),
  };
}

function attemptModel(attempt: AttemptRecord, startedAt: number): AttemptModel {
  const { response, timing, error } = attempt;
  return {
    reason: attempt.reason,
    method: attempt.request.method,
    url: maskedRequestUrl(attempt.request),
    offset: Math.max(0, attempt.startedAt - startedAt),
    ...(response
      ? { status: response.status, statusText: response.statusText, httpVersion: response.httpVersion }
      : {}),
    ...(response?.remoteAddress === undefined ? {} : { remoteAddress: response.remoteAddress }),
    ...(timing ? { timing } : {}),
    ...(error ? { error: error.message } : {}),
  };
}

function authorizationModel(exchange: Exchange, redact: Redact): AuthorizationModel | undefined {
  const { response, error, explanation } = exchange;
  const status = response?.status;
  const { causes = [] } = exchange;
  const failed =
    causes.length > 0 ||
    status === 401 ||
    status === 407 ||
    error?.code.startsWith('auth-') ||
    error?.code === 'token-failed';
  if (!failed && !(status === 403 && explanation)) return undefined;
  const wanted = status === 407 ? 'proxy-authenticate' : 'www-authenticate';
  const challenges = (response?.headers ?? [])
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => redact(value));
  const sent = exchange.attempts.at(-1)?.request;
  const part = sent && [...sent.headers, ...sent.query, ...sent.cookies].find(each => each.origin.by === 'auth');
  const used = part && originModel(part.name, part.origin);
  return {
    explanation:
      explanation ??
      (used
        ? `The server did not accept the credential of ${used.label}.`
        : status === 401 || status === 407
          ? 'The server asks for authorization, and the request carries none.'
          : 'The server may have refused the credential.'),
    challenges,
    causes,
    secrets: exchange.secretsUsed ?? [],
    ...(used ? { used } : {}),
  };
}
