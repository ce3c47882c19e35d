import { MASK, type Part } from '../core/request.ts';
import type { CookieStore } from './cookie-store.ts';
import type { CookieIdentity, StoredCookie } from './stored-cookie.ts';
import type { WithheldCookie } from './withheld-cookie.ts';

type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** Cookies that servers set, kept for later requests. @see RFC 6265 */
export interface CookieJar {
  /** The cookies that go with a request to that URL, longest path first. */
  cookiesFor(url: string): readonly Part[];
  /** Keeps what the Set-Cookie headers of a response say. Wait for the promise before the next request, where there is one. */
  store(url: string, responseHeaders: HeaderPairs): Promise<void> | undefined;
  /** The cookies of the site of a URL that do not go along with a request to it, and why. */
  withheld(url: string): readonly WithheldCookie[];
  list(): readonly StoredCookie[];
  /** Puts cookies in by hand, each in place of one of its name, domain and path; gives how many were taken. */
  put(cookies: readonly StoredCookie[]): Promise<number>;
  remove(cookie: CookieIdentity): void;
  clear(): void;
  /** The whole jar as text, undefined while nothing was ever stored. Holds secrets. */
  serialise(): string | undefined;
  /** Takes over what `serialise` gave; text that is none leaves the jar empty. */
  restore(state: string): Promise<void>;
}

/**
 * An empty jar. Its engine is loaded with the first cookie.
 * @param changed called when cookies came, went or got another value
 */
export function createCookieJar(changed: () => void = () => {}): CookieJar {
  let cookies: CookieStore | undefined;
  let generation = 0;
  return {
    cookiesFor(url) {
      return (cookies?.get(url) ?? []).map(({ key, value }) => ({
        name: key,
        value,
        masked: MASK,
        origin: { by: 'cookie-jar' },
      }));
    },
    store(url, responseHeaders) {
      const headers = responseHeaders.filter(([name]) => name.length === 10 && name.toLowerCase() === 'set-cookie');
      if (headers.length === 0) return undefined;
      const started = generation;
      return import('./cookie-store.ts').then(({ CookieStore: Store }) => {
        if (started !== generation) return;
        cookies ??= new Store();
        for (const [, value] of headers) cookies.set(url, value);
        changed();
      });
    },
    withheld: url => cookies?.withheld(url) ?? [],
    list: () => cookies?.list() ?? [],
    async put(given) {
      const { CookieStore: Store } = await import('./cookie-store.ts');
      cookies ??= new Store();
      const into = cookies;
      const taken = given.filter(cookie => into.put(cookie)).length;
      if (taken > 0) changed();
      return taken;
    },
    remove(cookie) {
      cookies?.remove(cookie);
      changed();
    },
    clear() {
      generation++;
      cookies = undefined;
      changed();
    },
    serialise: () => cookies?.serialise(),
    async restore(state) {
      generation++;
      const { CookieStore: Store } = await import('./cookie-store.ts');
      try {
        cookies = new Store(state);
      } catch {
        cookies = undefined;
      }
    },
  };
}
