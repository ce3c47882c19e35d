import type { StoredCookie } from './stored-cookie.ts';
/** Where cookies live besides the jar: a browser that runs, or its profile. */
export interface CookieSource {
  /**
   * The cookies that go to one of the domains, or to a host below it.
   * @throws CountersignError `io` where it cannot be read any longer
   */
  read(domains: readonly string[]): Promise<readonly StoredCookie[]>;
  /** Absent where it can only be read. False: it does not take this one. */
  readonly write?: (cookie: StoredCookie) => Promise<boolean>;
  readonly remove?: (cookie: StoredCookie) => Promise<void>;
}
/**
 * True where a cookie goes to one of the domains or to a host below it: it is of that domain or below, or of one above and
 * goes to all below that.
 * @see RFC 6265 §5.1.3
 */
export declare function isOfDomains(
  { domain, hostOnly }: Pick<StoredCookie, 'domain' | 'hostOnly'>,
  domains: readonly string[],
): boolean;
/**
 * The domains that a person wrote, in any of the ways that people write them: apart by commas or blanks, with a dot or
 * `*.` before them, as URLs.
 */
export declare function readDomains(text: string): readonly string[];
