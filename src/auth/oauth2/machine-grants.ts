import type { JWTPayload } from 'jose';
import type { AuthorizationServer } from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import { ciIdentityToken } from './ci-token.ts';
import { assertionTimes, audienceOf } from './client-authentication.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import { required } from './settings.ts';
import { privateSigningKey, secretSigningKey, signJwt } from './signing-key.ts';
import { addTarget, requestToken } from './token-endpoint.ts';

/** @see RFC 6749 §4.4 */
export function clientCredentialsGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const parameters = new URLSearchParams();
  addTarget(parameters, client.settings);
  return requestToken(client, { grantType: 'client_credentials', parameters, extra: client.settings.tokenParams });
}

/** @see RFC 6749 §4.3 */
export async function passwordGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const { settings } = client;
  const parameters = new URLSearchParams({
    username: required(settings, 'username'),
    password: settings.password ?? '',
  });
  addTarget(parameters, settings);
  return requestToken(client, { grantType: 'password', parameters, extra: settings.tokenParams });
}

/** @see RFC 7523 §2.1 */
export async function jwtBearerGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const parameters = new URLSearchParams({ assertion: await assertion(client, 'assertion') });
  addTarget(parameters, client.settings);
  return requestToken(client, {
    grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    parameters,
    extra: client.settings.tokenParams,
  });
}

/** @see RFC 8693 §2.1 */
export async function tokenExchangeGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const { settings } = client;
  const parameters = new URLSearchParams({
    subject_token: await assertion(client, 'subjectToken'),
    subject_token_type:
      settings.assertionFrom === 'value' ? settings.subjectTokenType : 'urn:ietf:params:oauth:token-type:jwt',
  });
  if (settings.actorToken !== undefined) {
    parameters.set('actor_token', settings.actorToken);
    parameters.set('actor_token_type', settings.actorTokenType);
  }
  if (settings.requestedTokenType !== undefined) parameters.set('requested_token_type', settings.requestedTokenType);
  addTarget(parameters, settings);
  return requestToken(client, {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    parameters,
    extra: settings.tokenParams,
  });
}

/** The refresh token that the person gave, as the start of a token that renews itself. @see RFC 6749 §6 */
export function givenRefreshTokenGrant(client: OAuth2Client): Promise<ObtainedToken> {
  return refreshGrant(client, required(client.settings, 'refreshToken'));
}

/** A successor of a token. A server that sends no new refresh token means that the old one goes on. */
export async function refreshGrant(client: OAuth2Client, refreshToken: string): Promise<ObtainedToken> {
  const { settings, server } = client;
  const parameters = new URLSearchParams({ refresh_token: refreshToken });
  if (settings.scope !== undefined && settings.grantType === 'refresh_token') parameters.set('scope', settings.scope);
  for (const target of settings.resource?.split(/\s+/).filter(Boolean) ?? []) parameters.append('resource', target);
  const at = settings.refreshUrl === undefined ? server : serverAt(server, settings.refreshUrl);
  const token = await requestToken(
    { ...client, server: at },
    { grantType: 'refresh_token', parameters, extra: settings.refreshParams, purpose: 'refresh' },
  );
  return { refreshToken, ...token };
}

function serverAt(server: AuthorizationServer, tokenEndpoint: string): AuthorizationServer {
  const { token_endpoint: _, ...aliases } = server.mtls_endpoint_aliases ?? {};
  return { ...server, token_endpoint: tokenEndpoint, mtls_endpoint_aliases: aliases };
}

async function assertion(client: OAuth2Client, field: 'assertion' | 'subjectToken'): Promise<string> {
  const { settings, server, session } = client;
  switch (settings.assertionFrom) {
    case 'value':
      return required(settings, field);
    case 'ci':
      return ciIdentityToken(
        settings.assertionAudience ?? settings.audience ?? audienceOf(server),
        settings.ciVariable,
        session,
      );
    case 'key': {
      const symmetric = settings.assertionAlgorithm?.startsWith('HS') === true;
      const key = symmetric
        ? secretSigningKey(required(settings, 'clientSecret'), settings.assertionAlgorithm, settings.keyId)
        : privateSigningKey(required(settings, 'privateKey'), settings.assertionAlgorithm, settings.keyId);
      const client = settings.clientId;
      return signJwt(
        key,
        {
          ...(client === undefined ? {} : { iss: client, sub: client }),
          ...(settings.username === undefined ? {} : { sub: settings.username }),
          aud: settings.assertionAudience ?? server.token_endpoint ?? server.issuer,
          ...assertionTimes(session),
          ...statedClaims(settings.assertionClaims),
        },
        { typ: 'JWT' },
      );
    }
  }
}

function statedClaims(text: string | undefined): JWTPayload {
  if (text === undefined) return {};
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return claims as JWTPayload;
  } catch {
    // Reported below, without the text.
  }
  throw new CountersignError('invalid-value', '“assertionClaims” is no JSON object.', {
    hint: 'Write it as {"sub": "somebody"}.',
  });
}
