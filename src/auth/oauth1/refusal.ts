import type { AuthResponse, Outcome } from '../scheme.ts';

/** @see https://oauth.pbworks.com/w/page/12239833/ProblemReporting */
const PROBLEMS: Readonly<Record<string, string>> = {
  additional_authorization_required: 'the person has to agree again.',
  consumer_key_refused: 'the server refuses this consumer key for now.',
  consumer_key_rejected: 'the server does not accept this consumer key.',
  consumer_key_unknown: 'the server does not know this consumer key.',
  nonce_used: 'the nonce was used before; leave the nonce field empty so that each request gets its own.',
  parameter_absent: 'the server misses a parameter.',
  parameter_rejected: 'the server rejects a parameter.',
  permission_denied: 'the person did not agree.',
  permission_unknown: 'the person has not decided yet.',
  signature_invalid:
    'the signature does not match: a secret or the private key is wrong, or the request was changed on the way.',
  signature_method_rejected: 'the server does not accept this signature method.',
  timestamp_refused: 'the clock of this machine and that of the server differ too much.',
  token_expired: 'the token has expired.',
  token_rejected: 'the server does not accept this token.',
  token_revoked: 'the token was revoked.',
  token_used: 'the request token was used before.',
  verifier_invalid: 'the verifier is wrong.',
  version_rejected: 'the server does not accept this version.',
};

/** A problem code as a sentence. */
export function explainProblem(problem: string): string {
  const text = PROBLEMS[problem];
  return text ? `${text[0]?.toUpperCase()}${text.slice(1)}` : `The server reports ${problem}.`;
}

/** The code of the problem that a response reports, in its challenge or its body. */
export async function problemOf(response: AuthResponse): Promise<string | undefined> {
  const challenges = response.headers
    .filter(([name]) => name.toLowerCase() === 'www-authenticate')
    .map(([, value]) => value);
  let said = challenges.join(' ');
  if (!said.includes('oauth_problem')) {
    try {
      said += ` ${new TextDecoder().decode(await response.bytes())}`;
    } catch {
      // What the body says only makes the words better.
    }
  }
  return /oauth_problem(?:=|%3D|"\s*:\s*)"?([a-z_]+)/.exec(said)?.[1];
}

/** Why the server refused, in words; undefined where it did not. @param signedAt milliseconds since the epoch */
export async function explainOAuth1Refusal(response: AuthResponse, signedAt: number): Promise<Outcome | undefined> {
  if (response.status !== 401) return undefined;
  const problem = await problemOf(response);
  if (problem) return { verdict: 'refused', explanation: explainProblem(problem) };
  const date = response.headers.find(([name]) => name.toLowerCase() === 'date')?.[1];
  const skew = date ? Math.round((signedAt - Date.parse(date)) / 1000) : 0;
  return {
    verdict: 'refused',
    explanation:
      Math.abs(skew) > 120
        ? `The server refused the signature; its clock is ${Math.abs(skew)} s ${skew > 0 ? 'behind' : 'ahead of'} the time signed.`
        : 'The server refused the signature, and does not say why: a key, secret, token or the signature method may be wrong.',
  };
}
