import type { Imported, ImportedBody, ImportedFolder, ImportedRequest, Row } from './collection.ts';
import { anyText, type JsonRecord, list, record, text } from './json-shape.ts';

/** Whether a document is an HTTP archive. */
export function isHar(value: unknown): boolean {
  return Array.isArray(record(record(value).log).entries);
}

/** Headers that belong to the connection, or that a client makes anew. */
const ofConnection =
  /^(?::|(?:content-length|host|connection|proxy-connection|keep-alive|transfer-encoding|te|upgrade|accept-encoding|expect)$)/i;

/** What a page loads beside what its code asks for. */
const ofPage = /^(?:image|font|video|audio)\/|^(?:text\/css|(?:text|application)\/(?:x-)?javascript)\b/i;

/**
 * Reads an HTTP archive: a folder for each host, without pictures, styles, fonts and scripts.
 * @see http://www.softwareishard.com/blog/har-12-spec/
 */
export function readHar(value: unknown): Imported {
  const log = record(record(value).log);
  const entries = list(log.entries).map(record);
  const hosts = new Map<string, ImportedRequest[]>();
  let left = 0;
  for (const entry of entries) {
    const url = URL.parse(text(record(entry.request).url) ?? '');
    const type = text(record(record(entry.response).content).mimeType) ?? '';
    if (!url || !/^https?:$/.test(url.protocol) || ofPage.test(type)) {
      left++;
      continue;
    }
    const requests = hosts.get(url.host) ?? [];
    hosts.set(url.host, requests);
    requests.push(requestOf(record(entry.request), url));
  }
  const empty = { variables: [], scripts: {}, findings: [] };
  const folders = [...hosts].map(([name, items]): ImportedFolder => ({ ...empty, kind: 'folder', name, items }));
  const [only, another] = hosts.keys();
  const title = text(record(list(log.pages)[0]).title) ?? (another === undefined ? only : undefined) ?? 'HTTP archive';
  const findings = left > 0 ? [`${left} requests for pictures, styles, fonts, scripts and other than HTTP`] : [];
  const items = folders.length === 1 ? (folders[0]?.items ?? []) : folders;
  return { collections: [{ ...empty, kind: 'folder', name: title, items, findings }], environments: [] };
}

function requestOf(request: JsonRecord, url: URL): ImportedRequest {
  const method = text(request.method)?.toUpperCase() ?? 'GET';
  const { body, contentType } = bodyOf(record(request.postData));
  const written = list(request.headers)
    .map(record)
    .map((row): Row => ({ name: text(row.name) ?? '', value: text(row.value) ?? '' }))
    .filter(({ name }) => name !== '' && !ofConnection.test(name));
  const stated = written.some(({ name }) => /^content-type$/i.test(name));
  const headers =
    contentType !== undefined && !stated ? [...written, { name: 'Content-Type', value: contentType }] : written;
  return {
    kind: 'request',
    name: `${method} ${url.pathname}`,
    method,
    url: `${url.origin}${url.pathname}`,
    query: [...url.searchParams].map(([name, value]) => ({ name, value })),
    headers,
    ...(body ? { body } : {}),
    variables: [],
    directives: {},
    scripts: {},
    examples: [],
    findings: [],
  };
}

function bodyOf(data: JsonRecord): { readonly body?: ImportedBody; readonly contentType?: string } {
  const contentType = text(data.mimeType);
  const params = list(data.params).map(record);
  const type = contentType === undefined ? {} : { contentType };
  if (params.length > 0) {
    const rows = params.map(row => ({ name: anyText(row.name) ?? '', value: anyText(row.value) ?? '' }));
    if (!/^multipart\//i.test(contentType ?? ''))
      return { body: { kind: 'form', rows: rows.map(decodedRow) }, ...type };
    const parts = params.map((row, index) => {
      const file = text(row.fileName);
      const partType = text(row.contentType);
      return {
        ...(rows[index] ?? { name: '', value: '' }),
        ...(file ? { files: [`./${file}`] } : {}),
        ...(partType ? { type: partType } : {}),
      };
    });
    return { body: { kind: 'multipart', parts } };
  }
  const content = text(data.text);
  return content ? { body: { kind: 'text', text: content }, ...type } : {};
}

/** Browsers note the fields of a form as they are sent. */
function decodedRow({ name, value }: Row): Row {
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part.replaceAll('+', ' '));
    } catch {
      return part;
    }
  };
  return { name: decoded(name), value: decoded(value) };
}
