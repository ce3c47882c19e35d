import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { apikey } from '../../src/auth/schemes/apikey.ts';
import { basic } from '../../src/auth/schemes/basic.ts';
import { bearer } from '../../src/auth/schemes/bearer.ts';
import { applyEdits, requestUrl } from '../../src/core/request.ts';
import { splitUrl, writeHead } from '../../src/http/request-head.ts';
import { createAuthClient, listen } from './exchange.ts';
import { sign } from './signing.ts';

const vectors: { source: string; username: string; password: string; authorization: string }[] = JSON.parse(
  readFileSync(new URL('data/basic-vectors.json', import.meta.url), 'utf8'),
);
const url = 'http://api.example.com/';

describe('Basic', () => {
  describe('published vectors', () => {
    for (const { source, username, password, authorization } of vectors) {
      it(source, async () => {
        const { header, attempt } = await sign(basic, { username, password }, { url });
        assert.equal(header('authorization'), authorization);
        assert.equal(attempt.edits[0]?.masked, 'Basic •••');
      });
    }
  });

  it('encodes as ISO-8859-1 where that is wanted, and says what that lacks', async () => {
    // Of RFC 2617's time: one byte for a letter (https://www.rfc-editor.org/rfc/rfc7617#appendix-B.3).
    const { header } = await sign(basic, { username: 'test', password: '123£', charset: 'ISO-8859-1' }, { url });
    assert.equal(header('authorization'), `Basic ${Buffer.from('746573743a313233a3', 'hex').toString('base64')}`);
    assert.deepEqual(
      basic.check?.({ username: 'a', password: '€', charset: 'ISO-8859-1' })?.map(({ field }) => field),
      ['password'],
    );
    assert.deepEqual(basic.check?.({ username: 'a', password: '€', charset: 'UTF-8' }), []);
  });

  it('is accepted by http-auth, and a wrong password is not', async () => {
    const auth = createRequire(import.meta.url)('http-auth');
    const guard = auth.basic({ realm: 'r' }, (user: string, password: string, done: (ok: boolean) => void) =>
      done(user === 'Jäsøn' && password === 'ge:hëim 😀'),
    );
    const server = await listen(guard.check((_: unknown, response: { end(text: string): void }) => response.end('ok')));
    const client = createAuthClient();
    try {
      const status = async (username: string, password: string) =>
        (await client.send('basic', { username, password }, { url: server.url })).status;
      assert.equal(await status('Jäsøn', 'ge:hëim 😀'), 200);
      assert.equal(await status('Jäsøn', 'geheim'), 401);
      assert.equal(await status('Jason', 'ge:hëim 😀'), 401);
    } finally {
      client.close();
      await server.close();
    }
  });

  it('takes an empty name or password, and refuses a colon in the name', async () => {
    assert.equal((await sign(basic, { password: 'x' }, { url })).header('authorization'), `Basic ${btoa(':x')}`);
    assert.equal((await sign(basic, { username: 'x' }, { url })).header('authorization'), `Basic ${btoa('x:')}`);
    assert.equal(basic.check?.({ username: 'a:b' })[0]?.field, 'username');
    assert.deepEqual(basic.check?.({ username: 'a', password: 'b:c' }), []);
  });

  it('refuses control characters, which RFC 7617 §2 forbids and most servers cut at', () => {
    const problems = basic.check?.({ username: 'a\tb', password: 'secret\n' }) ?? [];
    assert.deepEqual(
      problems.map(({ field }) => field),
      ['username', 'password'],
    );
    assert.match(problems[1]?.message ?? '', /line break/);
    assert.ok(!JSON.stringify(problems).includes('secret'));
  });
});

describe('Bearer', () => {
  it('published vectors: RFC 6750 §2.1', async () => {
    const { header } = await sign(bearer, { token: 'mF_9.B5f-4.1JqM' }, { url });
    assert.equal(header('authorization'), 'Bearer mF_9.B5f-4.1JqM');
  });

  it('sends the token behind its prefix, or alone', async () => {
    const sent = async (values: object) =>
      (await sign(bearer, { token: 'ab.c', ...values }, { url })).header('authorization');
    assert.equal(await sent({}), 'Bearer ab.c');
    assert.equal(await sent({ prefix: 'Token' }), 'Token ab.c');
    assert.equal(await sent({ prefix: '' }), 'ab.c');
    assert.equal(await sent({ prefix: 'Bearer ', token: ' ab.c ' }), 'Bearer ab.c');
  });

  it('refuses line breaks in token and prefix, and sends nothing', async () => {
    assert.deepEqual(
      bearer.check?.({ token: 'a\nb', prefix: 'a\rb' }).map(({ field }) => field),
      ['token', 'prefix'],
    );
    await assert.rejects(createAuthClient().preview('bearer', { token: 'a\r\nX: y' }, { url }), /line break/);
  });
});

describe('API key', () => {
  it('refuses what its place cannot hold, at the field, and sends nothing', async () => {
    const fields = (values: object) => apikey.check?.(values).map(({ field }) => field);
    assert.deepEqual(fields({ key: 'X Key', value: 'v', in: 'header' }), ['key']);
    assert.deepEqual(fields({ key: 'X-Key', value: 'a\nb', in: 'header' }), ['value']);
    assert.deepEqual(fields({ key: 'a=b', value: 'c;d', in: 'cookie' }), ['key', 'value']);
    assert.deepEqual(fields({ key: 'any thing=', value: 'a\nb;', in: 'query' }), []);
    assert.deepEqual(fields({ key: 'Schlüssel', value: 'ä', in: 'cookie' }), ['key']);
    assert.deepEqual(fields({ key: 'sid', value: 'ä', in: 'cookie' }), []);
  });

  it('wins over a cookie of that name that the request writes, as over a header', async () => {
    const { request } = await sign(
      apikey,
      { key: 'sid', value: 'new', in: 'cookie' },
      { url, headers: [['Cookie', 'a=1; sid=old; b=2']] },
    );
    const head = writeHead(request, splitUrl(request));
    assert.equal(head.pairs[head.pairs.indexOf('Cookie') + 1], 'a=1; b=2; sid=new');
    assert.deepEqual(
      request.overridden.map(({ name, value }) => `${name}: ${value}`),
      ['Cookie: sid=old'],
    );
    const written = {
      name: 'Cookie',
      value: 'sid=old;b=x',
      masked: 'sid=•••;b=•••',
      origin: { by: 'client' },
    } as const;
    const edit = { in: 'cookie', name: 'sid', value: 'new' } as const;
    const masked = applyEdits({ ...request, headers: [written] }, [edit], { by: 'auth', scheme: 'apikey' });
    assert.deepEqual(
      masked.headers.map(({ value, masked: shown }) => [value, shown]),
      [['b=x', 'b=•••']],
    );
    assert.equal(masked.overridden.at(-1)?.masked, 'sid=•••');
  });

  it('goes into a header, the query or a cookie, and leaves names like its own alone', async () => {
    const headers = [
      ['X_API_KEY', 'other'],
      ['x-api-key', 'old'],
    ] as const;
    const { request } = await sign(apikey, { key: 'X-API-Key', value: 'k' }, { url, headers });
    assert.deepEqual(
      request.headers.filter(({ name }) => /key/i.test(name)).map(({ name, value }) => `${name}: ${value}`),
      ['X_API_KEY: other', 'X-API-Key: k'],
    );
    assert.deepEqual(
      request.overridden.map(({ value }) => value),
      ['old'],
    );
    const given = { key: 'api key', value: 'new', in: 'query' } as const;
    const twice = await sign(apikey, given, { url: `${url}?api%20key=old&x=1&api+key=older&api%20keys=2` });
    assert.equal(requestUrl(twice.request), `${url}?x=1&api%20keys=2&api%20key=new`);
    const query = await sign(apikey, { key: 'api key', value: 'a&b', in: 'query' }, { url });
    assert.deepEqual(
      query.request.query.map(({ name, value, masked }) => [name, value, masked]),
      [['api key', 'a&b', '•••']],
    );
    const cookie = await sign(apikey, { key: 'sid', value: 'v', in: 'cookie' }, { url });
    assert.deepEqual(
      cookie.request.cookies.map(({ name, value }) => [name, value]),
      [['sid', 'v']],
    );
  });
});
