import type { Challenge } from '../../auth/challenges.ts';
import { parseChallenges } from '../../auth/challenges.ts';
import type { WithheldCookie } from '../../cookies/withheld-cookie.ts';
import type { AttemptRecord, RefusalCause } from '../../core/exchange.ts';
import type { HttpRequest, Part } from '../../core/request.ts';
import { isCredentialHeader, isSecretName } from '../../core/secret-names.ts';
import type { AuthDecision } from '../auth-in-force.ts';

export type Cause = RefusalCause;

/** A response that refuses, with all that is known about it. */
export interface Refusal {
  readonly attempts: readonly AttemptRecord[];
  /** The request that the response answers, as it was sent. */
  readonly request: HttpRequest;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The start of the body, as text. */
  readonly body: string;
  readonly decision: AuthDecision;
  /** Cookies that the jar knows for this site and that did not go along. */
  readonly withheld: readonly WithheldCookie[];
  /** Cookies that the jar has for the URL and that the request does without: it says `# @no-cookie-jar`. */
  readonly declined: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Finds one kind of cause. */
export type Rule = (refusal: Refusal) => Cause | readonly Cause[] | undefined;

/** Of a response's headers; undefined where there is none of that name. */
export function headerOf({ headers }: Pick<Refusal, 'headers'>, name: string): string | undefined {
  return headers.find(([known]) => known.toLowerCase() === name)?.[1];
}

export function challengesOf({ headers, status }: Refusal): readonly Challenge[] {
  return parseChallenges(headers, status === 407 ? 'proxy-authenticate' : 'www-authenticate');
}

/** The header that carries the HTTP authentication of the request. @see RFC 9110 §11.6.2 */
export function authorizationOf({ request, status }: Refusal): Part | undefined {
  const name = status === 407 ? 'proxy-authorization' : 'authorization';
  return request.headers.find(part => part.name.toLowerCase() === name);
}

/** Scheme and credential of that header. */
export function credentialsOf(refusal: Refusal): { readonly scheme: string; readonly credential: string } | undefined {
  const value = authorizationOf(refusal)?.value.trim();
  if (!value) return undefined;
  const [, scheme = '', credential = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(value) ?? [];
  return { scheme, credential };
}

/** Everything in the request that is a credential, whoever wrote it. */
export function credentialParts(request: HttpRequest): readonly Part[] {
  const written = request.headers.filter(({ name, origin }) => origin.by === 'auth' || isCredentialHeader(name));
  const query = request.query.filter(({ name, origin }) => origin.by === 'auth' || isSecretName(name));
  return [
    ...written,
    ...query,
    ...request.cookies.filter(({ origin }) => origin.by === 'auth'),
    ...(request.form ?? []),
  ];
}

/** Whether the target, as it is written, has a parameter that is a credential. */
export function hasCredentialInUrl({ url }: HttpRequest): boolean {
  return [...(URL.parse(url)?.searchParams.keys() ?? [])].some(isSecretName);
}

/** A text of the server's in a sentence of ours: one line, of bounded length. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return `“${line.length > 200 ? `${line.slice(0, 199)}…` : line}”`;
}

/** `12 minutes`, from milliseconds. */
export function span(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    const count = Math.floor(seconds / size);
    if (count > 0) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}
