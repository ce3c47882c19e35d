import assert from 'node:assert/strict';
import { credentials } from '../demo-api/credentials.ts';
import { type DemoApi, startDemoApi } from '../demo-api/demo-api.ts';

describe('the demo API', () => {
  let api: DemoApi;
  before(async () => {
    api = await startDemoApi();
  });
  after(() => api.close());

  async function status(path: string, headers: Record<string, string> = {}): Promise<number> {
    const response = await fetch(api.url + path, { headers });
    await response.arrayBuffer();
    return response.status;
  }
  const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });

  it('accepts the right Basic credentials and no others', async () => {
    assert.equal(await status('/auth/basic', basic(`${credentials.user}:${credentials.password}`)), 200);
    assert.equal(await status('/auth/basic', basic(`${credentials.user}:wrong`)), 401);
    assert.equal(await status('/auth/basic'), 401);
  });

  it('accepts an API key in header, query and cookie, but in one of them only', async () => {
    const key = credentials.apiKey;
    assert.equal(await status('/auth/apikey', { 'X-API-Key': key }), 200);
    assert.equal(await status(`/auth/apikey?api_key=${key}`), 200);
    assert.equal(await status('/auth/apikey', { Cookie: `a=b; api_key=${key}` }), 200);
    assert.equal(await status(`/auth/apikey?api_key=${key}`, { 'X-API-Key': key }), 400);
    assert.equal(await status('/auth/apikey', { 'X-API-Key': 'wrong' }), 403);
  });

  it('accepts its own token and one it gave at /login', async () => {
    assert.equal(await status('/auth/bearer', { Authorization: `Bearer ${credentials.token}` }), 200);
    const body = JSON.stringify({ username: credentials.user, password: credentials.password });
    const login = (await (await fetch(`${api.url}/login`, { method: 'POST', body })).json()) as { token: string };
    assert.equal(await status('/auth/bearer', { Authorization: `Bearer ${login.token}` }), 200);
    assert.equal(await status('/auth/bearer', { Authorization: 'Bearer unknown' }), 401);
  });

  it('refuses a credential where none is wanted', async () => {
    assert.equal(await status('/auth/none'), 200);
    assert.equal(await status('/auth/none', basic('a:b')), 400);
  });

  for (const encoding of ['gzip', 'br', 'zstd', 'deflate']) {
    it(`compresses with ${encoding}`, async () => {
      const response = await fetch(`${api.url}/${encoding}`);
      assert.equal(response.headers.get('content-encoding'), encoding);
      assert.equal(((await response.json()) as { encoding: string }).encoding, encoding);
    });
  }

  it('streams as many items as it is asked for', async () => {
    const items = (await (await fetch(`${api.url}/json?size=1000`)).json()) as unknown[];
    assert.equal(items.length, 1000);
  });
});
