import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import { cookieText, type HttpRequest, maskedRequestUrl, type Part, requestUrl } from '../core/request.ts';

/** Where a request goes, taken from its URL by text, so that the path goes out exactly as it was signed. */
export interface Target {
  /** `https://api.example.com:8443`, lower case, without a default port. */
  readonly origin: string;
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** Value of a Host header. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** Host and port as they may be shown: secrets masked. */
  readonly shown: string;
}

const origins = new Map<string, Omit<Target, 'path' | 'shown'>>();
const URL_PARTS = /^(https?:\/\/)(?:[^/?#]*@)?([^/?#]*)([^#]*)/i;

/** Splits the request's URL. @throws CountersignError `invalid-url` */
export function splitUrl(request: Pick<HttpRequest, 'url' | 'maskedUrl' | 'query'>): Target {
  const match = URL_PARTS.exec(requestUrl(request));
  const [, scheme = '', authority = '', rest = ''] = match ?? [];
  const masked = URL_PARTS.exec(maskedRequestUrl(request))?.[2] ?? authority;
  if (!match || authority === '') {
    throw new CountersignError('invalid-url', 'The URL is not an absolute http or https URL.', {
      hint: 'Start it with https:// or http:// and a host.',
    });
  }
  const key = (scheme + authority).toLowerCase();
  let origin = origins.get(key);
  if (!origin) {
    let url: URL;
    try {
      url = new URL(key);
    } catch (cause) {
      throw new CountersignError('invalid-url', `“${masked}” is not a valid host and port.`, {
        hint: 'Check the URL for characters that a host cannot hold, and the port for a number up to 65535.',
        ...(masked === authority ? { cause } : {}),
      });
    }
    const secure = url.protocol === 'https:';
    origin = {
      origin: url.origin,
      secure,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
      authority: url.host,
    };
    if (origins.size > 1000) origins.clear();
    origins.set(key, origin);
  }
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return { ...origin, path: /[^\x21-\x7e]/.test(path) ? encodePath(path) : path, shown: masked };
}

function encodePath(path: string): string {
  if (/[\r\n\0]/.test(path)) {
    throw new CountersignError('invalid-url', 'The URL contains a line break or a NUL character.', {
      hint: 'Percent-encode it (%0A, %00), or check the variables in the URL.',
    });
  }
  return path.replace(/[^\x21-\x7e]+/g, text => encodeURIComponent(text.toWellFormed()));
}

/** The head of a request in the form in which it is written, and what the client must know of it. */
export interface Head {
  /** Name, value, name, value: for HTTP/2 and for the client's checks; no framing or connection headers. */
  readonly pairs: string[];
  /** Header lines of HTTP/1.1, each with its line end, as given. */
  readonly lines: string;
  /** Value of the Host header. */
  readonly host: string;
  readonly chunked: boolean;
  readonly close: boolean;
  /** The written Content-Length is not the length of the body. */
  readonly misframed: boolean;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The header lines as given, cookies joined into one Cookie header; Host and the framing of the body are added only
 * where the request lacks them.
 * @param rawLength a written Content-Length goes out even where it is not the length of the body
 * @throws CountersignError `invalid-header`
 * @see RFC 9112 §3.2, §6
 */
export function writeHead(request: HttpRequest, target: Target, rawLength = false): Head {
  if (request.method === 'CONNECT' || !TOKEN.test(request.method)) {
    throw new CountersignError('invalid-request', 'A request cannot be sent with this method.', {
      hint: 'Use a method such as GET or POST; CONNECT is for proxies, which the settings name.',
    });
  }
  const pairs: string[] = [];
  let lines = '';
  let host: string | undefined;
  let length: Part | undefined;
  let lengthAt = 0;
  let transferEncoding: string | undefined;
  let close = false;
  let cookies = request.cookies;
  for (const part of request.headers) {
    const { name } = part;
    let value = checked(part);
    const lower = name.toLowerCase();
    switch (lower) {
      case 'host':
        if (host !== undefined) throw invalid(part, 'The Host header is given twice.', 'Remove one of them.');
        host = value;
        break;
      case 'content-length':
        if (length !== undefined || !/^\d+$/.test(value)) {
          throw invalid(
            part,
            length === undefined
              ? 'The value of Content-Length is not a whole number.'
              : 'The Content-Length header is given twice.',
            'Remove the header: the length is known from the body.',
          );
        }
        length = part;
        lengthAt = pairs.length;
        pairs.push(name, value);
        break;
      case 'transfer-encoding':
        if (value.toLowerCase() !== 'chunked') {
          throw invalid(
            part,
            `A request cannot be sent with Transfer-Encoding: ${value}.`,
            'Use chunked, or remove it.',
          );
        }
        transferEncoding = value;
        break;
      case 'expect':
        throw invalid(part, 'The Expect header is not supported.', 'Remove it: the body is always sent at once.');
      case 'connection':
        close ||= /(?:^|,)\s*close\s*(?:,|$)/i.test(value);
        break;
      case 'keep-alive':
      case 'upgrade':
      case 'proxy-connection':
        break;
      case 'cookie':
        if (cookies.length > 0) {
          value = joinCookies(value, cookies);
          cookies = [];
        }
        pairs.push(name, value);
        break;
      default:
        pairs.push(name, value);
    }
    lines += `${name}: ${value}\r\n`;
  }
  if (cookies.length > 0) {
    const value = joinCookies('', cookies);
    pairs.push('Cookie', value);
    lines += `Cookie: ${value}\r\n`;
  }
  if (host === undefined) {
    host = target.authority;
    lines = `Host: ${host}\r\n${lines}`;
  }
  if (length !== undefined && transferEncoding !== undefined) {
    throw new CountersignError('invalid-header', 'Content-Length and Transfer-Encoding exclude each other.', {
      hint: 'Remove one of the two headers.',
    });
  }
  let chunked = transferEncoding !== undefined;
  const bodyLength = request.body ? request.body.length : 0;
  const misframed = length !== undefined && bodyLength !== undefined && Number(length.value) !== bodyLength;
  if (misframed && length && !rawLength) throw misfit(length, bodyLength);
  // The client checks what it is told, so it is not told of a wrong one.
  if (misframed) pairs.splice(lengthAt, 2);
  if (request.body && !chunked && length === undefined) {
    if (request.body.length === undefined) {
      chunked = true;
      lines += 'Transfer-Encoding: chunked\r\n';
    } else {
      lines += `Content-Length: ${request.body.length}\r\n`;
      pairs.push('Content-Length', String(request.body.length));
    }
  }
  return { pairs, lines, host, chunked, close, misframed };
}

function misfit(written: Part, length: number): CountersignError {
  const bytes = length === 1 ? '1 byte' : `${length} bytes`;
  return invalid(
    written,
    `The Content-Length header says ${written.value}, but the body has ${bytes}.`,
    'Remove the header: the length is known from the body. To send it as it is, write # @raw-length above the request.',
  );
}

function checked(part: Part): string {
  const { name, value } = part;
  if (!TOKEN.test(name)) {
    const shown = name.replace(/[^\x20-\x7e]/g, '?');
    throw invalid(part, `“${shown}” is not a valid header name.`, 'Use letters, digits and hyphens, without blanks.');
  }
  if (!/[^\t\x20-\x7e]/.test(value)) return value;
  if (/[\r\n]/.test(value)) {
    throw invalid(part, `The value of the header ${name} contains a line break.`, 'Check the variables it is made of.');
  }
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(value)) {
    throw invalid(
      part,
      `The value of the header ${name} contains a control character.`,
      'Check the variables it is made of.',
    );
  }
  return Buffer.from(value, 'utf8').toString('latin1');
}

function joinCookies(written: string, cookies: readonly Part[]): string {
  // A cookie that the request writes out is the one that counts.
  const pairsAbove = written.split(';').filter(pair => pair.trim() !== '');
  const names = new Set(pairsAbove.map(pair => (pair.includes('=') ? (pair.split('=', 1)[0] ?? '').trim() : '')));
  const added = cookies.filter(({ name, origin }) => origin.by !== 'cookie-jar' || !names.has(name));
  const pairs = added.map(cookie => {
    const text = cookieText(cookie.name, cookie.value);
    if (/[;\r\n\0]/.test(text)) {
      throw invalid(
        cookie,
        `The cookie ${cookie.name.replace(/[^\x20-\x7e]/g, '?')} contains a semicolon or a line break.`,
        'Percent-encode it.',
      );
    }
    return Buffer.from(text, 'utf8').toString('latin1');
  });
  return [...(written.trim() === '' ? [] : [written.replace(/[;\s]+$/, '')]), ...pairs].join('; ');
}

function invalid(part: Part, message: string, hint: string): CountersignError {
  const place = placeOf(part);
  return new CountersignError('invalid-header', message, { hint, ...(place ? { place } : {}) });
}

function placeOf({ origin }: Part): Place | undefined {
  if (origin.by !== 'file' && origin.by !== 'auth') return undefined;
  const { file, line } = origin;
  return file === undefined || line === undefined ? undefined : { file, line };
}
