import type { WireRecord } from '../../core/wire-record.ts';
import { headerOf, type Showing, shownField, shownHeaders, shownRequestBody, shownResponseBody } from './raw-dump.ts';

/** What stands around the entries of an HTTP Archive. @see https://w3c.github.io/web-performance/specs/HAR/Overview.html */
export function harFrame(version: string): { readonly before: string; readonly after: string } {
  const creator = JSON.stringify({ name: 'Countersign', version });
  return { before: `{"log":{"version":"1.2","creator":${creator},"entries":[`, after: ']}}\n' };
}

/** A whole archive. */
export function harText(records: readonly WireRecord[], showing: Showing, version: string): string {
  const { before, after } = harFrame(version);
  return JSON.stringify(
    JSON.parse(before + records.map(record => JSON.stringify(harEntry(record, showing))).join(',') + after),
    null,
    2,
  );
}

/** One exchange as an entry of an HTTP Archive 1.2; names with an underscore are ours, as the format has it. */
export function harEntry(record: WireRecord, showing: Showing): Readonly<Record<string, unknown>> {
  const { connection, timing, error } = record;
  const redact = showing.reveal ? (text: string): string => text : (showing.redact ?? (text => text));
  const tls = connection?.tls;
  return {
    startedDateTime: new Date(record.startedAt).toISOString(),
    time: round(timing?.total ?? 0),
    request: harRequest(record, showing),
    response: harResponse(record, showing),
    cache: {},
    timings: {
      blocked: -1,
      dns: round(timing?.dns ?? -1),
      // In the format connecting includes securing.
      connect: timing?.connect === undefined ? -1 : round(timing.connect + (timing.tls ?? 0)),
      ssl: round(timing?.tls ?? -1),
      send: 0,
      wait: round(timing?.wait ?? 0),
      receive: round(timing?.download ?? 0),
    },
    ...(connection?.address === undefined ? {} : { serverIPAddress: connection.address }),
    ...(connection?.port === undefined ? {} : { connection: String(connection.port) }),
    _reason: record.reason,
    ...(connection ? { _reused: connection.reused } : {}),
    ...(connection?.proxy === undefined ? {} : { _proxy: connection.proxy }),
    ...(tls ? { _tls: tls } : {}),
    ...(error ? { _error: { code: error.code, message: redact(error.message) } } : {}),
  };
}

function harRequest(record: WireRecord, showing: Showing): unknown {
  const { method, httpVersion, body, fields } = record;
  const url = shownField(record.url, showing);
  const headers = fields.map(field => ({ name: field.name, value: shownField(field, showing) }));
  const shown = body && shownRequestBody(record, showing);
  const mimeType = fields.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  return {
    ...{ method, url, httpVersion: versionOf(httpVersion) },
    cookies: cookiesOf(headers),
    headers,
    queryString: queryOf(url),
    ...(body ? { postData: { mimeType, params: [], text: shown?.text ?? '' } } : {}),
    headersSize: -1,
    bodySize: body?.size ?? (body ? -1 : 0),
    ...(body?.files ? { _files: body.files } : {}),
  };
}

function harResponse(record: WireRecord, showing: Showing): unknown {
  const { response, httpVersion } = record;
  // So Chrome, too, writes an exchange that got no response.
  if (!response) {
    return {
      ...{ status: 0, statusText: '', httpVersion: '', cookies: [], headers: [], redirectURL: '' },
      ...{ content: { size: 0, mimeType: '' }, headersSize: -1, bodySize: -1 },
    };
  }
  const headers = shownHeaders(record, showing).map(([name, value]) => ({ name, value }));
  const { body } = response;
  const shown = shownResponseBody(record, showing);
  const setCookies = headers.filter(({ name }) => name.toLowerCase() === 'set-cookie');
  return {
    ...{ status: response.status, statusText: response.statusText, httpVersion: versionOf(httpVersion) },
    cookies: setCookies.map(({ value }) => cookieOf(value.split(';', 1)[0] ?? '')),
    headers,
    content: {
      size: body?.size ?? 0,
      mimeType: headerOf(response.headers, 'content-type') ?? '',
      ...(shown
        ? { text: shown.text, ...(shown.cut ? { comment: `the start of ${body?.size} bytes` } : {}) }
        : contentBytes(record, showing)),
    },
    redirectURL: headerOf(shownHeaders(record, showing), 'location') ?? '',
    headersSize: -1,
    bodySize: Number(headerOf(response.headers, 'content-length') ?? -1),
  };
}

/** Bytes that are no text: what they say cannot be masked, so they are there only where secrets are shown. */
function contentBytes({ response }: WireRecord, { reveal }: Showing): object {
  const body = response?.body;
  if (!reveal || !body) return { comment: 'not text' };
  return { text: Buffer.from(body.start).toString('base64'), encoding: 'base64' };
}

const versionOf = (version: string): string => (version === '2' ? 'h2' : `HTTP/${version}`);

const round = (milliseconds: number): number => Math.round(milliseconds * 1000) / 1000;

function cookieOf(pair: string): { readonly name: string; readonly value: string } {
  const at = pair.indexOf('=');
  return at < 0 ? { name: '', value: pair.trim() } : { name: pair.slice(0, at).trim(), value: pair.slice(at + 1) };
}

function cookiesOf(headers: readonly { readonly name: string; readonly value: string }[]): unknown {
  return headers
    .filter(({ name }) => name.toLowerCase() === 'cookie')
    .flatMap(({ value }) => value.split(';').map(pair => cookieOf(pair)));
}

function queryOf(url: string): unknown {
  const at = url.indexOf('?');
  if (at < 0) return [];
  return [...new URLSearchParams(url.slice(at + 1).replace(/#.*$/s, ''))].map(([name, value]) => ({ name, value }));
}
