import { type HttpRequest, maskedRequestUrl, type Part, requestUrl } from '../core/request.ts';

export interface HarOptions {
  /** False: `•••` stands in place of each secret. */
  readonly secrets: boolean;
  /** Of this program. */
  readonly version: string;
  /** Milliseconds since 1970, as when the requests were begun. */
  readonly now: number;
}

interface HarField {
  readonly name: string;
  readonly value: string;
}

/**
 * Requests that were not sent as an HTTP archive 1.2: each response has the status 0, as of one that never came.
 * @see https://w3c.github.io/web-performance/specs/HAR/Overview.html
 */
export function writeHar(requests: readonly HttpRequest[], { secrets, version, now }: HarOptions): object {
  const entries = requests.map(request => ({
    ...{ startedDateTime: new Date(now).toISOString(), time: 0, request: harRequest(request, secrets) },
    response: {
      ...{ status: 0, statusText: '', httpVersion: '', cookies: [], headers: [], redirectURL: '' },
      ...{ content: { size: 0, mimeType: '' }, headersSize: -1, bodySize: -1 },
    },
    ...{ cache: {}, timings: { send: 0, wait: 0, receive: 0 } },
  }));
  return { log: { version: '1.2', creator: { name: 'Countersign', version }, entries } };
}

function harRequest(request: HttpRequest, secrets: boolean): object {
  const url = secrets ? requestUrl(request) : maskedRequestUrl(request);
  const shown = (part: Part): HarField => ({
    name: part.name,
    value: secrets ? part.value : (part.masked ?? part.value),
  });
  const cookies = request.cookies.map(shown);
  const headers = request.headers.map(shown);
  if (cookies.length > 0) {
    headers.push({ name: 'Cookie', value: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') });
  }
  const at = url.indexOf('?');
  const query = at < 0 ? [] : [...new URLSearchParams(url.slice(at + 1))].map(([name, value]) => ({ name, value }));
  return {
    ...{ method: request.method, url, httpVersion: 'HTTP/1.1', cookies, headers, queryString: query },
    ...(request.body ? { postData: postData(request, secrets) } : {}),
    ...{ headersSize: -1, bodySize: request.body?.length ?? (request.body ? -1 : 0) },
  };
}

function postData({ body, headers }: HttpRequest, secrets: boolean): object {
  const mimeType = headers.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  const pieces = (body?.pieces ?? []).map(piece =>
    'file' in piece ? '' : secrets ? piece.text : (piece.masked ?? piece.text),
  );
  const text = secrets ? body?.text : (body?.masked ?? body?.text);
  const files = [body?.file, ...(body?.pieces ?? []).map(piece => ('file' in piece ? piece.file : undefined))];
  const named = files.filter(file => file !== undefined);
  return {
    ...{ mimeType, params: [], text: text ?? pieces.join('') },
    ...(named.length > 0 ? { comment: `without what these files hold: ${named.join(', ')}` } : {}),
  };
}
