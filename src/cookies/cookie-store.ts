import { Cookie, domainMatch, getPublicSuffix, pathMatch, CookieJar as ToughJar } from 'tough-cookie';
import { type CookieIdentity, identityOf, type StoredCookie } from './stored-cookie.ts';
import type { WithheldCookie, WithheldReason } from './withheld-cookie.ts';

/** The cookies themselves, over tough-cookie: a module of its own, as its list of public suffixes is slow to load. */
export class CookieStore {
  #jar: ToughJar;
  /** Those that expired or were never kept, the last of each identity, without their values. */
  readonly #lost = new Map<string, WithheldCookie>();

  constructor(state?: string) {
    this.#jar =
      state === undefined
        ? new ToughJar(undefined, { looseMode: true, rejectPublicSuffixes: true })
        : ToughJar.deserializeSync(state);
  }

  get(url: string): readonly Cookie[] {
    const now = Date.now();
    return this.#jar.getCookiesSync(url, { expire: false, sort: true }).filter(cookie => {
      if (!hasExpired(cookie, now)) return true;
      const expired = storedCookie(cookie);
      this.#lose(expired, 'expired');
      this.remove(expired);
      return false;
    });
  }

  /** The cookies that belong to the site of a URL and do not go along with a request to it. */
  withheld(url: string): readonly WithheldCookie[] {
    const { protocol, hostname, pathname } = new URL(url);
    const sent = new Set(this.get(url).map(cookie => identityOf(storedCookie(cookie))));
    const known = this.list().flatMap(({ value: _, secure, httpOnly: __, ...cookie }) => {
      if (sent.has(identityOf(cookie)) || siteOf(cookie.domain) !== siteOf(hostname)) return [];
      const reason: WithheldReason | undefined = !isFor(cookie, hostname)
        ? 'domain'
        : !pathMatch(pathname, cookie.path)
          ? 'path'
          : secure && protocol !== 'https:'
            ? 'secure'
            : undefined;
      return reason ? [{ ...cookie, reason }] : [];
    });
    const lost = [...this.#lost.values()].filter(cookie =>
      cookie.reason === 'expired'
        ? isFor(cookie, hostname) && pathMatch(pathname, cookie.path)
        : cookie.domain === hostname,
    );
    return [...lost, ...known];
  }

  #lose({ name, domain, path, hostOnly, expiresAt }: Omit<WithheldCookie, 'reason'>, reason: WithheldReason): void {
    const key = identityOf({ name, domain, path });
    this.#lost.delete(key);
    this.#lost.set(key, { name, domain, path, hostOnly, reason, ...(expiresAt === undefined ? {} : { expiresAt }) });
    for (const oldest of this.#lost.keys()) if (this.#lost.size > mostLost) this.#lost.delete(oldest);
  }

  set(url: string, header: string): void {
    const { protocol, hostname, pathname } = new URL(url);
    const lost = (name: string, reason: WithheldReason): void =>
      this.#lose({ name, domain: hostname, path: '/', hostOnly: true }, reason);
    const stated = withinLimits(header);
    if (stated === undefined) {
      const name = header.split('=', 1)[0]?.trim() ?? '';
      if (name !== '' && name.length <= 256) lost(name, 'too-large');
      return;
    }
    const cookie = Cookie.parse(stated, { loose: true });
    if (!cookie) return;
    // RFC 6265 §5.3: a host that is a public suffix itself may name itself, for itself alone.
    if (cookie.domain?.toLowerCase() === hostname && isPublicSuffix(hostname)) cookie.domain = null;
    const isSecure = protocol === 'https:' || loopback.test(hostname);
    if (!isSecure && (cookie.secure || this.#overlaysSecure(cookie, hostname, pathname))) {
      lost(cookie.key, 'set-in-clear');
      return;
    }
    // RFC 6265bis §5.7: what the cookie lives for is counted from when it was set, not from when it was last sent.
    const now = Date.now();
    if (cookie.maxAge !== null)
      cookie.expires = new Date(Math.max(0, Math.min(cookie.expiryTime(new Date(now)) ?? 0, latest)));
    cookie.maxAge = null;
    const { domain, key } = cookie;
    const kept = this.#jar.setCookieSync(cookie, url, { ignoreError: true });
    if (kept) {
      for (const [id, { name, domain: host }] of this.#lost) {
        if (name === key && host === hostname) this.#lost.delete(id);
      }
      // Set to have expired: deleted.
      if (hasExpired(kept, now)) this.remove(storedCookie(kept));
    } else if (domain !== null && domainMatch(hostname, domain) !== true) lost(key, 'set-for-other');
  }

  /** Whether a cookie that came in clear would stand before, or in place of, one that came over TLS. @see RFC 6265bis §5.7 */
  #overlaysSecure({ key, domain, path }: Cookie, hostname: string, pathname: string): boolean {
    const ownDomain = domain ?? hostname;
    const ownPath = path ?? (pathname.slice(0, pathname.lastIndexOf('/')) || '/');
    return this.list().some(
      other =>
        other.secure &&
        other.name === key &&
        (domainMatch(other.domain, ownDomain) === true || domainMatch(ownDomain, other.domain) === true) &&
        pathMatch(ownPath, other.path),
    );
  }

  /** Puts a cookie in by hand, in place of one of its name, domain and path. A domain that all may register in is refused. */
  put({ name, value, domain, path, hostOnly, secure, httpOnly, expiresAt }: StoredCookie): boolean {
    if (!hostOnly && isPublicSuffix(domain)) return false;
    const cookie = new Cookie({
      ...{ key: name, value, domain, path, hostOnly, secure, httpOnly, creation: new Date() },
      ...(expiresAt === undefined ? {} : { expires: new Date(expiresAt) }),
    });
    this.#jar.store.putCookie(cookie, () => {});
    return true;
  }

  remove({ name, domain, path }: CookieIdentity): void {
    this.#jar.store.removeCookie(domain, path, name, () => {});
  }

  list(): readonly StoredCookie[] {
    return (this.#jar.serializeSync()?.cookies ?? []).flatMap(entry => {
      const cookie = Cookie.fromJSON(entry);
      return cookie ? [storedCookie(cookie)] : [];
    });
  }

  serialise(): string {
    return JSON.stringify(this.#jar.serializeSync());
  }
}

/** Whether a cookie is sent to a host, its path aside. @see RFC 6265 §5.4 */
function isFor({ domain, hostOnly }: Pick<StoredCookie, 'domain' | 'hostOnly'>, hostname: string): boolean {
  return hostOnly ? domain === hostname : domainMatch(hostname, domain) === true;
}

/** How many lost cookies are remembered. */
const mostLost = 50;

/** The last moment that a date can tell. */
const latest = 8.64e15;

function hasExpired(cookie: Cookie, now: number): boolean {
  return (cookie.expiryTime() ?? Number.POSITIVE_INFINITY) <= now;
}

function storedCookie({ key, value, domain, path, expires, hostOnly, secure, httpOnly }: Cookie): StoredCookie {
  return {
    ...{ name: key, value, domain: domain ?? '', path: path ?? '/', hostOnly: hostOnly ?? false, secure, httpOnly },
    ...(expires instanceof Date ? { expiresAt: expires.getTime() } : {}),
  };
}

/** What a site is to cookies: the domain that somebody registered, else the host itself. */
function siteOf(hostname: string): string {
  return getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true }) ?? hostname;
}

/** Bytes of a name with its value, and of an attribute's value, that a browser takes. @see RFC 6265bis §5.6, §5.7 */
const largestPair = 4096;
const largestAttribute = 1024;

/** What counts of a Set-Cookie header; undefined where it is to be ignored: empty, or too large. */
function withinLimits(header: string): string | undefined {
  const [pair = '', ...attributes] = header.split(';').map(part => part.trim());
  if (pair === '' || pair === '=' || Buffer.byteLength(pair) > largestPair) return undefined;
  const taken = attributes.filter(attribute => {
    const value = attribute.slice(attribute.indexOf('=') + 1);
    return Buffer.byteLength(value) <= largestAttribute;
  });
  return [pair, ...taken].join('; ');
}

/** Hosts whose connections nobody else reads, with or without TLS. */
const loopback = /^(?:localhost|.*\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

function isPublicSuffix(hostname: string): boolean {
  return getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
}
