import type { HttpRequest } from '../core/request.ts';

/** What is asked for: the scheme's id and its resolved values, from which the engine derives grant and cache key. */
export interface TokenRequest {
  /** `oauth2` or `oauth1`. */
  readonly scheme: string;
  /** The scheme's values by field name, variables resolved. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The request that wants it; its target may serve as resource. */
  readonly request: HttpRequest;
  /** Absolute path of the file that states the auth: the token manager shows which files use a token. */
  readonly usedBy?: string;
}

export interface Token {
  readonly accessToken: string;
  /** `Bearer`, `DPoP`, … as the server said. */
  readonly tokenType: string;
  /** OAuth 1.0: the token's secret. */
  readonly tokenSecret?: string;
  /** Milliseconds since the epoch; undefined where the server did not say. */
  readonly expiresAt?: number;
  readonly refreshToken?: string;
  readonly scope?: string;
  readonly idToken?: string;
  /** Milliseconds since the epoch. */
  readonly obtainedAt?: number;
  /** The private key (JWK) that a DPoP token is bound to. @see RFC 9449 */
  readonly dpopKey?: Readonly<Record<string, unknown>>;
}

export type TokenState =
  | { readonly kind: 'available'; readonly token: Token }
  /** Nothing usable is stored: `pending` says what sending will do, for instance `a token will be fetched from …`. */
  | { readonly kind: 'pending'; readonly pending: string };

/** Where schemes get tokens from. Implemented over the token store; in a preview it never fetches. */
export interface TokenSource {
  /** What is at hand, without any exchange. */
  peek(request: TokenRequest): Promise<TokenState>;
  /**
   * A usable token: stored, refreshed, or fetched anew; concurrent calls for one token share one exchange.
   * @throws CountersignError `token-failed` or `interaction-required`
   */
  get(request: TokenRequest, signal: AbortSignal): Promise<Token>;
  /** The server refused this token: forget the access token so that the next `get` refreshes or fetches. */
  reject(request: TokenRequest, token: Token): Promise<void>;
}
