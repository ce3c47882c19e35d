import assert from 'node:assert/strict';
import http, { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthorizationSession, CallbackWish } from '../../src/auth/oauth2/authorization-agent.ts';
import { isLoopbackCallback, loopbackSession } from '../../src/node/loopback-callback.ts';

describe('the loopback callback', () => {
  let session: AuthorizationSession | undefined;
  afterEach(async () => {
    await session?.close();
    session = undefined;
  });

  async function start(wish: Partial<CallbackWish> = {}): Promise<AuthorizationSession> {
    session = await loopbackSession(
      { responseMode: 'query', server: 'as.example', signal: new AbortController().signal, ...wish },
      async () => {},
    );
    return session;
  }
  const judge = (parameters: URLSearchParams) =>
    parameters.get('state') === 's' ? undefined : 'The state is <wrong>.';

  it('gives the answer, shows that the window can be closed, and frees its port', async () => {
    const flow = await start();
    assert.match(flow.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const answer = flow.authorize('https://as.example/authorize', judge);
    const response = await fetch(`${flow.redirectUri}?code=c&state=s`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const page = await response.text();
    assert.match(page, /You can close this window/);
    assert.doesNotMatch(page, /<script/);
    assert.equal((await answer).get('code'), 'c');
    await flow.close();
    await assert.rejects(fetch(flow.redirectUri));
  });

  it('ends at the first answer, though its state is wrong, and shows why, escaped', async () => {
    const flow = await start();
    const answer = flow.authorize('https://as.example/authorize', judge);
    const response = await fetch(`${flow.redirectUri}?code=c&state=other`);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /The state is &lt;wrong&gt;\./);
    assert.equal((await answer).get('state'), 'other');
    assert.equal((await fetch(`${flow.redirectUri}?code=c&state=s`)).status, 410);
  });

  it('passes over everything else: icons, other paths, other methods, bare visits', async () => {
    const flow = await start();
    const answer = flow.authorize('https://as.example/authorize', judge);
    const { origin } = new URL(flow.redirectUri);
    const statuses = await Promise.all([
      fetch(`${origin}/favicon.ico`),
      fetch(`${origin}/?code=c&state=s`),
      fetch(flow.redirectUri),
      fetch(`${flow.redirectUri}?code=c&state=s`, { method: 'PUT' }),
      fetch(flow.redirectUri, { method: 'POST', body: JSON.stringify({ code: 'c' }) }),
    ]);
    assert.deepEqual(
      statuses.map(response => response.status),
      [404, 404, 400, 405, 400],
    );
    await fetch(`${flow.redirectUri}?code=c&state=s`);
    assert.equal((await answer).get('code'), 'c');
  });

  it('answers nobody who calls it by another name', async () => {
    const flow = await start();
    void flow.authorize('https://as.example/authorize', judge).catch(() => {});
    const status = await new Promise(resolve => {
      const headers = { host: 'evil.example' };
      http.get(`${flow.redirectUri}?code=c&state=s`, { headers }, response => resolve(response.resume().statusCode));
    });
    assert.equal(status, 403);
  });

  it('takes what is posted: a form_post answer, or the fragment that its page hands on', async () => {
    const flow = await start({ responseMode: 'fragment', callbackUrl: 'http://localhost/done' });
    assert.match(flow.redirectUri, /^http:\/\/localhost:\d+\/done$/);
    const answer = flow.authorize('https://as.example/authorize', judge);
    const at = flow.redirectUri.replace('localhost', '127.0.0.1');
    const relay = await fetch(at);
    const nonce = /script nonce="([^"]+)"/.exec(await relay.text())?.[1];
    assert.ok(nonce && relay.headers.get('content-security-policy')?.includes(`script-src 'nonce-${nonce}'`));
    const body = new URLSearchParams({ access_token: 't', state: 's' });
    assert.equal((await fetch(at, { method: 'POST', body })).status, 200);
    assert.equal((await answer).get('access_token'), 't');
  });

  it('listens on the loopback interface alone, and on the port that is asked for', async () => {
    const first = await start();
    const taken = first.redirectUri;
    await assert.rejects(
      loopbackSession(
        { callbackUrl: taken, responseMode: 'query', server: 'x', signal: new AbortController().signal },
        async () => {},
      ),
      { code: 'io', message: /Nothing can listen at http:\/\/127\.0\.0\.1:\d+/ },
    );
    await first.close();
    const second = await start({ callbackUrl: taken });
    assert.equal(second.redirectUri, taken);
    const { port } = new URL(taken);
    // The whole of 127/8 is loopback: a listener on every interface would answer here too.
    await assert.rejects(fetch(`http://127.0.0.2:${port}/callback?code=c&state=s`));
  });

  it('listens at both addresses of localhost, and at neither where somebody else has one of them', async () => {
    const flow = await start({ callbackUrl: 'http://localhost/cb' });
    const { port } = new URL(flow.redirectUri);
    for (const host of ['127.0.0.1', '[::1]']) {
      assert.equal((await fetch(`http://${host}:${port}/elsewhere`)).status, 404, host);
    }
    await flow.close();
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, '::1', resolve));
    try {
      const callbackUrl = `http://localhost:${(other.address() as AddressInfo).port}/cb`;
      const { signal } = new AbortController();
      const wish = { callbackUrl, responseMode: 'query', server: 'x', signal } as const;
      await assert.rejects(
        loopbackSession(wish, async () => {}),
        { code: 'io', hint: /another sign-in that is still open/ },
      );
      const first = await start({ callbackUrl: callbackUrl.replace('localhost', '127.0.0.1') });
      await first.close();
    } finally {
      other.close();
    }
  });

  it('keeps a callback URL as it was registered, to the letter', async () => {
    for (const callbackUrl of ['http://localhost', 'http://localhost/?app=1', 'http://127.0.0.1/a%2Fb']) {
      const { redirectUri, close } = await start({ callbackUrl });
      assert.equal(redirectUri.replace(/:\d+/, ''), callbackUrl);
      assert.match(redirectUri, /:\d+/);
      await close();
    }
  });

  it('ends when it is cancelled or closed', async () => {
    const controller = new AbortController();
    const flow = await start({ signal: controller.signal });
    const answer = flow.authorize('https://as.example/authorize', judge);
    controller.abort();
    await assert.rejects(answer, { code: 'cancelled' });
    const other = await start();
    const waiting = other.authorize('https://as.example/authorize', judge);
    await other.close();
    await assert.rejects(waiting, { code: 'cancelled' });
  });

  it('knows which callback URLs it can serve', () => {
    for (const url of ['http://127.0.0.1/cb', 'http://localhost:8080', 'http://[::1]:9/x'])
      assert.ok(isLoopbackCallback(url));
    const others = [
      'https://localhost/cb',
      'http://example.com/cb',
      'http://127.0.0.1.evil.example/',
      'vscode://x',
      'cb',
    ];
    for (const url of others) assert.ok(!isLoopbackCallback(url));
  });
});
