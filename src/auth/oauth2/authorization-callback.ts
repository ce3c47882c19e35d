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
  const error = parameters.get('error');
  if (state === null) {
    // Some servers forget the state when they refuse; what they say is told all the same.
    const said = [error, parameters.get('error_description')].filter(Boolean).join(': ');
    const words = said === '' ? '' : ` It says: ${shown(said)}`;
    throw refused(`The callback carries no state, so it may not belong to this sign-in.${words}`, stateHint);
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

const shown = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300);

/** Equality in constant time. */
function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const answers = /(?:^|[?#&])(?:code|state|error|access_token|id_token|oauth_token|oauth_verifier)=/;

/**
 * The parameters of a callback that was pasted by hand: a whole address, its query or fragment, or a bare code, of which
 * the person vouches that it belongs to the sign-in with that state. Empty where the text is none of these.
 * @see RFC 6749 §A.11
 */
export function pastedCallback(text: string, state?: string): URLSearchParams {
  const trimmed = text.trim();
  const mark = trimmed.search(/[?#]/);
  if (answers.test(trimmed)) return callbackParameters(mark >= 0 ? trimmed.slice(mark) : trimmed);
  if (!/^[\x21-\x7e]+$/.test(trimmed) || /:\/\/|[?#]/.test(trimmed)) return new URLSearchParams();
  return new URLSearchParams({ code: trimmed, ...(state ? { state } : {}) });
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
