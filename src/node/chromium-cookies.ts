import { type CookieSource, isOfDomains } from '../cookies/cookie-source.ts';
import { identityOf, type StoredCookie } from '../cookies/stored-cookie.ts';
import { CountersignError } from '../core/errors.ts';
import type { DevTools } from './devtools.ts';

/** @see https://chromedevtools.github.io/devtools-protocol/tot/Network/#type-Cookie */
interface ChromiumCookie {
  readonly name: string;
  readonly value: string;
  /** Begins with a dot where it goes to hosts below, too. */
  readonly domain: string;
  readonly path: string;
  /** Seconds since the epoch; -1 for one of the session. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite?: string;
  readonly partitionKey?: unknown;
}

/** The cookies of a browser of the Chromium family while it runs. Those of other domains are dropped as they come. */
export class ChromiumCookies implements CookieSource {
  readonly #browser: DevTools;
  /** What the jar does not keep, so that it is written as it was. */
  readonly #sameSite = new Map<string, string>();

  constructor(browser: DevTools) {
    this.#browser = browser;
  }

  async read(domains: readonly string[]): Promise<readonly StoredCookie[]> {
    if (domains.length === 0) return [];
    let all: readonly ChromiumCookie[];
    try {
      const { cookies } = await this.#browser.send('Storage.getCookies');
      all = cookies as readonly ChromiumCookie[];
    } catch (cause) {
      throw new CountersignError('io', 'The browser has ended, or no longer tells its cookies.', { cause });
    }
    this.#sameSite.clear();
    return all.flatMap(({ name, value, domain, path, expires, httpOnly, secure, sameSite, partitionKey }) => {
      const host = domain.replace(/^\./, '');
      const cookie: StoredCookie = {
        ...{ name, value, domain: host, path, hostOnly: !domain.startsWith('.'), secure, httpOnly },
        ...(expires > 0 ? { expiresAt: Math.round(expires * 1000) } : {}),
      };
      // Those of frames of other sites are apart from the cookies that a request of one’s own carries.
      if (partitionKey !== undefined || !isOfDomains(cookie, domains)) return [];
      if (sameSite !== undefined) this.#sameSite.set(identityOf(cookie), sameSite);
      return [cookie];
    });
  }

  readonly write = async (cookie: StoredCookie): Promise<boolean> => {
    const { name, value, domain, path, hostOnly, secure, httpOnly, expiresAt } = cookie;
    const sameSite = this.#sameSite.get(identityOf(cookie));
    const written = {
      ...{ name, value, path, secure, httpOnly, url: `${secure ? 'https' : 'http'}://${domain}/` },
      ...(hostOnly ? {} : { domain: `.${domain}` }),
      ...(expiresAt === undefined ? {} : { expires: expiresAt / 1000 }),
      ...(sameSite === undefined ? {} : { sameSite }),
    };
    try {
      await this.#browser.send('Storage.setCookies', { cookies: [written] });
      return true;
    } catch {
      return false;
    }
  };

  /** Setting it to have expired deletes it. */
  readonly remove = async (cookie: StoredCookie): Promise<void> => {
    await this.write({ ...cookie, value: '', expiresAt: 1000 });
  };
}
