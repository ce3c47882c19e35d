import { type Check, headerOf } from '../check.ts';
import { credentials } from '../credentials.ts';
import { arrived } from '../verifiers/arrived.ts';
import { recomputeOAuth1 } from '../verifiers/oauth1.ts';

const { consumerKey, token } = credentials.oauth1;
const recompute = recomputeOAuth1(credentials.oauth1);

/** Reports problems as servers of the time did. @see RFC 5849 §3.2 */
export const check: Check = request => {
  const refuse = (problem: string) => ({
    ok: false,
    detail: problem.replaceAll('_', ' '),
    headers: [['WWW-Authenticate', `OAuth realm="demo", oauth_problem="${problem}"`]] as const,
  });
  const form = new URLSearchParams(request.body.toString());
  const parameter = (name: string): string | undefined => {
    const quoted = new RegExp(`${name}="([^"]*)"`).exec(headerOf(request, 'authorization') ?? '')?.[1];
    return quoted === undefined
      ? (request.url.searchParams.get(name) ?? form.get(name) ?? undefined)
      : decodeURIComponent(quoted);
  };
  if (!parameter('oauth_signature')) return refuse('parameter_absent');
  if (parameter('oauth_consumer_key') !== consumerKey) return refuse('consumer_key_unknown');
  if (parameter('oauth_token') !== token) return refuse('token_rejected');
  if (parameter('oauth_signature_method')?.startsWith('RSA')) return refuse('signature_method_rejected');
  const wrong = recompute(arrived(request))?.split(' ')[0];
  if (wrong) return refuse(wrong);
  return { ok: true, user: credentials.user, detail: `signed with ${parameter('oauth_signature_method')}` };
};
