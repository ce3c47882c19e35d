/** A cookie as it is kept. */
export interface StoredCookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Sent to exactly `domain`, not to hosts below it. */
  readonly hostOnly: boolean;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Milliseconds since the epoch; absent for a cookie of this session. */
  readonly expiresAt?: number;
}

/** What tells a cookie from all others. @see RFC 6265 §5.3 */
export type CookieIdentity = Pick<StoredCookie, 'name' | 'domain' | 'path'>;

/** That identity as text. */
export const identityOf = ({ name, domain, path }: CookieIdentity): string => [name, domain, path].join('\n');
