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
export function isOfDomains(
  { domain, hostOnly }: Pick<StoredCookie, 'domain' | 'hostOnly'>,
  domains: readonly string[],
): boolean {
  return domains.some(chosen => isAtOrBelow(domain, chosen) || (!hostOnly && isAtOrBelow(chosen, domain)));
}

function isAtOrBelow(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !/^[\d.]+$|^\[/.test(host));
}

/**
 * The domains that a person wrote, in any of the ways that people write them: apart by commas or blanks, with a dot or
 * `*.` before them, as URLs.
 */
export function readDomains(text: string): readonly string[] {
  const hosts = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .flatMap(part => {
      const bare = part.replace(/^\*?\./, '');
      const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(bare) ? bare : `http://${bare}`);
      return url?.hostname ? [url.hostname.replace(/\.$/, '')] : [];
    });
  return [...new Set(hosts)];
}
