import * as oauth from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import { clientAuthentication } from './client-authentication.ts';
import { dpopHandle } from './dpop.ts';
import type { ExchangePurpose } from './exchange-record.ts';
import { conformResponse } from './id-token.ts';
import { jwtClaims } from './identity.ts';
import { serverRefusal } from './oauth-error.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import type { ServerResponse, ServerSession } from './server-session.ts';
import { endpointUrl, type OAuth2Settings, type Pairs } from './settings.ts';
import { type LenientResponse, readTokenResponse } from './token-response.ts';

export interface TokenGrant {
  readonly grantType: string;
  readonly parameters: URLSearchParams;
  /** Parameters that the person adds; they replace ours of the same name. */
  readonly extra: Pairs;
  readonly purpose?: 'token' | 'refresh';
  /** The nonce that an ID token must carry. */
  readonly nonce?: string;
}

export function protocolClient({ settings }: Pick<OAuth2Client, 'settings'>): oauth.Client {
  return {
    // The library wants one; the client authentications of ours send it only where it is stated.
    client_id: settings.clientId ?? 'none',
    ...(settings.clientAuthentication === 'tls_client_auth' ? { use_mtls_endpoint_aliases: true } : {}),
  };
}

/** The server, ready for requests to that endpoint: mTLS aliases only where the metadata have them. */
export function serverWith(
  { server, settings }: OAuth2Client,
  endpoint: string,
  field: string,
): oauth.AuthorizationServer {
  const url = server[endpoint];
  if (typeof url !== 'string') {
    const found = settings.issuer === undefined ? '' : ` The metadata of ${settings.issuer} do not name it either.`;
    throw new CountersignError('missing-field', `OAuth 2.0 needs “${field}”.${found}`, {
      hint: `Add “${field}” to the @auth statement${settings.issuer === undefined ? ', or “issuer”' : ''}.`,
    });
  }
  endpointUrl(url, field);
  if (settings.clientAuthentication !== 'tls_client_auth') return server;
  const alias = server.mtls_endpoint_aliases?.[endpoint];
  return { ...server, mtls_endpoint_aliases: { ...server.mtls_endpoint_aliases, [endpoint]: alias ?? url } };
}

/** Options for the library that send its requests over our transport. */
export function overTransport(
  session: ServerSession,
  purpose: ExchangePurpose,
  received: (response: ServerResponse) => readonly string[],
) {
  return {
    [oauth.allowInsecureRequests]: true,
    [oauth.customFetch]: async (
      url: string,
      { method, headers, body }: oauth.CustomFetchOptions<'POST', URLSearchParams>,
    ): Promise<Response> => {
      const response = await session.exchange(
        { purpose, method, url, headers: Object.entries(headers).map(headerCase), body },
        received,
      );
      const empty = [204, 205, 304].includes(response.status);
      return new Response(empty ? null : response.text, { status: response.status, headers: response.headers });
    },
  };
}

/** Header names as people know them: `content-type` → `Content-Type`, `dpop` → `DPoP`. */
function headerCase([name, value]: [string, string]): [string, string] {
  return [name === 'dpop' ? 'DPoP' : name.replace(/(^|-)[a-z]/g, letter => letter.toUpperCase()), value];
}

export function addExtra(parameters: URLSearchParams, extra: Pairs): void {
  for (const [name] of extra) parameters.delete(name);
  for (const [name, value] of extra) parameters.append(name, value);
}

/** Adds scope, audience, resource and details. @see RFC 8707 §2, RFC 9396 §2 */
export function addTarget(
  parameters: URLSearchParams,
  { scope, audience, resource, authorizationDetails }: OAuth2Settings,
): void {
  if (scope !== undefined) parameters.set('scope', scope);
  if (audience !== undefined) parameters.set('audience', audience);
  for (const target of resource?.split(/\s+/).filter(Boolean) ?? []) parameters.append('resource', target);
  if (authorizationDetails !== undefined) parameters.set('authorization_details', compact(authorizationDetails));
}

/** JSON in one line; what is none goes as it is, for the server to say so. */
function compact(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json));
  } catch {
    return json;
  }
}

/**
 * Asks the token endpoint for a token.
 * @throws OAuth2Refusal when the server refuses, CountersignError for everything else
 * @see RFC 6749 §3.2
 */
export async function requestToken(client: OAuth2Client, grant: TokenGrant): Promise<ObtainedToken> {
  const { settings, session } = client;
  const server = serverWith(client, 'token_endpoint', 'tokenUrl');
  const self = protocolClient(client);
  const authentication = await clientAuthentication(settings, server, session);
  const DPoP = client.dpopKey ? await dpopHandle(client.dpopKey, self) : undefined;
  const obtainedAt = session.ports.clock.now();
  const send = async (): Promise<{ response: ServerResponse; read: LenientResponse }> => {
    const parameters = new URLSearchParams(grant.parameters);
    addExtra(parameters, grant.extra);
    let outcome: { response: ServerResponse; read: LenientResponse } | undefined;
    const options = overTransport(session, grant.purpose ?? 'token', response => {
      outcome = { response, read: readTokenResponse(response, settings.tokenPath) };
      return outcome.read.warnings;
    });
    await oauth.genericTokenEndpointRequest(server, self, authentication, grant.grantType, parameters, {
      ...options,
      ...(DPoP ? { DPoP } : {}),
    });
    if (!outcome) throw new CountersignError('internal', 'The token request ended without a response.');
    return outcome;
  };
  let { response, read } = await send();
  if (DPoP && read.body?.error === 'use_dpop_nonce') ({ response, read } = await send());
  const { body } = read;
  if (response.status >= 300 || body?.error !== undefined) throw serverRefusal(response, body);
  if (typeof body?.access_token !== 'string') throw withoutToken(response, body, settings.tokenPath);
  const { conform, idToken } = await conformResponse(
    { ...client, server },
    self,
    body,
    grant.nonce,
    response.clockAhead,
  );
  if (settings.dpop && conform.token_type !== 'dpop') {
    const warning = 'The token is bound to no key, though dpop was asked for: whoever has it can use it.';
    session.note(grant.purpose ?? 'token', response.url, [warning]);
  }
  return { ...obtained(conform, body, client, obtainedAt, response.clockAhead), ...idToken };
}

function withoutToken(
  response: ServerResponse,
  body: Readonly<Record<string, unknown>> | undefined,
  path: string | undefined,
): CountersignError {
  const type = response.headers.get('content-type') ?? 'no content type';
  const message = body
    ? `The server’s answer holds no ${path ?? 'access_token'}.`
    : `The server’s answer is neither JSON nor a form (${type}).`;
  return new CountersignError('token-failed', `${new URL(response.url).host} answered ${response.status}: ${message}`, {
    hint: path
      ? 'Check tokenPath: names of members with dots between them.'
      : 'Check tokenUrl, or say with tokenPath where the token stands: this may be a page for people; look at its answer in the console.',
  });
}

function obtained(
  response: oauth.TokenEndpointResponse,
  { token_type: stated }: Readonly<Record<string, unknown>>,
  { dpopKey }: OAuth2Client,
  obtainedAt: number,
  clockAhead = 0,
): ObtainedToken {
  const expiresAt =
    response.expires_in === undefined
      ? endOfJwt(response.access_token, clockAhead)
      : obtainedAt + response.expires_in * 1000;
  const bound = response.token_type === 'dpop';
  return {
    accessToken: response.access_token,
    tokenType: bound ? 'DPoP' : response.token_type === 'bearer' ? 'Bearer' : String(stated),
    obtainedAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(response.refresh_token === undefined ? {} : { refreshToken: response.refresh_token }),
    ...(response.scope === undefined ? {} : { scope: response.scope }),
    // Refresh tokens of public clients are bound to the key even where the access token is not.
    ...(dpopKey ? { dpopKey } : {}),
  };
}

/** When a JWT ends by this machine's clock, where the server says nothing else. */
function endOfJwt(token: string, clockAhead: number): number | undefined {
  const exp = token.split('.').length === 3 ? jwtClaims(token)?.exp : undefined;
  return typeof exp === 'number' ? exp * 1000 + clockAhead : undefined;
}
