import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { parseCookiesJson, parseCookiesTxt, printCookiesTxt } from '../../src/cookies/cookies-txt.ts';
import type { StoredCookie } from '../../src/cookies/stored-cookie.ts';

const now = Date.UTC(2026, 10, 26);
const cookie: StoredCookie = {
  ...{ name: 'session', value: 'v', domain: 'acme.test', path: '/', hostOnly: true, secure: false, httpOnly: false },
};

describe('files of cookies', () => {
  it('are read as curl and browsers write them', () => {
    const text = [
      '# Netscape HTTP Cookie File',
      '#HttpOnly_.acme.test\tTRUE\t/\tTRUE\t4102444800\tone\t1',
      'acme.test\tFALSE\t/api\tFALSE\t0\ttwo\ta=b c',
      'acme.test\tFALSE\t/\tFALSE\t0\tempty\t',
      'acme.test\tFALSE\t/\tFALSE\t1000\texpired\tx',
      'not a cookie',
      '',
    ].join('\r\n');
    assert.deepEqual(parseCookiesTxt(text, now), {
      skipped: 1,
      cookies: [
        {
          ...cookie,
          name: 'one',
          value: '1',
          hostOnly: false,
          secure: true,
          httpOnly: true,
          expiresAt: 4_102_444_800_000,
        },
        { ...cookie, name: 'two', value: 'a=b c', path: '/api' },
        { ...cookie, name: 'empty', value: '' },
      ],
    });
  });

  it('are read as browsers’ extensions and DevTools write them', () => {
    const list = [
      {
        name: 'a',
        value: '1',
        domain: '.acme.test',
        path: '/',
        secure: true,
        httpOnly: true,
        expirationDate: 4_102_444_800.5,
      },
      { name: 'b', value: '2', domain: 'acme.test', path: '/x', expires: -1 },
      { name: 'c', value: '3', domain: 'acme.test', expirationDate: 1000 },
      { value: 'nameless' },
    ];
    const { cookies, skipped } = parseCookiesJson(JSON.stringify(list), now);
    assert.equal(skipped, 1);
    assert.deepEqual(cookies, [
      { ...cookie, name: 'a', value: '1', hostOnly: false, secure: true, httpOnly: true, expiresAt: 4_102_444_800_500 },
      { ...cookie, name: 'b', value: '2', path: '/x' },
    ]);
    assert.throws(() => parseCookiesJson('no', now), SyntaxError);
  });

  it('hold after being written what they held before', () => {
    const field = fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/);
    const any = fc.record({
      ...{
        name: fc.stringMatching(/^[A-Za-z_]\w{0,8}$/),
        value: field,
        domain: fc.domain(),
        path: fc.constantFrom('/', '/a', '/a/b'),
      },
      ...{ hostOnly: fc.boolean(), secure: fc.boolean(), httpOnly: fc.boolean() },
      expiresAt: fc.option(
        fc.integer({ min: now / 1000 + 1, max: 4_102_444_800 }).map(seconds => seconds * 1000),
        { nil: undefined },
      ),
    });
    fc.assert(
      fc.property(fc.array(any), list => {
        const cookies = list.map(({ expiresAt, ...rest }) => ({
          ...rest,
          ...(expiresAt === undefined ? {} : { expiresAt }),
        }));
        const { cookies: read, skipped } = parseCookiesTxt(printCookiesTxt(cookies), now);
        assert.equal(skipped, 0);
        assert.deepEqual(read, cookies);
      }),
    );
    fc.assert(fc.property(fc.string(), text => void parseCookiesTxt(text, now)));
  });

  it('go into a jar by hand, one in place of another, and out of it', async () => {
    let changes = 0;
    const jar = createCookieJar(() => {
      changes++;
    });
    assert.equal(
      await jar.put([cookie, { ...cookie, value: 'w' }, { ...cookie, domain: 'co.uk', hostOnly: false }]),
      2,
    );
    assert.deepEqual(jar.list(), [{ ...cookie, value: 'w' }]);
    assert.equal(jar.cookiesFor('http://acme.test/x')[0]?.value, 'w');
    assert.deepEqual(jar.cookiesFor('http://sub.acme.test/'), []);
    jar.remove(cookie);
    assert.deepEqual(jar.list(), []);
    assert.equal(changes, 2);
  });
});
