import * as oauth from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import { cancelled } from '../tokens/key-lock.ts';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import type { DeviceCode, DeviceCodeDisplay } from './authorization-agent.ts';
import { personRequired } from './authorization-grant.ts';
import { jsonObject } from './authorization-request.ts';
import { clientAuthentication } from './client-authentication.ts';
import { isTransient, OAuth2Refusal, serverRefusal } from './oauth-error.ts';
import type { OAuth2Client } from './oauth2-client.ts';
import type { ServerResponse } from './server-session.ts';
import { required } from './settings.ts';
import { addTarget, overTransport, protocolClient, requestToken, serverWith } from './token-endpoint.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const defaultLifetime = 600;
const longestInterval = 60;

interface DeviceAuthorization extends DeviceCode {
  readonly deviceCode: string;
  /** Seconds between two polls. */
  readonly interval: number;
}

/**
 * A token for which a person enters a code on another device.
 * @throws CountersignError `interaction-required`, `cancelled`, `timeout` when the code ends unused, `token-failed`
 * @see RFC 8628
 */
export async function deviceCodeGrant(client: OAuth2Client): Promise<ObtainedToken> {
  const { session } = client;
  required(client.settings, 'clientId');
  const endpoint = String(
    serverWith(client, 'device_authorization_endpoint', 'deviceUrl').device_authorization_endpoint,
  );
  serverWith(client, 'token_endpoint', 'tokenUrl');
  const { agent } = session.ports;
  if (!agent?.showDeviceCode) throw personRequired(new URL(endpoint).host);
  const code = await requestCode(client);
  const display = await agent.showDeviceCode(code, session.signal);
  try {
    return await poll(client, code, display);
  } finally {
    display.close();
  }
}

/** @see RFC 8628 §3.1 */
async function requestCode(client: OAuth2Client): Promise<DeviceAuthorization> {
  const { settings, session } = client;
  const server = serverWith(client, 'device_authorization_endpoint', 'deviceUrl');
  const parameters = new URLSearchParams();
  if (settings.clientId !== undefined) parameters.set('client_id', settings.clientId);
  addTarget(parameters, settings);
  for (const [name, value] of settings.authParams) parameters.append(name, value);
  let received: ServerResponse | undefined;
  const options = overTransport(session, 'device-authorization', response => {
    received = response;
    return [];
  });
  const authentication = await clientAuthentication(settings, server, session);
  await oauth.deviceAuthorizationRequest(server, protocolClient(client), authentication, parameters, options);
  if (!received) throw new CountersignError('internal', 'The device authorization request ended without a response.');
  const body = jsonObject(received.text);
  const { device_code: deviceCode, user_code: userCode } = body ?? {};
  // An early draft, still in use, had verification_url.
  const address = body?.verification_uri ?? body?.verification_url;
  const complete = body?.verification_uri_complete;
  if (
    received.status >= 300 ||
    typeof deviceCode !== 'string' ||
    typeof userCode !== 'string' ||
    !isWebAddress(address)
  ) {
    throw serverRefusal(received, body);
  }
  return {
    deviceCode,
    userCode,
    verificationUri: address,
    ...(isWebAddress(complete) ? { verificationUriComplete: complete } : {}),
    expiresAt: session.ports.clock.now() + positive(body?.expires_in, defaultLifetime) * 1000,
    interval: positive(body?.interval, 5),
  };
}

const isWebAddress = (value: unknown): value is string =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

const positive = (value: unknown, otherwise: number): number => (Number(value) > 0 ? Number(value) : otherwise);

/** @see RFC 8628 §3.4, §3.5 */
async function poll(
  client: OAuth2Client,
  code: DeviceAuthorization,
  display: DeviceCodeDisplay,
): Promise<ObtainedToken> {
  const { session, settings } = client;
  const signal = display.dismissed ? AbortSignal.any([session.signal, display.dismissed]) : session.signal;
  let { interval } = code;
  while (session.ports.clock.now() < code.expiresAt) {
    await session.ports.wait(interval * 1000, signal);
    if (signal.aborted) throw cancelled(signal);
    try {
      return await requestToken(client, {
        grantType: deviceGrant,
        parameters: new URLSearchParams({ device_code: code.deviceCode }),
        extra: settings.tokenParams,
      });
    } catch (error) {
      if (signal.aborted) throw cancelled(signal);
      const said = error instanceof OAuth2Refusal ? error.error : undefined;
      if (said === 'slow_down') interval += 5;
      else if (isTransient(error)) interval = Math.min(interval * 2, longestInterval);
      else if (said !== 'authorization_pending') throw error;
    }
  }
  throw new CountersignError('timeout', 'The code was not entered in time.', { hint: 'Start again for a new code.' });
}
