import * as oauth from 'oauth4webapi';
import { ciIdentityToken } from './ci-token.ts';
import type { ServerSession } from './server-session.ts';
import { type OAuth2Settings, required } from './settings.ts';
import { privateSigningKey, type SigningKey, secretSigningKey, signJwt } from './signing-key.ts';

const assertionLifetime = 300;

/**
 * How the client proves itself to the authorization server. Without a secret, `header` and `body` send the client's
 * id alone, as a public client does.
 * @throws CountersignError `missing-field` or `invalid-value`
 * @see RFC 6749 §2.3, RFC 7523 §2.2, RFC 8705 §2
 */
export async function clientAuthentication(
  settings: OAuth2Settings,
  server: oauth.AuthorizationServer,
  session: ServerSession,
): Promise<oauth.ClientAuth> {
  const placement = settings.clientAuthentication === 'auto' ? offered(server) : settings.clientAuthentication;
  switch (placement) {
    case 'header':
    case 'header_raw':
    case 'body': {
      const { clientSecret } = settings;
      if (clientSecret === undefined) return publicClient(settings);
      const clientId = required(settings, 'clientId');
      if (placement === 'body') return oauth.ClientSecretPost(clientSecret);
      return basicAuthentication(clientId, clientSecret, placement === 'header' ? formEncode : text => text);
    }
    case 'none':
    case 'tls_client_auth':
      return publicClient(settings);
    case 'client_secret_jwt': {
      const key = secretSigningKey(required(settings, 'clientSecret'), settings.assertionAlgorithm, settings.keyId);
      return assertionAuthentication(settings, () => clientAssertion(key, settings, server, session));
    }
    case 'private_key_jwt': {
      if (settings.clientAssertionFrom === 'value') {
        const assertion = required(settings, 'clientAssertion');
        return assertionAuthentication(settings, async () => assertion);
      }
      if (settings.clientAssertionFrom === 'ci') {
        const audience = settings.assertionAudience ?? audienceOf(server);
        return assertionAuthentication(settings, () => ciIdentityToken(audience, settings.ciVariable, session));
      }
      const key = privateSigningKey(required(settings, 'privateKey'), settings.assertionAlgorithm, settings.keyId);
      return assertionAuthentication(settings, () => clientAssertion(key, settings, server, session));
    }
  }
}

/** A secret goes where the server takes it; in the header where it does not say. @see RFC 8414 §2 */
function offered({ token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer): 'header' | 'body' {
  const headerToo = methods === undefined || methods.includes('client_secret_basic');
  return !headerToo && methods.includes('client_secret_post') ? 'body' : 'header';
}

/** @see RFC 6749 §2.3.1 */
function basicAuthentication(id: string, secret: string, encode: (text: string) => string): oauth.ClientAuth {
  const credentials = Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64');
  return (_server, _client, _body, headers) => headers.set('authorization', `Basic ${credentials}`);
}

/** `*`, `-`, `.` and `_` stay as they are, so that a server that decodes nothing takes a UUID too. @see RFC 6749 appendix B */
function formEncode(text: string): string {
  return new URLSearchParams([['', text]]).toString().slice(1);
}

/** Sends the client's id where there is one: some servers take assertions or user names without any client. */
function publicClient({ clientId }: OAuth2Settings): oauth.ClientAuth {
  return (_server, _client, body) => {
    if (clientId !== undefined) body.set('client_id', clientId);
  };
}

function assertionAuthentication(settings: OAuth2Settings, assertion: () => Promise<string>): oauth.ClientAuth {
  return async (_server, _client, body) => {
    if (settings.clientId !== undefined) body.set('client_id', settings.clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', await assertion());
  };
}

/** @see RFC 7523 §3 */
function clientAssertion(
  key: SigningKey,
  settings: OAuth2Settings,
  server: oauth.AuthorizationServer,
  session: ServerSession,
): Promise<string> {
  const client = required(settings, 'clientId');
  return signJwt(key, {
    iss: client,
    sub: client,
    aud: settings.assertionAudience ?? audienceOf(server),
    ...assertionTimes(session),
  });
}

/**
 * Whom assertions are for where nothing is stated: the issuer, as RFC 7523bis has it; the token endpoint where the
 * metadata hold a template instead of an issuer.
 */
export function audienceOf({ issuer, token_endpoint: endpoint }: oauth.AuthorizationServer): string {
  return issuer.includes('{') && endpoint !== undefined ? endpoint : issuer;
}

/** `jti`, `iat` and `exp` of an assertion that is made now. */
export function assertionTimes({ ports }: ServerSession): { jti: string; iat: number; exp: number } {
  const now = Math.floor(ports.clock.now() / 1000);
  return { jti: Buffer.from(ports.random.bytes(16)).toString('base64url'), iat: now, exp: now + assertionLifetime };
}
