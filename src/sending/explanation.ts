import type { Outcome } from '../auth/scheme.ts';
import type { AuthDecision } from './auth-in-force.ts';

/**
 * What to tell a person about a response that refuses a credential or asks for one; undefined for any other.
 * What the scheme itself says comes first.
 */
export function explainResponse(
  status: number,
  headers: readonly (readonly [string, string])[],
  decision: AuthDecision,
  outcome: Outcome | undefined,
): string | undefined {
  if (outcome && outcome.verdict !== 'accepted') return outcome.explanation;
  if (status !== 401 && status !== 403 && status !== 407) return undefined;
  const challengeName = status === 407 ? 'proxy-authenticate' : 'www-authenticate';
  const challenges = headers.filter(([name]) => name.toLowerCase() === challengeName).map(([, value]) => value);
  const asks = challenges.length > 0 ? ` It asks for: ${challenges.join(', ')}.` : '';
  if (!decision.statement) {
    const why = decision.from ? `“@auth none” is stated in line ${decision.from.line}` : 'no “@auth” is stated';
    return status === 403 && challenges.length === 0
      ? undefined
      : `The server wants authorization, and ${why} for this request.${asks}`;
  }
  const { scheme, place } = decision.statement;
  return status === 403
    ? `The server knows who is asking and refuses all the same (403): the credential of “@auth ${scheme}” (line ${place.line}) may lack a permission.${asks}`
    : `The server did not accept the credential of “@auth ${scheme}” (line ${place.line}).${asks}`;
}
