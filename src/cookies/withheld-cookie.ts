import type { StoredCookie } from './stored-cookie.ts';

/**
 * Why a cookie that is known did not go along with a request: it is for another path or host, only for TLS, or it expired
 * (RFC 6265bis §5.8); or it was never kept, as it was set in clear for TLS alone, for a domain that the host may not set
 * cookies for, or too large (§5.7).
 */
export type WithheldReason = 'path' | 'domain' | 'secure' | 'expired' | 'set-in-clear' | 'set-for-other' | 'too-large';

/** A cookie that a request might have carried; without its value. */
export interface WithheldCookie extends Pick<StoredCookie, 'name' | 'domain' | 'path' | 'hostOnly' | 'expiresAt'> {
  readonly reason: WithheldReason;
}
