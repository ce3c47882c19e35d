import { charsetOf, decodeText } from '../../core/charset.ts';
import { maskedHeader, maskedUrls } from '../../core/credential-text.ts';
import type { Exchange, ResponseHead, StoredBody } from '../../core/exchange.ts';
import { cookieText, type HttpRequest, MASK, maskedRequestUrl, type Part, requestUrl } from '../../core/request.ts';
import { isSecretName } from '../../core/secret-names.ts';
import { withoutCredentialShapes } from '../diagnostics/literal-secrets.ts';
import { bodyKind, mediaType } from './media-type.ts';
import { originModel, type Redact, type ResponseSubject } from './response-model.ts';

/** One line of the history: what was sent when, and what came of it. Holds no credential. */
export interface HistoryRow extends ResponseSubject {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly environment?: string;
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  /** The code of what went wrong. */
  readonly error?: string;
  readonly durationMs: number;
  /** Bytes of the response's body. */
  readonly bytes?: number;
}

/** A body as text; without `text` where it is not kept: it is not text. */
export interface HistoryBody {
  readonly text?: string;
  /** Bytes in all. */
  readonly size: number | undefined;
  /** The text ends before the body does. */
  readonly cut?: boolean;
}

type Field = readonly [name: string, value: string];

/** What was sent and what came back, with names in place of credentials. */
export interface HistoryEntry extends HistoryRow {
  readonly request: { readonly headers: readonly Field[]; readonly body?: HistoryBody };
  readonly response?: {
    readonly statusText: string;
    readonly httpVersion: string;
    readonly headers: readonly Field[];
    readonly mediaType: string;
    readonly body: HistoryBody;
  };
  readonly message?: string;
}

export interface HistoryNames {
  /** What a text that is one secret came from: `{{$secret name}}`. */
  nameOf(text: string): string | undefined;
  /** Masks every secret that has been seen, or that the request carried. */
  readonly redact: Redact;
}

/** UTF-16 units of each body that are kept. */
const longestBody = 256 * 1024;

/**
 * What is kept of an exchange over restarts. Credentials give way to the names that they came from, or else to the
 * statement that made them; what is one by its name or its shape, to `•••`.
 */
export async function historyEntry(
  id: string,
  { request: stated, attempts, response, error, durationMs }: Exchange,
  { title, file, line }: ResponseSubject,
  names: HistoryNames,
): Promise<HistoryEntry> {
  const request = attempts.at(-1)?.request ?? stated;
  const clean = (text: string): string => withoutCredentialShapes(names.redact(text), MASK);
  const url = withNames(requestUrl(request), maskedRequestUrl(request), names.nameOf) ?? maskedRequestUrl(request);
  return {
    ...{ id, title, file, line, durationMs },
    at: attempts[0]?.startedAt ?? Date.now() - durationMs,
    method: request.method,
    url: clean(maskedUrls(url)),
    ...(response ? { status: response.status, bytes: response.body.size } : {}),
    ...(error ? { error: error.code, message: clean(error.message) } : {}),
    request: requestKept(request, names, clean),
    ...(response ? { response: await responseKept(response, clean) } : {}),
  };
}

function requestKept(request: HttpRequest, names: HistoryNames, clean: Redact): HistoryEntry['request'] {
  const headers = request.headers.map(part => [part.name, clean(named(part, names))] as const);
  // A cookie is a session of somebody's: its value is never kept.
  const cookies = request.cookies.map(part => cookieText(part.name, sourceOf(part))).join('; ');
  const { body } = request;
  const text = body?.text && (withNames(body.text, body.masked ?? body.text, names.nameOf) ?? body.masked);
  return {
    headers: cookies === '' ? headers : [...headers, ['Cookie', cookies]],
    ...(body ? { body: { ...kept(text || body.file, clean), size: body.length } } : {}),
  };
}

/** The value of a part with the name that each credential in it came from. */
function named(part: Part, { nameOf }: HistoryNames): string {
  if (/^cookie$/i.test(part.name)) return part.value.replace(/=[^;]*/g, `=${MASK}`);
  if (part.masked === undefined) return maskedHeader(part.name, part.value);
  return (withNames(part.value, part.masked, nameOf) ?? part.masked).replaceAll(MASK, sourceOf(part));
}

function sourceOf({ name, origin }: Part): string {
  return `<${originModel(name, origin).label}>`;
}

/**
 * The masked text with the name of what each mask hides, where it is known. What it returns is made of the masked text
 * and of names alone, however the two are aligned; undefined where they can't be.
 */
function withNames(text: string, masked: string, nameOf: HistoryNames['nameOf']): string | undefined {
  const [first = '', ...pieces] = masked.split(MASK);
  if (!text.startsWith(first)) return undefined;
  let result = first;
  let at = first.length;
  for (const [index, piece] of pieces.entries()) {
    const last = index === pieces.length - 1;
    const next = last ? text.length - piece.length : text.indexOf(piece, at + 1);
    if (next < at || !text.startsWith(piece, next)) return undefined;
    result += (nameOf(text.slice(at, next)) ?? MASK) + piece;
    at = next + piece.length;
  }
  return result;
}

async function responseKept(
  { status: _, statusText, httpVersion, headers, body }: ResponseHead & { readonly body: StoredBody },
  clean: Redact,
): Promise<NonNullable<HistoryEntry['response']>> {
  const contentType = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const kind = bodyKind(contentType);
  const isText = kind !== 'image' && kind !== 'binary';
  const text = isText ? decodeText(await body.start(longestBody), charsetOf(contentType)) : undefined;
  return {
    ...{ statusText: clean(statusText), httpVersion, mediaType: mediaType(contentType) },
    headers: headers.map(([name, value]) => [name, clean(maskedHeader(name, value))] as const),
    body: { ...kept(text, clean), size: body.size, ...(isText && body.size > longestBody ? { cut: true } : {}) },
  };
}

function kept(text: string | undefined, clean: Redact): Pick<HistoryBody, 'text' | 'cut'> {
  if (text === undefined || text === '') return text === undefined ? {} : { text };
  const shown = withoutNamedCredentials(clean(text.slice(0, longestBody)));
  return text.length > longestBody ? { text: shown, cut: true } : { text: shown };
}

/** Values of members, elements and form fields whose names say that they are secret. */
function withoutNamedCredentials(text: string): string {
  const hide = (name: string, value: string): boolean => isSecretName(name) && !/^\{\{.*\}\}$/.test(value);
  return text
    .replace(/"([^"\\\n]{1,64})"(\s*:\s*)"((?:[^"\\]|\\.)*)"?/g, (whole, name: string, colon: string, value: string) =>
      value !== '' && hide(name, value) ? `"${name}"${colon}"${MASK}"` : whole,
    )
    .replace(/<([\w:.-]{1,64})>([^<]+)<\//g, (whole, name: string, value: string) =>
      hide(name, value) ? `<${name}>${MASK}</` : whole,
    )
    .replace(/(^|[&\n])([\w.%[\]-]{1,64})=([^&\s]+)/g, (whole, lead: string, name: string, value: string) =>
      hide(name, value) ? `${lead}${name}=${MASK}` : whole,
    );
}
