import type { StoredCookie } from './stored-cookie.ts';

/** Cookies of a file, and how many of its lines are none. */
export interface ReadCookies {
  readonly cookies: readonly StoredCookie[];
  readonly skipped: number;
}

/**
 * Reads cookies in Netscape's format, as curl, wget and browsers' extensions write them: a line each, its seven fields
 * apart by tabs. What has expired by `now` (milliseconds since the epoch) is left out.
 * @see https://curl.se/docs/http-cookies.html
 */
export function parseCookiesTxt(text: string, now: number): ReadCookies {
  const cookies: StoredCookie[] = [];
  let skipped = 0;
  for (const line of text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/)) {
    const httpOnly = line.startsWith('#HttpOnly_');
    if (line.trim() === '' || (line.startsWith('#') && !httpOnly)) continue;
    const [domain = '', below = '', path = '', secure = '', expires = '', name = '', value = ''] = (
      httpOnly ? line.slice('#HttpOnly_'.length) : line
    ).split('\t');
    const host = domain.replace(/^\./, '').toLowerCase();
    const seconds = Number(expires);
    if (host === '' || name === '' || !/^(?:TRUE|FALSE)$/i.test(below) || !Number.isFinite(seconds) || expires === '') {
      skipped++;
      continue;
    }
    if (seconds > 0 && seconds * 1000 <= now) continue;
    cookies.push({
      ...{ name, value, domain: host, path: path.startsWith('/') ? path : '/' },
      ...{ hostOnly: !/^TRUE$/i.test(below), secure: /^TRUE$/i.test(secure), httpOnly },
      ...(seconds > 0 ? { expiresAt: seconds * 1000 } : {}),
    });
  }
  return { cookies, skipped };
}

/** Cookies in Netscape's format, those of this session too (as curl does). What can't be said in it is left out. */
export function printCookiesTxt(cookies: readonly StoredCookie[]): string {
  const lines = cookies
    .filter(({ name, value, path }) => !/[\t\r\n]/.test(name + value + path))
    .map(({ name, value, domain, path, hostOnly, secure, httpOnly, expiresAt }) =>
      [
        `${httpOnly ? '#HttpOnly_' : ''}${hostOnly ? '' : '.'}${domain}`,
        hostOnly ? 'FALSE' : 'TRUE',
        path,
        secure ? 'TRUE' : 'FALSE',
        String(expiresAt === undefined ? 0 : Math.floor(expiresAt / 1000)),
        name,
        value,
      ].join('\t'),
    );
  return ['# Netscape HTTP Cookie File', '# https://curl.se/docs/http-cookies.html', '', ...lines, ''].join('\n');
}

/**
 * Reads cookies as JSON: our own export, or that of browsers’ extensions and DevTools.
 * @throws SyntaxError where it is no JSON
 */
export function parseCookiesJson(text: string, now: number): ReadCookies {
  const value: unknown = JSON.parse(text);
  const list = Array.isArray(value) ? value : ((value as { cookies?: unknown } | null)?.cookies ?? []);
  const cookies: StoredCookie[] = [];
  let skipped = 0;
  for (const each of Array.isArray(list) ? list : []) {
    const {
      name,
      key,
      value: content,
      domain,
      path,
      secure,
      httpOnly,
      hostOnly,
      expiresAt,
      expirationDate,
      expires,
    } = (each ?? {}) as Readonly<Record<string, unknown>>;
    const called = typeof name === 'string' ? name : key;
    if (typeof called !== 'string' || called === '' || typeof content !== 'string' || typeof domain !== 'string') {
      skipped++;
      continue;
    }
    const until = time(expiresAt) ?? time(expirationDate, 1000) ?? time(expires, 1000);
    if (until !== undefined && until <= now) continue;
    cookies.push({
      ...{ name: called, value: content, domain: domain.replace(/^\./, '').toLowerCase() },
      path: typeof path === 'string' && path.startsWith('/') ? path : '/',
      hostOnly: typeof hostOnly === 'boolean' ? hostOnly : !domain.startsWith('.'),
      ...{ secure: secure === true, httpOnly: httpOnly === true },
      ...(until === undefined ? {} : { expiresAt: until }),
    });
  }
  return { cookies, skipped };
}

/** Milliseconds since the epoch of a number in some unit, or a date. */
function time(value: unknown, unit = 1): number | undefined {
  if (typeof value === 'number') return value > 0 ? Math.round(value * unit) : undefined;
  const date = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}
