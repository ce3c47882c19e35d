import type { AttemptReason } from '../../core/attempt-reason.ts';
import { decodeText } from '../../core/charset.ts';
import { maskedHeader } from '../../core/credential-text.ts';
import type { Timing } from '../../core/timing.ts';
import type { ConnectionDetails, WireRecord } from '../../core/wire-record.ts';
import { rawRequest, rawResponse, type Showing, shownField } from './raw-dump.ts';

/** One line of the console. Nothing in it is secret. */
export interface ConsoleRow {
  readonly id: number;
  readonly reason: AttemptReason;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly method: string;
  readonly url: string;
  readonly status?: number;
  /** The code of what went wrong. */
  readonly error?: string;
  /** Milliseconds; absent while it lasts. */
  readonly durationMs?: number;
  /** Bytes of the response's body. */
  readonly bytes?: number;
  readonly ended: boolean;
  /** Passes the filter. */
  readonly found: boolean;
}

/** An exchange in full. */
export interface ConsoleDetail {
  readonly id: number;
  readonly revealed: boolean;
  /** As they went over the wire. */
  readonly request: string;
  readonly response: string;
  readonly httpVersion: string;
  readonly connection?: ConnectionDetails;
  readonly timing?: Timing;
}

export function consoleRow(record: WireRecord, showing: Showing, found: boolean): ConsoleRow {
  const { id, reason, startedAt, method, response, error, timing, ended } = record;
  return {
    ...{ id, reason, startedAt, method, ended, found },
    url: shownField(record.url, showing),
    ...(response ? { status: response.status } : {}),
    ...(error ? { error: error.code } : {}),
    ...(ended && timing ? { durationMs: timing.total } : {}),
    ...(response?.body?.size === undefined ? {} : { bytes: response.body.size }),
  };
}

export function consoleDetail(record: WireRecord, showing: Showing): ConsoleDetail {
  const { id, httpVersion, connection, timing } = record;
  return {
    ...{ id, httpVersion, revealed: showing.reveal ?? false },
    request: rawRequest(record, showing),
    response: rawResponse(record, showing),
    ...(connection ? { connection } : {}),
    ...(timing ? { timing } : {}),
  };
}

/**
 * What a filter asks for: every word stands in the line, the heads or the bodies; a word with `-` before it in none.
 * What is masked is not looked into.
 */
export function consoleFilter(text: string): (record: WireRecord) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter(word => word !== '' && word !== '-');
  if (words.length === 0) return () => true;
  return record => {
    let whole: string | undefined;
    return words.every(word => {
      whole ??= searchedText(record);
      return word.startsWith('-') ? !whole.includes(word.slice(1)) : whole.includes(word);
    });
  };
}

function searchedText(record: WireRecord): string {
  const { reason, method, url, fields, response, error, body } = record;
  const head = [reason, method, url.masked ?? url.value, String(response?.status ?? ''), error?.code ?? ''].join(' ');
  const lines = [
    head,
    ...fields.map(({ name, value, masked }) => `${name}: ${masked ?? value}`),
    ...(response?.headers ?? []).map(([name, value]) => `${name}: ${maskedHeader(name, value)}`),
    body ? (body.masked ?? decodeText(body.start, 'utf-8')) : '',
    response?.body ? decodeText(response.body.start, 'utf-8') : '',
  ];
  return lines.join('\n').toLowerCase();
}
