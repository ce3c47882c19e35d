import assert from 'node:assert/strict';
import { countersign, folderWith, listeningServer } from './countersign.ts';

interface Result {
  readonly file: string;
  readonly ok: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

describe('files of strangers on the command line', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let remove = (): void => {};
  before(async () => {
    server = await listeningServer((_, response) => response.end('{"token":"of-the-login"}'));
  });
  beforeEach(() => {
    server.seen.length = 0;
  });
  afterEach(() => remove());
  after(() => server.close());

  const run = async (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const project = folderWith(
      Object.fromEntries(Object.entries(files).map(([name, text]) => [name, text.replaceAll('{{at}}', server.url)])),
    );
    remove = project.remove;
    const called = await countersign(project.folder, ['run', ...args, '--json']);
    return called.json().slice(0, -1) as Result[];
  };
  const login = '# @name login\nGET {{at}}/login\n';
  const thief = 'GET {{at}}/stolen/{{login.response.body.$.token}}\n';
  const codes = (results: readonly Result[]) => results.map(({ file, error }) => `${file} ${error?.code ?? 'ok'}`);

  it('read responses of their own requests', async () => {
    const results = await run({ 'a.http': `${login}\n###\n${thief}` }, 'a.http');
    assert.deepEqual(codes(results), ['a.http ok', 'a.http ok']);
    assert.equal(server.seen[1]?.url, '/stolen/of-the-login');
  });

  it('read those of their collection', async () => {
    const files = { 'shop/collection.http': '# Shop\n', 'shop/a.http': login, 'shop/b.http': thief };
    assert.deepEqual(codes(await run(files, 'shop')), ['shop/a.http ok', 'shop/b.http ok']);
  });

  it('do not read those of another file or collection', async () => {
    const apart = await run({ 'a.http': login, 'b.http': thief }, 'a.http', 'b.http');
    assert.deepEqual(codes(apart), ['a.http ok', 'b.http unresolved-variable']);
    const files = {
      ...{ 'one/collection.http': '# One\n', 'one/a.http': login },
      ...{ 'two/collection.http': '# Two\n', 'two/b.http': thief },
    };
    remove();
    assert.deepEqual(codes(await run(files, 'one', 'two')), ['one/a.http ok', 'two/b.http unresolved-variable']);
    assert.ok(server.seen.every(({ url }) => url === '/login'));
  });

  it('do not grow a request without end', async () => {
    const lines = ['@a0 = 0123456789abcdef'];
    for (let level = 1; level <= 19; level++) lines.push(`@a${level} = {{a${level - 1}}}{{a${level - 1}}}`);
    const body = Array.from({ length: 40 }, () => '{{a19}}').join('\n');
    const text = `${lines.join('\n')}\n\nPOST {{at}}/x\n\n${body}\n`;
    assert.ok(text.length < 1500);
    const [result] = await run({ 'a.http': text }, 'a.http');
    assert.equal(result?.error?.code, 'too-large');
    assert.match(result?.error?.message ?? '', /variables of this request make it larger than 64 MiB/);
    assert.deepEqual(server.seen, []);
  });

  for (const [what, text] of [
    ['objects', `{"dev":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`],
    ['lists', `{"dev":{"v":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`],
    ['what is not closed', `{"dev":{"v":${'['.repeat(100_000)}`],
  ] as const) {
    it(`say where an environment file is nested too deeply: ${what}`, async () => {
      const project = folderWith({ 'http-client.env.json': text, 'a.http': `GET ${server.url}/x\n` });
      remove = project.remove;
      const { status, stderr } = await countersign(project.folder, ['run', 'a.http', '--env', 'dev']);
      assert.equal(status, 2);
      assert.match(stderr, /http-client\.env\.json:1:(?:\d+:)? This is nested more than 200 levels deep\./);
      assert.deepEqual(server.seen, []);
    });
  }
});
