import { createHash } from 'node:crypto';
import { asCountersignError, CountersignError } from '../../core/errors.ts';
import { isSecret } from '../../core/fields.ts';
import type { HttpRequest } from '../../core/request.ts';
import { personDeadline, personRequired } from '../oauth2/authorization-grant.ts';
import { type OAuth2Ports, ServerSession } from '../oauth2/server-session.ts';
import { oauth1 } from '../schemes/oauth1.ts';
import { untilAborted } from '../tokens/key-lock.ts';
import type { ObtainedToken, TokenFlow, Values } from '../tokens/token-flow.ts';
import { type DanceResponse, type DanceSettings, obtainOAuth1Token, readVerifier } from './dance.ts';

/** The three-legged flow of OAuth 1.0 as a flow of the token source. @see RFC 5849 §2 */
export function createOAuth1Flow(ports: OAuth2Ports): TokenFlow {
  return {
    scheme: 'oauth1',
    identity(values, environment) {
      const { consumerKey, requestTokenUrl, authorizeUrl, accessTokenUrl } = danceSettings(values);
      const parts = ['oauth1', requestTokenUrl, authorizeUrl, accessTokenUrl, consumerKey, environment ?? ''];
      return {
        key: createHash('sha256').update(JSON.stringify(parts)).digest('base64url'),
        name: consumerKey,
        issuer: accessTokenUrl,
        clientId: consumerKey,
      };
    },
    needsPerson: () => true,
    source: values => danceSettings(values).accessTokenUrl,
    kept: values =>
      Object.fromEntries(
        oauth1.fields.flatMap(field => {
          const value = values[field.name];
          return value === undefined || value === '' || isSecret(field) ? [] : [[field.name, value]];
        }),
      ),
    obtain: (values, request, signal) => obtain(values, new ServerSession(ports, signal, request?.tls, values)),
  };
}

/** @throws CountersignError `missing-field` */
function danceSettings(values: Values): DanceSettings {
  for (const name of ['consumerKey', 'requestTokenUrl', 'authorizeUrl', 'accessTokenUrl']) {
    if (!values[name]) throw new CountersignError('missing-field', `A sign-in with OAuth 1.0 needs “${name}”.`);
  }
  // A nonce and a timestamp of the request's own would be used twice.
  return { ...(values as unknown as DanceSettings), nonce: undefined, timestamp: undefined };
}

async function obtain(values: Values, session: ServerSession): Promise<ObtainedToken> {
  const settings = danceSettings(values);
  const { agent, clock, random } = session.ports;
  const server = new URL(settings.authorizeUrl).host;
  if (!agent) throw personRequired(server);
  const deadline = personDeadline(session);
  const callback = typeof values.callback === 'string' && values.callback !== '' ? values.callback : undefined;
  const person = await agent.prepare({
    ...(callback === undefined ? {} : { callbackUrl: callback }),
    ...{ useBrowser: true, responseMode: 'query', server, signal: deadline.signal },
  });
  try {
    return await obtainOAuth1Token(settings, {
      ...{ clock, random, callbackUrl: person.redirectUri },
      send: request => exchange(session, request),
      async authorize(url) {
        const token = new URL(url).searchParams.get('oauth_token') ?? '';
        const judge = (parameters: URLSearchParams): string | undefined => {
          try {
            readVerifier(`?${parameters}`, token);
            return undefined;
          } catch (error) {
            return asCountersignError(error).message;
          }
        };
        const parameters = await untilAborted(person.authorize(url, judge), deadline.signal);
        session.note('authorization', url, []);
        return `?${parameters}`;
      },
    });
  } finally {
    deadline.clear();
    await person.close();
  }
}

async function exchange(session: ServerSession, request: HttpRequest): Promise<DanceResponse> {
  const headers = request.headers
    .filter(({ name }) => !/^(host|content-length)$/i.test(name))
    .map(({ name, value }) => [name, value] as const);
  const { method, url } = request;
  const response = await session.exchange({ purpose: 'token', method, url, headers });
  return { status: response.status, headers: [...response.headers], text: response.text };
}
