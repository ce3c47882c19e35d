import { originOf } from '../../core/request.ts';
import { type Cause, credentialParts, headerOf, quoted, type Refusal, type Rule } from './refusal.ts';

/** What redirects did to the request. */
export const redirectCauses: readonly Rule[] = [stripped, signInPage];

function stripped({ attempts, request }: Refusal): Cause | undefined {
  if (credentialParts(request).length > 0) return undefined;
  const before = attempts.findLast(attempt => credentialParts(attempt.request).length > 0);
  if (!before || originOf(before.request) === originOf(request)) return undefined;
  const [from, to] = [originOf(before.request), originOf(request)];
  const [one, other] = [URL.parse(from), URL.parse(to)];
  const sameHost = one !== null && other !== null && one.hostname === other.hostname;
  return {
    id: 'stripped-by-redirect',
    text: `The credential went to ${from}, which redirected to ${to}; to another origin it is not sent along.`,
    evidence: `${before.response?.status ?? 'A redirect'} of ${from}.`,
    fix: sameHost
      ? `Write the address with ${other.protocol}// and its port.`
      : `Send the request to ${to}, if that is meant.`,
  };
}

const signIn = /(?:^|[/._-])(?:log[-_]?in|sign[-_]?in|sso|saml2?|oauth2?\/authorize|adfs\/ls|cas\/login)(?:$|[/?._-])/i;

function signInPage(refusal: Refusal): Cause | undefined {
  const { attempts, request, status } = refusal;
  const location = status >= 300 && status < 400 ? headerOf(refusal, 'location') : undefined;
  const followed = attempts.some(({ reason }) => reason === 'redirect');
  if (location === undefined && !followed) return undefined;
  if (location === undefined && !/^text\/html|^application\/xhtml/i.test(headerOf(refusal, 'content-type') ?? ''))
    return undefined;
  const target = location ?? request.url;
  const path = URL.parse(target, request.url);
  if (!path || !signIn.test(path.pathname)) return undefined;
  return {
    id: 'sign-in-page',
    text: `The server did not take the request for one of somebody known, and points to a sign-in page.`,
    evidence: `${location === undefined ? 'Followed to' : 'Location:'} ${quoted(`${path.origin}${path.pathname}`)}`,
    fix: 'Its API may stand at another address, or want a token in place of a session.',
  };
}
