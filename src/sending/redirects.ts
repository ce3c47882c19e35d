import { CountersignError } from '../core/errors.ts';
import type { ReceivedResponse, SendOptions } from '../core/ports.ts';
import { type HttpRequest, headerValue, maskedRequestUrl, type Part, requestUrl } from '../core/request.ts';
import { isCredentialHeader } from '../core/secret-names.ts';
import {
  confidentialPart,
  holdsSecret,
  isCredential,
  maskSecrets,
  secretsOf,
  withoutCredentials,
} from './redirect-credentials.ts';

export type SendRequest = (request: HttpRequest, options: SendOptions) => Promise<ReceivedResponse>;

export interface RedirectFacts {
  /** Scheme, host or port differ. */
  readonly crossOrigin: boolean;
  /** From https to http: what follows can be read on the way. */
  readonly downgraded: boolean;
}

export interface RedirectOptions {
  /** Redirects in a row before `too-many-redirects`; default 20. */
  readonly limit?: number;
  /** Whether a body that holds a secret, a credential or a file goes along to another origin (`# @follow-body`). */
  readonly followBody?: boolean;
  /** What the scheme added to the request that was answered, so that a server cannot send it elsewhere in a Location. */
  readonly credentials?: () => readonly Part[];
  /** Called before each redirect is followed; `dropped` does not go along. */
  readonly onRedirect?: (
    from: HttpRequest,
    to: HttpRequest,
    response: ReceivedResponse,
    dropped: readonly Part[],
    facts: RedirectFacts,
  ) => void;
}

const DEFAULT_LIMIT = 20;
const FOLLOWED = new Set([301, 302, 303, 307, 308]);

/**
 * Sends and follows redirects. Nothing that a scheme added, and nothing that names a credential or holds a secret,
 * goes to another origin; nor is a client certificate shown there that is not for that host by name.
 * @throws CountersignError `too-many-redirects`, `redirect-refused`, `invalid-url`, or what `send` throws
 * @see RFC 9110 §15.4
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch
 */
export function followRedirects(send: SendRequest, options: RedirectOptions = {}): SendRequest {
  const limit = options.limit ?? DEFAULT_LIMIT;
  return async (first, sendOptions) => {
    const startedAt = performance.now();
    const seen = new Set<string>();
    let request = first;
    for (let count = 0; ; count++) {
      const response = await send(request, remaining(sendOptions, performance.now() - startedAt));
      const location = FOLLOWED.has(response.status) ? locationOf(response) : undefined;
      if (location === undefined) return response;
      let next: Redirected;
      try {
        if (count >= limit) throw tooMany(request, limit, seen);
        next = redirect(request, response.status, location, options.credentials?.() ?? [], options.followBody);
      } catch (error) {
        await response.discard();
        throw error;
      }
      seen.add(`${request.method} ${requestUrl(request)}`);
      options.onRedirect?.(request, next.request, response, next.dropped, next.facts);
      await response.discard();
      request = next.request;
    }
  };
}

interface Redirected {
  readonly request: HttpRequest;
  readonly dropped: readonly Part[];
  readonly facts: RedirectFacts;
}

/**
 * The request that a redirect asks for.
 * @throws CountersignError `invalid-url` where the target is no http or https URL; `redirect-refused` where the body
 *   would take something confidential to another origin
 */
export function redirect(
  request: HttpRequest,
  status: number,
  location: string,
  credentials: readonly Part[],
  followBody = false,
): Redirected {
  const from = new URL(requestUrl(request));
  const target = targetOf(location, from);
  const facts = {
    crossOrigin: target.origin !== from.origin,
    downgraded: from.protocol === 'https:' && target.protocol === 'http:',
  };
  const added = [...credentials, ...partsOf(request).filter(part => part.origin.by === 'auth')];
  const dropped: Part[] = [];
  const keep = (part: Part, gone: boolean): boolean => {
    if (gone) dropped.push(part);
    return !gone;
  };
  const confidential = ({ origin, masked }: Part): boolean => origin.by === 'auth' || masked !== undefined;

  const toGet =
    (status === 303 && request.method !== 'GET' && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST');
  let headers = request.headers.filter(part => {
    const name = part.name.toLowerCase();
    if (toGet && (name.startsWith('content-') || name === 'transfer-encoding')) return false;
    return keep(part, facts.crossOrigin && (isCredentialHeader(name) || confidential(part)));
  });
  if (facts.crossOrigin) {
    headers = headers.map(part => (part.name.toLowerCase() === 'host' ? { ...part, value: target.host } : part));
  }
  const cookies = request.cookies.filter(part => part.origin.by !== 'cookie-jar' && keep(part, facts.crossOrigin));
  if (facts.crossOrigin) dropped.push(...request.query.filter(confidential));

  let body = toGet ? undefined : request.body;
  const confidentialBody = facts.crossOrigin && !followBody ? confidentialPart(body, added) : undefined;
  if (confidentialBody !== undefined) throw bodyRefused(target, status, confidentialBody);
  if (facts.crossOrigin && /^application\/x-www-form-urlencoded/i.test(headerValue(request, 'Content-Type') ?? '')) {
    body = withoutCredentials(body, added, dropped);
    if (body !== request.body && body) {
      const length = String(body.length);
      headers = headers.map(part => (part.name.toLowerCase() === 'content-length' ? { ...part, value: length } : part));
    }
  }

  const secrets = secretsOf(request, credentials);
  const query = target.search
    .slice(1)
    .split('&')
    .filter(field => {
      const credential = isCredential(field, added, facts.crossOrigin);
      if (credential && facts.crossOrigin && !dropped.includes(credential)) dropped.push(credential);
      return credential === undefined && !(facts.crossOrigin && holdsSecret(field, secrets));
    })
    .join('&');
  const url = `${target.origin}${target.pathname}${query === '' ? '' : `?${query}`}`;
  const maskedUrl = maskSecrets(url, secrets);
  const { maskedUrl: _, form: _form, tls, ...rest } = request;
  const stillProving = facts.crossOrigin ? tls?.elsewhere : tls;
  return {
    request: {
      ...rest,
      method: toGet ? 'GET' : request.method,
      url,
      ...(maskedUrl === url ? {} : { maskedUrl }),
      query: [],
      headers,
      cookies,
      body,
      overridden: [],
      ...(stillProving ? { tls: stillProving } : {}),
    },
    dropped,
    facts,
  };
}

function bodyRefused(target: URL, status: number, reason: string): CountersignError {
  return new CountersignError(
    'redirect-refused',
    `The server redirects the request (${status}) to ${target.origin}, and its body ${reason}: it was not sent there.`,
    {
      hint: 'Write # @follow-body above the request if the body may go there, or # @no-redirect to see the response.',
    },
  );
}

function targetOf(location: string, from: URL): URL {
  let target: URL;
  try {
    target = new URL(location, from);
  } catch {
    throw new CountersignError('invalid-url', 'The server redirects to something that is not a valid URL.', {
      hint: 'Write # @no-redirect above the request to see its response.',
    });
  }
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw new CountersignError(
      'invalid-url',
      `The server redirects to a ${target.protocol} URL, which is not followed.`,
      {
        hint: 'Write # @no-redirect above the request to see its response.',
      },
    );
  }
  return target;
}

function partsOf(request: HttpRequest): readonly Part[] {
  return [...request.headers, ...request.query, ...request.cookies, ...(request.form ?? [])];
}

function locationOf(response: ReceivedResponse): string | undefined {
  // An empty one leads nowhere: curl and browsers show the response itself.
  return response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1]?.trim() || undefined;
}

function remaining(options: SendOptions, elapsed: number): SendOptions {
  return options.timeout === undefined ? options : { ...options, timeout: Math.max(1, options.timeout - elapsed) };
}

function tooMany(request: HttpRequest, limit: number, seen: ReadonlySet<string>): CountersignError {
  const host = new URL(maskedRequestUrl(request)).host;
  const circle = seen.has(`${request.method} ${requestUrl(request)}`);
  return new CountersignError(
    'too-many-redirects',
    circle ? `${host} redirects in a circle: ${limit} redirects were followed.` : `More than ${limit} redirects.`,
    { hint: 'Write # @no-redirect above the request to see the first response.' },
  );
}
