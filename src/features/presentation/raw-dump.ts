import { maskedResponse } from '../../auth/oauth2/exchange-record.ts';
import { charsetOf, decodeText } from '../../core/charset.ts';
import { maskedHeader, maskedUrls } from '../../core/credential-text.ts';
import type { WireBody, WireField, WireRecord } from '../../core/wire-record.ts';

/** How secrets are shown of what went over the wire. */
export interface Showing {
  /** As it went, with secrets. */
  readonly reveal?: boolean;
  /** The text with every secret seen so far masked; used unless they are revealed. */
  redact?(text: string): string;
}

/** A text for showing; undefined where bytes are not text. */
export type ShownBody = { readonly text: string; readonly cut: boolean } | undefined;

const same = (text: string): string => text;

/** The value of a field of the request as it may be shown. */
export function shownField({ name, value, masked }: WireField, { reveal, redact = same }: Showing): string {
  if (reveal) return value;
  const text = redact(maskedHeader(name, masked ?? value));
  return name === '' || name === ':path' ? maskedUrls(text) : text;
}

/** The response's fields as they may be shown. */
export function shownHeaders(
  { response }: WireRecord,
  { reveal, redact = same }: Showing,
): readonly (readonly [name: string, value: string])[] {
  const headers = response?.headers ?? [];
  return reveal ? headers : headers.map(([name, value]) => [name, redact(maskedHeader(name, value))]);
}

export function shownRequestBody(record: WireRecord, { reveal, redact = same }: Showing): ShownBody {
  const { body } = record;
  if (!body) return { text: '', cut: false };
  const type = record.fields.find(({ name }) => name.toLowerCase() === 'content-type')?.value;
  const shown = textOf(body, type);
  if (!shown || reveal) return shown;
  return { ...shown, text: redact(body.masked ?? shown.text) };
}

export function shownResponseBody({ response, reason }: WireRecord, { reveal, redact = same }: Showing): ShownBody {
  if (!response?.body) return { text: '', cut: false };
  const shown = textOf(response.body, headerOf(response.headers, 'content-type'));
  if (!shown || reveal) return shown;
  return { ...shown, text: redact(reason === 'token' ? maskedResponse(shown.text, []) : shown.text) };
}

/** Request and response as they went over the wire, one after the other. @see RFC 9112, RFC 9113 §8.3 */
export function rawDump(record: WireRecord, showing: Showing): string {
  return [rawRequest(record, showing), rawResponse(record, showing)].filter(text => text !== '').join('\n');
}

/** Fields of HTTP/2 have no request line: the pseudo-header fields stand for it. */
export function rawRequest(record: WireRecord, showing: Showing): string {
  const { method, target, fields, httpVersion, url } = record;
  const lines = fields.map(field => `${field.name}: ${shownField(field, showing)}`);
  if (httpVersion !== '2') lines.unshift(`${method} ${shownField(fields.length > 0 ? target : url, showing)} HTTP/1.1`);
  return withBody(lines, record.body, shownRequestBody(record, showing));
}

export function rawResponse(record: WireRecord, showing: Showing): string {
  const { response, httpVersion, error } = record;
  const lines: string[] = [];
  if (response) {
    const status = `${response.status} ${response.statusText}`.trimEnd();
    lines.push(httpVersion === '2' ? `:status: ${response.status}` : `HTTP/${httpVersion} ${status}`);
    for (const [name, value] of shownHeaders(record, showing)) lines.push(`${name}: ${value}`);
  }
  const dump = response ? withBody(lines, response.body, shownResponseBody(record, showing)) : '';
  if (!error) return dump;
  const message = showing.reveal ? error.message : (showing.redact ?? same)(error.message);
  return `${dump}[${error.code}: ${message}]\n`;
}

function withBody(lines: readonly string[], body: WireBody | undefined, shown: ShownBody): string {
  const head = `${lines.join('\n')}\n\n`;
  if (!body || (body.size === 0 && body.start.byteLength === 0)) return head;
  if (!shown) return `${head}[${body.size ?? body.start.byteLength} bytes that are not text]\n`;
  const text = shown.text.endsWith('\n') || shown.text === '' ? shown.text : `${shown.text}\n`;
  return `${head}${text}${shown.cut ? `[the start of ${body.size ?? 'more'} bytes]\n` : ''}`;
}

function textOf(body: WireBody, contentType: string | undefined): ShownBody {
  const { start, size } = body;
  const cut = size !== undefined && body.files === undefined && size > start.byteLength;
  if (start.includes(0) && !/charset\s*=\s*"?utf-(16|32)/i.test(contentType ?? '')) return undefined;
  const text = decodeText(start, charsetOf(contentType));
  // A character may have been cut in two at the end.
  const broken = (cut ? text.replace(/\ufffd$/, '') : text).match(/\ufffd/g)?.length ?? 0;
  return broken > text.length / 10 ? undefined : { text, cut };
}

export function headerOf(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1];
}
