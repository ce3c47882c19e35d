import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { CookieSync } from '../../src/cookies/cookie-sync.ts';
import { FirefoxCookies } from '../../src/node/firefox-cookies.ts';
import { firefoxFolders, firefoxProfiles } from '../../src/node/firefox-profiles.ts';

/** As Firefox 140 ESR makes it, `user_version` 17. */
const schema140 = `CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
  value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
  isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0,
  isPartitionedAttributeSet INTEGER DEFAULT 0, updateTime INTEGER,
  CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`;

/** As Firefox 91 to 115 make it, `user_version` 12. */
const schema91 = `CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
  value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
  isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, rawSameSite INTEGER DEFAULT 0,
  schemeMap INTEGER DEFAULT 0, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`;

const later = Math.floor(Date.now() / 1000) + 86_400;

describe('a profile of Firefox', () => {
  let root: string;
  let profile: string;
  let firefox: DatabaseSync;

  const start = (schema: string, version: number): void => {
    firefox = new DatabaseSync(join(profile, 'cookies.sqlite'));
    // As Firefox holds it while it runs: nobody else may open it.
    firefox.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    firefox.exec(`${schema}; PRAGMA user_version = ${version}`);
  };
  const set = (name: string, host: string, { value = '1', attributes = '', expiry = later * 1000 } = {}): void => {
    firefox
      .prepare(
        `INSERT OR REPLACE INTO moz_cookies (originAttributes, name, value, host, path, expiry, isSecure, isHttpOnly)
         VALUES (?, ?, ?, ?, '/', ?, 1, 0)`,
      )
      .run(attributes, name, value, host, expiry);
  };
  const names = async (container?: number): Promise<string[]> =>
    (await new FirefoxCookies(profile, container).read(['acme.test'])).map(({ name }) => name).sort();
  const copies = async (): Promise<string[]> =>
    (await readdir(tmpdir())).filter(name => name.startsWith('countersign-firefox-'));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'firefox-'));
    profile = join(root, 'abc.default-esr');
    await mkdir(profile);
  });
  afterEach(async () => {
    if (firefox.isOpen) firefox.close();
    await rm(root, { recursive: true, force: true });
  });

  it('is read while Firefox holds it, domains and containers apart, and no copy stays', async () => {
    start(schema140, 17);
    set('session', 'acme.test');
    set('site', '.acme.test');
    set('below', 'api.acme.test');
    set('other', 'elsewhere.test');
    set('work', 'acme.test', { attributes: '^userContextId=2' });
    set('frame', 'acme.test', { attributes: '^partitionKey=%28https%2Cnews.test%29' });
    set('private', 'acme.test', { attributes: '^privateBrowsingId=1' });
    set('work-frame', 'acme.test', { attributes: '^userContextId=2&partitionKey=%28https%2Cnews.test%29' });
    assert.throws(() =>
      new DatabaseSync(join(profile, 'cookies.sqlite'), { readOnly: true }).prepare('SELECT * FROM moz_cookies').all(),
    );
    const before = await copies();
    assert.deepEqual(await names(), ['below', 'session', 'site']);
    assert.deepEqual(await names(2), ['work']);
    assert.deepEqual(await names(20), []);
    assert.deepEqual(await copies(), before);
    const [cookie] = await new FirefoxCookies(profile, 2).read(['acme.test']);
    assert.deepEqual(cookie, {
      ...{ name: 'work', value: '1', domain: 'acme.test', path: '/', hostOnly: true, secure: true, httpOnly: false },
      expiresAt: later * 1000,
    });
  });

  it('of an older Firefox counts seconds', async () => {
    start(schema91, 12);
    set('session', '.acme.test', { expiry: later });
    const [cookie] = await new FirefoxCookies(profile).read(['acme.test']);
    assert.equal(cookie?.expiresAt, later * 1000);
    assert.equal(cookie?.hostOnly, false);
  });

  it('is followed by the jar, and never written', async () => {
    start(schema140, 17);
    set('session', 'acme.test');
    const jar = createCookieJar();
    const sync = new CookieSync(jar, new FirefoxCookies(profile), () => ['acme.test']);
    assert.deepEqual(await sync.step(), { taken: 1, given: 0 });
    assert.deepEqual(await sync.step(), { taken: 0, given: 0 });
    set('session', 'acme.test', { value: 'other' });
    set('second', 'acme.test');
    await jar.store('https://acme.test/', [['Set-Cookie', 'mine=1']]);
    assert.deepEqual(await sync.step(), { taken: 2, given: 0 });
    firefox.exec("DELETE FROM moz_cookies WHERE name = 'second'");
    await sync.step();
    const kept = jar.list().map(({ name, value }) => `${name}=${value}`);
    assert.deepEqual(kept.sort(), ['mine=1', 'session=other']);
    assert.equal((firefox.prepare('SELECT count(*) AS n FROM moz_cookies').get() as { n: number }).n, 1);
  });

  it('is found by profiles.ini, with its containers by name', async () => {
    start(schema140, 17);
    await writeFile(
      join(root, 'profiles.ini'),
      `[Profile1]\nName=default\nIsRelative=1\nPath=never-started\n\n[Profile0]\nName=default-esr\nIsRelative=1\nPath=abc.default-esr\n\n[Profile2]\nName=mine\nIsRelative=0\nPath=${profile}\n\n[General]\nStartWithLastProfile=1\n`,
    );
    await writeFile(
      join(profile, 'containers.json'),
      JSON.stringify({
        version: 5,
        identities: [
          { userContextId: 1, public: true, l10nId: 'user-context-personal' },
          { userContextId: 2, public: true, l10nID: 'userContextWork.label' },
          { userContextId: 5, public: false, name: 'userContextIdInternal.thumbnail' },
          { userContextId: 6, public: true, name: 'Acme staging' },
        ],
      }),
    );
    const found = await firefoxProfiles([root, join(root, 'none')]);
    assert.deepEqual(found, [
      {
        ...{ name: 'mine', folder: profile },
        containers: [
          { id: 1, name: 'Personal' },
          { id: 2, name: 'Work' },
          { id: 6, name: 'Acme staging' },
        ],
      },
    ]);
    assert.equal(firefoxFolders({}, 'linux', '/home/ada').length, 4);
    assert.deepEqual(firefoxFolders({}, 'win32', 'C:\\Users\\ada'), []);
  });

  it('that is gone, or is none, is told of', async () => {
    start(schema140, 17);
    await assert.rejects(new FirefoxCookies(join(root, 'none')).read(['acme.test']), { code: 'io' });
    firefox.exec('DROP TABLE moz_cookies');
    await assert.rejects(new FirefoxCookies(profile).read(['acme.test']), { code: 'io', message: /cannot be read/ });
  });
});
