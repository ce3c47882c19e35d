import type { AuthorizationServer } from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import type { TokenRecord } from '../tokens/token-record.ts';
import type { OAuth2Client } from './oauth2-client.ts';

type Bound = Pick<OAuth2Client, 'server' | 'settings'>;

/**
 * The origins that a token may be shown to for its renewal and its end: those of the endpoints that were in force when
 * it came.
 * @see RFC 9700 §4.10.2
 */
export function tokenOrigins({ server, settings }: Bound): readonly string[] {
  const urls = [...endpoints(server, 'token_endpoint'), ...endpoints(server, 'revocation_endpoint')];
  const stated = settings.refreshUrl === undefined ? [] : [settings.refreshUrl];
  return [...new Set([...urls, ...stated].filter(url => URL.canParse(url)).map(url => new URL(url).origin))];
}

/**
 * Sees to it that a kept token goes nowhere else than where it came from, whatever the files or the issuer's metadata
 * say by now.
 * @throws CountersignError `token-failed`
 */
export function requireBound(record: TokenRecord, { server, settings }: Bound, use: 'refresh' | 'revoke'): void {
  const { origins } = record;
  if (origins === undefined) return;
  const urls =
    use === 'revoke'
      ? endpoints(server, 'revocation_endpoint')
      : settings.refreshUrl === undefined
        ? endpoints(server, 'token_endpoint')
        : [settings.refreshUrl];
  const foreign = urls.find(url => URL.canParse(url) && !origins.includes(new URL(url).origin));
  if (foreign === undefined) return;
  const what = use === 'refresh' ? 'its refresh token is' : 'it is';
  throw new CountersignError(
    'token-failed',
    `The token “${record.name}” came from ${origins.join(' and ')}: ${what} not sent to ${new URL(foreign).origin}.`,
    { hint: 'Get a new access token if the authorization server has moved.' },
  );
}

function endpoints(server: AuthorizationServer, name: 'token_endpoint' | 'revocation_endpoint'): readonly string[] {
  return [server[name], server.mtls_endpoint_aliases?.[name]].filter(url => typeof url === 'string');
}
