import type { ClientTls } from '../../core/client-tls.ts';
import type { HttpRequest } from '../../core/request.ts';
import type { IdTokenProof, TokenRecord } from './token-record.ts';

export type Values = Readonly<Record<string, unknown>>;

/** What tells one token from another. */
export interface TokenIdentity {
  readonly key: string;
  readonly name: string;
  readonly issuer: string;
  readonly clientId?: string;
  readonly scope?: string;
  readonly audience?: string;
  readonly user?: string;
}

/** What an exchange yielded. */
export interface ObtainedToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly tokenSecret?: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  readonly idTokenProof?: IdTokenProof;
  readonly scope?: string;
  /** Milliseconds since the epoch. */
  readonly obtainedAt: number;
  readonly expiresAt?: number;
  readonly dpopKey?: Readonly<Record<string, unknown>>;
  /** It ends with this process, and is not stored. */
  readonly transient?: boolean;
  /** Origins of the endpoints that it may be refreshed and revoked at. */
  readonly origins?: readonly string[];
}

/** How a scheme obtains its tokens. The token source keeps, shares and renews them. */
export interface TokenFlow {
  /** The id of the scheme. */
  readonly scheme: string;
  /** @throws CountersignError where the values cannot identify a token */
  identity(values: Values, environment: string | undefined): TokenIdentity;
  /** True where a person takes part in obtaining it. */
  needsPerson(values: Values): boolean;
  /** True where obtaining starts from a refresh token, which may have a stored successor. */
  obtainsByRefresh?(values: Values): boolean;
  /** Whether a credential of this machine is needed that doesn't stand in the values. @throws CountersignError */
  borrows?(values: Values): Promise<boolean>;
  /** Where the token comes from, for a preview: `https://login.example.com/token`. */
  source(values: Values): string;
  /** The values that are kept with the token: none of them secret. */
  kept(values: Values): Values;
  /** @throws CountersignError `token-failed`, `interaction-required`, `cancelled`, … */
  obtain(values: Values, request: HttpRequest | undefined, signal: AbortSignal): Promise<ObtainedToken>;
  /** Present where tokens can be refreshed. @throws CountersignError */
  refresh?(values: Values, record: TokenRecord, signal: AbortSignal, tls?: ClientTls): Promise<ObtainedToken>;
  /** Revokes the refresh token and the access token at the server. @throws CountersignError */
  revoke?(values: Values, record: TokenRecord, signal: AbortSignal, tls?: ClientTls): Promise<void>;
  /**
   * What a failed refresh says: `later` nothing of the token (the network, an overloaded server), `gone` that the
   * refresh token is of no more use, `refused` that no other way would succeed either (a wrong client secret).
   */
  refreshVerdict?(error: unknown): 'later' | 'gone' | 'refused';
}
