import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallResult, countersign, folderWith, listeningServer } from './countersign.ts';

interface Result {
  readonly title: string | null;
  readonly ok: boolean;
  readonly iteration?: number;
  readonly retries?: number;
  readonly error: { readonly code: string; readonly message: string; readonly line: number | null } | null;
}

describe('a run of many', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  /** Statuses that are answered first, by path. */
  let failures: Map<string, number> = new Map();

  before(async () => {
    server = await listeningServer(({ url }, response) => {
      const left = failures.get(url) ?? 0;
      failures.set(url, left - 1);
      response.writeHead(left > 0 ? 503 : 200, { 'Content-Type': 'application/json' }).end('{"token": "t-1"}');
    });
  });
  beforeEach(() => {
    server.seen.length = 0;
    failures = new Map();
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const start = (files: Readonly<Record<string, string>>): void => {
    project = folderWith(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('@@', server.url)])),
    );
  };
  const call = (...args: readonly string[]): Promise<CallResult> => countersign(project.folder, ['run', ...args]);
  const results = async (...args: readonly string[]): Promise<readonly Result[]> =>
    (await call(...args, '--json')).json().slice(0, -1) as Result[];
  const urls = (): readonly string[] => server.seen.map(({ url }) => url);

  it('sends all as often as is wanted, each time with the next row', async () => {
    start({
      'a.http':
        '### one\n< {% pm.variables.set("twice", pm.iterationData.get("n") * 2 + "-" + pm.info.iteration); %}\nGET @@/{{who}}/{{n}}/{{twice}}\n',
      'rows.csv': 'who,n\nada,1\n"bob, the 2nd",2\n',
      'rows.json': '[{"who": "eve", "n": 7}]',
    });
    const two = await results('a.http', '-d', 'rows.csv');
    assert.deepEqual(urls(), ['/ada/1/2-0', '/bob,%20the%202nd/2/4-1']);
    assert.deepEqual(
      two.map(({ iteration }) => iteration),
      [1, 2],
    );
    server.seen.length = 0;
    await results('a.http', '-d', 'rows.json', '-n', '2');
    // The last row is that of the iterations that are left.
    assert.deepEqual(urls(), ['/eve/7/14-0', '/eve/7/14-1']);
    server.seen.length = 0;
    await results('a.http', '-d', 'rows.csv', '--iterations', '1');
    assert.deepEqual(urls(), ['/ada/1/2-0']);
  });

  it('sends in the order that is wanted, what one needs still before it, and the same again for a seed', async () => {
    start({
      'b.http': [
        ...['c10', 'c9', 'a'].map(name => `### ${name}\nGET @@/${name}\n`),
        '### B reads\nGET @@/b/{{token.response.body.token}}\n',
        '### Z gives\n# @name token\nGET @@/token\n',
      ].join('\n'),
      'a.http': Array.from({ length: 8 }, (_, at) => `### n${at}\nGET @@/n${at}\n`).join('\n'),
    });
    await call('b.http');
    assert.deepEqual(urls().slice(0, 3), ['/c10', '/c9', '/a']);
    server.seen.length = 0;
    await call('b.http', '--order', 'name');
    assert.deepEqual(urls(), ['/a', '/token', '/b/t-1', '/c9', '/c10']);
    server.seen.length = 0;
    const { stderr } = await call('.', '--order', 'random');
    const seed = /the order is (random:\d+)/.exec(stderr)?.[1] ?? assert.fail(stderr);
    const first = [...urls()];
    assert.ok(first.indexOf('/token') < first.indexOf('/b/t-1'));
    assert.deepEqual(first.length, 13);
    server.seen.length = 0;
    await call('.', '--order', seed);
    assert.deepEqual(urls(), first);
    server.seen.length = 0;
    await call('a.http', '--order', 'random:1');
    assert.deepEqual(urls(), ['/n2', '/n1', '/n6', '/n7', '/n4', '/n3', '/n0', '/n5']);
    assert.equal((await call('a.http', '--order', 'backwards')).status, 2);
  });

  it('says what is wrong with data', async () => {
    start({ 'a.http': 'GET @@/x\n', 'empty.csv': 'a,b\n', 'no.json': '{"a": 1}', 'broken.json': '[{' });
    for (const [file, message] of [
      ['none.csv', /none\.csv cannot be read: there is no such file/],
      ['empty.csv', /empty\.csv holds no rows/],
      ['no.json', /no\.json holds no list/],
      ['broken.json', /broken\.json cannot be read/],
    ] as const) {
      const { status, stderr } = await call('a.http', '-d', file);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
    }
    assert.deepEqual(urls(), []);
  });

  it('holds no more of a hundred thousand rows than of ten', async () => {
    start({ 'a.http': '# @disabled\nGET @@/x\n' });
    writeFileSync(join(project.folder, 'rows.csv'), `a,b\n${'1,some text that takes its room\n'.repeat(100_000)}`);
    const { status, stdout } = await countersign(project.folder, ['run', 'a.http', '-d', 'rows.csv'], {
      env: { NODE_OPTIONS: '--max-old-space-size=64' },
    });
    assert.equal(status, 0, stdout);
  });

  it('sends again what failed, and marks it', async () => {
    start({ 'a.http': '### flaky\nGET @@/flaky\n### bad\nGET @@/bad\n### good\nGET @@/good\n' });
    failures.set('/flaky', 2);
    failures.set('/bad', 99);
    const found = await results('a.http', '--retry', '2', '--fail');
    assert.deepEqual(
      found.map(({ title, ok, retries }) => [title, ok, retries]),
      [
        ['flaky', true, 2],
        ['bad', false, 2],
        ['good', true, undefined],
      ],
    );
    failures.set('/flaky', 1);
    assert.match((await call('a.http', '--retry', '1', '--fail')).stdout, /flaky.*passed after it was sent again once/);
  });

  it('splits the files among machines, each in one share', async () => {
    start(Object.fromEntries([...'abcde'].map(name => [`${name}.http`, `GET @@/${name}1\n###\nGET @@/${name}2\n`])));
    for (const shard of ['1/2', '2/2']) await call('.', '--shard', shard);
    assert.deepEqual(
      [...urls()].sort(),
      [...'abcde'].flatMap(name => [`/${name}1`, `/${name}2`]),
    );
    server.seen.length = 0;
    await call('.', '--shard', '1/2');
    assert.deepEqual(urls(), ['/a1', '/a2', '/c1', '/c2', '/e1', '/e2']);
    assert.match((await call('.', '--shard', '3/2')).stderr, /--shard takes I\/N/);
  });

  it('sends again only what failed in an earlier report', async () => {
    start({ 'a.http': '### one\nGET @@/one\n### two\nGET @@/two\n', 'sub/b.http': 'GET @@/three\n' });
    failures.set('/two', 1);
    failures.set('/three', 1);
    await call('.', '--fail', '--reporter', 'json=report.json');
    assert.equal(readFileSync(join(project.folder, 'report.json'), 'utf8').split('\n').filter(Boolean).length, 4);
    server.seen.length = 0;
    assert.equal((await call('.', '--fail', '--rerun-failed', 'report.json')).status, 0);
    assert.deepEqual([...urls()].sort(), ['/three', '/two']);
    assert.match((await call('.', '--rerun-failed', 'none.json')).stderr, /none\.json cannot be read/);
  });

  it('chooses by tags, which files and requests state', async () => {
    start({
      'a.http': '# @tag api\n\n### one\n# @tag smoke slow\nGET @@/one\n### two\nGET @@/two\n',
      'b.http': '### three\n# @Tag smoke\nGET @@/three\n',
    });
    await call('.', '--include', 'smoke');
    await call('.', '--include', 'api', '--exclude', 'slow');
    assert.deepEqual(urls(), ['/one', '/three', '/two']);
    assert.match((await call('.', '--include', 'none')).stderr, /no request has these tags/);
  });

  it('sends first what a request needs, once', async () => {
    start({
      'a.http': `### me
# @name me
# @ref login
GET @@/me

### other
# @ref login
GET @@/other

### reads
# @name reads
GET @@/reads?{{login.response.body.$.token}}

### login
# @name login
POST @@/login
`,
    });
    await call('a.http');
    assert.deepEqual(urls(), ['/login', '/me', '/other', '/reads?t-1']);
    server.seen.length = 0;
    await call('a.http', '--name', 'reads');
    assert.deepEqual(urls(), ['/login', '/reads?t-1']);
    server.seen.length = 0;
    await call('a.http', '--name', 'me', '--no-deps');
    assert.deepEqual(urls(), ['/me']);
  });

  it('names a reference that leads nowhere, or round in a circle', async () => {
    start({
      'a.http': '### a\n# @name a\n# @ref b\nGET @@/a\n### b\n# @name b\n# @ref a\nGET @@/b\n',
      'c.http': '# @ref none\nGET @@/c\n',
    });
    assert.match((await call('a.http')).stderr, /a\.http:\d+: “a” needs itself, by “# @ref”/);
    assert.match((await call('c.http')).stderr, /c\.http:\d+: “# @ref none” names no request/);
    assert.deepEqual(urls(), []);
  });

  it('leaves out the request that cannot be understood, and sends the others; with --strict nothing', async () => {
    start({ 'a.http': '### good\nGET @@/good\n### bad\n# @auth basic usrname=x\nGET @@/bad\n### fine\nGET @@/fine\n' });
    const found = await results('a.http');
    assert.deepEqual(
      found.map(({ ok, error }) => [ok, error?.code, error?.line]),
      [
        [true, undefined, undefined],
        [false, 'invalid-request', 4],
        [true, undefined, undefined],
      ],
    );
    assert.equal((await call('a.http')).status, 1);
    server.seen.length = 0;
    const strict = await call('a.http', '--strict');
    assert.equal(strict.status, 2);
    assert.match(strict.stderr, /a\.http:4:\d+: Basic.* has no field “usrname”/);
    assert.deepEqual(urls(), []);
  });
});
