import { MASK, type Part } from '../core/request.ts';
import type { CookieStore } from './cookie-store.ts';
import type { StoredCookie } from './stored-cookie.ts';

type HeaderPairs = readonly (readonly [name: string, value: string])[];

/** Cookies that servers set, kept for later requests. @see RFC 6265 */
export interface CookieJar {
  /** The cookies that go with a request to that URL, longest path first. */
  cookiesFor(url: string): readonly Part[];
  /** Keeps what the Set-Cookie headers of a response say. Wait for the promise before the next request, where there is one. */
  store(url: string, responseHeaders: HeaderPairs): Promise<void> | undefined;
  list(): readonly StoredCookie[];
  clear(): void;
  /** The whole jar as text, undefined while nothing was ever stored. Holds secrets. */
  serialise(): string | undefined;
  /** Takes over what `serialise` gave; text that is none leaves the jar empty. */
  restore(state: string): Promise<void>;
}

/** An empty jar. Its engine is loaded with the first cookie. */
export function createCookieJar(): CookieJar {
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
      });
    },
    list: () => cookies?.list() ?? [],
    clear() {
      generation++;
      cookies = undefined;
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
