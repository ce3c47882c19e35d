import type { ClientTls } from '../../core/client-tls.ts';
import type { ObtainedToken, TokenFlow, Values } from '../tokens/token-flow.ts';
import type { TokenRecord } from '../tokens/token-record.ts';
import { authorizationGrant } from './authorization-grant.ts';
import { requireBound, tokenOrigins } from './bound-endpoints.ts';
import { deviceCodeGrant } from './device-grant.ts';
import { authorizationServer, MetadataCache } from './discovery.ts';
import { newDpopKey } from './dpop.ts';
import type { GrantType } from './grant-table.ts';
import { tokenIdentity } from './identity.ts';
import {
  clientCredentialsGrant,
  givenRefreshTokenGrant,
  jwtBearerGrant,
  passwordGrant,
  refreshGrant,
  tokenExchangeGrant,
} from './machine-grants.ts';
import { isTransient, OAuth2Refusal } from './oauth-error.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import { revokeToken } from './revocation.ts';
import { type OAuth2Ports, ServerSession } from './server-session.ts';
import { keptSettings, needsPerson, oauth2Settings } from './settings.ts';

const grants: Readonly<Record<GrantType, (client: OAuth2Client) => Promise<ObtainedToken>>> = {
  authorization_code_pkce: authorizationGrant,
  authorization_code: authorizationGrant,
  implicit: authorizationGrant,
  password: passwordGrant,
  client_credentials: clientCredentialsGrant,
  device_code: deviceCodeGrant,
  refresh_token: givenRefreshTokenGrant,
  jwt_bearer: jwtBearerGrant,
  token_exchange: tokenExchangeGrant,
};

/** @see RFC 9449 §5, §8 */
const asksForProof = (error: unknown): boolean =>
  error instanceof OAuth2Refusal && (error.error === 'invalid_dpop_proof' || error.error === 'use_dpop_nonce');

/** OAuth 2.0 as a flow of the token source. */
export function createOAuth2Flow(ports: OAuth2Ports): TokenFlow {
  const metadata = new MetadataCache();

  async function clientFor(
    values: Values,
    signal: AbortSignal,
    tls: ClientTls | undefined,
    dpopKey?: TokenRecord['dpopKey'],
  ): Promise<OAuth2Client> {
    const settings = oauth2Settings(values);
    const session = new ServerSession(ports, signal, tls, values, settings.tokenHeaders);
    const server = await authorizationServer(settings, session, metadata);
    const keys = settings.issuer === undefined ? undefined : metadata.keysOf(settings.issuer);
    return { settings, server, session, ...(dpopKey ? { dpopKey } : {}), ...(keys ? { keys } : {}) };
  }

  return {
    scheme: 'oauth2',
    identity: (values, environment) => tokenIdentity(oauth2Settings(values), environment),
    needsPerson: values => needsPerson(oauth2Settings(values)),
    obtainsByRefresh: values => oauth2Settings(values).grantType === 'refresh_token',
    kept: keptSettings,
    refreshVerdict(error) {
      if (isTransient(error)) return 'later';
      const gone = error instanceof OAuth2Refusal && error.error !== undefined && error.error !== 'invalid_client';
      return gone ? 'gone' : 'refused';
    },
    source(values) {
      const { grantType, tokenUrl, authUrl, issuer, refreshUrl } = oauth2Settings(values);
      const token = grantType === 'refresh_token' ? (refreshUrl ?? tokenUrl) : tokenUrl;
      return token ?? issuer ?? authUrl ?? 'an authorization server that is not stated';
    },
    async obtain(values, request, signal) {
      const settings = oauth2Settings(values);
      const client = await clientFor(values, signal, request?.tls, settings.dpop ? newDpopKey() : undefined);
      const grant = grants[settings.grantType];
      const origins = tokenOrigins(client);
      try {
        return { ...(await grant(client)), origins };
      } catch (error) {
        // A grant without a person can start over when the server turns out to ask for a proof of possession.
        if (client.dpopKey || needsPerson(settings) || !asksForProof(error)) throw error;
        return { ...(await grant({ ...client, dpopKey: newDpopKey() })), origins };
      }
    },
    async refresh(values, record, signal, tls) {
      const client = await clientFor(values, signal, tls, record.dpopKey);
      requireBound(record, client, 'refresh');
      const token = await refreshGrant(client, record.refreshToken ?? '');
      return { ...token, origins: record.origins ?? tokenOrigins(client) };
    },
    async revoke(values, record, signal, tls) {
      const client = await clientFor(values, signal, tls, record.dpopKey);
      requireBound(record, client, 'revoke');
      if (record.refreshToken !== undefined) await revokeToken(client, record.refreshToken, 'refresh_token');
      if (record.accessToken === undefined) return;
      try {
        await revokeToken(client, record.accessToken, 'access_token');
      } catch (error) {
        // Servers need not revoke access tokens; with its refresh token gone, this one just runs out.
        const optional = error instanceof OAuth2Refusal && error.error === 'unsupported_token_type';
        if (!optional || record.refreshToken === undefined) throw error;
      }
    },
  };
}
