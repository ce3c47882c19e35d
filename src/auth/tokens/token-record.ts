import type { Token } from '../token-source.ts';

/** Whether the ID token's signature was verified with the issuer's keys when it came. */
export interface IdTokenProof {
  readonly verified: boolean;
  readonly reason?: 'issuer-unknown' | 'issuer-template' | 'no-keys' | 'keys-unavailable' | 'no-such-key' | 'algorithm';
}

/** A token as it is kept: what was granted, what was asked for, and what refreshing it needs apart from secrets. */
export interface TokenRecord {
  /** Identifies issuer, endpoints, client, scope, audience, user and environment; an opaque digest. */
  readonly key: string;
  /** What people call it; `{{$token name}}` finds it by this. */
  readonly name: string;
  readonly scheme: string;
  /** The issuer, or the token endpoint where no issuer is stated. */
  readonly issuer: string;
  readonly clientId?: string;
  readonly scopeAsked?: string;
  /** As the server said; absent where it said nothing, which means the scope asked for. */
  readonly scopeGranted?: string;
  readonly audience?: string;
  readonly user?: string;
  readonly environment?: string;
  /** Absent once the server has refused it or it was given up: only the refresh token is left. */
  readonly accessToken?: string;
  readonly tokenType: string;
  /** OAuth 1.0 */
  readonly tokenSecret?: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly idTokenProof?: IdTokenProof;
  /** Milliseconds since the epoch. */
  readonly obtainedAt: number;
  /** Milliseconds since the epoch; absent where the server did not say. */
  readonly expiresAt?: number;
  /** The private key (JWK) that a DPoP token is bound to. */
  readonly dpopKey?: Readonly<Record<string, unknown>>;
  /** Origins of the endpoints that it came from: it is refreshed and revoked nowhere else. */
  readonly origins?: readonly string[];
  /** A digest of the secrets that it was obtained with: a statement that holds the same needs nobody's permission. */
  readonly proof?: string;
  /** The scheme's values without its secrets: enough to refresh or revoke together with the client's secret. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Absolute paths of the files that state the auth, in the order of their first use. */
  readonly usedBy: readonly string[];
}

/** How a token stands at a moment. `refreshable`: expired or given up, with a refresh token at hand. */
export type TokenStanding = 'valid' | 'expires-soon' | 'refreshable' | 'expired';

const LEEWAY_MS = 30_000;
const SOON_MS = 5 * 60_000;

/** Milliseconds before its end at which a token no longer counts as valid: 30 s, or a tenth of a shorter life. */
export function leeway(record: Pick<TokenRecord, 'obtainedAt' | 'expiresAt'>): number {
  if (record.expiresAt === undefined) return 0;
  return Math.min(LEEWAY_MS, Math.max(0, (record.expiresAt - record.obtainedAt) / 10));
}

/** True when the access token can be sent at `now` (milliseconds since the epoch). */
export function isUsable(record: TokenRecord, now: number): boolean {
  if (record.accessToken === undefined) return false;
  if (record.expiresAt === undefined) return true;
  // A clock that has been set back since makes the stored end meaningless.
  if (record.obtainedAt > now + LEEWAY_MS) return false;
  return now < record.expiresAt - leeway(record);
}

/** True when the access token has not ended at `now`, the leeway left aside. */
export function isAlive(record: TokenRecord, now: number): boolean {
  return record.accessToken !== undefined && (record.expiresAt === undefined || now < record.expiresAt);
}

export function standing(record: TokenRecord, now: number): TokenStanding {
  if (!isUsable(record, now)) return record.refreshToken === undefined ? 'expired' : 'refreshable';
  return record.expiresAt !== undefined && record.expiresAt - now < SOON_MS ? 'expires-soon' : 'valid';
}

/** The record as schemes receive it; the access token must be there. */
export function tokenOf(record: TokenRecord & { readonly accessToken: string }): Token {
  return {
    accessToken: record.accessToken,
    tokenType: record.tokenType,
    obtainedAt: record.obtainedAt,
    ...(record.tokenSecret === undefined ? {} : { tokenSecret: record.tokenSecret }),
    ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt }),
    ...(record.refreshToken === undefined ? {} : { refreshToken: record.refreshToken }),
    ...(record.scopeGranted === undefined ? {} : { scope: record.scopeGranted }),
    ...(record.idToken === undefined ? {} : { idToken: record.idToken }),
    ...(record.dpopKey === undefined ? {} : { dpopKey: record.dpopKey }),
  };
}

export function hasAccessToken(record: TokenRecord | undefined): record is TokenRecord & { accessToken: string } {
  return record?.accessToken !== undefined;
}

/** A record as it was stored; undefined where it is none (written by another version, cut short). */
export function asTokenRecord(value: unknown): TokenRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const record = value as Record<string, unknown>;
  const strings = ['key', 'name', 'scheme', 'issuer', 'tokenType'] as const;
  if (strings.some(name => typeof record[name] !== 'string') || typeof record.obtainedAt !== 'number') return undefined;
  const optional = ['accessToken', 'refreshToken', 'idToken', 'scopeGranted', 'clientId', 'proof'] as const;
  if (optional.some(name => record[name] !== undefined && typeof record[name] !== 'string')) return undefined;
  if (record.expiresAt !== undefined && typeof record.expiresAt !== 'number') return undefined;
  if (record.origins !== undefined && !isTexts(record.origins)) return undefined;
  if (typeof record.config !== 'object' || record.config === null || !Array.isArray(record.usedBy)) return undefined;
  return value as TokenRecord;
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(text => typeof text === 'string');
