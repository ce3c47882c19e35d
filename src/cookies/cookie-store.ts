import { Cookie, CookieJar as ToughJar } from 'tough-cookie';
import type { StoredCookie } from './stored-cookie.ts';

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
    // Neither name nor value: RFC 6265bis §5.7 ignores it.
    if (/^\s*=?\s*(?:;|$)/.test(header)) return;
    this.#jar.setCookieSync(header, url, { ignoreError: true });
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
