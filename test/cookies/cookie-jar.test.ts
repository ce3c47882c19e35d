import assert from 'node:assert/strict';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';

const set = (...values: string[]) => values.map(value => ['set-COOKIE', value] as const);

describe('cookie jar', () => {
  const jarWith = async (url: string, ...values: string[]) => {
    const jar = createCookieJar();
    await jar.store(url, set(...values));
    return jar;
  };
  const sent = (jar: ReturnType<typeof createCookieJar>, url: string): string =>
    jar
      .cookiesFor(url)
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');

  it('loads nothing for a response without cookies', () => {
    const jar = createCookieJar();
    assert.equal(jar.store('http://h/', [['Content-Type', 'text/plain']]), undefined);
    assert.deepEqual(jar.cookiesFor('http://h/'), []);
    assert.equal(jar.serialise(), undefined);
  });

  it('gives cookies back to their host and path, with their origin and masked', async () => {
    const jar = await jarWith(
      'https://api.example.com/a/b',
      'one=1',
      'two=2; Path=/; Domain=example.com',
      'x=1; Path=/z',
    );
    assert.equal(sent(jar, 'https://api.example.com/a/c'), 'one=1; two=2');
    assert.equal(sent(jar, 'https://www.example.com/'), 'two=2');
    assert.equal(sent(jar, 'https://other.test/'), '');
    assert.deepEqual(jar.cookiesFor('https://www.example.com/')[0], {
      name: 'two',
      value: '2',
      masked: '•••',
      origin: { by: 'cookie-jar' },
    });
  });

  it('keeps Secure cookies from plain http, the loopback apart', async () => {
    const jar = await jarWith('https://h.test/', 'a=1; Secure');
    assert.equal(sent(jar, 'http://h.test/'), '');
    const local = await jarWith('http://localhost:3000/', 'a=1; Secure; HttpOnly; SameSite=Strict');
    assert.equal(sent(local, 'http://localhost:3000/x'), 'a=1');
    const address = await jarWith('http://127.0.0.1:3000/', 'a=1');
    assert.equal(sent(address, 'http://127.0.0.1:4000/'), 'a=1');
  });

  it('refuses cookies for public suffixes and for other hosts', async () => {
    const jar = await jarWith('https://shop.co.uk/', 'a=1; Domain=co.uk', 'b=1; Domain=other.test', '', '=;;');
    assert.deepEqual(jar.list(), []);
  });

  it('keeps a cookie that came over TLS from being overlaid in clear', async () => {
    const overlays: readonly (readonly [name: string, url: string, header: string, kept: string])[] = [
      ['in its place', 'http://h.test/', 'sid=evil', 'sid=good'],
      ['below its path', 'http://h.test/a/b', 'sid=evil; Path=/a', 'sid=good'],
      ['from a subdomain', 'http://x.h.test/', 'sid=evil; Domain=h.test', 'sid=good'],
      ['Secure itself', 'http://h.test/', 'other=evil; Secure', 'sid=good'],
      ['over TLS', 'https://h.test/', 'sid=new; Secure', 'sid=new'],
      ['of another name', 'http://h.test/', 'other=1', 'sid=good; other=1'],
    ];
    for (const [how, url, header, kept] of overlays) {
      const jar = await jarWith('https://h.test/', 'sid=good; Secure; Path=/');
      await jar.store(url, set(header));
      assert.equal(sent(jar, 'https://h.test/a/x'), kept, how);
    }
    const apart = await jarWith('https://h.test/', 'sid=good; Secure; Path=/admin');
    await apart.store('http://h.test/', set('sid=other; Path=/shop'));
    assert.equal(sent(apart, 'https://h.test/shop'), 'sid=other');
  });

  it('keeps for itself alone what a host says that is a public suffix or has one label', async () => {
    for (const host of ['intranet', 'ec2-1-2-3-4.compute-1.amazonaws.com', 'co.uk', 'github.io']) {
      for (const domain of [host, `.${host}`, host.toUpperCase()]) {
        const jar = await jarWith(`https://${host}/`, `a=1; Domain=${domain}`);
        assert.equal(sent(jar, `https://${host}/`), 'a=1', domain);
        assert.equal(sent(jar, `https://below.${host}/`), '', domain);
        assert.equal(jar.list()[0]?.hostOnly, true);
      }
    }
    const ordinary = await jarWith('https://h.example.com/', 'a=1; Domain=h.example.com');
    assert.equal(sent(ordinary, 'https://below.h.example.com/'), 'a=1');
  });

  it('replaces, expires and clears', async () => {
    const jar = await jarWith('https://h.test/', 'a=1', 'b=1; Max-Age=3600');
    await jar.store('https://h.test/', set('a=2', 'b=; Max-Age=0'));
    assert.equal(sent(jar, 'https://h.test/'), 'a=2');
    const storing = jar.store('https://h.test/', set('late=1'));
    jar.clear();
    await storing;
    assert.deepEqual(jar.list(), []);
  });

  it('survives a round trip through text', async () => {
    const jar = await jarWith(
      'https://h.test/p/',
      'a=1; Path=/p; HttpOnly; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
      'b=2',
    );
    const copy = createCookieJar();
    await copy.restore(jar.serialise() ?? '');
    assert.deepEqual(copy.list(), jar.list());
    assert.equal(sent(copy, 'https://h.test/p/'), sent(jar, 'https://h.test/p/'));
    assert.equal(copy.list()[0]?.expiresAt, Date.UTC(2100, 0, 1));
    await copy.restore('{broken');
    assert.deepEqual(copy.list(), []);
  });

  it('counts Max-Age from when the cookie was set', async () => {
    const jar = await jarWith(
      'https://h.test/',
      'a=1; Max-Age=100',
      'b=1',
      'c=1; Max-Age=-5',
      'd=1; Max-Age=999999999999999',
    );
    await jar.store('https://h.test/', set('b=; Max-Age=0'));
    const { now } = Date;
    try {
      for (const later of [60_000, 99_000]) {
        Date.now = () => now() + later;
        assert.equal(sent(jar, 'https://h.test/'), 'a=1; d=1');
      }
      Date.now = () => now() + 101_000;
      assert.equal(sent(jar, 'https://h.test/'), 'd=1');
    } finally {
      Date.now = now;
    }
    assert.ok(jar.list().every(({ expiresAt }) => expiresAt !== undefined));
  });

  it('tells why a cookie does not go along', async () => {
    const jar = await jarWith('https://h.test/', 'a=1; Path=/app', 'b=1; Secure', 'c=1; Max-Age=0', 'sent=1');
    await jar.put([
      {
        ...{ name: 'old', value: '1', domain: 'h.test', path: '/', hostOnly: true, secure: false, httpOnly: false },
        expiresAt: Date.now() - 1,
      },
    ]);
    await jar.store('http://h.test/', set('d=1; Secure', 'e=1; Domain=other.test', `f=${'x'.repeat(5000)}`));
    const why = (url: string): string[] => jar.withheld(url).map(({ name, reason }) => `${name} ${reason}`);
    assert.equal(sent(jar, 'http://h.test/'), 'sent=1');
    assert.deepEqual(why('http://h.test/'), [
      ...['d set-in-clear', 'e set-for-other', 'f too-large', 'old expired', 'a path', 'b secure'],
    ]);
    assert.deepEqual(why('https://other.test/'), []);
    assert.deepEqual(why('https://www.h.test/app'), ['a domain', 'b domain', 'sent domain']);
    await jar.store('https://h.test/', set('d=2; Secure'));
    assert.ok(!why('https://h.test/').some(said => said.startsWith('d ')));
    assert.ok(!JSON.stringify(jar.withheld('http://h.test/')).includes('value'));
  });
});
