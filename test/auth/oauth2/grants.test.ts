import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import type { CountersignError } from '../../../src/core/errors.ts';
import { type Engine, engine, never, request } from './engine.ts';
import {
  asciiSecret,
  clientIdOf,
  type Method,
  type OidcServer,
  privateKeyPem,
  startOidcServer,
} from './oidc-server.ts';
import { person } from './person.ts';

/** Every grant with every client authentication against oidc-provider: got, refreshed, refused. */
describe('OAuth 2.0 grants', () => {
  let server: OidcServer;
  let engines: Engine[];

  before(async () => {
    server = await startOidcServer();
  });
  beforeEach(() => {
    engines = [];
    server.person = 'accepts';
    server.tokenRequests.length = 0;
  });
  afterEach(() => Promise.all(engines.map(each => each.close())));
  after(() => server.close());

  function start(...parts: Parameters<typeof engine>): Engine {
    const made = engine({ agent: person(), ...parts[0] }, parts[1]);
    engines.push(made);
    return made;
  }

  const credentials: Record<Method, Record<string, unknown>> = {
    header: { clientSecret: asciiSecret },
    body: { clientSecret: asciiSecret },
    private_key_jwt: { privateKey: privateKeyPem, keyId: 'key-1' },
    client_secret_jwt: { clientSecret: asciiSecret },
    none: {},
  };
  const wrong: Record<Method, Record<string, unknown>> = {
    header: { clientSecret: 'wrong' },
    body: { clientSecret: 'wrong' },
    private_key_jwt: { keyId: 'key-1', assertionAudience: 'https://other.example', privateKey: privateKeyPem },
    client_secret_jwt: { clientSecret: 'wrong'.repeat(10) },
    none: {
      tokenParams: [
        ...['code', 'device_code', 'password', 'assertion'],
        ...['subject_token', 'subject_token_type', 'refresh_token'],
      ].map(name => [name, 'wrong']),
    },
  };
  const scope = 'openid offline_access read';
  const grants: Record<string, (method: Method) => Promise<Record<string, unknown>>> = {
    authorization_code_pkce: async () => ({ scope, authParams: [['prompt', 'consent']] }),
    authorization_code: async () => ({ scope, authParams: [['prompt', 'consent']] }),
    password: async () => ({ username: 'ada', password: 'swordfish', scope }),
    client_credentials: async () => ({ scope: 'read' }),
    device_code: async () => ({ scope, authParams: [['prompt', 'consent']] }),
    jwt_bearer: async () => ({ assertionFrom: 'key', username: 'ada', privateKey: privateKeyPem, scope }),
    token_exchange: async () => ({
      subjectToken: await new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      scope,
    }),
    refresh_token: async method => ({
      refreshToken: (await start().get(await valuesFor('password', method))).refreshToken,
      scope,
    }),
  };
  const valuesFor = async (grantType: string, method: Method): Promise<Record<string, unknown>> => ({
    grantType,
    issuer: server.issuer,
    clientAuthentication: method,
    clientId: clientIdOf(method),
    ...credentials[method],
    ...(await grants[grantType]?.(method)),
  });

  for (const grantType of Object.keys(grants)) {
    for (const method of Object.keys(credentials) as Method[]) {
      if (grantType === 'client_credentials' && method === 'none') continue;
      it(`gets, renews and is refused a token: ${grantType} × ${method}`, async () => {
        const { get, clock, kept } = start();
        const values = await valuesFor(grantType, method);
        const first = await get(values);
        assert.equal(first.tokenType, 'Bearer');
        assert.equal(
          await server.provider.AccessToken.find(first.accessToken).then(Boolean),
          grantType !== 'client_credentials',
        );
        const record = await kept();
        assert.equal(record.accessToken, first.accessToken);
        assert.equal(JSON.stringify(record.config).includes(asciiSecret), false);

        clock.offset = 601_000;
        const second = await get(values);
        assert.notEqual(second.accessToken, first.accessToken);
        const renewedBy = grantType === 'client_credentials' ? 'client_credentials' : 'refresh_token';
        assert.equal(server.tokenRequests.at(-1), renewedBy);

        const refused = start();
        await assert.rejects(refused.get({ ...values, ...wrong[method] }), (error: CountersignError) => {
          assert.equal(error.code, 'token-failed');
          assert.match(error.message, /invalid_client|invalid_grant|unauthorized_client|invalid_request/);
          assert.ok(error.hint);
          return true;
        });
      });
    }
  }

  it('starts from a refresh token that was given, and goes on with its successors', async () => {
    const values = await valuesFor('password', 'header');
    const given = await start().get(values);
    const { get, clock, store } = start();
    const wanted = { ...values, grantType: 'refresh_token', refreshToken: given.refreshToken };
    const first = await get(wanted);
    assert.notEqual(first.refreshToken, given.refreshToken);
    clock.offset = 601_000;
    const second = await get(wanted);
    assert.notEqual(second.accessToken, first.accessToken);
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal((await store.list()).length, 1);
  });

  it('takes an implicit token from the fragment, and says what is unsafe about it', async () => {
    const { get, records } = start();
    const values = await valuesFor('authorization_code', 'none');
    const token = await get({
      ...values,
      grantType: 'implicit',
      scope: 'openid read',
      authParams: [
        ['response_type', 'id_token token'],
        ['nonce', 'n-1'],
      ],
    });
    assert.ok(await server.provider.AccessToken.find(token.accessToken));
    assert.ok(token.expiresAt);
    assert.match(records.flatMap(record => record.warnings).join(), /histories and logs/);
  });

  it('pushes the authorization request where that is asked for', async () => {
    const agent = person();
    const { get, records } = start({ agent });
    await get({ ...(await valuesFor('authorization_code_pkce', 'header')), par: true });
    assert.deepEqual([...new URL(agent.opened).searchParams.keys()], ['client_id', 'request_uri']);
    assert.ok(records.some(record => record.purpose === 'pushed-authorization' && record.response?.status === 201));
  });

  it('binds a token to a key with DPoP, answers the nonce, and refreshes with the same key', async () => {
    const { get, clock, kept } = start();
    const values = { ...(await valuesFor('authorization_code_pkce', 'none')), dpop: true };
    const first = await get(values);
    assert.equal(first.tokenType, 'DPoP');
    const { dpopKey } = await kept();
    assert.ok(dpopKey?.d);
    clock.offset = 601_000;
    const second = await get(values);
    assert.equal(second.tokenType, 'DPoP');
    assert.deepEqual(second.dpopKey, dpopKey);
  });

  it('revokes the refresh token and the access token at the server, and forgets them', async () => {
    const stated = { values: await valuesFor('password', 'header') };
    const { get, source, kept, store } = start({}, { credentials: async () => stated });
    const token = await get(await valuesFor('password', 'header'));
    await source.revoke((await kept()).key, never);
    assert.equal(await server.provider.AccessToken.find(token.accessToken), undefined);
    assert.equal(await server.provider.RefreshToken.find(token.refreshToken ?? ''), undefined);
    assert.deepEqual(await store.list(), []);
  });

  it('keeps the token where the server refuses to revoke it', async () => {
    const { get, source, kept } = start();
    await get(await valuesFor('password', 'header'));
    await assert.rejects(source.revoke((await kept()).key, never), /invalid_client|invalid_request/);
    assert.ok((await kept()).accessToken);
  });

  it('says that consent was denied, in the server’s words, and shows them escaped', async () => {
    server.person = 'denies';
    const agent = person();
    const { get } = start({ agent });
    await assert.rejects(get(await valuesFor('authorization_code_pkce', 'none')), {
      code: 'token-failed',
      message: /access_denied: Ada said <no>/,
    });
    assert.match(await agent.shown, /Ada said &lt;no&gt;/);
    assert.deepEqual(server.tokenRequests, []);
  });

  it('asks a person to take part where nobody is there', async () => {
    const { source } = engine();
    const values = await valuesFor('authorization_code_pkce', 'none');
    await assert.rejects(source.in(undefined).get({ scheme: 'oauth2', values, request }, never), {
      code: 'interaction-required',
    });
  });

  it('fetches anew when the refresh token has been revoked', async () => {
    const { get, clock, kept } = start();
    const values = await valuesFor('password', 'header');
    const first = await get(values);
    await (await server.provider.RefreshToken.find(first.refreshToken ?? ''))?.destroy();
    clock.offset = 601_000;
    await get(values);
    assert.deepEqual(server.tokenRequests, ['password', 'refresh_token', 'password']);
    assert.ok((await kept()).refreshToken);
  });

  it('puts every exchange on record without a secret in it', async () => {
    const { get, records, clock } = start();
    const values = { ...(await valuesFor('password', 'header')), tokenParams: [['api_key', 'k-123']] };
    const first = await get(values);
    clock.offset = 601_000;
    const second = await get(values);
    assert.deepEqual(
      records.map(record => record.purpose),
      ['discovery', 'token', 'discovery', 'refresh', 'keys'],
    );
    const shown = records.map(({ request: sent, responseBody, response }) => [
      sent.maskedUrl ?? sent.url,
      sent.headers.map(header => header.masked ?? header.value),
      sent.body?.masked ?? sent.body?.text,
      responseBody,
      response,
    ]);
    const text = JSON.stringify(shown);
    const tokens = [first, second].flatMap(token => [token.accessToken, token.refreshToken ?? '']);
    for (const hidden of [...tokens, 'swordfish', 'k-123', encodeURIComponent(asciiSecret)]) {
      assert.ok(!text.includes(hidden), `${hidden} is on record`);
    }
    assert.match(text, /grant_type=password/);
    assert.match(text, /Basic •••/);
  });
});
