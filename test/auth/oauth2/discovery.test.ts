import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { type Engine, engine } from './engine.ts';
import { asciiSecret, privateKeyPem } from './oidc-server.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

describe('discovery of an authorization server', () => {
  let server: TokenServer;
  let made: Engine | undefined;
  before(async () => {
    server = await startTokenServer();
  });
  beforeEach(() => {
    server.received.length = 0;
  });
  afterEach(async () => {
    await made?.close();
    made = undefined;
  });
  after(() => server.close());

  /** Answers at that well-known address alone; everything else that is asked for by GET is not there. */
  function publish(path: string, metadata: Record<string, unknown>): void {
    server.answer = ({ url, method }) => {
      if (method === 'POST') {
        return { body: { access_token: 'a', token_type: 'Bearer', expires_in: 600, refresh_token: 'r' } };
      }
      return url === path ? { body: metadata } : { status: 404, body: 'nothing here' };
    };
  }
  const get = (values: Record<string, unknown>) => {
    made ??= engine();
    return made.get({ grantType: 'client_credentials', clientId: 'c', clientSecret: asciiSecret, ...values });
  };
  const asked = (): string[] => server.received.map(({ url }) => url);

  const places: [string, string, string, string][] = [
    ['an issuer', '', '', '/.well-known/openid-configuration'],
    ['an issuer that ends with a slash', '/', '/', '/.well-known/openid-configuration'],
    ['an issuer whose slash is forgotten', '', '/', '/.well-known/openid-configuration'],
    ['an issuer that speaks OAuth alone', '', '', '/.well-known/oauth-authorization-server'],
    ['an issuer with a path', '/tenant', '/tenant', '/tenant/.well-known/openid-configuration'],
    ['an issuer with a path and a slash', '/tenant/', '/tenant/', '/tenant/.well-known/openid-configuration'],
    ['a path that is put behind (RFC 8414)', '/t/1', '/t/1', '/.well-known/oauth-authorization-server/t/1'],
    ['a path that is put behind, of OpenID', '/t/1/', '/t/1/', '/.well-known/openid-configuration/t/1'],
    ['a whole well-known address', '/x/.well-known/openid-configuration', '/x', '/x/.well-known/openid-configuration'],
  ];
  for (const [name, stated, named, place] of places) {
    it(`finds ${name} at ${place}`, async () => {
      publish(place, { issuer: server.origin + named, token_endpoint: `${server.origin}/found` });
      await get({ issuer: server.origin + stated });
      assert.equal(asked().at(-1), '/found');
      assert.equal(asked().at(-2), place);
    });
  }

  for (const [methods, stated, placed] of [
    [undefined, undefined, 'header'],
    [['client_secret_basic', 'client_secret_post'], undefined, 'header'],
    [['client_secret_post'], undefined, 'body'],
    [['client_secret_post', 'private_key_jwt'], undefined, 'body'],
    [['client_secret_post'], 'header', 'header'],
    [['client_secret_basic'], undefined, 'header'],
    [['private_key_jwt'], undefined, 'header'],
  ] as const) {
    it(`sends a secret in the ${placed} where ${stated ?? 'nothing'} is stated and ${methods?.join(' and ') ?? 'nothing'} is offered`, async () => {
      publish('/.well-known/openid-configuration', {
        issuer: server.origin,
        token_endpoint: `${server.origin}/found`,
        ...(methods ? { token_endpoint_auth_methods_supported: methods } : {}),
      });
      await get({ issuer: server.origin, ...(stated ? { clientAuthentication: stated } : {}) });
      const last = server.received.at(-1);
      assert.equal(last?.headers.authorization !== undefined, placed === 'header');
      assert.equal(last?.form.has('client_secret'), placed === 'body');
    });
  }

  it('goes on where an address answers with a page instead of metadata', async () => {
    const metadata = { issuer: server.origin, token_endpoint: `${server.origin}/found` };
    server.answer = ({ url }) => {
      if (url.includes('openid')) return { body: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } };
      return { body: url === '/found' ? { access_token: 'a', token_type: 'Bearer' } : metadata };
    };
    await get({ issuer: server.origin });
    assert.equal(asked().at(-1), '/found');
  });

  it('is asked once in ten minutes, and again after that', async () => {
    publish('/.well-known/openid-configuration', { issuer: server.origin, token_endpoint: `${server.origin}/token` });
    await get({ issuer: server.origin });
    await get({ issuer: server.origin, scope: 'other' });
    assert.equal(asked().filter(url => url.includes('well-known')).length, 1);
    if (made) made.clock.offset = 11 * 60_000;
    await get({ issuer: server.origin, scope: 'third' });
    assert.equal(asked().filter(url => url.includes('well-known')).length, 2);
  });

  it('gives way to what is stated, aliases for client certificates included', async () => {
    publish('/.well-known/openid-configuration', {
      issuer: server.origin,
      token_endpoint: `${server.origin}/token`,
      mtls_endpoint_aliases: { token_endpoint: `${server.origin}/alias` },
    });
    const mtls = { issuer: server.origin, clientAuthentication: 'tls_client_auth' };
    await get(mtls);
    assert.equal(asked().at(-1), '/alias');
    await get({ ...mtls, clientId: 'd', tokenUrl: `${server.origin}/stated` });
    assert.equal(asked().at(-1), '/stated');
    const refreshing = { ...mtls, grantType: 'refresh_token', refreshToken: 'given' };
    await get(refreshing);
    assert.equal(asked().at(-1), '/alias');
    await get({ ...refreshing, refreshToken: 'another', refreshUrl: `${server.origin}/refresh` });
    assert.equal(asked().at(-1), '/refresh');
  });

  it('tells assertions whom they are for: the issuer, or the token endpoint where that is a template', async () => {
    const audience = (): unknown => decodeJwt(server.received.at(-1)?.form.get('client_assertion') ?? '').aud;
    const place = '/tenant/.well-known/openid-configuration';
    for (const [method, more] of [
      ['private_key_jwt', { privateKey: privateKeyPem, clientSecret: undefined }],
      ['client_secret_jwt', {}],
    ] as const) {
      const values = { issuer: `${server.origin}/tenant`, clientAuthentication: method, ...more };
      await made?.close();
      made = undefined;
      publish(place, { issuer: `${server.origin}/tenant`, token_endpoint: `${server.origin}/token` });
      await get(values);
      assert.equal(audience(), `${server.origin}/tenant`, method);
      await get({ ...values, assertionAudience: 'https://elsewhere.example', scope: 'other' });
      assert.equal(audience(), 'https://elsewhere.example', method);
      await (made as Engine | undefined)?.close();
      made = undefined;
      publish(place, { issuer: `${server.origin}/{tenantid}`, token_endpoint: `${server.origin}/token` });
      await get(values);
      assert.equal(audience(), `${server.origin}/token`, method);
    }
  });
});
