import type { CookieJar } from './cookie-jar.ts';
import { type CookieSource, isOfDomains } from './cookie-source.ts';
import { identityOf, type StoredCookie } from './stored-cookie.ts';

/** What one step carried over. */
export interface SyncedCookies {
  /** Into the jar, deletions too. */
  readonly taken: number;
  /** Into the browser, deletions too. */
  readonly given: number;
}

/**
 * Keeps a jar and a browser alike in the cookies of some domains. Each step carries over what changed on either side since
 * the last; where both changed one cookie, the browser’s counts. The first step joins both. What one side doesn’t take
 * stays as it is on the other. The steps run one after the other.
 */
export class CookieSync {
  readonly #jar: CookieJar;
  readonly #source: CookieSource;
  readonly #domains: () => readonly string[];
  /** What either side held after the last step, as text. */
  #inSource = new Map<string, string>();
  #inJar = new Map<string, string>();
  #steps: Promise<unknown> = Promise.resolve();

  constructor(jar: CookieJar, source: CookieSource, domains: () => readonly string[]) {
    this.#jar = jar;
    this.#source = source;
    this.#domains = domains;
  }

  /** @throws CountersignError `io` where the source cannot be read any longer */
  step(): Promise<SyncedCookies> {
    const next = this.#steps.then(() => this.#step());
    this.#steps = next.catch(() => {});
    return next;
  }

  async #step(): Promise<SyncedCookies> {
    const domains = this.#domains();
    const theirs = byIdentity(await this.#source.read(domains));
    const ours = byIdentity(this.#jar.list().filter(cookie => isOfDomains(cookie, domains)));
    const put: StoredCookie[] = [];
    const give: StoredCookie[] = [];
    const drop: StoredCookie[] = [];
    const takeBack: StoredCookie[] = [];
    for (const id of new Set([...theirs.keys(), ...ours.keys()])) {
      const [their, our] = [theirs.get(id), ours.get(id)];
      const [theirText, ourText] = [their && textOf(their), our && textOf(our)];
      if (theirText === ourText) continue;
      if (theirText !== this.#inSource.get(id)) {
        if (their) put.push(their);
        else if (our) drop.push(our);
      } else if (ourText !== this.#inJar.get(id)) {
        if (our) give.push(our);
        else if (their) takeBack.push(their);
      }
    }
    // What left the domains that count is nobody’s change.
    this.#inSource = texts(theirs);
    this.#inJar = texts(ours);
    for (const cookie of drop) {
      this.#jar.remove(cookie);
      this.#inJar.delete(identityOf(cookie));
    }
    if (put.length > 0) await this.#jar.put(put);
    const kept = new Set(this.#jar.list().map(identityOf));
    for (const id of put.map(identityOf)) {
      const text = this.#inSource.get(id);
      if (kept.has(id) && text !== undefined) this.#inJar.set(id, text);
    }
    let given = 0;
    const { write, remove } = this.#source;
    for (const cookie of write ? give : []) {
      if (!(await write?.(cookie))) continue;
      this.#inSource.set(identityOf(cookie), textOf(cookie));
      given++;
    }
    for (const cookie of remove ? takeBack : []) {
      await remove?.(cookie);
      this.#inSource.delete(identityOf(cookie));
      given++;
    }
    return { taken: put.length + drop.length, given };
  }
}

function byIdentity(cookies: readonly StoredCookie[]): Map<string, StoredCookie> {
  const now = Date.now();
  const living = cookies.filter(({ expiresAt = Number.POSITIVE_INFINITY }) => expiresAt > now);
  return new Map(living.map(cookie => [identityOf(cookie), cookie]));
}

const texts = (cookies: ReadonlyMap<string, StoredCookie>): Map<string, string> =>
  new Map([...cookies].map(([id, cookie]) => [id, textOf(cookie)]));

function textOf({ value, hostOnly, secure, httpOnly, expiresAt }: StoredCookie): string {
  return JSON.stringify([value, hostOnly, secure, httpOnly, expiresAt]);
}
