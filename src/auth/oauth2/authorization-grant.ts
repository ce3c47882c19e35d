import { asCountersignError, CountersignError } from '../../core/errors.ts';
import { cancelled, untilAborted } from '../tokens/key-lock.ts';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import type { AuthorizationSession } from './authorization-agent.ts';
import { type ExpectedCallback, validateCallback } from './authorization-callback.ts';
import {
  type AuthorizationRequest,
  authorizationParameters,
  authorizationUrl,
  isPushed,
  pushAuthorizationRequest,
} from './authorization-request.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import { pkce, randomText } from './pkce.ts';
import { interactionTimeout, type ServerSession } from './server-session.ts';
import { required } from './settings.ts';
import { requestToken, serverWith } from './token-endpoint.ts';
import { readTokenResponse } from './token-response.ts';

const defaultInteraction = 5 * 60_000;

/**
 * A token by way of the person's browser: authorization code with and without PKCE, and implicit.
 * @throws CountersignError `interaction-required` without an agent, `cancelled`, `timeout`, `token-failed`
 * @see RFC 6749 §4.1, §4.2
 */
export async function authorizationGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const { settings, server, session } = client;
  const implicit = settings.grantType === 'implicit';
  required(settings, 'clientId');
  const endpoint = String(serverWith(client, 'authorization_endpoint', 'authUrl').authorization_endpoint);
  if (!implicit) serverWith(client, 'token_endpoint', 'tokenUrl');
  const { agent } = session.ports;
  if (!agent) throw personRequired(new URL(endpoint).host);

  const deadline = personDeadline(session);
  const host = new URL(endpoint).host;
  let flow: AuthorizationSession | undefined;
  try {
    flow = await agent.prepare({
      ...(settings.callbackUrl === undefined ? {} : { callbackUrl: settings.callbackUrl }),
      useBrowser: settings.useBrowser,
      responseMode: implicit ? 'fragment' : 'query',
      server: host,
      signal: deadline.signal,
    });
    const proof =
      settings.grantType === 'authorization_code_pkce'
        ? pkce(settings.codeChallengeMethod, settings.codeVerifier, session.ports.random)
        : undefined;
    const nonce = settings.scope?.split(/\s+/).includes('openid') ? randomText(session.ports.random) : undefined;
    const request: AuthorizationRequest = {
      responseType: implicit ? 'token' : 'code',
      redirectUri: flow.redirectUri,
      state: settings.state ?? randomText(session.ports.random),
      ...(proof ? { pkce: proof } : {}),
      ...(nonce === undefined || implicit ? {} : { nonce }),
    };
    let parameters = authorizationParameters(client, request);
    if (isPushed(client)) parameters = await pushAuthorizationRequest(client, parameters);
    const url = authorizationUrl(endpoint, parameters);
    const callback = await askPerson(flow, url, expectedCallback(client, request), session, deadline.signal);
    deadline.clear();
    if (implicit) return tokenOfCallback(callback, session, endpoint);

    const exchange = new URLSearchParams({ code: callback.get('code') ?? '', redirect_uri: request.redirectUri });
    if (proof) exchange.set('code_verifier', proof.verifier);
    for (const target of settings.resource?.split(/\s+/).filter(Boolean) ?? []) exchange.append('resource', target);
    return await requestToken(
      { ...client, server },
      {
        grantType: 'authorization_code',
        parameters: exchange,
        extra: settings.tokenParams,
        ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
      },
    );
  } finally {
    deadline.clear();
    await flow?.close();
  }
}

async function askPerson(
  flow: AuthorizationSession,
  url: string,
  expected: ExpectedCallback,
  session: ServerSession,
  signal: AbortSignal,
): Promise<URLSearchParams> {
  const judge = (parameters: URLSearchParams): string | undefined => {
    try {
      validateCallback(parameters, expected);
      return undefined;
    } catch (error) {
      return asCountersignError(error).message;
    }
  };
  try {
    const callback = await untilAborted(flow.authorize(url, judge, expected.state), signal);
    validateCallback(callback, expected);
    session.note('authorization', url, issuerWarning(callback, expected, url));
    return callback;
  } catch (cause) {
    const error = asCountersignError(cause);
    session.note('authorization', url, [], error);
    throw error;
  }
}

function expectedCallback({ settings, server }: OAuth2Client, request: AuthorizationRequest): ExpectedCallback {
  const known = settings.issuer !== undefined && !server.issuer.includes('{');
  return {
    state: request.state,
    ...(known ? { issuer: server.issuer } : {}),
    issuerRequired: server.authorization_response_iss_parameter_supported === true,
    wanted: request.responseType === 'token' ? 'access_token' : 'code',
  };
}

/** Without a stated issuer, an `iss` can only be compared by origin. @see RFC 9207 §2.4 */
function issuerWarning(callback: URLSearchParams, { issuer }: ExpectedCallback, url: string): readonly string[] {
  const named = callback.get('iss');
  if (named === null || issuer !== undefined) return [];
  const same = URL.canParse(named) && new URL(named).origin === new URL(url).origin;
  return same ? [] : [`The callback names the issuer ${named}; state “issuer” to have it compared.`];
}

function tokenOfCallback(callback: URLSearchParams, session: ServerSession, endpoint: string): ObtainedToken {
  const { body, warnings } = readTokenResponse({
    status: 200,
    statusText: '',
    headers: new Headers({ 'content-type': 'application/json' }),
    text: JSON.stringify(Object.fromEntries([...callback].map(([name, value]) => [name, numeric(name, value)]))),
    url: endpoint,
  });
  session.note('token', endpoint, [
    'The token came through the browser’s address (implicit grant): it may be in histories and logs.',
    ...warnings,
  ]);
  const obtainedAt = session.ports.clock.now();
  const type = String(body?.token_type);
  return {
    accessToken: String(body?.access_token),
    tokenType: /^bearer$/i.test(type) ? 'Bearer' : type,
    obtainedAt,
    ...(typeof body?.expires_in === 'number' ? { expiresAt: obtainedAt + body.expires_in * 1000 } : {}),
    ...(typeof body?.scope === 'string' ? { scope: body.scope } : {}),
    ...(typeof body?.id_token === 'string' ? { idToken: body.id_token, idTokenProof: { verified: false } } : {}),
  };
}

const numeric = (name: string, value: string): unknown =>
  name === 'expires_in' && /^\d+$/.test(value) ? Number(value) : value;

/** A signal that ends with the session's, or when the person takes too long. */
export function personDeadline(session: ServerSession): { readonly signal: AbortSignal; clear(): void } {
  const milliseconds = session.ports.interactionTimeout ?? defaultInteraction;
  const controller = new AbortController();
  const end = (): void => controller.abort(cancelled(session.signal));
  session.signal.addEventListener('abort', end, { once: true });
  if (session.signal.aborted) end();
  const waiting = new AbortController();
  session.ports.wait(milliseconds, waiting.signal).then(
    () => controller.abort(interactionTimeout(milliseconds)),
    () => {},
  );
  return {
    signal: controller.signal,
    clear: () => {
      session.signal.removeEventListener('abort', end);
      waiting.abort();
    },
  };
}

export function personRequired(host: string): CountersignError {
  return new CountersignError('interaction-required', `Somebody has to sign in at ${host} to get this token.`, {
    hint: 'Get the token in the editor, or run with --interactive; in a pipeline use a grant such as client_credentials.',
  });
}
