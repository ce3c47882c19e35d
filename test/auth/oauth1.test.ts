import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  authorizationUrl,
  type DancePorts,
  type DanceResponse,
  obtainOAuth1Token,
  readVerifier,
} from '../../src/auth/oauth1/dance.ts';
import { signOAuth1 } from '../../src/auth/oauth1/sign.ts';
import type { SignatureMethod } from '../../src/auth/oauth1/signature.ts';
import { oauth1 } from '../../src/auth/schemes/oauth1.ts';
import type { Token, TokenRequest } from '../../src/auth/token-source.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { type HttpRequest, headerValue, requestUrl } from '../../src/core/request.ts';
import { recomputeOAuth1 } from '../demo-api/verifiers/oauth1.ts';
import { completeRequest, contextOf, judging, type Plain, requestTable, sign, valuesOf } from './signing.ts';

interface Vector {
  source: string;
  method: string;
  url: string;
  body?: string;
  values: Record<string, string>;
  signature?: string;
  baseString?: string;
  authorization?: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('data/oauth1-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const FORM: [string, string] = ['Content-Type', 'application/x-www-form-urlencoded'];

describe('OAuth 1.0: published vectors', () => {
  for (const { source, method, url, body, values, ...expected } of vectors) {
    it(source, async () => {
      const plain: Plain = { method, url, ...(body ? { body, headers: [FORM] } : {}) };
      const signed = await sign(oauth1, values as never, plain);
      const header = signed.header('authorization') ?? '';
      if (expected.authorization) assert.equal(header, expected.authorization);
      if (expected.signature)
        assert.equal(decodeURIComponent(/oauth_signature="([^"]+)"/.exec(header)?.[1] ?? ''), expected.signature);
      if (expected.baseString) {
        const request = completeRequest(plain);
        const all = valuesOf(oauth1, values as never);
        assert.equal((await signOAuth1(request, all, contextOf(request))).baseString, expected.baseString);
      }
    });
  }
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const client = { consumerKey: 'ck & co', consumerSecret: 'cs/+é', token: 'to ken', tokenSecret: 'ts=&' };
const METHODS: SignatureMethod[] = [
  'HMAC-SHA1',
  'HMAC-SHA256',
  'HMAC-SHA512',
  'RSA-SHA1',
  'RSA-SHA256',
  'RSA-SHA512',
  'PLAINTEXT',
];

describe('OAuth 1.0 on the wire', () => {
  let server: Awaited<ReturnType<typeof judging>>;
  const seen = new Set<string>();
  before(async () => {
    server = await judging(recomputeOAuth1(client, { seen, publicKey: rsa.publicKey }));
  });
  after(() => server.close());

  for (const addTo of ['header', 'body-or-url'] as const) {
    for (const signatureMethod of METHODS) {
      it(`passes a recomputation: ${signatureMethod} in ${addTo}`, async () => {
        // Every request once for HMAC-SHA1; a few for the others, which differ in the last step alone.
        const table = requestTable(server.origin).filter((_, i) => signatureMethod === 'HMAC-SHA1' || i % 9 === 0);
        for (const { what, ...plain } of table) {
          const given = {
            ...client,
            addTo,
            signatureMethod,
            privateKey: pem,
            includeBodyHash: true,
            realm: 'a "realm"',
          };
          const signed = await sign(oauth1, given, plain);
          assert.deepEqual(await server.send(signed.request), { status: 200, said: '' }, what);
        }
      });
    }
    it(`is refused with a wrong secret, a wrong clock, a used nonce, and a changed query or body: ${addTo}`, async () => {
      const plain: Plain = { method: 'POST', url: `${server.origin}/a?x=1`, headers: [FORM], body: 'a=1' };
      const said = async (values: object, change: (request: HttpRequest) => HttpRequest = r => r) => {
        const { request } = await sign(oauth1, { ...client, addTo, ...values }, plain);
        return (await server.send(change(request))).said.split(' ')[0];
      };
      assert.equal(await said({ nonce: `once ${addTo}` }), '');
      assert.equal(await said({ nonce: `once ${addTo}` }), 'nonce_used');
      assert.equal(await said({ consumerSecret: 'wrong' }), 'signature_invalid');
      assert.equal(await said({ tokenSecret: 'wrong' }), 'signature_invalid');
      assert.equal(await said({ timestamp: '1000000000' }), 'timestamp_refused');
      assert.equal(await said({}, r => ({ ...r, url: r.url.replace('x=1', 'x=2') })), 'signature_invalid');
      const changed = (r: HttpRequest) => ({
        ...r,
        body: completeRequest({ url: 'http://a/', body: (r.body?.text ?? '').replace('a=1', 'a=2') }).body,
      });
      assert.equal(await said({}, changed), 'signature_invalid');
    });
  }
  it('signs a body that is no form by its hash, on request', async () => {
    const plain = { method: 'POST', url: `${server.origin}/a`, body: '{"a":1}' };
    const { request } = await sign(oauth1, { ...client, includeBodyHash: true, signatureMethod: 'HMAC-SHA256' }, plain);
    const changed = { ...request, body: completeRequest({ url: 'http://a/', body: '{"a":2}' }).body };
    assert.equal((await server.send(changed)).said, 'body_hash');
    assert.equal((await server.send(request)).said, 'nonce_used');
  });
});

describe('OAuth 1.0', () => {
  const url = 'https://API.example.com:443/a?b=1';
  const parameters = async (given: object, plain: Plain = { url }) =>
    (await sign(oauth1, { ...client, ...given }, plain)).header('authorization') ?? '';

  it('places parameters in a form body only for POST and PUT, otherwise in the query', async () => {
    for (const [method, headers, place] of [
      ['POST', [FORM], 'body'],
      ['PUT', [FORM], 'body'],
      ['PATCH', [FORM], 'query'],
      ['POST', [['Content-Type', 'application/json']], 'query'],
    ] as [string, [string, string][], string][]) {
      const { request } = await sign(
        oauth1,
        { ...client, addTo: 'body-or-url' },
        { method, url, headers, body: 'a=1' },
      );
      assert.equal(request.body?.text?.includes('oauth_signature='), place === 'body', `${method} body`);
      assert.equal(requestUrl(request).includes('oauth_signature='), place === 'query', `${method} query`);
      assert.equal(headerValue(request, 'content-length'), String(request.body?.length));
    }
  });

  it('leaves the body hash out with forms, a callback or a verifier', async () => {
    const post = { method: 'POST', url, body: 'x' };
    assert.match(await parameters({ includeBodyHash: true }, post), /oauth_body_hash="/);
    assert.match(
      await parameters({ includeBodyHash: true, signatureMethod: 'HMAC-SHA512' }, post),
      new RegExp(`oauth_body_hash="${encodeURIComponent(createHash('sha512').update('x').digest('base64'))}"`),
    );
    for (const given of [
      { callback: 'oob' },
      { verifier: 'v' },
      { signatureMethod: 'PLAINTEXT' },
      { includeBodyHash: false },
    ]) {
      assert.doesNotMatch(await parameters({ includeBodyHash: true, ...given }, post), /body_hash/);
    }
    assert.doesNotMatch(await parameters({ includeBodyHash: true }, { ...post, headers: [FORM] }), /body_hash/);
  });

  it('sends empty parameters, a version and plain values only on request', async () => {
    const bare = { token: '', nonce: 'n', timestamp: '1' };
    assert.doesNotMatch(await parameters(bare), /oauth_token|oauth_callback/);
    const withEmpty = await parameters({ ...bare, version: '', addEmptyParamsToSign: true });
    assert.match(withEmpty, /oauth_token="", .*oauth_version=""/);
    assert.doesNotMatch(withEmpty, /oauth_callback|oauth_verifier/);
    assert.match(await parameters(bare), /oauth_version="1.0"/);
    assert.doesNotMatch(await parameters({ ...bare, version: '' }), /oauth_version/);
    assert.match(await parameters({ ...bare, encodeHeader: false }), /oauth_consumer_key="ck & co"/);
    assert.match(await parameters(bare), /oauth_consumer_key="ck%20%26%20co"/);
    assert.match(await parameters(bare), /oauth_signature_method="HMAC-SHA1"/);
  });

  it('puts its parameters in place of those that an earlier signature left in the URL', async () => {
    const given = { ...client, addTo: 'body-or-url', nonce: 'n', timestamp: '1' } as const;
    const fresh = requestUrl((await sign(oauth1, given, { url })).request);
    const old = requestUrl((await sign(oauth1, { ...given, nonce: 'o' }, { url })).request);
    assert.notEqual(old, fresh);
    assert.equal(requestUrl((await sign(oauth1, given, { url: old })).request), fresh);
  });

  it('signs with no key other than an RSA key where the method asks for one', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await assert.rejects(
      sign(oauth1, { consumerKey: 'k', signatureMethod: 'RSA-SHA1', privateKey: pem }, { url: 'http://a/' }),
      /RSA-SHA1 needs an RSA key/,
    );
  });

  it('places parameters in a form that is still empty', async () => {
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
    const { request } = await sign(
      oauth1,
      { consumerKey: 'k', addTo: 'body-or-url' },
      { method: 'POST', url: 'http://a/', headers },
    );
    assert.match(request.body?.text ?? '', /^oauth_consumer_key=k&.*oauth_signature=/);
    assert.deepEqual(request.query, []);
  });

  it('writes quotes in plain values so that they end nothing', async () => {
    const { header } = await sign(oauth1, { consumerKey: 'a"b', encodeHeader: false }, { url: 'http://a/' });
    assert.match(header('authorization') ?? '', /oauth_consumer_key="a\\"b"/);
  });

  it('masks the signature, and sends nothing without what it needs', async () => {
    const { attempt } = await sign(oauth1, { ...client, signatureMethod: 'PLAINTEXT' }, { url });
    assert.match(attempt.edits[0]?.masked ?? '', /oauth_signature="•••"/);
    await assert.rejects(sign(oauth1, { ...client, signatureMethod: 'RSA-SHA1' }, { url }), { code: 'missing-field' });
    await assert.rejects(sign(oauth1, { ...client, timestamp: 'soon' }, { url }), { code: 'invalid-value' });
    for (const [key, words] of [
      ['nonsense', /cannot be read/],
      [rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString(), /public key/],
    ] as const) {
      await assert.rejects(
        sign(oauth1, { ...client, signatureMethod: 'RSA-SHA256', privateKey: key }, { url }),
        (error: CountersignError) => error.code === 'invalid-value' && words.test(error.message),
      );
    }
    assert.deepEqual(
      oauth1.check?.({ requestTokenUrl: 'x', signatureMethod: 'RSA-SHA1' }).map(p => p.field),
      ['authorizeUrl', 'accessTokenUrl', 'privateKey'],
    );
  });

  it('says why the server refused', async () => {
    const refused = async (headers: [string, string][], body = '') =>
      (
        await (
          await sign(oauth1, client, { url }, { now: 0 })
        ).respond({ status: 401, headers, bytes: async () => Buffer.from(body) })
      )?.explanation ?? '';
    assert.match(await refused([['WWW-Authenticate', 'OAuth oauth_problem="nonce_used"']]), /nonce was used/);
    assert.match(await refused([], 'oauth_problem=signature_invalid&x'), /signature does not match/);
    assert.match(await refused([['Date', 'Thu, 01 Jan 1970 01:00:00 GMT']]), /3600 s ahead/);
  });
});

describe('OAuth 1.0: the three-legged flow', () => {
  const settings = {
    ...valuesOf(oauth1, { consumerKey: client.consumerKey, consumerSecret: client.consumerSecret, realm: 'r' }),
    requestTokenUrl: 'https://api.example.com/request',
    authorizeUrl: 'https://api.example.com/authorize?lang=en',
    accessTokenUrl: 'https://api.example.com/access',
  };
  /** A provider that checks each leg with the counterpart. */
  function provider(refuse?: string) {
    const seen = new Set<string>();
    const legs: string[] = [];
    const send = async (request: HttpRequest): Promise<DanceResponse> => {
      const { pathname } = new URL(request.url);
      legs.push(pathname);
      const authorization = headerValue(request, 'authorization') ?? '';
      const tokenSecret = pathname === '/access' ? 'temp secret' : '';
      // The counterpart sees http on the wire; these URLs are https.
      const verdict = recomputeOAuth1(
        { consumerSecret: client.consumerSecret, tokenSecret },
        { seen },
      )({
        method: request.method,
        target: pathname,
        headers: { host: 'api.example.com', authorization },
        body: Buffer.alloc(0),
      });
      const text =
        pathname === '/request'
          ? 'oauth_token=temp&oauth_token_secret=temp%20secret&oauth_callback_confirmed=true'
          : 'oauth_token=final&oauth_token_secret=final+secret';
      if (refuse === pathname)
        return { status: 401, headers: [['WWW-Authenticate', 'OAuth oauth_problem=consumer_key_unknown']], text: '' };
      assert.match(
        authorization,
        pathname === '/request' ? /oauth_callback="http%3A%2F%2F127/ : /oauth_token="temp".*oauth_verifier="ver%20ify"/,
      );
      return { status: verdict ? 401 : 200, headers: [], text };
    };
    return { send, legs };
  }
  const http = {
    ...settings,
    requestTokenUrl: 'http://api.example.com/request',
    accessTokenUrl: 'http://api.example.com/access',
  };
  const ports = (given: Partial<DancePorts>): DancePorts => ({
    clock: { now: () => Date.now() },
    random: { bytes: length => crypto.getRandomValues(new Uint8Array(length)) },
    callbackUrl: 'http://127.0.0.1:1234/callback',
    send: async () => assert.fail('nothing is to be sent'),
    authorize: async shown => {
      assert.equal(shown, 'https://api.example.com/authorize?lang=en&oauth_token=temp');
      return 'http://127.0.0.1:1234/callback?oauth_token=temp&oauth_verifier=ver%20ify';
    },
    ...given,
  });

  it('gets a token with three signed legs', async () => {
    const { send, legs } = provider();
    const { accessToken, tokenSecret } = await obtainOAuth1Token(http, ports({ send }));
    assert.deepEqual([accessToken, tokenSecret, ...legs], ['final', 'final secret', '/request', '/access']);
  });

  it('takes a pasted verifier, and refuses the answer to another sign-in', async () => {
    assert.equal(readVerifier(' 1234567 ', 'temp'), '1234567');
    assert.equal(readVerifier('?oauth_verifier=a', 'temp'), 'a');
    assert.equal(authorizationUrl('https://a/b', 'x y'), 'https://a/b?oauth_token=x%20y');
    for (const answer of [
      '',
      'http://a/?oauth_token=other&oauth_verifier=v',
      'http://a/?denied=temp',
      'http://a/?oauth_token=temp',
      'http://a/?oauth_problem=permission_denied',
    ]) {
      assert.throws(() => readVerifier(answer, 'temp'), { code: 'token-failed' }, answer);
    }
    await assert.rejects(
      obtainOAuth1Token(http, ports({ send: provider('/request').send })),
      /does not know this consumer key/,
    );
    await assert.rejects(obtainOAuth1Token(http, ports({ send: provider('/access').send })), CountersignError);
  });

  it('asks the token source where URLs are given and no token is, and forgets a token that was revoked', async () => {
    const token: Token = { accessToken: 'final', tokenSecret: 's', tokenType: 'OAuth' };
    const asked: string[] = [];
    const tokens = {
      peek: async () => ({ kind: 'pending' as const, pending: 'a sign-in' }),
      get: async ({ scheme }: TokenRequest) => {
        asked.push(`get ${scheme}`);
        return token;
      },
      reject: async () => void asked.push('reject'),
    };
    const given = { ...settings, callback: 'http://127.0.0.1/', verifier: 'x' };
    const signed = await sign(oauth1, given, { url: 'https://a/' }, { tokens });
    assert.match(signed.header('authorization') ?? '', /oauth_token="final"/);
    assert.doesNotMatch(signed.header('authorization') ?? '', /oauth_callback|oauth_verifier/);
    const outcome = await signed.respond({
      status: 401,
      headers: [['WWW-Authenticate', 'OAuth oauth_problem="token_revoked"']],
    });
    assert.match(outcome?.explanation ?? '', /signs in anew/);
    assert.deepEqual(asked, ['get oauth1', 'reject']);
    const preview = await sign(oauth1, given, { url: 'https://a/' }, { tokens, preview: true });
    assert.deepEqual(preview.attempt, { edits: [], pending: 'a sign-in' });
  });
});
