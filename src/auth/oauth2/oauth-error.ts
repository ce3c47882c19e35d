import { CountersignError } from '../../core/errors.ts';
import { withoutSecrets } from './exchange-record.ts';
import type { ServerResponse } from './server-session.ts';

/** A refusal by an authorization server, in its own words. */
export class OAuth2Refusal extends CountersignError {
  /** The server's `error`; undefined where it did not speak OAuth. */
  readonly error: string | undefined;
  readonly status: number | undefined;

  constructor(message: string, details: { error?: string; status?: number; hint?: string; cause?: unknown }) {
    super('token-failed', message, {
      ...(details.hint === undefined ? {} : { hint: details.hint }),
      ...(details.cause === undefined ? {} : { cause: details.cause }),
    });
    this.error = details.error;
    this.status = details.status;
  }
}

const hints: Readonly<Record<string, string>> = {
  invalid_client:
    'Check clientId, clientSecret and clientAuthentication: some servers take the secret only in the body, others only in the header.',
  invalid_grant: 'The code, refresh token, assertion or password is wrong, used up or expired: get a new token.',
  invalid_request:
    'A parameter is missing or wrong: compare the exchange in the console with the server’s documentation.',
  invalid_scope: 'Check scope: the server does not know or does not allow one of them.',
  invalid_target: 'Check resource and audience: the server does not serve that target.',
  unauthorized_client: 'The client is not registered for this grantType: allow it at the server, or choose another.',
  unsupported_grant_type: 'The server does not offer this grantType: choose another.',
  unsupported_response_type: 'The server does not offer this grantType: choose authorization_code_pkce.',
  access_denied: 'Consent was refused: sign in again and agree, or ask an administrator.',
  redirect_uri_mismatch: 'Register the callbackUrl at the server exactly as it is sent.',
  expired_token: 'The code was not entered in time: start again.',
  invalid_dpop_proof: 'The server wants a valid proof of possession: set dpop = true, and check this machine’s clock.',
  use_dpop_nonce: 'The server wants a proof of possession: set dpop = true.',
  server_error: 'The server failed: try again later.',
  temporarily_unavailable: 'The server is overloaded or in maintenance: try again later.',
  login_required: 'The server wants a person to sign in: remove prompt=none.',
  consent_required: 'The server wants a person to agree: remove prompt=none.',
  interaction_required: 'The server wants a person to take part: remove prompt=none.',
};

/** What a server's own words tell more of than its error code. */
function hintOf(description: string | undefined): string | undefined {
  if (/AADSTS9002327/.test(description ?? '')) {
    return 'This client is registered as a single-page application: add tokenHeaders="Origin=http://localhost".';
  }
  return undefined;
}

const words = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();

/** The error of an authorization response. @see RFC 6749 §4.1.2.1 */
export function authorizationRefusal(error: string, description?: string, uri?: string): OAuth2Refusal {
  return refusal('The server did not authorize the request', error, description, uri);
}

function refusal(lead: string, error: string, description?: string, uri?: string, status?: number): OAuth2Refusal {
  const said = description ? `${error}: ${words(description)}` : error;
  return new OAuth2Refusal(`${lead}: ${words(said)}${uri ? ` (see ${words(uri)})` : ''}`, {
    error,
    hint:
      hintOf(description) ??
      hints[error] ??
      'Look at the exchange in the console, and at the server’s documentation of this error.',
    ...(status === undefined ? {} : { status }),
  });
}

/** Why a response of an authorization server is no success. @see RFC 6749 §5.2 */
export function serverRefusal(
  response: ServerResponse,
  body: Readonly<Record<string, unknown>> | undefined,
): OAuth2Refusal {
  const host = new URL(response.url).host;
  const shown = (text: string): string => withoutSecrets(words(text), response.secrets ?? []);
  const error = typeof body?.error === 'string' && body.error !== '' ? body.error : undefined;
  if (error !== undefined) {
    const description = typeof body?.error_description === 'string' ? shown(body.error_description) : undefined;
    const uri = typeof body?.error_uri === 'string' ? body.error_uri : undefined;
    const refused = refusal(`${host} refused (${response.status})`, error, description, uri, response.status);
    const skew = skewHint(response, error);
    return skew === undefined
      ? refused
      : new OAuth2Refusal(refused.message, { error, status: response.status, hint: skew });
  }
  const { status } = response;
  const message = `${host} answered ${status}${response.statusText ? ` ${response.statusText}` : ''} without an OAuth error.`;
  const challenge = response.headers.get('www-authenticate');
  const said = problemWords(body) ?? challenge ?? undefined;
  return new OAuth2Refusal(said ? `${message} It says: ${shown(said).slice(0, 300)}` : message, {
    status,
    hint: statusHint(response),
  });
}

function problemWords(body: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const error = body?.error;
  const candidates = [
    typeof error === 'object' && error !== null ? (error as Record<string, unknown>).message : undefined,
    ...[body?.error_description, body?.message, body?.detail, body?.title, body?.errorSummary],
  ];
  return candidates.find((text): text is string => typeof text === 'string' && text !== '');
}

function statusHint({ status, headers }: ServerResponse): string {
  if (status >= 300 && status < 400) {
    return `The server redirects to ${headers.get('location') ?? 'elsewhere'}; credentials are not sent on. Put the final address into tokenUrl.`;
  }
  if (status === 401) return hints.invalid_client ?? '';
  if (status === 404 || status === 405) return 'Check tokenUrl: there seems to be no such endpoint at this address.';
  if (status === 415) return 'Check tokenUrl: this address does not take forms, as a token endpoint must.';
  if (status === 429)
    return `The server asks to slow down${headers.get('retry-after') ? ` for ${headers.get('retry-after')} s` : ''}: try again later.`;
  if (status >= 500) return 'The server failed: try again later, and look at its answer in the console.';
  return 'Check the URL, and look at the server’s answer in the console.';
}

const timed = new Set(['invalid_client', 'invalid_grant', 'invalid_dpop_proof', 'invalid_request']);

/** Signed assertions fail where clocks disagree; the Date header tells. */
function skewHint({ clockAhead }: ServerResponse, error: string): string | undefined {
  if (!timed.has(error) || clockAhead === undefined || Math.abs(clockAhead) < 60_000) return undefined;
  const seconds = Math.round(Math.abs(clockAhead) / 1000);
  const apart = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `This machine’s clock is ${apart} ${clockAhead > 0 ? 'ahead of' : 'behind'} the server’s: set it right. ${hints[error] ?? ''}`.trim();
}

/** True where trying again later may succeed: the credentials were not judged. */
export function isTransient(error: unknown): boolean {
  if (error instanceof OAuth2Refusal) {
    return (
      (error.error === undefined && (error.status === undefined || error.status >= 500 || error.status === 429)) ||
      error.error === 'server_error' ||
      error.error === 'temporarily_unavailable'
    );
  }
  return error instanceof CountersignError && error.code !== 'token-failed' && error.code !== 'interaction-required';
}
