import { basename } from 'node:path';
import { findScheme } from '../auth/schemes/index.ts';
import type { ConnectionTls } from '../core/client-tls.ts';
import type { Place } from '../core/place.ts';
import { cookieText, type HttpRequest, maskedRequestUrl, type Origin, type Part, requestUrl } from '../core/request.ts';

/** A part of a request for showing. */
export interface ExplainedPart {
  readonly name: string;
  /** Masked unless secrets were asked for. */
  readonly value: string;
  /** The document does not show it. */
  readonly hidden: boolean;
  readonly secret: boolean;
  readonly origin: Origin;
}

/** A request with every part, as the preview, the response panel, the Authorization panel and the command line show it. */
export interface ExplainedRequest {
  readonly method: string;
  readonly url: string;
  /** As they are sent; cookies as one Cookie header each. */
  readonly headers: readonly ExplainedPart[];
  /** Decoded; those written in the target first. */
  readonly query: readonly ExplainedPart[];
  /** Written parts that the authorization replaced; they are not sent. */
  readonly overridden: readonly ExplainedPart[];
}

/** @param place the request line, for what is written in the target */
export function explainRequest(request: HttpRequest, place: Place, showSecrets: boolean): ExplainedRequest {
  const explain = (part: Part): ExplainedPart => ({
    name: part.name,
    value: showSecrets ? part.value : (part.masked ?? part.value),
    hidden: part.origin.by !== 'file',
    secret: part.masked !== undefined,
    origin: part.origin,
  });
  const written = showSecrets ? request.url : (request.maskedUrl ?? request.url);
  const origin: Origin = { by: 'file', file: place.file, line: place.line };
  return {
    method: request.method,
    url: showSecrets ? requestUrl(request) : maskedRequestUrl(request),
    headers: [
      ...request.headers.map(explain),
      ...request.cookies
        .map(explain)
        .map(part => ({ ...part, name: 'Cookie', value: cookieText(part.name, part.value) })),
    ],
    query: [
      ...writtenQuery(written).map(({ name, value }) => ({
        ...{ name, value, origin },
        hidden: false,
        secret: value.includes('•••'),
      })),
      ...request.query.map(explain),
    ],
    overridden: request.overridden.map(explain),
  };
}

function writtenQuery(url: string): readonly { readonly name: string; readonly value: string }[] {
  const at = url.indexOf('?');
  if (at < 0) return [];
  return url
    .slice(at + 1)
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? { name: decode(pair), value: '' }
        : { name: decode(pair.slice(0, equals)), value: decode(pair.slice(equals + 1)) };
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const headerReasons: Readonly<Record<string, string>> = {
  host: 'taken from the URL',
  'content-length': 'calculated when the request is sent',
  'transfer-encoding': 'the length of the body is not known beforehand',
  'accept-encoding': 'the encodings that Countersign can decode',
};

/** Where a part comes from, as a sentence without its full stop. */
export function originSentence(name: string, origin: Origin, requestFile: string): string {
  switch (origin.by) {
    case 'file':
      return origin.file === requestFile ? `line ${origin.line}` : `${basename(origin.file)}, line ${origin.line}`;
    case 'cookie-jar':
      return 'from the cookie jar';
    case 'script':
      return 'set by a script';
    case 'client':
      return headerReasons[name.toLowerCase()] ?? 'added by Countersign';
    default: {
      const scheme = findScheme(origin.scheme)?.label ?? origin.scheme;
      if (origin.file === undefined) return `added by ${scheme}`;
      const place = `${basename(origin.file)}, line ${origin.line}`;
      return origin.level === 'request' || origin.file === requestFile
        ? `added by ${scheme}, line ${origin.line}`
        : `added by ${scheme}, inherited from ${place}`;
    }
  }
}

/** How a connection is made, where something is stated about it: sentences without full stops. */
export function tlsSentences({ identity, insecure, place }: ConnectionTls): readonly string[] {
  const stated = place ? `stated in ${basename(place.file)}, line ${place.line}` : 'given on the command line';
  return [
    ...(identity ? [`Client certificate: ${basename(identity.file)}, ${stated}`] : []),
    ...(insecure ? [`The server’s certificate is not verified, ${stated}`] : []),
  ];
}
