import assert from 'node:assert/strict';
import { createOAuth1Flow } from '../../src/auth/oauth1/oauth1-flow.ts';
import type { AuthorizationAgent } from '../../src/auth/oauth2/authorization-agent.ts';
import type { TokenExchangeRecord } from '../../src/auth/oauth2/exchange-record.ts';
import { oauth1 } from '../../src/auth/schemes/oauth1.ts';
import { MemoryTokenStore } from '../../src/auth/tokens/memory-store.ts';
import { createTokenSource } from '../../src/auth/tokens/stored-token-source.ts';
import { maskedRequestUrl } from '../../src/core/request.ts';
import { createTransport } from '../../src/http/transport.ts';
import { nodeRandom } from '../../src/node/random.ts';
import { recomputeOAuth1 } from '../demo-api/verifiers/oauth1.ts';
import { judging, sign } from './signing.ts';

const consumerSecret = 'consumer secret';

describe('OAuth 1.0: signing in', () => {
  let provider: Awaited<ReturnType<typeof judging>>;
  let legs: string[];
  const seen = new Set<string>();
  const transport = createTransport();

  before(async () => {
    const answers: Record<string, readonly [secret: string, answer: string]> = {
      '/request': ['', 'oauth_token=temporary&oauth_token_secret=temporary-secret&oauth_callback_confirmed=true'],
      '/access': ['temporary-secret', 'oauth_token=final&oauth_token_secret=final-secret'],
      '/api': ['final-secret', ''],
    };
    provider = await judging(arrived => {
      const path = arrived.target.split('?')[0] ?? '';
      const [tokenSecret = '', answer = ''] = answers[path] ?? [];
      legs.push(path);
      return recomputeOAuth1({ consumerSecret, tokenSecret }, { seen })(arrived) ?? (answer ? { answer } : undefined);
    });
  });
  beforeEach(() => {
    legs = [];
  });
  after(async () => {
    await provider.close();
    await transport.close?.();
  });

  function person(answer: string): AuthorizationAgent & { opened: string[] } {
    const opened: string[] = [];
    return {
      opened,
      prepare: async ({ callbackUrl }) => ({
        redirectUri: callbackUrl ?? 'http://127.0.0.1:9/callback',
        async authorize(url, judge) {
          opened.push(url);
          const parameters = new URLSearchParams(answer);
          const wrong = judge(parameters);
          if (wrong) opened.push(wrong);
          return parameters;
        },
        close: async () => void opened.push('closed'),
      }),
    };
  }

  function world(agent?: AuthorizationAgent) {
    const records: TokenExchangeRecord[] = [];
    const clock = { now: Date.now };
    const flow = createOAuth1Flow({
      ...{ transport, clock, random: nodeRandom, env: {} },
      ...(agent ? { agent } : {}),
      observe: record => void records.push(record),
      wait: (_, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const source = createTokenSource({ store: new MemoryTokenStore(), flows: [flow], clock });
    const values = {
      ...{ consumerKey: 'client', consumerSecret },
      requestTokenUrl: `${provider.origin}/request`,
      authorizeUrl: `${provider.origin}/authorize`,
      accessTokenUrl: `${provider.origin}/access`,
    };
    const get = (preview = false) =>
      sign(oauth1, values, { url: `${provider.origin}/api?a=1` }, { tokens: source.in(undefined), preview });
    return { get, records };
  }

  it('asks the person once, keeps the token, and signs with it', async () => {
    const agent = person('oauth_token=temporary&oauth_verifier=verified');
    const { get, records } = world(agent);
    assert.match((await get(true)).attempt.pending ?? '', /sign in/);
    assert.deepEqual(legs, []);
    const [first, second] = await Promise.all([get(), get()]);
    assert.deepEqual(await provider.send(first.request), { status: 200, said: '' });
    assert.deepEqual(await provider.send(second.request), { status: 200, said: '' });
    assert.deepEqual(legs, ['/request', '/access', '/api', '/api']);
    assert.deepEqual(agent.opened, [`${provider.origin}/authorize?oauth_token=temporary`, 'closed']);
    assert.equal((await get(true)).attempt.pending, undefined);
    const shown = records.map(({ request, responseBody }) => [
      maskedRequestUrl(request),
      ...request.headers.map(part => part.masked ?? part.value),
      responseBody,
    ]);
    assert.equal(records.length, 3);
    assert.doesNotMatch(JSON.stringify(shown), /oauth_signature=\\"[^•]|temporary-secret|final-secret/);
  });

  it('says what went wrong, and sends nothing', async () => {
    const refused = person('oauth_token=temporary&oauth_problem=permission_denied');
    await assert.rejects(world(refused).get(), { code: 'token-failed' });
    assert.deepEqual(refused.opened.slice(1), ['The person did not agree.', 'closed']);
    await assert.rejects(world(person('oauth_token=other&oauth_verifier=v')).get(), /another sign-in/);
    await assert.rejects(world().get(), { code: 'interaction-required' });
    assert.ok(!legs.includes('/api'));
  });
});
