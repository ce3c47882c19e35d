import { timingSafeEqual } from 'node:crypto';
import { CountersignError } from '../../core/errors.ts';
import { jwtClaims } from './identity.ts';
import { authorizationRefusal } from './oauth-error.ts';

/** What an authorization response must match. */
export interface ExpectedCallback {
  readonly state: string;
  /** The issuer, where it is known from metadata or settings. */
  readonly issuer?: string;
  /** The metadata promise an `iss` parameter. */
  readonly issuerRequired?: boolean;
  /** `code`, or `access_token` for the implicit grant. */
  readonly wanted: 'code' | 'access_token';
}

/**
 * Checks the parameters of an authorization response: each at most once, the state equal, the issuer the one asked,
 * no error, and what was wanted there.
 * @throws CountersignError `token-failed`
 * @see RFC 6749 §4.1.2, §10.12, RFC 9207 §2.4
 */
export function validateCallback(parameters: URLSearchParams, expected: ExpectedCallback): void {
  for (const name of ['state', 'iss', 'error', 'code', 'access_token']) {
    if (parameters.getAll(name).length > 1) throw refused(`The callback carries “${name}” more than once.`);
  }
  const state = parameters.get('state');
  if (state === null) {
    throw refused('The callback carries no state, so it may not belong to this sign-in.', stateHint);
  }
  if (!sameText(state, expected.state)) {
    throw refused(
      'The callback’s state is not the one that was sent, so it does not belong to this sign-in.',
      stateHint,
    );
  }
  const issuer = parameters.get('iss') ?? issuerOfIdToken(parameters.get('id_token'));
  if (issuer === null && expected.issuerRequired) {
    throw refused('The callback does not name its issuer (iss), though the server’s metadata promise it.', issuerHint);
  }
  if (issuer !== null && expected.issuer !== undefined && !sameText(issuer, expected.issuer)) {
    throw refused(`The callback comes from “${issuer}”, not from “${expected.issuer}”.`, issuerHint);
  }
  const error = parameters.get('error');
  if (error !== null) {
    throw authorizationRefusal(
      error,
      parameters.get('error_description') ?? undefined,
      parameters.get('error_uri') ?? undefined,
    );
  }
  if (!parameters.get(expected.wanted)) {
    throw refused(`The callback carries neither “${expected.wanted}” nor an error.`);
  }
}

/** An ID token in the callback names the issuer itself. @see RFC 9207 §2.4 */
function issuerOfIdToken(token: string | null): string | null {
  const issuer = token === null ? undefined : jwtClaims(token)?.iss;
  return typeof issuer === 'string' ? issuer : null;
}

const stateHint =
  'Start again, and finish in the browser tab that opens; if it happens again, somebody may be interfering.';
const issuerHint = 'Check “issuer”; an answer from another server can be an attempt to steal the code.';

function refused(message: string, hint?: string): CountersignError {
  return new CountersignError('token-failed', message, hint === undefined ? {} : { hint });
}

/** Equality in constant time. */
function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The parameters of a callback that was pasted by hand: a whole address, its query or fragment, or a bare code. */
export function pastedCallback(text: string): URLSearchParams {
  const trimmed = text.trim();
  const mark = trimmed.search(/[?#]/);
  const tail =
    mark >= 0
      ? trimmed.slice(mark)
      : trimmed.includes('=')
        ? trimmed
        : `code=${encodeURIComponent(trimmed.toWellFormed())}`;
  return callbackParameters(tail);
}

/** The parameters in the query and the fragment of a callback's address. */
export function callbackParameters(url: string): URLSearchParams {
  const fragmentAt = url.indexOf('#');
  const fragment = fragmentAt < 0 ? '' : url.slice(fragmentAt + 1);
  const rest = fragmentAt < 0 ? url : url.slice(0, fragmentAt);
  const queryAt = rest.indexOf('?');
  const query = queryAt >= 0 ? rest.slice(queryAt + 1) : rest.includes('=') && !rest.includes('://') ? rest : '';
  const parameters = new URLSearchParams(query);
  for (const [name, value] of new URLSearchParams(fragment)) if (value !== '') parameters.append(name, value);
  return parameters;
}
