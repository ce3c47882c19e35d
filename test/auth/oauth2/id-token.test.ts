import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { type Engine, engine } from './engine.ts';
import { person } from './person.ts';
import { type Answer, startTokenServer, type TokenServer } from './token-server.ts';

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const others = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('ID tokens', () => {
  let server: TokenServer;
  let made: Engine | undefined;
  /** What the next ID token says and how it is signed. */
  let claims: Record<string, unknown>;
  let signing: {
    readonly key: KeyObject | Uint8Array;
    readonly header: { readonly alg: string; readonly kid?: string };
  };
  let metadata: Record<string, unknown>;
  let jwks: Answer;
  let headers: Record<string, string>;

  before(async () => {
    server = await startTokenServer();
  });
  beforeEach(() => {
    const now = Math.floor(Date.now() / 1000);
    server.received.length = 0;
    headers = {};
    claims = { iss: server.origin, aud: 'client', sub: 'ada', iat: now, exp: now + 300 };
    signing = { key: keys.privateKey, header: { alg: 'RS256', kid: 'k1' } };
    metadata = { issuer: server.origin, token_endpoint: `${server.origin}/token`, jwks_uri: `${server.origin}/jwks` };
    jwks = { body: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }] } };
  });
  afterEach(async () => {
    await made?.close();
    made = undefined;
  });
  after(() => server.close());

  const values = (more: Record<string, unknown> = {}) => ({
    ...{ grantType: 'password', issuer: server.origin, clientId: 'client', username: 'ada', scope: 'openid', ...more },
  });

  /** Gets a token, and what is kept of it. */
  async function got(more: Record<string, unknown> = {}) {
    const idToken = await new SignJWT(claims).setProtectedHeader(signing.header).sign(signing.key);
    server.answer = ({ url }) => {
      if (url.includes('well-known')) return { body: metadata };
      if (url === '/jwks') return jwks;
      return { headers, body: { access_token: 'a', token_type: 'Bearer', expires_in: 600, id_token: idToken } };
    };
    made = engine();
    await made.get(values(more));
    const { idToken: kept, idTokenProof } = await made.kept();
    return {
      kept: kept !== undefined,
      proof: idTokenProof,
      warnings: made.records.flatMap(({ warnings }) => warnings),
    };
  }

  it('are verified with the keys of their issuer, which are fetched once', async () => {
    assert.deepEqual(await got(), { kept: true, proof: { verified: true }, warnings: [] });
    await made?.get(values({ username: 'grace' }));
    assert.equal(server.received.filter(({ url }) => url === '/jwks').length, 1);
    assert.equal(made?.records.filter(({ purpose }) => purpose === 'keys').length, 1);
  });

  it('are not kept where the signature is another’s', async () => {
    signing = { ...signing, key: others.privateKey };
    const { kept, proof, warnings } = await got();
    assert.deepEqual([kept, proof], [false, undefined]);
    assert.match(warnings.join(), /ID token is not valid and is not kept: JWT signature verification failed/);
  });

  const withoutKeys = (): void => {
    metadata = { issuer: server.origin, token_endpoint: `${server.origin}/token` };
  };
  const byThe = (secret: string): void => {
    const algorithms = { id_token_signing_alg_values_supported: ['RS256', 'HS256'] };
    metadata = { ...metadata, ...algorithms };
    signing = { key: new TextEncoder().encode(secret), header: { alg: 'HS256' } };
  };
  const unverified: [string, string, () => void][] = [
    ['the issuer names no keys', 'no-keys', withoutKeys],
    ['the keys can’t be had', 'keys-unavailable', () => (jwks = { status: 500, body: 'down' })],
    ['the keys are none', 'keys-unavailable', () => (jwks = { body: { keys: 'none' } })],
    ['the key is not among them', 'no-such-key', () => (signing = { ...signing, header: { alg: 'RS256', kid: 'k2' } })],
    ['they are signed with the client’s secret', 'algorithm', () => byThe('a secret of more than thirty-two bytes')],
  ];
  for (const [when, reason, arrange] of unverified) {
    it(`are kept as unverified where ${when}`, async () => {
      arrange();
      assert.deepEqual(await got(), { kept: true, proof: { verified: false, reason }, warnings: [] });
    });
  }

  it('are kept as unverified where no issuer is stated', async () => {
    const { kept, proof } = await got({ issuer: undefined, tokenUrl: `${server.origin}/token` });
    assert.deepEqual([kept, proof], [true, { verified: false, reason: 'issuer-unknown' }]);
  });

  it('are judged by the server’s clock where this machine’s is wrong', async () => {
    for (const ahead of [-600, 600]) {
      const now = Math.floor(Date.now() / 1000) - ahead;
      headers = { date: new Date(now * 1000).toUTCString() };
      claims = { ...claims, iat: now, nbf: now, exp: now + 300 };
      assert.deepEqual(await got(), { kept: true, proof: { verified: true }, warnings: [] }, `${ahead} s`);
      await made?.close();
    }
    headers = {};
    const { kept } = await got();
    assert.equal(kept, false);
  });

  it('of another sign-in are not kept, whether or not an issuer is stated', async () => {
    for (const stated of [true, false]) {
      let nonce = '';
      const issued = async (): Promise<string> =>
        new SignJWT({ ...claims, nonce }).setProtectedHeader(signing.header).sign(signing.key);
      let idToken = '';
      server.answer = ({ url }) => {
        if (url.includes('well-known')) {
          return { body: { ...metadata, authorization_endpoint: `${server.origin}/authorize` } };
        }
        if (url === '/jwks') return jwks;
        if (!url.startsWith('/authorize')) {
          return { body: { access_token: 'a', token_type: 'Bearer', expires_in: 600, id_token: idToken } };
        }
        const { searchParams } = new URL(url, server.origin);
        assert.ok(searchParams.get('nonce'));
        const back = `${searchParams.get('redirect_uri')}?code=c&state=${searchParams.get('state')}`;
        return { status: 302, headers: { location: back } };
      };
      nonce = 'somebody else’s';
      idToken = await issued();
      made = engine({ agent: person() });
      const addresses = { authUrl: `${server.origin}/authorize`, tokenUrl: `${server.origin}/token` };
      const more = { grantType: 'authorization_code_pkce', ...(stated ? {} : { issuer: undefined, ...addresses }) };
      await made.get(values(more));
      assert.equal((await made.kept()).idToken, undefined, `issuer stated: ${stated}`);
      assert.match(made.records.flatMap(({ warnings }) => warnings).join(), /ID token is not valid and is not kept/);
      await made.close();
    }
  });
});
