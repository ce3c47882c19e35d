import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CookieSource, isOfDomains } from '../cookies/cookie-source.ts';
import type { StoredCookie } from '../cookies/stored-cookie.ts';
import { CountersignError } from '../core/errors.ts';

/** What is read of a row of `moz_cookies`. */
interface Row {
  readonly originAttributes: string;
  readonly name: string;
  readonly value: string;
  /** Begins with a dot where it goes to hosts below, too. */
  readonly host: string;
  readonly path: string;
  readonly expiry: number;
  readonly isSecure: number;
  readonly isHttpOnly: number;
}

/** Since this version of its tables Firefox counts milliseconds, and seconds before. */
const millisecondsSince = 16;

/**
 * The cookies of a profile of Firefox that it has written, of one container. Firefox keeps its file locked while it runs,
 * so a copy is read, which is gone at once. Cookies that end with the session are in no file.
 */
export class FirefoxCookies implements CookieSource {
  readonly #file: string;
  readonly #container: number | undefined;
  #seen: { readonly state: string; readonly domains: string; readonly cookies: readonly StoredCookie[] } | undefined;

  /** @param container the number of a container; undefined: what belongs to none */
  constructor(profile: string, container?: number) {
    this.#file = join(profile, 'cookies.sqlite');
    this.#container = container;
  }

  async read(domains: readonly string[]): Promise<readonly StoredCookie[]> {
    if (domains.length === 0) return [];
    try {
      const state = await this.#state();
      const wanted = domains.join('\n');
      if (this.#seen?.state === state && this.#seen.domains === wanted) return this.#seen.cookies;
      const cookies = await this.#read(domains);
      this.#seen = { state, domains: wanted, cookies };
      return cookies;
    } catch (cause) {
      if (cause instanceof CountersignError) throw cause;
      throw new CountersignError('io', `The cookies of the Firefox profile ${this.#file} cannot be read.`, { cause });
    }
  }

  /** What tells that something was written, without reading it. */
  async #state(): Promise<string> {
    const of = async (file: string): Promise<string> => {
      const { mtimeMs, size } = await stat(file);
      return `${mtimeMs} ${size}`;
    };
    return `${await of(this.#file)} ${await of(`${this.#file}-wal`).catch(() => '')}`;
  }

  async #read(domains: readonly string[]): Promise<readonly StoredCookie[]> {
    const { DatabaseSync } = await sqlite();
    const folder = await mkdtemp(join(tmpdir(), 'countersign-firefox-'));
    try {
      const copy = join(folder, 'cookies.sqlite');
      // The log first: what Firefox moves from it into the file meanwhile is then in both.
      await copyFile(`${this.#file}-wal`, `${copy}-wal`).catch(() => {});
      await copyFile(this.#file, copy);
      const database = new DatabaseSync(copy);
      try {
        const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
        const unit = version >= millisecondsSince ? 1 : 1000;
        const rows = database
          .prepare('SELECT originAttributes, name, value, host, path, expiry, isSecure, isHttpOnly FROM moz_cookies')
          .all() as unknown as readonly Row[];
        return rows.flatMap(row => {
          if (!isOfContainer(row.originAttributes, this.#container)) return [];
          const cookie: StoredCookie = {
            ...{ name: row.name, value: row.value, domain: row.host.replace(/^\./, ''), path: row.path },
            ...{ hostOnly: !row.host.startsWith('.'), secure: row.isSecure === 1, httpOnly: row.isHttpOnly === 1 },
            expiresAt: row.expiry * unit,
          };
          return isOfDomains(cookie, domains) ? [cookie] : [];
        });
      } finally {
        database.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Cookies of private windows, of frames in other sites and of isolated sites are no one’s but theirs. */
function isOfContainer(originAttributes: string, container: number | undefined): boolean {
  return originAttributes === (container === undefined ? '' : `^userContextId=${container}`);
}

async function sqlite(): Promise<typeof import('node:sqlite')> {
  try {
    return await import('node:sqlite');
  } catch (cause) {
    throw new CountersignError('io', 'This editor’s Node has no SQLite, which Firefox keeps its cookies in.', {
      hint: 'Use a newer VS Code, or export the cookies of Firefox as cookies.txt and import them.',
      cause,
    });
  }
}
