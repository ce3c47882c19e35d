import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { decodeProtectedHeader } from 'jose';
import { OAuth2Server } from 'oauth2-mock-server';
import type { CountersignError } from '../../../src/core/errors.ts';
import { createTransport } from '../../../src/http/transport.ts';
import { certificate, closeAll, serveTls } from '../../http/loopback.ts';
import { type Engine, endless, engine, request } from './engine.ts';
import { asciiSecret, privateKeyPem } from './oidc-server.ts';
import { person, signIn, TestBrowser } from './person.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

describe('OAuth 2.0 flows', () => {
  let mock: OAuth2Server;
  let issuer: string;
  let engines: Engine[] = [];

  before(async () => {
    mock = new OAuth2Server();
    await mock.issuer.keys.generate('RS256');
    await mock.start(0, '127.0.0.1');
    issuer = String(mock.issuer.url);
  });
  beforeEach(() => {
    mock.service.removeAllListeners();
  });
  afterEach(async () => {
    await Promise.all(engines.map(each => each.close()));
    engines = [];
  });
  after(() => mock.stop());

  function start(...parts: Parameters<typeof engine>): Engine {
    const made = engine(...parts);
    engines.push(made);
    return made;
  }
  const code = (more: Record<string, unknown> = {}) => ({
    grantType: 'authorization_code_pkce',
    authUrl: `${issuer}/authorize`,
    tokenUrl: `${issuer}/token`,
    clientId: 'client',
    scope: 'openid read',
    ...more,
  });

  describe('against oauth2-mock-server', () => {
    const credentials: Record<string, Record<string, unknown>> = {
      header: { clientSecret: asciiSecret },
      body: { clientSecret: asciiSecret },
      private_key_jwt: { privateKey: privateKeyPem, keyId: 'key-1' },
      client_secret_jwt: { clientSecret: asciiSecret },
      none: {},
    };
    type Seen = { body: Record<string, string>; headers: Record<string, string | undefined> };
    /** How the client proved itself: this server takes anything, so the test looks. */
    const proof = ({ body, headers }: Seen): string => {
      if (headers.authorization) return 'header';
      if (body.client_secret) return 'body';
      if (!body.client_assertion) return 'none';
      return decodeProtectedHeader(body.client_assertion).alg?.startsWith('HS')
        ? 'client_secret_jwt'
        : 'private_key_jwt';
    };
    for (const [grantType, more] of [
      ['authorization_code_pkce', {}],
      ['authorization_code', {}],
      ['password', { username: 'ada', password: 'p' }],
      ['client_credentials', {}],
      ['refresh_token', { refreshToken: 'given' }],
    ] as const) {
      for (const clientAuthentication of Object.keys(credentials)) {
        it(`gets, renews and is refused a token: ${grantType} × ${clientAuthentication}`, async () => {
          const seen: Seen[] = [];
          mock.service.on('beforeResponse', (_response, request) => seen.push(request as unknown as Seen));
          const { get, clock, kept } = start({ agent: person() });
          const values = { ...code(), grantType, clientAuthentication, ...credentials[clientAuthentication], ...more };
          const first = await get(values);
          assert.equal(first.accessToken.split('.').length, 3);
          assert.ok((first.expiresAt ?? 0) > Date.now());
          const { refreshToken } = await kept();
          clock.offset = 3_601_000;
          await get(values);
          assert.deepEqual(
            seen.map(({ body }) => body.grant_type),
            [grantType.replace('_pkce', ''), refreshToken ? 'refresh_token' : grantType],
          );
          assert.deepEqual(seen.map(proof), [clientAuthentication, clientAuthentication]);

          mock.service.once('beforeResponse', response => {
            response.statusCode = 401;
            response.body = { error: 'invalid_client' };
          });
          const refused = start({ agent: person() });
          await assert.rejects(refused.get(values), { code: 'token-failed', message: /invalid_client/ });
        });
      }
    }

    it('proves the code’s owner with a plain verifier too, on request', async () => {
      const agent = person();
      await start({ agent }).get({ ...code(), codeChallengeMethod: 'plain' });
      assert.equal(new URL(agent.opened).searchParams.get('code_challenge_method'), 'plain');
    });

    it('finds its endpoints by discovery, and validates the ID token', async () => {
      const { get, records } = start({ agent: person() });
      const token = await get(code({ issuer, authUrl: undefined, tokenUrl: undefined }));
      assert.ok(token.idToken);
      assert.deepEqual(
        records.flatMap(record => record.warnings),
        [],
      );
    });

    it('does not keep an ID token that is for somebody else, and says so', async () => {
      mock.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
        token.payload.aud = 'somebody else';
      });
      const { get, records } = start({ agent: person() });
      assert.equal((await get(code({ issuer }))).idToken, undefined);
      assert.match(records.flatMap(record => record.warnings).join(), /ID token is not valid/);
    });

    it('refuses a callback with another state, and sends no code on', async () => {
      mock.service.once('beforeAuthorizeRedirect', ({ url }: { url: URL }) => url.searchParams.set('state', 'other'));
      const agent = person();
      const { get, records } = start({ agent });
      await assert.rejects(get(code()), { code: 'token-failed', message: /state is not the one/ });
      assert.match(await agent.shown, /Signing in failed/);
      assert.deepEqual(
        records.map(record => record.purpose),
        ['authorization'],
      );
    });

    it('refuses a callback of another issuer', async () => {
      const redirect = ({ url }: { url: URL }) => url.searchParams.set('iss', 'https://evil.example');
      mock.service.once('beforeAuthorizeRedirect', redirect);
      await assert.rejects(start({ agent: person() }).get(code({ issuer })), /comes from “https:\/\/evil.example”/);
      mock.service.once('beforeAuthorizeRedirect', redirect);
      const unknown = start({ agent: person() });
      await unknown.get(code());
      assert.match(
        unknown.records.flatMap(record => record.warnings).join(),
        /names the issuer https:\/\/evil.example/,
      );
    });

    it('sends state, verifier and parameters as they are given', async () => {
      const agent = person();
      const { get } = start({ agent });
      const codeVerifier = 'v'.repeat(43);
      await get(
        code({
          state: 'my state',
          codeVerifier,
          authParams: [
            ['prompt', 'login'],
            ['state', 'x'],
          ],
          audience: 'api',
        }),
      );
      const sent = new URL(agent.opened).searchParams;
      assert.equal(sent.get('state'), 'my state');
      assert.equal(sent.get('code_challenge'), createHash('sha256').update(codeVerifier).digest('base64url'));
      assert.deepEqual([sent.get('prompt'), sent.get('audience'), sent.getAll('state').length], ['login', 'api', 1]);
      assert.doesNotMatch(agent.opened, /\+/);
    });

    it('ends when nobody signs in in time', async () => {
      const agent = person(() => new Promise(() => {}));
      const { get } = start({ agent, interactionTimeout: 60_000, wait: async () => {} });
      await assert.rejects(get(code()), { code: 'timeout', message: /within 60 s/ });
    });

    it('ends when the person cancels, and frees the callback’s port', async () => {
      const controller = new AbortController();
      let redirect = '';
      const agent = person(async url => {
        redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
        controller.abort();
        return new Promise<string>(() => {});
      });
      await assert.rejects(start({ agent }).get(code(), controller.signal), { code: 'cancelled' });
      // The caller is free at once; the listener is gone a moment later.
      for (let tries = 0; tries < 50; tries += 1) {
        if (
          await fetch(redirect).then(
            () => false,
            () => true,
          )
        )
          return;
      }
      assert.fail('the port is still open');
    });

    it('asks the person once for requests that want the same token', async () => {
      const agent = person();
      const { get } = start({ agent });
      await Promise.all([get(code()), get(code()), get(code())]);
      assert.equal(agent.asked, 1);
    });

    it('asks the person once where they ask for a new token while a request does so already', async () => {
      const agent = person();
      const { get, source, store } = start({ agent });
      const wanted = { scheme: 'oauth2', values: code(), request };
      const signal = new AbortController().signal;
      const [token, record] = await Promise.all([get(code()), source.obtain(wanted, undefined, signal)]);
      assert.equal(agent.asked, 1);
      assert.equal(token.accessToken, record.accessToken);
      assert.equal((await store.list()).length, 1);
    });

    it('says where the browser window was closed', async () => {
      const agent = person(async () => Promise.reject(new Error('the window was closed')));
      await assert.rejects(start({ agent }).get(code()), /the window was closed/);
    });

    it('survives a slow person who reloads the page', async () => {
      const agent = person(async (url, wish) => {
        await new TestBrowser().visit(new URL(url).searchParams.get('redirect_uri') ?? '');
        return signIn(url, wish);
      });
      assert.ok((await start({ agent }).get(code())).accessToken);
    });
  });

  describe('against a server of its own', () => {
    let server: TokenServer;
    before(async () => {
      server = await startTokenServer();
    });
    after(() => server.close());
    beforeEach(() => {
      server.received.length = 0;
    });

    const device = (more: Record<string, unknown> = {}) => ({
      grantType: 'device_code',
      deviceUrl: `${server.origin}/device`,
      tokenUrl: `${server.origin}/token`,
      clientId: 'tv',
      ...more,
    });
    const codeAnswer = {
      device_code: 'd-1',
      user_code: 'ABCD',
      verification_url: 'https://as.example/device',
      interval: 2,
    };
    const patient = {
      prepare: () => assert.fail('no browser'),
      showDeviceCode: async () => ({ close: () => {} }),
    };

    it('waits for the code to be entered, slower when told to, and over a failing server', async () => {
      const answers = [
        { status: 400, body: { error: 'authorization_pending' } },
        { status: 400, body: { error: 'slow_down' } },
        { status: 503, body: 'busy' },
        { body: { access_token: 'a', token_type: 'bearer' } },
      ];
      server.answer = ({ url }) => (url === '/device' ? { body: codeAnswer } : (answers.shift() ?? {}));
      const waited: number[] = [];
      const wait = async (milliseconds: number) => void waited.push(milliseconds);
      const { get } = start({ agent: patient, wait });
      assert.equal((await get(device())).accessToken, 'a');
      assert.deepEqual(waited, [2000, 2000, 7000, 14_000]);
    });

    it('ends when the code was not entered in time, was refused, or the person gives up', async () => {
      server.answer = ({ url }) =>
        url === '/device'
          ? { body: { ...codeAnswer, expires_in: 10 } }
          : { status: 400, body: { error: 'authorization_pending' } };
      const late: Engine = start({
        agent: patient,
        wait: async milliseconds => {
          late.clock.offset += milliseconds;
        },
      });
      await assert.rejects(late.get(device()), { code: 'timeout' });
      server.answer = ({ url }) =>
        url === '/device' ? { body: codeAnswer } : { status: 400, body: { error: 'access_denied' } };
      await assert.rejects(start({ agent: patient }).get(device()), /access_denied/);
      const controller = new AbortController();
      const agent = {
        ...patient,
        showDeviceCode: async () => {
          setImmediate(() => controller.abort());
          return { close: () => {}, dismissed: controller.signal };
        },
      };
      await assert.rejects(start({ agent, wait: (_, signal) => endless(signal).catch(() => {}) }).get(device()), {
        code: 'cancelled',
      });
    });

    it('refuses a verification address that is no web page', async () => {
      server.answer = () => ({ body: { ...codeAnswer, verification_url: 'javascript:alert(1)' } });
      await assert.rejects(start({ agent: patient }).get(device()), { code: 'token-failed' });
    });

    it('refuses metadata of another issuer, takes a template, and names what is missing', async () => {
      const wanted = { grantType: 'client_credentials', clientId: 'c', issuer: `${server.origin}/tenant` };
      server.answer = () => ({ body: { issuer: 'https://other.example' } });
      await assert.rejects(start().get(wanted), /belong to another issuer: https:\/\/other.example/);
      server.answer = () => ({ body: { issuer: `${server.origin}/{tenantid}` } });
      await assert.rejects(start().get(wanted), { code: 'missing-field', message: /tokenUrl.*do not name it either/ });
      server.received.length = 0;
      server.answer = () => ({ status: 404, body: '' });
      await assert.rejects(start().get(wanted), (error: CountersignError) => {
        assert.match(error.message, /no metadata of the issuer .* it answers 404/);
        return true;
      });
      assert.deepEqual(
        server.received.map(({ url }) => url),
        [
          '/tenant/.well-known/openid-configuration',
          '/.well-known/oauth-authorization-server/tenant',
          '/.well-known/openid-configuration/tenant',
        ],
      );
    });
  });

  it('proves the client by its certificate, at the address that the metadata have for it', async () => {
    const seen: unknown[] = [];
    const origin = await serveTls(
      (request, response) => {
        const { socket } = request as unknown as { socket: import('node:tls').TLSSocket };
        const metadata = {
          issuer: origin,
          token_endpoint: `${origin}/token`,
          mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls/token` },
        };
        if (request.url?.includes('well-known')) return void response.end(JSON.stringify(metadata));
        let body = '';
        request.on('data', chunk => {
          body += String(chunk);
        });
        request.on('end', () => {
          seen.push([request.url, socket.authorized, new URLSearchParams(body).get('client_id')]);
          response.end('{"access_token":"bound","token_type":"Bearer"}');
        });
      },
      {
        key: certificate('server-key.pem'),
        cert: certificate('server.pem'),
        ca: certificate('ca.pem'),
        requestCert: true,
      },
    );
    const tls = { ca: certificate('ca.pem'), cert: certificate('client.pem'), key: certificate('client-key.pem') };
    const secureContext = createSecureContext(tls);
    const transport = createTransport({ tls: () => ({ secureContext }) });
    const { get } = start({ transport });
    const values = {
      grantType: 'client_credentials',
      issuer: origin,
      clientId: 'm',
      clientAuthentication: 'tls_client_auth',
    };
    assert.equal((await get(values)).accessToken, 'bound');
    assert.deepEqual(seen, [['/mtls/token', true, 'm']]);
    await transport.close?.();
    await closeAll();
  });
});
