import { Cookie, domainMatch, getPublicSuffix, pathMatch, CookieJar as ToughJar } from 'tough-cookie';
import type { CookieIdentity, StoredCookie } from './stored-cookie.ts';

/** The cookies themselves, over tough-cookie: a module of its own, as its list of public suffixes is slow to load. */
export class CookieStore {
  #jar: ToughJar;

  constructor(state?: string) {
    this.#jar =
      state === undefined
        ? new ToughJar(undefined, { looseMode: true, rejectPublicSuffixes: true })
        : ToughJar.deserializeSync(state);
  }

  get(url: string): readonly Cookie[] {
    return this.#jar.getCookiesSync(url);
  }

  set(url: string, header: string): void {
    const stated = withinLimits(header);
    if (stated === undefined) return;
    const { protocol, hostname, pathname } = new URL(url);
    const cookie = Cookie.parse(stated, { loose: true });
    if (!cookie) return;
    // RFC 6265 §5.3: a host that is a public suffix itself may name itself, for itself alone.
    if (cookie.domain?.toLowerCase() === hostname && isPublicSuffix(hostname)) cookie.domain = null;
    const isSecure = protocol === 'https:' || loopback.test(hostname);
    if (!isSecure && (cookie.secure || this.#overlaysSecure(cookie, hostname, pathname))) return;
    this.#jar.setCookieSync(cookie, url, { ignoreError: true });
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
      if (!cookie) return [];
      const { key, value, domain, path, expires, hostOnly, secure, httpOnly } = cookie;
      return {
        name: key,
        value,
        domain: domain ?? '',
        path: path ?? '/',
        hostOnly: hostOnly ?? false,
        secure,
        httpOnly,
        ...(expires instanceof Date ? { expiresAt: expires.getTime() } : {}),
      };
    });
  }

  serialise(): string {
    return JSON.stringify(this.#jar.serializeSync());
  }
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
