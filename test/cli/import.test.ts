import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('import on the command line', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
  const collection = (): object => ({
    info: { name: 'Acme', schema },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: 't0ken-value' }] },
    variable: [{ key: 'url', value: server.url }],
    item: [{ name: 'Get', request: { method: 'GET', url: '{{url}}/x', body: { mode: 'raw', raw: 'x' } } }],
  });
  const env = (): Record<string, string> => ({
    XDG_CONFIG_HOME: join(project.folder, 'config'),
    COUNTERSIGN_KEYCHAIN: 'off',
  });
  const call = (...args: readonly string[]) => countersign(project.folder, args, { env: env() });
  const file = (path: string): string => join(project.folder, path);

  before(async () => {
    server = await listeningServer();
  });
  beforeEach(() => {
    server.seen.length = 0;
    project = folderWith({ '.git/HEAD': '' });
    writeFileSync(file('acme.json'), JSON.stringify(collection()));
  });
  afterEach(() => project.remove());
  after(() => server.close());

  it('makes files that send what the collection sends, with no secret in what git sees', async () => {
    const imported = await call('import', 'acme.json', '--out', 'requests');
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stdout, /created {4}requests\/acme\/collection\.http\n/);
    assert.match(imported.stdout, /Postman: 1 request, 0 folders, 1 secret taken out of the files, 1 not imported\n$/);
    assert.equal(imported.stderr, 'not imported: Acme / Get: the body, which Postman does not send with GET\n');
    assert.match(readFileSync(file('requests/acme/.gitignore'), 'utf8'), /^http-client\.private\.env\.json$/m);
    assert.ok(!readFileSync(file('requests/acme/collection.http'), 'utf8').includes('t0ken-value'));
    const run = await call('run', 'requests', '--json');
    assert.equal(run.status, 0, run.stderr);
    assert.equal(server.seen.length, 1);
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer t0ken-value');
    assert.equal(server.seen[0]?.url, '/x');
  });

  it('makes files of a folder of Bruno that send what it sends', async () => {
    const folder = folderWith({
      'bruno.json': '{"name":"Acme"}',
      'collection.bru': 'auth {\n  mode: basic\n}\nauth:basic {\n  username: ada\n  password: t0ken-value\n}\n',
      'users/a.bru': `post {\n  url: ${server.url}/u/:id?q=1\n  body: json\n  auth: inherit\n}\nparams:path {\n  id: 7\n}\nbody:json {\n  {"a":1}\n}\n`,
      'node_modules/b.bru': 'get {\n  url: https://elsewhere.test\n}\n',
    });
    const imported = await call('import', folder.folder, '--out', 'requests');
    folder.remove();
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stdout, /Bruno: 1 request, 1 folder, 1 secret taken out of the files\n$/);
    const run = await call('run', 'requests', '--json');
    assert.equal(run.status, 0, run.stderr);
    assert.equal(server.seen.length, 1);
    assert.equal(server.seen[0]?.url, '/u/7?q=1');
    assert.equal(server.seen[0]?.headers['content-type'], 'application/json');
    assert.equal(server.seen[0]?.headers.authorization, `Basic ${Buffer.from('ada:t0ken-value').toString('base64')}`);
  });

  it('keeps secrets in the store where that is asked for', async () => {
    assert.equal((await call('import', 'postman', 'acme.json', '--secrets-to', 'store')).status, 0);
    assert.ok(!existsSync(file('acme/http-client.private.env.json')));
    const kept = readFileSync(file('config/countersign/secrets.json'), 'utf8');
    assert.deepEqual(JSON.parse(kept), { 'acme-token': { value: 't0ken-value' } });
    const run = await call('run', 'acme', '--allow-secret', `acme-token=${server.url}`);
    assert.equal(run.status, 0, run.stderr);
    assert.equal(server.seen[0]?.headers.authorization, 'Bearer t0ken-value');
  });

  it('replaces nothing silently, and says what it would do', async () => {
    const dry = await call('import', 'acme.json', '--dry-run', '--json');
    assert.deepEqual([dry.status, existsSync(file('acme'))], [0, false]);
    const plan = dry.json()[0] as { written: boolean; files: { created: string[] } };
    assert.equal(plan.written, false);
    assert.ok(plan.files.created.includes('acme/acme.http'));
    await call('import', 'acme.json');
    assert.match((await call('import', 'acme.json')).stdout, /unchanged {2}acme\/acme\.http/);
    writeFileSync(file('acme/acme.http'), 'GET https://mine.test/\n');
    const refused = await call('import', 'acme.json');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /Nothing was written: acme\/acme\.http would be replaced\.\n.*--force/);
    assert.equal(readFileSync(file('acme/acme.http'), 'utf8'), 'GET https://mine.test/\n');
    assert.equal((await call('import', 'acme.json', '--force')).status, 0);
    assert.match(readFileSync(file('acme/acme.http'), 'utf8'), /### Get/);
  });

  it('adds environments to those that are there', async () => {
    mkdirSync(file('acme'));
    writeFileSync(file('http-client.env.json'), '{"prod": {"url": "https://prod.test"}}');
    writeFileSync(
      file('dev.json'),
      JSON.stringify({ name: 'dev', values: [{ key: 'url', value: 'https://dev.test' }] }),
    );
    assert.equal((await call('import', 'dev.json')).status, 0);
    assert.deepEqual(JSON.parse(readFileSync(file('http-client.env.json'), 'utf8')), {
      prod: { url: 'https://prod.test' },
      dev: { url: 'https://dev.test' },
    });
  });

  it('is undone by export, secrets left out unless they are asked for', async () => {
    writeFileSync(
      file('mine.http'),
      '### Mine\n# @auth basic username=ada password=pa55word\nGET https://acme.test/\n',
    );
    const printed = await call('export', 'postman', '.');
    assert.equal(printed.status, 0, printed.stderr);
    assert.ok(!printed.stdout.includes('pa55word'));
    assert.match(printed.stderr, /secrets left out, as variables without a value: [\w-]+-password/);
    assert.ok((await call('export', 'postman', 'mine.http', '--show-secrets')).stdout.includes('pa55word'));
    await call('import', 'acme.json', '--out', 'one');
    assert.equal((await call('export', 'postman', 'one/acme', '--out', 'again.json')).status, 0);
    await call('import', 'again.json', '--out', 'two');
    for (const name of ['collection.http', 'acme.http']) {
      const text = (folder: string): string =>
        readFileSync(file(`${folder}/acme/${name}`), 'utf8').replace(/^# Not imported.*\n/m, '');
      assert.equal(text('two'), text('one'));
    }
    assert.equal((await call('export', 'soap', 'one')).status, 2);
    assert.equal((await call('export', 'postman', 'nowhere')).status, 2);
  });

  it('says of what it can’t read or write what it is, and leaves nothing half-written', async () => {
    const said = async (status: number, message: RegExp, ...args: readonly string[]): Promise<void> => {
      const called = await call('import', ...args);
      assert.equal(called.status, status, called.stderr);
      assert.match(called.stderr, message);
    };
    writeFileSync(file('broken.json'), '{"info":');
    await said(2, /^broken\.json is not valid JSON\./, 'broken.json');
    await said(2, /^none\.json cannot be read\./, 'none.json');
    await said(2, /there is no format “soap”; there are postman/, 'soap', 'acme.json');
    await said(2, /usage: countersign import/);
    await said(2, /--secrets-to takes file or store/, 'acme.json', '--secrets-to', 'cloud');
    mkdirSync(file('elsewhere'));
    symlinkSync(file('elsewhere'), file('out'));
    mkdirSync(file('in'));
    symlinkSync(file('elsewhere'), file('in/acme'));
    await said(1, /there is a link or a folder of that name/, 'acme.json', '--out', 'in');
    assert.ok(!existsSync(file('elsewhere/collection.http')));
    writeFileSync(file('blocked'), '');
    await said(1, /cannot be written|cannot be read/, 'acme.json', '--out', 'blocked');
  });
});
