import type { HistoryBody, HistoryEntry, HistoryRow } from './history-entry.ts';
import { formatSize } from './units.ts';

/** How the rows of the history are put together. */
export type HistoryGrouping = 'day' | 'request';

export interface HistoryGroup {
  /** The same as long as it is the same day or request. */
  readonly key: string;
  /** The latest first; one at least. */
  readonly rows: readonly HistoryRow[];
}

/** The rows by day, the latest first; or by request, that which was sent last first. */
export function historyGroups(rows: readonly HistoryRow[], by: HistoryGrouping): readonly HistoryGroup[] {
  const groups = Map.groupBy(
    rows.toSorted((one, other) => other.at - one.at),
    row => (by === 'day' ? dayOf(row.at) : requestKey(row)),
  );
  return [...groups].map(([key, found]) => ({ key, rows: found }));
}

/** What makes two sends those of one request. */
export function requestKey({ file, title }: Pick<HistoryRow, 'file' | 'title'>): string {
  return `${file}\n${title}`;
}

/** The day in the person's own time. */
function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}

/** An entry as a document: the request as it was sent, and the response. */
export function historyText(entry: HistoryEntry): string {
  const { method, url, request, message, environment, at } = entry;
  const remarks = [entry.title, new Date(at).toISOString(), environment].filter(Boolean).join(' · ');
  const sent = [`${method} ${url}`, ...request.headers.map(fieldLine), '', bodyText(request.body)];
  return [`# ${remarks}`, ...sent, responseText(entry), message === undefined ? '' : `# ${message}`]
    .filter((line, index, lines) => line !== '' || lines[index - 1] !== '')
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** The response alone, to be held against another one: JSON in lines, and without what differs each time. */
export function comparedText(entry: HistoryEntry): string {
  const { response } = entry;
  const headers = (response?.headers ?? [])
    .filter(([name]) => !/^(date|age|connection|keep-alive)$/i.test(name))
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([one], [other]) => one.localeCompare(other));
  return `${[statusLine(entry), ...headers.map(fieldLine), '', bodyText(response?.body, true)].join('\n').trimEnd()}\n`;
}

function responseText(entry: HistoryEntry): string {
  const { response } = entry;
  if (!response) return entry.error === undefined ? '' : `# ${entry.error}`;
  return [statusLine(entry), ...response.headers.map(fieldLine), '', bodyText(response.body)].join('\n');
}

function statusLine({ response, status, error }: HistoryEntry): string {
  if (!response) return `# ${error ?? ''}`;
  const version = response.httpVersion.replace(/^HTTP\//, '');
  return `HTTP/${version} ${status} ${response.statusText}`.trimEnd();
}

const fieldLine = ([name, value]: readonly [string, string]): string => `${name}: ${value}`;

function bodyText(body: HistoryBody | undefined, inLines = false): string {
  if (!body) return '';
  if (body.text === undefined) return body.size === 0 ? '' : `# (${formatSize(body.size ?? 0)})`;
  return `${inLines ? jsonInLines(body.text) : body.text}${body.cut ? '\n# …' : ''}`;
}

function jsonInLines(text: string): string {
  try {
    return /^\s*[[{]/.test(text) ? JSON.stringify(JSON.parse(text), null, 2) : text;
  } catch {
    return text;
  }
}

/** The oldest rows that have to go, so that no more than `limit` stay, and no more than `bytes` of what is kept. */
export function surplus<T extends { readonly kept: number }>(
  rows: readonly T[],
  limit: number,
  bytes: number,
): readonly T[] {
  let held = 0;
  let stays = 0;
  for (const { kept } of rows.toReversed()) {
    if (stays >= limit || held + kept > bytes) break;
    held += kept;
    stays += 1;
  }
  return rows.slice(0, rows.length - stays);
}
