import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CookieJar, createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { CookieSync } from '../../src/cookies/cookie-sync.ts';
import type { StoredCookie } from '../../src/cookies/stored-cookie.ts';
import { Chromium } from '../../src/node/chromium.ts';
import { ChromiumCookies } from '../../src/node/chromium-cookies.ts';
import type { DevTools } from '../../src/node/devtools.ts';
import { DevToolsSocket } from '../../src/node/devtools-socket.ts';
import { type BrowserProgram, browserProgram } from './driver/browser.ts';
import { headless, type ListeningChromium, listeningChromium } from './driver/listening-chromium.ts';

const hour = 3_600_000;

const said = (jar: CookieJar): string[] =>
  jar
    .list()
    .map(({ name, value, domain, path, hostOnly, secure, httpOnly, expiresAt }) =>
      [
        `${hostOnly ? '' : '.'}${domain}${path} ${name}=${value}`,
        ...[secure && 'Secure', httpOnly && 'HttpOnly', expiresAt !== undefined && 'kept'].filter(Boolean),
      ].join(' '),
    )
    .sort();

describe('the cookies of a Chromium that runs', function () {
  this.timeout(60_000);
  let program: BrowserProgram;
  let server: Server;
  let origin: string;
  let set: string[] = [];
  const seen: (string | undefined)[] = [];
  let browser: DevTools;
  let jar: CookieJar;

  before(async () => {
    program = await browserProgram();
    server = createServer((request, response) => {
      if (request.url === '/page') {
        seen.push(request.headers.cookie);
        response.setHeader('Set-Cookie', set);
      }
      response.setHeader('Content-Type', 'text/html').end('<title>page</title>');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });
  beforeEach(() => {
    jar = createCookieJar();
    set = [];
    seen.length = 0;
  });
  afterEach(async () => {
    await browser.close();
  });

  const options = () => ({ flags: headless, ...(program.environment ? { env: program.environment } : {}) });
  /** Opens the page and waits until the server has answered. */
  const visit = async (): Promise<void> => {
    const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
    const loaded = Promise.withResolvers<void>();
    browser.listen(({ method }) => {
      if (method === 'Page.loadEventFired') loaded.resolve();
    });
    await browser.send('Page.enable', {}, String(sessionId));
    await browser.send('Page.navigate', { url: `${origin}/page` }, String(sessionId));
    await loaded.promise;
    await browser.send('Target.closeTarget', { targetId });
  };

  it('go to the jar and come from it while it runs, those of other domains never', async () => {
    browser = await Chromium.launch(program.executable, options());
    const sync = new CookieSync(jar, new ChromiumCookies(browser), () => ['localhost', 'acme.test']);
    await browser.send('Storage.setCookies', {
      cookies: [
        { name: 'other', value: '1', url: 'https://elsewhere.test/' },
        { name: 'site', value: '1', url: 'https://acme.test/', domain: '.acme.test', secure: true, sameSite: 'None' },
      ],
    });
    set = ['session=first; HttpOnly; SameSite=Lax', 'theme=dark; Max-Age=3600; Path=/page'];
    await visit();
    await sync.step();
    assert.deepEqual(said(jar), [
      '.acme.test/ site=1 Secure',
      'localhost/ session=first HttpOnly',
      'localhost/page theme=dark kept',
    ]);
    // The jar changes as after an answer: the page sends it.
    await jar.store(`${origin}/page`, [
      ['Set-Cookie', 'session=second; HttpOnly'],
      ['Set-Cookie', 'theme=; Max-Age=0; Path=/page'],
      ['Set-Cookie', 'fresh=1; Max-Age=99999999'],
    ]);
    assert.deepEqual(await sync.step(), { taken: 0, given: 3 });
    set = [];
    seen.length = 0;
    await visit();
    assert.deepEqual(seen[0]?.split('; ').sort(), ['fresh=1', 'session=second']);
    // The browser shortens a life of years; the jar follows, and then nothing changes any more.
    assert.ok((await sync.step()).taken <= 1);
    assert.deepEqual(await sync.step(), { taken: 0, given: 0 });
    // What the jar does not know of a cookie stays.
    const site = jar.list().find(({ name }) => name === 'site') as StoredCookie;
    await jar.put([{ ...site, value: '2' }]);
    await sync.step();
    const { cookies } = await browser.send('Storage.getCookies');
    const written = (cookies as { name: string; value: string; sameSite?: string }[]).find(
      ({ name }) => name === 'site',
    );
    assert.deepEqual([written?.value, written?.sameSite], ['2', 'None']);
    assert.ok((cookies as { name: string }[]).some(({ name }) => name === 'other'));
    jar.clear();
    await sync.step();
    const left = (await browser.send('Storage.getCookies')).cookies as { name: string }[];
    assert.deepEqual(
      left.map(({ name }) => name),
      ['other'],
    );
  });

  describe('that listens already', () => {
    let other: ListeningChromium;

    beforeEach(async () => {
      other = await listeningChromium();
    });
    afterEach(async () => {
      await other.end();
    });

    it('are kept in sync, and it goes on when Countersign hangs up', async () => {
      browser = await DevToolsSocket.connect(other.port);
      const sync = new CookieSync(jar, new ChromiumCookies(browser), () => ['localhost']);
      await jar.put([
        {
          ...{ name: 'a', value: '1', domain: 'localhost', path: '/', hostOnly: true, secure: false, httpOnly: true },
          expiresAt: Date.now() + hour,
        },
      ]);
      await sync.step();
      await visit();
      assert.deepEqual(seen, ['a=1']);
      await browser.close();
      await assert.rejects(sync.step(), { code: 'io', message: /has ended/ });
      assert.ok(other.running());
      browser = await DevToolsSocket.connect(other.port);
      await browser.send('Browser.getVersion');
    });
  });

  it('are not to be had where nothing listens', async () => {
    const nobody = createServer();
    await new Promise<void>(resolve => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise(resolve => nobody.close(resolve));
    await assert.rejects(DevToolsSocket.connect(port), { code: 'io', message: /No browser listens/ });
  });
});
