import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { isCallback, watchedSession } from '../../src/node/watched-browser.ts';
import { type BrowserProgram, browserProgram } from './driver/browser.ts';

const flags = ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
const profiles = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('countersign-sign-in-'));

describe('a watched browser window', function () {
  this.timeout(60_000);
  let server: Server;
  let origin: string;
  let program: BrowserProgram;
  /** What the authorization endpoint answers. */
  let answer: (callback: string) => { status: number; location?: string; body?: string };
  const seen: string[] = [];

  before(async () => {
    program = await browserProgram();
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', origin);
      seen.push(url.pathname);
      const { status, location, body } = answer(url.searchParams.get('redirect_uri') ?? '');
      response
        .writeHead(status, { 'Content-Type': 'text/html', ...(location ? { Location: location } : {}) })
        .end(body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  beforeEach(() => {
    seen.length = 0;
  });

  async function signIn(callbackUrl: string, controller = new AbortController()): Promise<URLSearchParams> {
    const options = { flags, ...(program.environment ? { env: program.environment } : {}) };
    const wish = { callbackUrl, server: 'here', signal: controller.signal };
    const session = await watchedSession(wish, program.executable, options);
    try {
      assert.equal(session.redirectUri, callbackUrl);
      const url = `${origin}/authorize?redirect_uri=${encodeURIComponent(callbackUrl)}`;
      return await session.authorize(url, () => undefined);
    } finally {
      await session.close();
    }
  }

  const foreign = 'https://app.example.invalid/callback';

  const ways: [how: string, callback: string, answer: typeof answer][] = [
    ['a redirect', foreign, to => ({ status: 302, location: `${to}?code=c&state=s` })],
    ['a fragment', foreign, to => ({ status: 303, location: `${to}#access_token=c&state=s` })],
    [
      'a page that posts a form',
      foreign,
      to => ({
        status: 200,
        body: `<form method=post action="${to}"><input name=code value=c><input name=state value=s></form><script>document.forms[0].submit()</script>`,
      }),
    ],
    ['a script', foreign, to => ({ status: 200, body: `<script>location = '${to}?code=c&state=s'</script>` })],
    [
      'a redirect to a scheme of its own',
      'com.example.app:/callback',
      to => ({ status: 302, location: `${to}?code=c&state=s` }),
    ],
    [
      'a script that goes to a scheme of its own',
      'com.example.app:/callback',
      to => ({
        status: 200,
        body: `<script>location = '${to}?code=c&state=s'</script>`,
      }),
    ],
  ];
  for (const [how, callback, said] of ways) {
    it(`catches a callback that comes by ${how}, and leaves nothing behind`, async () => {
      answer = said;
      const before = profiles();
      const parameters = await signIn(callback);
      assert.equal(parameters.get('code') ?? parameters.get('access_token'), 'c');
      assert.equal(parameters.get('state'), 's');
      assert.deepEqual(profiles(), before);
    });
  }

  it('catches a callback to a server that is there before it hears of it', async () => {
    answer = to => ({ status: 302, location: `${to}?code=c&state=s` });
    await signIn(`${origin}/somebody-elses/callback`);
    assert.deepEqual(
      seen.filter(path => path !== '/favicon.ico'),
      ['/authorize'],
    );
  });

  it('ends, its profile with it, when the sign-in is cancelled', async () => {
    const before = profiles();
    const controller = new AbortController();
    answer = () => {
      controller.abort();
      return { status: 200, body: 'sign in' };
    };
    await assert.rejects(signIn(foreign, controller), { code: 'cancelled' });
    assert.deepEqual(profiles(), before);
  });

  it('knows its callback by origin and path, and by an answer in it', () => {
    assert.ok(isCallback('https://a.example/cb?code=1', 'https://a.example/cb'));
    assert.ok(isCallback('https://a.example/cb/#error=x', 'https://a.example/cb'));
    for (const other of [
      'https://a.example/cb',
      'https://a.example/cbx?code=1',
      'https://b.example/cb?code=1',
      'http://a.example/cb?code=1',
      'https://a.example.evil/cb?code=1',
    ]) {
      assert.ok(!isCallback(other, 'https://a.example/cb'), other);
    }
  });
});
