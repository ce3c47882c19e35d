import assert from 'node:assert/strict';
import fc from 'fast-check';
import { callbackParameters, pastedCallback } from '../../../src/auth/oauth2/authorization-callback.ts';
import { maskedResponse } from '../../../src/auth/oauth2/exchange-record.ts';
import { readTokenResponse } from '../../../src/auth/oauth2/token-response.ts';
import type { CountersignError } from '../../../src/core/errors.ts';
import { type Engine, engine } from './engine.ts';
import { type Answer, startTokenServer, type TokenServer } from './token-server.ts';

describe('answers of token endpoints', () => {
  let server: TokenServer;
  let made: Engine;

  before(async () => {
    server = await startTokenServer();
  });
  beforeEach(() => {
    server.received.length = 0;
    made = engine();
  });
  afterEach(() => made.close());
  after(() => server.close());

  const values = (more: Record<string, unknown> = {}) => ({
    grantType: 'client_credentials',
    tokenUrl: `${server.origin}/token`,
    clientId: 'client',
    clientSecret: 'hush-hush',
    ...more,
  });
  const getWith = (answer: Answer, more?: Record<string, unknown>) => {
    server.answer = () => answer;
    return made.get(values(more));
  };

  const failures: [name: string, answer: Answer, message: RegExp, hint: RegExp][] = [
    [
      'an OAuth error',
      { status: 400, body: { error: 'invalid_scope', error_description: 'no such scope\u0007' } },
      /refused \(400\): invalid_scope: no such scope$/,
      /Check scope/,
    ],
    [
      'a 401 with a challenge and an OAuth error',
      { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: { error: 'invalid_client' } },
      /refused \(401\): invalid_client/,
      /clientAuthentication/,
    ],
    ['a bare 401', { status: 401, body: '' }, /answered 401 .* without an OAuth error/, /clientSecret/],
    [
      'a 500 in HTML',
      { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Oops</h1>' },
      /500/,
      /try again/,
    ],
    [
      'a JSON problem',
      { status: 422, body: { title: 'Broken', detail: 'tenant unknown' } },
      /It says: tenant unknown/,
      /./,
    ],
    [
      'a page for people',
      { headers: { 'content-type': 'text/html' }, body: '<!doctype html><form>' },
      /neither JSON nor a form \(text\/html\)/,
      /tokenUrl/,
    ],
    [
      'JSON that is cut short',
      { headers: { 'content-type': 'application/json' }, body: '{"access_token":"a' },
      /neither/,
      /./,
    ],
    ['JSON without a token', { body: { ok: true } }, /holds no access_token/, /./],
    [
      'an error with status 200',
      { body: { error: 'bad_verification_code', error_description: 'expired' } },
      /bad_verification_code: expired/,
      /./,
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://elsewhere.example/t' }, body: '' },
      /302/,
      /final address/,
    ],
    ['a wrong address', { status: 404, body: 'nothing' }, /404/, /tokenUrl/],
    ['a request to slow down', { status: 429, headers: { 'retry-after': '7' }, body: '' }, /429/, /for 7 s/],
  ];
  for (const [name, answer, message, hint] of failures) {
    it(`explains ${name}`, async () => {
      await assert.rejects(getWith(answer), (error: CountersignError) => {
        assert.equal(error.code, 'token-failed');
        assert.match(error.message, message);
        assert.match(error.hint ?? '', hint);
        assert.doesNotMatch(`${error.message}${error.hint}`, /hush/);
        return true;
      });
      assert.deepEqual(await made.store.list(), []);
      assert.equal(made.records.length, 1);
    });
  }

  it('masks a secret that the server repeats', async () => {
    await assert.rejects(getWith({ status: 400, body: '<p>bad secret hush-hush' }, { clientAuthentication: 'body' }));
    assert.equal(made.records[0]?.responseBody, '<p>bad secret •••');
  });

  it('keeps a secret that the server repeats out of the message', async () => {
    const body = { error: 'invalid_client', error_description: 'hush-hush is wrong' };
    await assert.rejects(getWith({ status: 400, body }), { message: /invalid_client: ••• is wrong$/ });
    assert.doesNotMatch(JSON.stringify(made.records[0]?.responseBody), /hush/);
  });

  it('binds the token to a key where the server turns out to ask for that', async () => {
    server.answer = ({ headers }) =>
      headers.dpop
        ? { body: { access_token: 'bound', token_type: 'DPoP' } }
        : { status: 400, body: { error: 'invalid_dpop_proof' } };
    const token = await made.get(values());
    assert.equal(token.tokenType, 'DPoP');
    assert.ok(token.dpopKey?.d);
  });

  it('reads and masks any text whatever without failing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map(text => `access_token=${text}`),
        ),
        text => {
          const response = { status: 200, statusText: '', headers: new Headers(), text, url: server.origin };
          const { body } = readTokenResponse(response);
          if (typeof body?.expires_in === 'number') assert.ok(body.expires_in > 0);
          maskedResponse(text, []);
          for (const value of callbackParameters(text).values()) assert.equal(typeof value, 'string');
          pastedCallback(text);
        },
      ),
    );
  });

  it('reads a form instead of JSON, as GitHub answers', async () => {
    const token = await getWith({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'access_token=gho_1&scope=repo%2Cgist&token_type=bearer',
    });
    assert.deepEqual([token.accessToken, token.tokenType, token.scope], ['gho_1', 'Bearer', 'repo,gist']);
    assert.equal(token.expiresAt, undefined);
    assert.match(made.records[0]?.warnings.join() ?? '', /form instead of JSON/);
    assert.doesNotMatch(made.records[0]?.responseBody ?? '', /gho_1/);
  });

  it('reads JSON of any content type, without a token type, with numbers as text and nulls', async () => {
    const token = await getWith({
      status: 201,
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({
        access_token: 'a',
        expires_in: '60',
        refresh_token: null,
        scope: ['x', 'y'],
        id_token: '',
      }),
    });
    assert.deepEqual([token.tokenType, token.scope, token.refreshToken], ['Bearer', 'x y', undefined]);
    assert.equal((token.expiresAt ?? 0) - (token.obtainedAt ?? 0), 60_000);
    assert.equal(made.records[0]?.warnings.length, 5);
  });

  it('reads the end of a JWT where the server gives no expires_in, by the server’s clock', async () => {
    const serverNow = Math.floor(Date.now() / 1000) - 7200;
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = await getWith({
      headers: { date: new Date(serverNow * 1000).toUTCString() },
      body: { access_token: `${part({ alg: 'none' })}.${part({ exp: serverNow + 300 })}.x`, token_type: 'Bearer' },
    });
    const left = (token.expiresAt ?? 0) - Date.now();
    assert.ok(left > 295_000 && left < 305_000, `${left} ms are left`);
  });

  it('takes an empty list of scopes for none that is named', async () => {
    assert.equal((await getWith({ body: { access_token: 'a', token_type: 'Bearer', scope: [] } })).scope, undefined);
  });

  it('says so where a token that was to be bound to a key is not', async () => {
    const token = await getWith({ body: { access_token: 'a', token_type: 'Bearer' } }, { dpop: true });
    assert.equal(token.tokenType, 'Bearer');
    assert.match(made.records.flatMap(({ warnings }) => warnings).join(), /bound to no key, though dpop was asked for/);
  });

  it('keeps a token type of the server’s own as it is', async () => {
    assert.equal((await getWith({ body: { access_token: 'a', token_type: 'N_A' } })).tokenType, 'N_A');
  });

  it('says that the clock is wrong when a signed assertion is refused and the clocks disagree', async () => {
    const refusal = {
      status: 401,
      headers: { date: new Date(Date.now() - 600_000).toUTCString() },
      body: { error: 'invalid_client', error_description: 'iat is in the future' },
    };
    await assert.rejects(getWith(refusal, { clientAuthentication: 'client_secret_jwt' }), (error: CountersignError) => {
      assert.match(error.hint ?? '', /clock is 10 minutes ahead of the server’s/);
      return true;
    });
  });

  it('says that nobody answers', async () => {
    await assert.rejects(made.get(values({ tokenUrl: 'http://127.0.0.1:1/token' })), { code: 'connection-refused' });
    assert.equal(made.records[0]?.error?.code, 'connection-refused');
  });

  it('sends form-encoded Basic credentials, and extra parameters in place of its own', async () => {
    await getWith(
      { body: { access_token: 'a', token_type: 'bearer' } },
      {
        clientId: 'a b:c',
        clientSecret: 'é%',
        scope: 's',
        resource: 'https://x https://y',
        tokenParams: [['scope', 't']],
      },
    );
    const [sent] = server.received;
    const credentials = Buffer.from(sent?.headers.authorization?.slice(6) ?? '', 'base64').toString();
    assert.equal(credentials, 'a+b%3Ac:%C3%A9%25');
    assert.equal(
      String(sent?.form),
      'resource=https%3A%2F%2Fx&resource=https%3A%2F%2Fy&scope=t&grant_type=client_credentials',
    );
  });

  it('leaves -._* of Basic credentials as they are, which a server that decodes nothing takes too', async () => {
    const answer = { body: { access_token: 'a', token_type: 'bearer' } };
    const credentials = (): string =>
      Buffer.from(server.received.at(-1)?.headers.authorization?.slice(6) ?? '', 'base64').toString();
    const id = '6731de76-14a6-49ae-97bc-6eba6914391e';
    await getWith(answer, { clientId: id, clientSecret: 'my_client.secret*1-~!' });
    assert.equal(credentials(), `${id}:my_client.secret*1-%7E%21`);
    await getWith(answer, { clientId: 'cli ent', clientSecret: 's#e=c&r+e/t%', clientAuthentication: 'header_raw' });
    assert.equal(credentials(), 'cli ent:s#e=c&r+e/t%');
  });

  it('warns of an address without TLS', async () => {
    server.answer = () => ({ body: { access_token: 'a', token_type: 'bearer' } });
    const transport = {
      send: () => Promise.reject(new Error('not sent')),
    };
    const plain = engine({ transport });
    await assert.rejects(plain.get(values({ tokenUrl: 'http://login.example.com/token' })), /not sent/);
    assert.match(plain.records[0]?.warnings.join() ?? '', /without TLS/);
  });

  it('gets the identity token of a CI job as assertion', async () => {
    server.answer = ({ url }) =>
      url.startsWith('/ci')
        ? { body: { value: 'ci-identity' } }
        : { body: { access_token: 'a', token_type: 'bearer' } };
    const env = { ACTIONS_ID_TOKEN_REQUEST_URL: `${server.origin}/ci?v=1`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner' };
    const inCi = engine({ env });
    await inCi.get(values({ grantType: 'jwt_bearer', assertionFrom: 'ci', audience: 'api://x' }));
    const [asked, exchanged] = server.received;
    assert.equal(asked?.url, '/ci?v=1&audience=api%3A%2F%2Fx');
    assert.equal(asked?.headers.authorization, 'Bearer runner');
    assert.equal(exchanged?.form.get('assertion'), 'ci-identity');
    assert.doesNotMatch(JSON.stringify(inCi.records.map(record => record.responseBody)), /ci-identity/);
    await inCi.close();

    const gitlab = engine({ env: { MY_TOKEN: 'gitlab-identity' } });
    await gitlab.get(
      values({
        clientSecret: undefined,
        clientAuthentication: 'private_key_jwt',
        clientAssertionFrom: 'ci',
        ciVariable: 'MY_TOKEN',
      }),
    );
    assert.equal(server.received.at(-1)?.form.get('client_assertion'), 'gitlab-identity');
    await assert.rejects(
      gitlab.get(values({ grantType: 'token_exchange', assertionFrom: 'ci' })),
      /no identity token of a CI job/,
    );
    await gitlab.close();
  });
});
