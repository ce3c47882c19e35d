import { readFile } from 'node:fs/promises';
import { type CookieJar, createCookieJar } from '../cookies/cookie-jar.ts';
import { parseCookiesTxt, printCookiesTxt } from '../cookies/cookies-txt.ts';
import { CountersignError } from '../core/errors.ts';
import { replaceFile } from '../node/replace-file.ts';
import { say } from './standard-error.ts';

/** The file of `--cookie-jar`: read before anything is sent, written in the end where the cookies are others then. */
export class CookieFile {
  readonly jar: CookieJar;
  readonly #path: string;
  #changed = false;

  constructor(path: string) {
    this.#path = path;
    this.jar = createCookieJar(() => {
      this.#changed = true;
    });
  }

  /** A file that is not there is an empty jar. @throws CountersignError `io` */
  async read(): Promise<void> {
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw new CountersignError('io', `The cookies of ${this.#path} cannot be read.`, { cause });
    }
    const { cookies, skipped } = parseCookiesTxt(text, Date.now());
    if (skipped > 0 && cookies.length === 0) {
      throw new CountersignError('io', `${this.#path} is no file of cookies in Netscape’s format.`, {
        hint: 'Write one with “curl --cookie-jar FILE”, or name a file that is not there yet.',
      });
    }
    if (skipped > 0) say(`countersign: ${skipped} lines of ${this.#path} are no cookies, and were skipped`);
    await this.jar.put(cookies);
    this.#changed = false;
  }

  /** @throws CountersignError `io` */
  async write(): Promise<void> {
    if (!this.#changed) return;
    try {
      await replaceFile(this.#path, printCookiesTxt(this.jar.list()));
    } catch (cause) {
      throw new CountersignError('io', `The cookies cannot be written to ${this.#path}.`, { cause });
    }
  }
}
