import { CountersignError } from '../core/errors.ts';

/**
 * Milliseconds since the epoch of a time that a person gives: ISO 8601 (extended, or basic as AWS and Akamai write it),
 * or seconds since the epoch. Undefined where it is none of these.
 */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{9,11}$/.test(trimmed)) return Number(trimmed) * 1000;
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:Z|\+00:?00)$/.exec(trimmed);
  const time = Date.parse(basic ? `${basic[1]}-${basic[2]}-${basic[3]}T${basic[4]}:${basic[5]}:${basic[6]}Z` : trimmed);
  return Number.isNaN(time) || !/^\d{4}/.test(trimmed) ? undefined : time;
}

/** @throws CountersignError `invalid-value` */
export function requireTimestamp(text: string): number {
  const time = parseTimestamp(text);
  if (time === undefined) {
    throw new CountersignError('invalid-value', `“${text}” is not a time.`, {
      hint: 'Write it as 2026-01-31T12:00:00Z, or as seconds since 1970.',
    });
  }
  return time;
}

let lastSecond = Number.NaN;
let lastText = '';

/** `20150830T123600Z` for milliseconds since the epoch; requests of one second share it. */
export function basicTimestamp(time: number): string {
  const second = Math.floor(time / 1000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
    lastSecond = second;
  }
  return lastText;
}
