import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';

const urlPattern = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?$/i;
const illegal = /[^\x21-\x7e]|["<>\\^`{}#]|%(?![0-9a-f]{2})/i;

/** User name and password that a URL carried, decoded. */
export interface UserInfo {
  readonly username: string;
  readonly password: string;
}

export interface RequestUrl {
  /** Absolute, percent-encoded, without fragment or user information. */
  readonly url: string;
  readonly userInfo?: UserInfo;
}

/**
 * The URL to send from a target with its variables replaced. Path and query stay as written (no dot segments are
 * removed, no `+` or `;` is touched); only what a URL cannot hold is percent-encoded.
 * @param host the value of the Host header, for a relative target
 * @throws CountersignError `invalid-url`
 */
export function requestUrlOf(target: string, host: string | undefined, place: Place): RequestUrl {
  if (/[\r\n\0]/.test(target.trim())) {
    throw new CountersignError('invalid-url', 'The URL contains a line break or a NUL character.', {
      place,
      hint: 'Look at the variables in it; what is meant to be sent is written %0A, %0D or %00.',
    });
  }
  if (/^["'\u201c\u2018`]/.test(target.trim())) {
    throw new CountersignError('invalid-url', 'The URL begins with a quotation mark.', {
      place,
      hint: 'Take the quotation marks away, here or where the variable it begins with is stated: “@baseUrl = https://host”.',
    });
  }
  const absolute = absoluteTarget(target.trim(), host, place);
  const match = urlPattern.exec(absolute);
  const [, scheme = '', authority = '', path = '', query = ''] = match ?? [];
  if (!match || authority === '') throw invalid(target, place, 'Write it as https://host/path.');
  if (!/^https?$/i.test(scheme)) {
    throw new CountersignError('invalid-url', `Countersign sends http and https requests, not “${scheme}:”.`, {
      place,
      hint: 'Write the URL with http:// or https://.',
    });
  }
  const at = authority.lastIndexOf('@');
  const base = `${scheme.toLowerCase()}://${authority.slice(at + 1)}`;
  const origin = knownOrigin(base) ?? normalOrigin(base);
  if (origin === undefined) throw invalid(target, place, `“${authority.slice(at + 1)}” is no host.`);
  const url = `${origin}${encodeIllegal(path) || '/'}${encodeIllegal(query)}`;
  return at < 0 ? { url } : { url, userInfo: userInfo(authority.slice(0, at)) };
}

/** The last origin: most requests in a row go to the same server. */
let last: { readonly base: string; readonly origin: string } | undefined;

function knownOrigin(base: string): string | undefined {
  return last?.base === base ? last.origin : undefined;
}

/** Lower case, punycode, without the scheme's own port; undefined where it is none. */
function normalOrigin(base: string): string | undefined {
  const origin = URL.parse(base)?.origin;
  if (origin !== undefined) last = { base, origin };
  return origin;
}

function absoluteTarget(target: string, host: string | undefined, place: Place): string {
  if (target.startsWith('/') && !target.startsWith('//')) {
    if (!host) {
      throw new CountersignError('invalid-url', 'A target that starts with “/” needs a Host header.', {
        place,
        hint: 'Add a line “Host: api.example.com”, state “@host = https://api.example.com”, or write the whole URL.',
      });
    }
    return `${/:443$/.test(host) ? 'https' : 'http'}://${host}${target}`;
  }
  if (target.startsWith('//')) return `http:${target}`;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? target : `http://${target}`;
}

/** Percent-encodes what no URL and no form can hold; sequences that are encoded already stay. */
export function encodeIllegal(text: string): string {
  if (!illegal.test(text)) return text;
  return text
    .toWellFormed()
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/[^\x21-\x7e]+|["<>\\^`{}#]+/gu, encodeURIComponent);
}

function userInfo(text: string): UserInfo {
  const colon = text.indexOf(':');
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return colon < 0
    ? { username: decode(text), password: '' }
    : { username: decode(text.slice(0, colon)), password: decode(text.slice(colon + 1)) };
}

function invalid(target: string, place: Place, hint: string): CountersignError {
  const shown = target.length > 200 ? `${target.slice(0, 200)}…` : target;
  const message = target === '' ? 'The request has no URL.' : `“${shown}” is not a valid URL.`;
  return new CountersignError('invalid-url', message, { place, hint });
}
