import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import { clientAuthentication } from './client-authentication.ts';
import { dpopHandle } from './dpop.ts';
import { serverRefusal } from './oauth-error.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import type { Pkce } from './pkce.ts';
import type { ServerResponse } from './server-session.ts';
import { endpointUrl } from './settings.ts';
import { addExtra, addTarget, overTransport, protocolClient, serverWith } from './token-endpoint.ts';

export interface AuthorizationRequest {
  readonly responseType: 'code' | 'token';
  readonly redirectUri: string;
  readonly state: string;
  readonly pkce?: Pkce;
  /** For an ID token. */
  readonly nonce?: string;
}

/** The parameters of an authorization request. @see RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 9449 §10, OpenID Connect Core §3.1.2.1 */
export function authorizationParameters(
  { settings, dpopKey }: OAuth2Client,
  request: AuthorizationRequest,
): URLSearchParams {
  const parameters = new URLSearchParams({ response_type: request.responseType });
  if (settings.clientId !== undefined) parameters.set('client_id', settings.clientId);
  parameters.set('redirect_uri', request.redirectUri);
  addTarget(parameters, settings);
  parameters.set('state', request.state);
  if (request.pkce) {
    parameters.set('code_challenge', request.pkce.challenge);
    parameters.set('code_challenge_method', request.pkce.method);
  }
  if (request.nonce !== undefined) parameters.set('nonce', request.nonce);
  const { prompt, loginHint, acrValues, maxAge } = settings;
  if (prompt !== undefined) parameters.set('prompt', prompt);
  if (loginHint !== undefined) parameters.set('login_hint', loginHint);
  if (acrValues !== undefined) parameters.set('acr_values', acrValues);
  if (maxAge !== undefined) parameters.set('max_age', String(Math.round(maxAge)));
  if (dpopKey && request.responseType === 'code') parameters.set('dpop_jkt', thumbprint(dpopKey));
  // The state is what ties the answer to this sign-in; it has a field of its own.
  addExtra(
    parameters,
    settings.authParams.filter(([name]) => name !== 'state'),
  );
  return parameters;
}

/** The address that the person's browser opens; the endpoint's own query is kept. @see RFC 6749 §3.1 */
export function authorizationUrl(endpoint: string, parameters: URLSearchParams): string {
  const url = endpointUrl(endpoint, 'authUrl');
  url.hash = '';
  for (const name of new Set(parameters.keys())) url.searchParams.delete(name);
  // Blanks as %20: some servers do not read + in an address.
  const query = [url.searchParams.toString(), parameters.toString()].filter(Boolean).join('&');
  return `${url.origin}${url.pathname}?${query.replaceAll('+', '%20')}`;
}

/** Whether the request is pushed: the person or the server's metadata ask for it. @see RFC 9126 §5 */
export function isPushed({ settings, server }: OAuth2Client): boolean {
  return settings.par || server.require_pushed_authorization_requests === true;
}

/** Pushes the request, and gives the parameters that stand for it. @throws CountersignError @see RFC 9126 §2 */
export async function pushAuthorizationRequest(
  client: OAuth2Client,
  parameters: URLSearchParams,
): Promise<URLSearchParams> {
  const { settings, session } = client;
  const server = serverWith(client, 'pushed_authorization_request_endpoint', 'parUrl');
  const self = protocolClient(client);
  const authentication = await clientAuthentication(settings, server, session);
  const DPoP = client.dpopKey ? await dpopHandle(client.dpopKey, self) : undefined;
  const send = async (): Promise<ServerResponse> => {
    let received: ServerResponse | undefined;
    const options = overTransport(session, 'pushed-authorization', response => {
      received = response;
      return [];
    });
    await oauth.pushedAuthorizationRequest(server, self, authentication, new URLSearchParams(parameters), {
      ...options,
      ...(DPoP ? { DPoP } : {}),
    });
    if (!received) throw new CountersignError('internal', 'The pushed authorization request ended without a response.');
    return received;
  };
  let response = await send();
  if (DPoP && jsonObject(response.text)?.error === 'use_dpop_nonce') response = await send();
  const body = jsonObject(response.text);
  const requestUri = body?.request_uri;
  if (response.status >= 300 || typeof requestUri !== 'string') throw serverRefusal(response, body);
  return new URLSearchParams({ client_id: settings.clientId ?? '', request_uri: requestUri });
}

export function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** @see RFC 7638 §3 */
function thumbprint({ crv, kty, x, y }: Readonly<Record<string, unknown>>): string {
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}
