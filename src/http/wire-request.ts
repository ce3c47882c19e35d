import { type Body, type HttpRequest, MASK, maskedRequestUrl, type Part, requestUrl } from '../core/request.ts';
import type { ConnectionDetails, WireBody, WireField, WireRecord } from '../core/wire-record.ts';
import { splitUrl, type Target, writeHead } from './request-head.ts';

/** What of a request is written, in the form in which it is written; secrets marked. */
export type WireRequest = Pick<WireRecord, 'url' | 'target' | 'fields'>;

const withoutOrigin = /^[a-z]+:\/\/[^/?#]*/i;

/**
 * The request's head over a connection, by the same function that writes it. @throws CountersignError
 * @see RFC 9112 §3, RFC 9113 §8.3.1
 */
export function wireRequest(
  request: HttpRequest,
  httpVersion: string,
  rawLength: boolean,
  connection?: ConnectionDetails,
): WireRequest {
  const target = splitUrl(request);
  const shown: Target = { ...target, authority: target.shown, path: maskedPath(request) };
  const masked = { ...request, headers: request.headers.map(maskedPart), cookies: request.cookies.map(maskedPart) };
  const url = field('', requestUrl(request), maskedRequestUrl(request));
  const [values, maskedValues] = [
    headFields(request, target, httpVersion, rawLength),
    headFields(masked, shown, httpVersion, rawLength),
  ];
  const fields = values.map(([name, value], index) => field(name, value, maskedValues[index]?.[1] ?? MASK));
  if (!connection?.forwarded) return { url, target: field('', target.path, shown.path), fields };
  const authorized = connection.proxyAuthorized && !fields.some(({ name }) => /^proxy-authorization$/i.test(name));
  return {
    url,
    target: field('', target.origin + target.path, `${target.origin}${shown.path}`),
    fields: authorized ? [...fields, { name: 'Proxy-Authorization', value: MASK, masked: MASK }] : fields,
  };
}

function headFields(request: HttpRequest, target: Target, httpVersion: string, rawLength: boolean): [string, string][] {
  const head = writeHead(request, target, rawLength);
  if (httpVersion !== '2') {
    return head.lines
      .split('\r\n')
      .filter(line => line !== '')
      .map(line => [line.slice(0, line.indexOf(':')), utf8(line.slice(line.indexOf(':') + 2))]);
  }
  const pairs = new Map<string, string[]>();
  for (let index = 0; index + 1 < head.pairs.length; index += 2) {
    const name = (head.pairs[index] ?? '').toLowerCase();
    pairs.set(name, [...(pairs.get(name) ?? []), utf8(head.pairs[index + 1] ?? '')]);
  }
  return [
    [':authority', utf8(head.host)],
    [':method', request.method],
    [':path', target.path],
    [':scheme', target.secure ? 'https' : 'http'],
    // The client sends those of one name as one field.
    ...[...pairs].map(([name, values]): [string, string] => [name, values.join(name === 'cookie' ? '; ' : ', ')]),
  ];
}

const maskedPart = (part: Part): Part => ({ ...part, value: part.masked ?? part.value });

const utf8 = (latin1: string): string =>
  /[\x80-\xff]/.test(latin1) ? Buffer.from(latin1, 'latin1').toString() : latin1;

function field(name: string, value: string, masked: string): WireField {
  return masked === value ? { name, value } : { name, value, masked };
}

function maskedPath(request: HttpRequest): string {
  const path = maskedRequestUrl(request).replace(withoutOrigin, '').replace(/#.*$/s, '');
  const encoded = path.replace(/[^\x21-\x7e•]+/g, text => encodeURIComponent(text.toWellFormed()));
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** The start of a request's body, as far as it is in memory. */
export function wireRequestBody(body: Body, limit: number): WireBody {
  const { length: size, text, masked, file, pieces } = body;
  const encode = (whole: string): Uint8Array => Buffer.from(whole.slice(0, limit)).subarray(0, limit);
  if (text !== undefined) {
    return { start: encode(text), size, ...(masked === undefined ? {} : { masked: masked.slice(0, limit) }) };
  }
  const of = pieces ?? (file === undefined ? [] : [{ file }]);
  const files = of.flatMap(piece => ('file' in piece ? [piece.file] : []));
  const join = (shown: boolean): string =>
    of.map(piece => ('file' in piece ? `‹${piece.file}›` : shown ? (piece.masked ?? piece.text) : piece.text)).join('');
  const [whole, hidden] = [join(false), join(true)];
  return {
    start: encode(whole),
    ...(hidden === whole ? {} : { masked: hidden.slice(0, limit) }),
    size,
    ...(files.length > 0 ? { files } : {}),
  };
}
