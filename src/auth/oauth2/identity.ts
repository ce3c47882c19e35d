import { createHash } from 'node:crypto';
import type { TokenIdentity } from '../tokens/token-flow.ts';
import { needsPerson, type OAuth2Settings, type Pairs } from './settings.ts';

/**
 * The identity of the token that these settings ask for: issuer, endpoints, client, scope, audience, user and
 * environment. With another endpoint it is another token, so that no file gets one by naming its issuer. Grants in which
 * a person signs in share it; so does a login that several files state alike.
 */
export function tokenIdentity(settings: OAuth2Settings, environment: string | undefined): TokenIdentity {
  const issuer = trimSlash(settings.issuer ?? settings.tokenUrl ?? settings.authUrl ?? '');
  const user = userOf(settings);
  const parts = [
    'oauth2',
    issuer,
    endpoints.map(name => trimSlash(settings[name] ?? '')),
    settings.clientId ?? '',
    [...new Set(settings.scope?.split(/\s+/).filter(Boolean))].sort().join(' '),
    settings.audience ?? '',
    settings.resource ?? '',
    needsPerson(settings) ? 'person' : settings.grantType,
    user ?? '',
    settings.assertionFrom === 'key' ? (settings.assertionClaims ?? '') : '',
    settings.tokenName ?? '',
    settings.dpop ? 'dpop' : '',
    settings.grantType === 'token_exchange' ? (settings.requestedTokenType ?? '') : '',
    settings.grantType === 'token_exchange' ? (credential(settings.actorToken) ?? '') : '',
    told(needsPerson(settings) ? [...settings.authParams, ...settings.tokenParams] : settings.tokenParams),
    environment ?? '',
    // Only where they are stated, so that what is kept without them stays found.
    ...[settings.loginHint, settings.authorizationDetails, settings.tokenPath].filter(part => part !== undefined),
  ];
  return {
    key: digest(JSON.stringify(parts)),
    name: settings.tokenName ?? settings.clientId ?? issuer,
    issuer,
    ...(settings.clientId === undefined ? {} : { clientId: settings.clientId }),
    ...(settings.scope === undefined ? {} : { scope: settings.scope }),
    ...(settings.audience === undefined ? {} : { audience: settings.audience }),
    ...(user === undefined ? {} : { user }),
  };
}

const endpoints = ['authUrl', 'tokenUrl', 'refreshUrl', 'revokeUrl', 'deviceUrl', 'parUrl'] as const;

/** How a person is asked to sign in: nothing of the token that comes of it. */
const manners = new Set(['prompt', 'max_age', 'display', 'ui_locales', 'acr_values', 'nonce', 'state', 'access_type']);

/** What is told in parameters of the person's own may ask for another token: an audience, a tenant, a subject. */
function told(pairs: Pairs): string {
  const telling = pairs.filter(([name]) => !manners.has(name)).map(pair => pair.join('='));
  return [...new Set(telling)].sort().join('&');
}

/** Who the token is for: a name where there is one, otherwise a digest of the credential that stands for somebody. */
function userOf(settings: OAuth2Settings): string | undefined {
  switch (settings.grantType) {
    case 'password':
      return settings.username;
    case 'refresh_token':
      return credential(settings.refreshToken);
    case 'jwt_bearer':
      return settings.assertionFrom === 'value' ? credential(settings.assertion) : settings.username;
    case 'token_exchange':
      return settings.assertionFrom === 'value' ? credential(settings.subjectToken) : undefined;
    default:
      return undefined;
  }
}

/** What a JWT says of its subject, so that a newer one of the same subject finds the same token; else a digest. */
function credential(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const claims = token.split('.').length === 3 ? jwtClaims(token) : undefined;
  if (claims?.sub === undefined) return digest(token).slice(0, 16);
  const { iss, sub, client_id: client, azp, scope } = claims;
  return [iss, sub, client ?? azp, scope].filter(claim => typeof claim === 'string').join(' ');
}

/** The claims of a JWT, unverified; undefined where it is none. @see RFC 7519 §3 */
export function jwtClaims(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);
const trimSlash = (text: string): string => text.replace(/\/+$/, '');
