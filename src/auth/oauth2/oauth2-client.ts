import type * as oauth from 'oauth4webapi';
import type { ServerSession } from './server-session.ts';
import type { OAuth2Settings } from './settings.ts';

/** A client at its authorization server, with the means of one flow. */
export interface OAuth2Client {
  readonly settings: OAuth2Settings;
  readonly server: oauth.AuthorizationServer;
  readonly session: ServerSession;
  /** Present where tokens are bound to a key. */
  readonly dpopKey?: Readonly<Record<string, unknown>>;
  /** The issuer's keys, as the library keeps them; absent where each check fetches them. */
  readonly keys?: oauth.JWKSCacheInput;
}
