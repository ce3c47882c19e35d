import { type HttpRequest, headerValue, requestUrl } from '../core/request.ts';

const TARGET = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?([^#]*)/i;

/** Path and query of a request as they are sent, a lone `?` included. @see RFC 9112 §3.2.1 */
export function requestTarget(request: Pick<HttpRequest, 'url' | 'query'>): string {
  const url = requestUrl(request);
  const [, path = url] = TARGET.exec(url) ?? [];
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return /^[\x21-\x7e]*$/.test(rooted)
    ? rooted
    : rooted.replace(/[^\x21-\x7e]+/g, text => encodeURIComponent(text.toWellFormed()));
}

/** Host name and port as the server sees them: what the Host header says, otherwise the URL. */
export function requestHost(request: Pick<HttpRequest, 'url' | 'headers'>): {
  readonly host: string;
  readonly port: number;
} {
  const url = new URL(request.url);
  const stated = `${url.protocol}//${headerValue(request, 'host') ?? url.host}`;
  const { hostname, port } = URL.canParse(stated) ? new URL(stated) : url;
  return { host: hostname.toLowerCase(), port: Number(port) || (url.protocol === 'http:' ? 80 : 443) };
}
