import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countersignProcess as countersign, folderWith, listeningServer } from './countersign.ts';

type Json = Record<string, unknown>;

/** What a script may rely on, beyond what the tests of each command show. */
describe('the contract of the command line', function () {
  // Each call is a process of its own, and others may want the processor.
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let folder = '';
  let remove = (): void => {};
  const project = (files: Readonly<Record<string, string>>): string => {
    ({ folder, remove } = folderWith(files));
    return folder;
  };
  const urls = (): readonly string[] => server.seen.map(({ url }) => url);

  before(async () => {
    server = await listeningServer((request, response) => {
      if (request.url !== '/never') response.end('{"id":1}');
    });
  });
  beforeEach(() => {
    server.seen.length = 0;
  });
  afterEach(() => remove());
  after(() => server.close());

  it('lets --var win over the environment, that over its shared values, and --env-file over what lies around', async () => {
    project({
      'a.http': `GET ${server.url}/{{n}}/{{v}}/{{w}}\n`,
      'b.http': `@v = file\nGET ${server.url}/{{n}}/{{v}}/{{w}}\n`,
      'http-client.env.json': '{"$shared":{"v":"shared","w":"w"},"dev":{"v":"dev"}}',
      'other/env.json': '{"dev":{"v":"named"}}',
    });
    const calls = [
      [['a.http'], '/shared/w'],
      [['a.http', '--env', 'dev'], '/dev/w'],
      [['a.http', '--env', 'dev', '--env-file', 'other/env.json'], '/named/w'],
      [['b.http', '--env', 'dev'], '/file/w'],
      [['b.http', '--env', 'dev', '--var', 'v=call', '--var', 'w=a=b'], '/call/a=b'],
    ] as const;
    const results = calls.map(([args], index) => countersign(folder, ['run', ...args, '--var', `n=${index}`]));
    for (const { status, stdout, stderr } of await Promise.all(results)) assert.equal(status, 0, stdout + stderr);
    assert.deepEqual(
      urls().toSorted(),
      calls.map(([, url], index) => `/${index}${url}`),
    );
  });

  it('lets --secret win over the environment variable, whose name is the secret’s in upper case', async () => {
    project({ 'a.http': `GET ${server.url}/\nX-Secret: {{$secret my-own}}\n` });
    const env = { COUNTERSIGN_SECRET_MY_OWN: 'from-the-process' };
    await countersign(folder, ['run', 'a.http'], { env });
    await countersign(folder, ['run', 'a.http', '--secret', 'my-own=from-the-call'], { env });
    assert.deepEqual(
      server.seen.map(({ headers }) => headers['x-secret']),
      ['from-the-process', 'from-the-call'],
    );
  });

  it('reads the nearest .env file, that of the environment first', async () => {
    project({
      '.git/HEAD': '',
      '.env': 'X=outer',
      'inner/.env': 'X=inner\nPASSWORD="with blank"',
      'inner/.env.dev': 'X=inner-dev',
      'a.http': `GET ${server.url}/{{$dotenv X}}\n`,
      'inner/b.http': `GET ${server.url}/{{$dotenv X}}\n`,
      'inner/c.http': `@p = {{$dotenv PASSWORD}}\nGET ${server.url}/{{p}}\n`,
      'venv/.env/python': '',
      'venv/d.http': `GET ${server.url}/{{$dotenv X}}\n`,
    });
    assert.equal((await countersign(folder, ['run', 'a.http', 'inner/b.http', 'venv/d.http'])).status, 0);
    assert.deepEqual(urls(), ['/outer', '/inner', '/outer']);
    await countersign(folder, ['run', 'inner/c.http']);
    assert.equal(urls().at(-1), '/with%20blank');
    const missing = await countersign(folder, ['run', 'a.http', '--var', 'unused=1', '--env-file', 'a.http']);
    assert.equal(missing.status, 2, 'a request file is no environment file');
    const envs = project({
      'http-client.env.json': '{"dev":{}}',
      '.env': 'X=any',
      '.env.dev': 'X=dev',
      'a.http': `GET ${server.url}/{{$dotenv X}}\n`,
    });
    await countersign(envs, ['run', 'a.http', '--env', 'dev']);
    assert.equal(urls().at(-1), '/dev');
  });

  it('prints exactly the members of run --json, and of its summary', async () => {
    project({
      'a.http': `### One\n# @name one\n# @auth basic username=a password={{$secret p}}\nGET ${server.url}/1\n\n### Two\nGET http://127.0.0.1:1/\n`,
    });
    const { json, status } = await countersign(folder, ['run', 'a.http', '--json', '--secret', 'p=open sesame']);
    assert.equal(status, 1);
    const [one, two, last] = json() as [Json, Json, Json];
    const members = ['attempts', 'auth', 'bytes', 'durationMs', 'error', 'file', 'line', 'method', 'name', 'ok'];
    assert.deepEqual(Object.keys(one).sort(), [...members, 'status', 'title', 'url'].sort());
    assert.deepEqual(Object.keys(two).sort(), Object.keys(one).sort());
    assert.deepEqual(
      [one.name, one.title, one.line, one.method, one.ok, one.status, one.bytes, one.error],
      ['one', 'One', 4, 'GET', true, 200, 8, null],
    );
    assert.deepEqual(one.auth, { scheme: 'basic', from: { level: 'request', file: 'a.http', line: 3 } });
    assert.deepEqual(Object.keys((one.attempts as Json[])[0] ?? {}), ['status', 'durationMs']);
    assert.deepEqual([two.name, two.status, two.auth], [null, null, { scheme: 'none', from: null }]);
    assert.deepEqual(Object.keys(two.error as Json).slice(0, 3), ['code', 'message', 'line']);
    const { summary } = last as { summary: Json };
    assert.deepEqual([summary.requests, summary.failed, typeof summary.durationMs], [2, 1, 'number']);
  });

  it('prints results as JSON beside reports in files', async () => {
    project({ 'a.http': `GET ${server.url}/\n` });
    const { json } = await countersign(folder, ['run', 'a.http', '--json', '--reporter', 'junit=out.xml']);
    assert.equal(json().length, 2);
    assert.match(
      readFileSync(join(folder, 'out.xml'), 'utf8'),
      /<testsuites tests="1" failures="0" time="\d+\.\d{3}">/,
    );
  });

  it('prints one report at most, and sends nothing where the call asks for two', async () => {
    project({ 'a.http': `GET ${server.url}/\n` });
    for (const args of [
      ['--json', '--reporter', 'text'],
      ['--reporter', 'json', '--reporter', 'junit'],
    ]) {
      const { status, stdout, stderr } = await countersign(folder, ['run', 'a.http', ...args]);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, /only one report.*--reporter (text|junit)=FILE/);
    }
    assert.deepEqual(urls(), []);
    const { json } = await countersign(folder, ['run', 'a.http', '--json', '--reporter', 'json']);
    assert.equal(json().length, 2);
  });

  it('sends what asks first only with --yes, and says so', async () => {
    project({ 'a.http': `# @note Delete everything?\nDELETE ${server.url}/all\n` });
    const { status, stdout } = await countersign(folder, ['run', 'a.http']);
    assert.equal(status, 1);
    assert.match(stdout, /“Delete everything\?”.*no terminal.*--yes/s);
    assert.deepEqual(urls(), []);
    assert.equal((await countersign(folder, ['run', 'a.http', '--yes'])).status, 0);
    assert.deepEqual(urls(), ['/all']);
  });

  it('stops at the first failure with --bail, also when it sends several at a time', async () => {
    const blocks = Array.from({ length: 30 }, (_, index) => `### ${index}\nGET ${server.url}/${index}\n`);
    project({ 'a.http': `### bad\nGET http://127.0.0.1:1/\n\n${blocks.join('\n')}` });
    const { status, json } = await countersign(folder, ['run', 'a.http', '--json', '--bail', '--parallel', '2']);
    assert.equal(status, 1);
    const { summary } = json().at(-1) as { summary: Json };
    assert.equal(summary.failed, 1);
    assert.ok(Number(summary.requests) < 31, `${summary.requests}`);
  });

  it('prints help for every command on standard output, and usage on standard error', async () => {
    project({});
    const helps = ['run', 'preview', 'parse', 'auth', 'token'].map(async command => {
      const { status, stdout, stderr } = await countersign(folder, [command, '--help']);
      assert.deepEqual([status, stderr], [0, '']);
      assert.match(stdout, new RegExp(`^countersign ${command} `));
    });
    await Promise.all(helps);
    const bare = await countersign(folder, []);
    assert.deepEqual([bare.status, bare.stdout], [2, '']);
    assert.match(bare.stderr, /Usage/);
  });

  it('prints no colours where it is told so, and some where it is told so', async () => {
    project({ 'a.http': `GET ${server.url}/\n` });
    const env = { NO_COLOR: '', FORCE_COLOR: '1' };
    assert.doesNotMatch((await countersign(folder, ['run', 'a.http', '--no-color'], { env })).stdout, /\x1b/);
    assert.match((await countersign(folder, ['run', 'a.http', '--color'])).stdout, /\x1b\[32m/);
  });

  it('ends a run that is interrupted with the summary of what was done', async () => {
    project({ 'a.http': `GET ${server.url}/first\n\n###\nGET ${server.url}/never\n\n###\nGET ${server.url}/later\n` });
    let kills = 0;
    const { status, json, stderr } = await countersign(
      folder,
      ['run', 'a.http', '--json', '--reporter', 'junit=o.xml'],
      {
        onStdout: kill => {
          if (kills++ === 0) kill('SIGINT');
        },
      },
    );
    assert.equal(status, 130);
    assert.equal(stderr, '');
    assert.deepEqual((json().at(-1) as { summary: Json }).summary.requests, 1);
    assert.match(readFileSync(join(folder, 'o.xml'), 'utf8'), /<\/testsuites>/);
    assert.deepEqual(urls(), ['/first', '/never']);
  });

  it('ends quietly when nobody reads its results', async () => {
    const blocks = Array.from(
      { length: 3000 },
      (_, index) => `### ${'x'.repeat(200)} ${index}\nGET http://h/${index}\n`,
    );
    project({ 'a.http': blocks.join('\n') });
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const child = spawn(process.execPath, [main, 'parse', 'a.http', '--json'], { cwd: folder, stdio: 'pipe' });
    let stderr = '';
    child.stderr.on('data', chunk => (stderr += chunk));
    child.stdout.destroy();
    const status = await new Promise(resolve => child.on('close', resolve));
    assert.deepEqual([status, stderr], [141, '']);
  });
});
