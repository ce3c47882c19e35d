import dayjs, { type Dayjs, type ManipulateType } from 'dayjs';
import utc from 'dayjs/plugin/utc.js';
import { CountersignError } from './errors.ts';

dayjs.extend(utc);

const OFFSET = /^([+-]?\d+)\s*(y|Q|M|w|d|h|ms|m|s)$/;
const DATETIME = /^(?:(rfc1123|iso8601|'[^']+'|"[^"]+")(?:\s+|$))?(.*)$/s;

/**
 * The instant moved by an offset like `-1 d`, in milliseconds since the epoch. Units: `y Q M w d h m s ms`.
 * @throws CountersignError `invalid-value`
 */
export function offsetTime(now: number, offset: string): number {
  return offsetDate(dayjs.utc(now), offset).valueOf();
}

/**
 * What `$datetime` and `$localDatetime` give for their arguments `[rfc1123|iso8601|"format"] [offset unit]`. Formats are
 * REST Client's (`YYYY-MM-DD HH:mm`); those in Visual Studio's letters (`yyyy-MM-dd`) are understood too.
 * @throws CountersignError `invalid-value`
 */
export function dateText(now: number, argument: string, local: boolean): string {
  const [, form = 'iso8601', offset = ''] = DATETIME.exec(argument.trim()) ?? [];
  const date = offsetDate(local ? dayjs(now) : dayjs.utc(now), offset.trim());
  if (form === 'iso8601') return local ? date.format() : date.toISOString();
  if (form === 'rfc1123') return local ? date.format('ddd, DD MMM YYYY HH:mm:ss ZZ') : date.toDate().toUTCString();
  return date.format(formatLetters(form.slice(1, -1)));
}

function offsetDate(date: Dayjs, offset: string): Dayjs {
  if (offset === '') return date;
  const [, number, unit] = OFFSET.exec(offset) ?? [];
  if (number === undefined || unit === undefined) {
    throw new CountersignError('invalid-value', `“${offset}” is neither a date format nor an offset.`, {
      hint: 'Write a format (“rfc1123”, “iso8601” or one in quotes), then a number and a unit: y, M, w, d, h, m, s or ms.',
    });
  }
  const moved = unit === 'Q' ? date.add(Number(number) * 3, 'M') : date.add(Number(number), unit as ManipulateType);
  if (moved.isValid()) return moved;
  throw new CountersignError('invalid-value', `“${offset}” leads out of the calendar.`);
}

/** .NET's letters in dayjs's: they are told by a small `y`, which dayjs does not have. */
function formatLetters(format: string): string {
  if (!/y/.test(format.replace(/\[[^\]]*\]/g, ''))) return format;
  return format.replace(/\[[^\]]*\]|y+|d+|f+|F+|tt|t|zzz|zz|z|K/g, letters => {
    const [first] = letters;
    if (first === 'y') return letters.length <= 2 ? 'YY' : 'YYYY';
    if (first === 'd') return letters.length <= 2 ? letters.toUpperCase() : letters;
    if (first === 'f' || first === 'F') return letters.length < 3 ? letters : 'SSS';
    if (first === 't') return 'A';
    return first === 'z' || first === 'K' ? 'Z' : letters;
  });
}
