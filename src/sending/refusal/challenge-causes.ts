import { schemeNames } from '../../auth/challenges.ts';
import { findScheme } from '../../auth/schemes/index.ts';
import {
  type Cause,
  challengesOf,
  credentialParts,
  credentialsOf,
  hasCredentialInUrl,
  quoted,
  type Refusal,
  type Rule,
} from './refusal.ts';

/** What the server asks for, against what was sent. @see RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449, RFC 9470, RFC 9728 */
export const challengeCauses: readonly Rule[] = [proxyAsks, nothingSent, schemeNotOffered, bearerError, metadata];

function proxyAsks({ status }: Refusal): Cause | undefined {
  if (status !== 407) return undefined;
  return {
    id: 'proxy-asks',
    text: 'The proxy asks for authorization, and not the server: the request did not reach it.',
    evidence: 'The status is 407.',
    fix: 'Give the credentials in the URL of the proxy: http://user:password@proxy:8080.',
  };
}

function nothingSent(refusal: Refusal): Cause | undefined {
  const { request, decision, status } = refusal;
  const challenges = challengesOf(refusal);
  if (status === 407 || (status !== 401 && challenges.length === 0)) return undefined;
  if (credentialParts(request).length > 0 || hasCredentialInUrl(request) || decision.statement) return undefined;
  if (refusal.attempts.some(attempt => credentialParts(attempt.request).length > 0)) return undefined;
  const { from } = decision;
  return {
    id: 'no-credential',
    text: 'The request carries no credential.',
    evidence: from ? `“@auth none” in line ${from.line} of its file or of one around it.` : 'No “@auth” holds for it.',
    fix: 'State one in the request, its file, folder or collection.',
  };
}

function schemeNotOffered(refusal: Refusal): Cause | undefined {
  const challenges = challengesOf(refusal);
  const sent = credentialsOf(refusal)?.scheme;
  if (sent === undefined || challenges.length === 0) return undefined;
  const offered = challenges.map(({ scheme }) => scheme.toLowerCase());
  if (offered.includes(sent.toLowerCase())) return undefined;
  const known = offered.map(id => (id === 'negotiate' ? 'ntlm' : id)).find(id => findScheme(id));
  const dpop = offered.includes('dpop') && sent.toLowerCase() === 'bearer';
  const fix = dpop ? 'State dpop=true in “@auth oauth2”.' : known && `Try “@auth ${known}”.`;
  return {
    id: 'scheme-not-offered',
    text: `The server asks for ${schemeNames(challenges)}, and the request used ${shownScheme(sent)}.`,
    evidence: `WWW-Authenticate: ${schemeNames(challenges)}`,
    ...(fix ? { fix } : {}),
  };
}

/** A scheme that isn't one may be a credential. */
const shownScheme = (scheme: string): string =>
  /^[A-Za-z][\w-]{0,23}$/.test(scheme) && !/\d{3}/.test(scheme) ? scheme : 'something else';

function bearerError(refusal: Refusal): Cause[] {
  return challengesOf(refusal).flatMap(({ scheme, params }): Cause[] => {
    const error = params.get('error');
    if (error === undefined) return [];
    const description = params.get('error_description');
    const evidence = `WWW-Authenticate: ${scheme} error=${quoted(error)}${description === undefined ? '' : `, ${quoted(description)}`}`;
    const scope = params.get('scope');
    switch (error) {
      case 'insufficient_scope':
        return [
          {
            id: 'insufficient-scope',
            text:
              scope === undefined
                ? 'The token lacks a scope.'
                : `The token lacks one of these scopes: ${quoted(scope)}.`,
            evidence,
            fix: scope === undefined ? 'Get a token with more scopes.' : `Get a token with scope=${quoted(scope)}.`,
          },
        ];
      case 'invalid_token':
        return [
          {
            id: 'invalid-token',
            text: 'The server does not accept the token: it is expired, revoked, malformed or meant for somebody else.',
            evidence,
            fix: 'Get a new one.',
          },
        ];
      case 'invalid_request':
        return [{ id: 'invalid-request', text: 'The server does not understand how the token was sent.', evidence }];
      case 'use_dpop_nonce':
      case 'invalid_dpop_proof':
        return [
          {
            id: 'dpop-proof',
            text: 'The server wants another proof that the token is held by its owner (DPoP).',
            evidence,
            fix: 'State dpop=true in “@auth oauth2”, and compare the clocks.',
          },
        ];
      case 'insufficient_user_authentication': {
        const wants = ['acr_values', 'max_age'].flatMap(name =>
          params.has(name) ? `${name}=${params.get(name)}` : [],
        );
        return [
          {
            id: 'step-up',
            text: 'The server wants somebody to sign in again, in a stronger way or more recently.',
            evidence,
            ...(wants.length > 0 ? { fix: `Get a new token with authParams=${quoted(wants.join('&'))}.` } : {}),
          },
        ];
      }
      default:
        return [];
    }
  });
}

function metadata(refusal: Refusal): Cause | undefined {
  for (const { scheme, params } of challengesOf(refusal)) {
    const url = params.get('resource_metadata');
    if (url === undefined) continue;
    return {
      id: 'resource-metadata',
      text: `Which authorization servers it takes tokens of, the server says at ${quoted(url)}.`,
      evidence: `WWW-Authenticate: ${scheme} resource_metadata`,
    };
  }
  return undefined;
}
