import { CountersignError } from '../../core/errors.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { applyEdits, type HttpRequest, percentEncode, textBody } from '../../core/request.ts';
import type { ObtainedToken } from '../tokens/token-flow.ts';
import { explainProblem } from './refusal.ts';
import { type OAuth1Settings, signOAuth1 } from './sign.ts';

/** The three-legged flow: temporary credentials, the person's consent, token credentials. @see RFC 5849 §2 */

export interface DanceSettings
  extends Omit<OAuth1Settings, 'token' | 'tokenSecret' | 'callback' | 'verifier' | 'addTo'> {
  readonly requestTokenUrl: string;
  readonly authorizeUrl: string;
  readonly accessTokenUrl: string;
}

export interface DancePorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Where the server sends the person back to; `oob` where the person copies the verifier by hand. */
  readonly callbackUrl: string;
  send(request: HttpRequest): Promise<DanceResponse>;
  /** Shows the page to the person, and gives the address that the browser came back to, or the pasted verifier. */
  authorize(url: string): Promise<string>;
}

export interface DanceResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly text: string;
}

export interface Credentials {
  readonly token: string;
  readonly tokenSecret: string;
}

/** Goes through all three legs. @throws CountersignError `token-failed` */
export async function obtainOAuth1Token(settings: DanceSettings, ports: DancePorts): Promise<ObtainedToken> {
  const temporary = readTemporaryCredentials(
    await ports.send(await temporaryCredentialsRequest(settings, ports.callbackUrl, ports)),
  );
  const answer = await ports.authorize(authorizationUrl(settings.authorizeUrl, temporary.token));
  const verifier = readVerifier(answer, temporary.token);
  const { token, tokenSecret } = readCredentials(
    await ports.send(await tokenRequest(settings, temporary, verifier, ports)),
    'the access token',
  );
  return { accessToken: token, tokenSecret, tokenType: 'OAuth', obtainedAt: ports.clock.now() };
}

type Ports = Pick<DancePorts, 'clock' | 'random'>;

/** First leg. @see RFC 5849 §2.1 */
function temporaryCredentialsRequest(settings: DanceSettings, callbackUrl: string, ports: Ports): Promise<HttpRequest> {
  return signedPost(settings.requestTokenUrl, { ...settings, addTo: 'header', callback: callbackUrl }, ports);
}

/** @throws CountersignError `token-failed` */
function readTemporaryCredentials(response: DanceResponse): Credentials {
  return readCredentials(response, 'a request token');
}

/** Second leg: the page on which the person agrees. @see RFC 5849 §2.2 */
export function authorizationUrl(authorizeUrl: string, token: string): string {
  const join = authorizeUrl.includes('?') ? (/[?&]$/.test(authorizeUrl) ? '' : '&') : '?';
  return `${authorizeUrl}${join}oauth_token=${percentEncode(token)}`;
}

/**
 * The verifier in the address that the browser came back to, or in what the person pasted.
 * @throws CountersignError `token-failed` for a refusal, and for an answer that belongs to another sign-in
 */
export function readVerifier(answer: string, token: string): string {
  const pasted = answer.trim();
  if (!/^[\w+.-]+:\/\/|^[?/]|oauth_verifier=/.test(pasted)) {
    if (pasted) return pasted;
    throw new CountersignError(
      'token-failed',
      'The sign-in gave no verifier: send again, and paste the code or the whole address that the server shows at its end.',
    );
  }
  const query = new URLSearchParams(pasted.slice(pasted.indexOf('?') + 1).replace(/#.*$/, ''));
  if (query.has('denied') || query.has('oauth_problem')) {
    throw new CountersignError('token-failed', explainProblem(query.get('oauth_problem') ?? 'permission_denied'));
  }
  const returned = query.get('oauth_token');
  if (returned !== null && returned !== token) {
    throw new CountersignError(
      'token-failed',
      'The answer belongs to another sign-in: its oauth_token is not the one asked for.',
    );
  }
  const verifier = query.get('oauth_verifier');
  if (!verifier)
    throw new CountersignError(
      'token-failed',
      'The server came back without an “oauth_verifier”: it may not speak OAuth 1.0a, or the address was pasted in part.',
    );
  return verifier;
}

/** Third leg. @see RFC 5849 §2.3 */
export function tokenRequest(
  settings: DanceSettings,
  temporary: Credentials,
  verifier: string,
  ports: Ports,
): Promise<HttpRequest> {
  return signedPost(settings.accessTokenUrl, { ...settings, ...temporary, addTo: 'header', verifier }, ports);
}

/** @throws CountersignError `token-failed` */
function readCredentials({ status, headers, text }: DanceResponse, what: string): Credentials {
  const answer = new URLSearchParams(text.trim());
  const token = answer.get('oauth_token');
  const tokenSecret = answer.get('oauth_token_secret');
  if (status >= 200 && status < 300 && token && tokenSecret !== null) return { token, tokenSecret };
  const challenge = headers.find(([name]) => name.toLowerCase() === 'www-authenticate')?.[1] ?? '';
  const problem = /oauth_problem="?([a-z_]+)/.exec(`${challenge} ${text}`)?.[1];
  throw new CountersignError(
    'token-failed',
    problem
      ? `The server gave no token: ${explainProblem(problem)}`
      : `The server was asked for ${what}, and answered ${status} without one.`,
  );
}

async function signedPost(url: string, settings: OAuth1Settings, ports: Ports): Promise<HttpRequest> {
  const origin = { by: 'client' } as const;
  const request: HttpRequest = {
    method: 'POST',
    url,
    query: [],
    headers: [
      { name: 'Host', value: new URL(url).host, origin },
      { name: 'Accept', value: 'application/x-www-form-urlencoded, */*', origin },
      { name: 'Content-Length', value: '0', origin },
    ],
    cookies: [],
    body: textBody(''),
    overridden: [],
  };
  const { edits } = await signOAuth1(request, { ...settings, includeBodyHash: false }, ports);
  return applyEdits(request, edits, { by: 'auth', scheme: 'oauth1' });
}
