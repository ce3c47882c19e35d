import * as oauth from 'oauth4webapi';
import { jsonObject } from './authorization-request.ts';
import { clientAuthentication } from './client-authentication.ts';
import { serverRefusal } from './oauth-error.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import type { ServerResponse } from './server-session.ts';
import { overTransport, protocolClient, serverWith } from './token-endpoint.ts';

/**
 * Revokes a token at the server. One that the server does not know any more counts as revoked.
 * @throws OAuth2Refusal when the server refuses; CountersignError `missing-field` where it names no endpoint
 * @see RFC 7009 §2
 */
export async function revokeToken(
  client: OAuth2Client,
  token: string,
  hint: 'access_token' | 'refresh_token',
): Promise<void> {
  const { settings, session } = client;
  const server = serverWith(client, 'revocation_endpoint', 'revokeUrl');
  let received: ServerResponse | undefined;
  const options = overTransport(session, 'revocation', response => {
    received = response;
    return [];
  });
  await oauth.revocationRequest(
    server,
    protocolClient(client),
    await clientAuthentication(settings, server, session),
    token,
    {
      ...options,
      additionalParameters: { token_type_hint: hint },
    },
  );
  if (received && received.status >= 300) {
    const body = jsonObject(received.text);
    if (body?.error !== 'invalid_token') throw serverRefusal(received, body);
  }
}
