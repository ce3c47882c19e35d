import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type CookieJar, createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { type CookieSource, isOfDomains, readDomains } from '../../src/cookies/cookie-source.ts';
import { CookieSync } from '../../src/cookies/cookie-sync.ts';
import { identityOf, type StoredCookie } from '../../src/cookies/stored-cookie.ts';

const cookie = (name: string, value: string, more: Partial<StoredCookie> = {}): StoredCookie => ({
  ...{ name, value, domain: 'acme.test', path: '/', hostOnly: true, secure: false, httpOnly: false },
  ...more,
});

/** A browser whose cookies the test changes. */
class Browser implements CookieSource {
  readonly held = new Map<string, StoredCookie>();
  refuses: string | undefined;

  set(one: StoredCookie): void {
    this.held.set(identityOf(one), one);
  }

  read = async (domains: readonly string[]): Promise<readonly StoredCookie[]> =>
    [...this.held.values()].filter(one => isOfDomains(one, domains));

  write = async (one: StoredCookie): Promise<boolean> => {
    if (one.name === this.refuses) return false;
    this.set(one);
    return true;
  };

  remove = async (one: StoredCookie): Promise<void> => {
    this.held.delete(identityOf(one));
  };
}

const said = (cookies: Iterable<StoredCookie>): string[] =>
  [...cookies].map(({ name, value, domain }) => `${domain} ${name}=${value}`).sort();

describe('the jar and a browser', () => {
  let jar: CookieJar;
  let browser: Browser;
  let sync: CookieSync;
  let domains: string[];

  beforeEach(() => {
    jar = createCookieJar();
    browser = new Browser();
    domains = ['acme.test'];
    sync = new CookieSync(jar, browser, () => domains);
  });

  it('are joined at first, the browser’s value before ours', async () => {
    await jar.put([cookie('a', 'ours'), cookie('b', 'ours')]);
    browser.set(cookie('b', 'theirs'));
    browser.set(cookie('c', 'theirs'));
    await sync.step();
    assert.deepEqual(said(jar.list()), ['acme.test a=ours', 'acme.test b=theirs', 'acme.test c=theirs']);
    assert.deepEqual(said(browser.held.values()), said(jar.list()));
  });

  it('carry over what changed and what was deleted, either way', async () => {
    await jar.put([cookie('a', '1'), cookie('b', '1'), cookie('c', '1')]);
    await sync.step();
    browser.set(cookie('a', '2'));
    browser.held.delete(identityOf(cookie('b', '1')));
    await jar.put([cookie('d', '1')]);
    jar.remove(cookie('c', '1'));
    assert.deepEqual(await sync.step(), { taken: 2, given: 2 });
    assert.deepEqual(said(jar.list()), ['acme.test a=2', 'acme.test d=1']);
    assert.deepEqual(said(browser.held.values()), said(jar.list()));
    assert.deepEqual(await sync.step(), { taken: 0, given: 0 });
  });

  it('leave other domains alone, and what is no longer chosen', async () => {
    domains = ['api.acme.test'];
    const others = [
      cookie('host', '1'),
      cookie('evil', '1', { domain: 'notacme.test' }),
      cookie('tail', '1', { domain: 'acme.test.evil.test' }),
    ];
    const chosen = [
      cookie('site', '1', { hostOnly: false }),
      cookie('own', '1', { domain: 'api.acme.test' }),
      cookie('below', '1', { domain: 'v1.api.acme.test' }),
    ];
    for (const one of [...others, ...chosen]) browser.set(one);
    await sync.step();
    assert.deepEqual(said(jar.list()), said(chosen));
    domains = [];
    await sync.step();
    assert.equal(jar.list().length, 3);
    assert.equal(browser.held.size, 6);
  });

  it('keep what the other side does not take', async () => {
    browser.refuses = 'a';
    await jar.put([cookie('a', '1')]);
    await sync.step();
    await sync.step();
    assert.deepEqual(said(jar.list()), ['acme.test a=1']);
    browser.set(cookie('suffix', '1', { domain: 'co.uk', hostOnly: false }));
    domains = ['acme.co.uk', 'acme.test'];
    await sync.step();
    await sync.step();
    assert.deepEqual([...browser.held.keys()], [identityOf(cookie('suffix', '', { domain: 'co.uk' }))]);
  });

  it('never changes a browser that can only be read', async () => {
    const { read } = browser;
    sync = new CookieSync(jar, { read }, () => domains);
    browser.set(cookie('a', '1'));
    await jar.put([cookie('b', '1')]);
    await sync.step();
    jar.remove(cookie('a', '1'));
    await sync.step();
    assert.deepEqual(said(jar.list()), ['acme.test b=1']);
    assert.deepEqual(said(browser.held.values()), ['acme.test a=1']);
  });

  it('end alike whatever changed on either side', async () => {
    const change = fc.record({
      side: fc.constantFrom('jar', 'browser'),
      name: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.stringMatching(/^[a-z]{1,2}$/)),
      step: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 20 }), async changes => {
        const [own, other] = [createCookieJar(), new Browser()];
        const both = new CookieSync(own, other, () => ['acme.test']);
        for (const { side, name, value, step } of changes) {
          const one = cookie(name, value ?? '');
          if (side === 'jar') await (value === null ? own.remove(one) : own.put([one]));
          else if (value === null) await other.remove(one);
          else other.set(one);
          if (step) await both.step();
        }
        await both.step();
        assert.deepEqual(said(own.list()), said(other.held.values()));
        assert.deepEqual(await both.step(), { taken: 0, given: 0 });
      }),
    );
  });

  it('read domains as people write them', () => {
    assert.deepEqual(readDomains(' .Acme.test, *.b.test https://c.test:8443/x?y  [::1] münchen.de a.b. acme.test'), [
      ...['acme.test', 'b.test', 'c.test', '[::1]', 'xn--mnchen-3ya.de', 'a.b'],
    ]);
    assert.deepEqual(readDomains(' , '), []);
  });
});
