import { percentEncode } from '../core/request.ts';

const TO_NORMALIZE = /%[0-9A-Fa-f]{2}|\+|%|[^\w.~%+-]+/g;

/**
 * The one RFC 3986 encoding of a component that may be encoded in any way, or not at all: decoding it and encoding it
 * again, byte by byte, so that bytes that are no UTF-8 survive. A plus is a blank, as in forms; a percent sign that
 * begins no encoding is itself.
 * @see RFC 3986 §6.2.2
 */
export function normalizeEncoding(component: string): string {
  if (/^[\w.~-]*$/.test(component)) return component;
  return component.replace(TO_NORMALIZE, found => {
    if (found === '+') return '%20';
    if (found.length !== 3 || !found.startsWith('%')) return percentEncode(found);
    const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : found.toUpperCase();
  });
}

/** The encoded `[name, value]` pairs of a query or a form body, normalized; `;` separates nothing. */
export function normalizedPairs(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    pairs.push(
      equals < 0
        ? [normalizeEncoding(pair), '']
        : [normalizeEncoding(pair.slice(0, equals)), normalizeEncoding(pair.slice(equals + 1))],
    );
  }
  return pairs;
}

/** Orders encoded pairs by name, then by value, in byte order. */
export function byNameAndValue(a: readonly [string, string], b: readonly [string, string]): number {
  return order(a[0], b[0]) || order(a[1], b[1]);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
