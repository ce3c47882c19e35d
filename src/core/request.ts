import type { ClientTls } from './client-tls.ts';
import { withoutParameters, writtenParameters } from './query-parameters.ts';

/**
 * A request is a fold of edits. Every part knows where it came from, so provenance, masking and the removal of
 * credentials on the way to another origin are filters over the parts.
 */

/** Which statement a part comes from, as a level of the inheritance. */
export type Level = 'request' | 'file' | 'folder' | 'collection';

export type Origin =
  | { readonly by: 'file'; readonly file: string; readonly line: number }
  | {
      readonly by: 'auth';
      readonly scheme: string;
      readonly level?: Level;
      /** Where the statement stands. */
      readonly file?: string;
      readonly line?: number;
    }
  /** A script set it; the place is that of its request. */
  | { readonly by: 'script'; readonly file: string; readonly line: number }
  | { readonly by: 'client' }
  | { readonly by: 'cookie-jar' };

/** A named part (header, query or form parameter, cookie). `masked` is there when the value holds a secret. */
export interface Part {
  readonly name: string;
  readonly value: string;
  /** The value with what is secret replaced by `•••`, for showing. Absent: nothing in it is secret. */
  readonly masked?: string;
  readonly origin: Origin;
}

/** A piece of a body: text, `masked` where something in it is secret, or a file sent as it is. */
export type BodyPiece = { readonly text: string; readonly masked?: string } | { readonly file: string };

export interface Body {
  /** Bytes; undefined where it is only known by sending (chunked). */
  readonly length: number | undefined;
  /** The whole text, where the body is text held in memory. */
  readonly text?: string;
  /** `text` with secrets masked; absent: nothing secret. */
  readonly masked?: string;
  /** The path, where the body is a file sent as it is. */
  readonly file?: string;
  /** What it is made of, where it is text and files. */
  readonly pieces?: readonly BodyPiece[];
  /** The bytes from the start; may be called again for each attempt and for hashing. */
  open(): AsyncIterable<Uint8Array>;
}

export interface HttpRequest {
  readonly method: string;
  /** Absolute, percent-encoded, as the document states it: without `query`. No fragment. */
  readonly url: string;
  /** `url` with secrets masked; absent: nothing secret. */
  readonly maskedUrl?: string;
  /** Where `url` is written; absent where it comes from no document. */
  readonly urlOrigin?: Origin;
  /** Parameters that were added to the query of `url`, in order, unencoded. */
  readonly query: readonly Part[];
  /** In the order in which they are sent. */
  readonly headers: readonly Part[];
  /** Cookies of the request that are not written as a Cookie header, sent as one. */
  readonly cookies: readonly Part[];
  readonly body: Body | undefined;
  /** Fields that were added to a form body, which holds them; absent: none. */
  readonly form?: readonly Part[];
  /** Written parts that an edit replaced: conflicts to be shown. */
  readonly overridden: readonly Part[];
  /** Whom the client proves itself to over TLS, and with what; absent where nothing is stated about it. */
  readonly tls?: ClientTls;
}

/** One change to a request. The driver stamps the origin. */
export type Edit =
  /** Sets a header: every header of that name (case-insensitive) gives way to it. */
  | { readonly in: 'header'; readonly name: string; readonly value: string; readonly masked?: string }
  /**
   * Appends a query parameter, percent-encoded with RFC 3986's unreserved characters left alone: every written one of
   * that name gives way to it.
   */
  | { readonly in: 'query'; readonly name: string; readonly value: string; readonly masked?: string }
  /** Appends a field to a body of type application/x-www-form-urlencoded. */
  | { readonly in: 'form'; readonly name: string; readonly value: string; readonly masked?: string }
  /** Sets a cookie: one of that name gives way to it, stored or written. */
  | { readonly in: 'cookie'; readonly name: string; readonly value: string; readonly masked?: string };

export const MASK = '•••';

/** RFC 3986 percent-encoding: everything other than unreserved characters; lone surrogates as U+FFFD. @see RFC 3986 §2.3 */
/** A cookie as it stands in a Cookie field; one without a name is its value alone. @see RFC 6265bis, section 5.8.3 */
export const cookieText = (name: string, value: string): string => (name === '' ? value : `${name}=${value}`);

export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Scheme, host and port of a request's URL, which is normalised. */
export function originOf({ url }: Pick<HttpRequest, 'url'>): string {
  const end = url.indexOf('/', url.indexOf('//') + 2);
  return end < 0 ? url : url.slice(0, end);
}

/** The absolute URL that is sent: `url` and the added query parameters. */
export function requestUrl(request: Pick<HttpRequest, 'url' | 'query'>): string {
  return appendQuery(request.url, request.query, part => part.value);
}

/** `requestUrl` with every secret masked. */
export function maskedRequestUrl(request: Pick<HttpRequest, 'url' | 'maskedUrl' | 'query'>): string {
  return appendQuery(request.maskedUrl ?? request.url, request.query, part => part.masked ?? part.value);
}

function appendQuery(url: string, query: readonly Part[], text: (part: Part) => string): string {
  if (query.length === 0) return url;
  const added = query
    .map(part => `${percentEncode(part.name)}=${percentEncode(text(part)).replaceAll('%E2%80%A2', '•')}`)
    .join('&');
  return `${url}${url.includes('?') ? (/[?&]$/.test(url) ? '' : '&') : '?'}${added}`;
}

/** The value of the first header of that name (case-insensitive). */
export function headerValue(request: Pick<HttpRequest, 'headers'>, name: string): string | undefined {
  const lower = name.toLowerCase();
  return request.headers.find(header => header.name.toLowerCase() === lower)?.value;
}

/** The request with the edits applied, each stamped with the origin. Neither argument is changed. */
export function applyEdits(request: HttpRequest, edits: readonly Edit[], origin: Origin): HttpRequest {
  let { url, maskedUrl, query, headers, cookies, body, form, overridden } = request;
  for (const { in: place, name, value, masked } of edits) {
    const part: Part = masked === undefined ? { name, value, origin } : { name, value, masked, origin };
    if (place === 'header') {
      const lower = part.name.toLowerCase();
      const kept: Part[] = [];
      for (const header of headers) {
        if (header.name.length !== lower.length || header.name.toLowerCase() !== lower) kept.push(header);
        else if (header.origin.by === 'file') overridden = [...overridden, header];
      }
      kept.push(part);
      headers = kept;
    } else if (place === 'query') {
      const written = writtenParameters(url, name);
      if (written.length > 0) {
        overridden = [...overridden, ...replacedParameters(request, name)];
        url = withoutParameters(url, other => other === name);
        if (maskedUrl !== undefined) maskedUrl = withoutParameters(maskedUrl, other => other === name);
      }
      query = [...query, part];
    } else if (place === 'cookie') {
      cookies = [...cookies.filter(cookie => cookie.name !== part.name), part];
      const written = headers.filter(header => cookieOf(header, part.name) !== undefined);
      overridden = [...overridden, ...written.map(header => ({ ...header, ...cookieOf(header, part.name) }))];
      headers = headers.flatMap(header => (written.includes(header) ? withoutCookie(header, part.name) : [header]));
    } else {
      body = appendFormField(body, part);
      form = [...(form ?? []), part];
      headers = headers.map(header =>
        header.name.toLowerCase() === 'content-length' ? { ...header, value: String(body?.length ?? 0) } : header,
      );
    }
  }
  const folded = { ...request, url, query, headers, cookies, body, overridden };
  return { ...folded, ...(maskedUrl === undefined ? {} : { maskedUrl }), ...(form ? { form } : {}) };
}

/** The written parameters of that name as parts, whose names begin with the question mark of a query. */
function replacedParameters(request: HttpRequest, name: string): readonly Part[] {
  const { url, maskedUrl, urlOrigin: origin } = request;
  if (!origin) return [];
  const textAfterEquals = (pair: string): string => pair.slice(pair.indexOf('=') + 1 || pair.length);
  const shown = maskedUrl === undefined ? undefined : writtenParameters(maskedUrl, name);
  return writtenParameters(url, name).map((pair, index) => {
    const part: Part = { name: `?${name}`, value: textAfterEquals(pair), origin };
    const masked = shown && textAfterEquals(shown[index] ?? MASK);
    return masked === undefined || masked === part.value ? part : { ...part, masked };
  });
}

/** The cookie of that name as a Cookie header writes it. */
function cookieOf({ name, value, masked }: Part, cookie: string): Pick<Part, 'value' | 'masked'> | undefined {
  if (name.toLowerCase() !== 'cookie') return undefined;
  const own = (text: string): string | undefined =>
    text
      .split(';')
      .map(pair => pair.trim())
      .find(pair => pair.split('=', 1)[0] === cookie);
  const found = own(value);
  if (found === undefined) return undefined;
  return masked === undefined ? { value: found } : { value: found, masked: own(masked) ?? MASK };
}

function withoutCookie(header: Part, cookie: string): readonly Part[] {
  const others = (text: string): string =>
    text
      .split(';')
      .map(pair => pair.trim())
      .filter(pair => pair !== '' && pair.split('=', 1)[0] !== cookie)
      .join('; ');
  const { value, masked } = header;
  const left = others(value);
  if (left === '') return [];
  return [{ ...header, value: left, ...(masked === undefined ? {} : { masked: others(masked) }) }];
}

/** The request with an empty body, for an attempt that only asks for a challenge. The argument is not changed. */
export function withoutBody(request: HttpRequest): HttpRequest {
  const headers = request.headers
    .filter(header => !/^(content-type|content-encoding|transfer-encoding|trailer|expect)$/i.test(header.name))
    .map(header => (header.name.toLowerCase() === 'content-length' ? { ...header, value: '0' } : header));
  return { ...request, headers, body: undefined };
}

function appendFormField(body: Body | undefined, part: Part): Body {
  const join = body?.text ? '&' : '';
  const field = (value: string): string => `${join}${percentEncode(part.name)}=${value}`;
  const text = `${body?.text ?? ''}${field(percentEncode(part.value))}`;
  const masked =
    part.masked === undefined && body?.masked === undefined
      ? undefined
      : `${body?.masked ?? body?.text ?? ''}${field(part.masked ?? percentEncode(part.value))}`;
  return textBody(text, masked);
}

/** A body of UTF-8 text held in memory. */
export function textBody(text: string, masked?: string): Body {
  return new TextBody(text, masked);
}

/** A class, not a literal: each literal with a getter has a shape of its own, which stays for long. */
class TextBody implements Body {
  readonly text: string;
  declare readonly masked?: string;
  #bytes: Uint8Array | undefined;

  constructor(text: string, masked: string | undefined) {
    this.text = text;
    if (masked !== undefined && masked !== text) this.masked = masked;
  }

  get #encoded(): Uint8Array {
    this.#bytes ??= new TextEncoder().encode(this.text);
    return this.#bytes;
  }

  get length(): number {
    return this.#encoded.byteLength;
  }

  async *open(): AsyncGenerator<Uint8Array> {
    yield this.#encoded;
  }
}

/** All bytes of a body, for schemes that sign it. @throws what `open` throws */
export async function bodyBytes(body: Body | undefined): Promise<Uint8Array> {
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.open()) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
