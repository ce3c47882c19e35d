import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallResult, countersign, folderWith, listeningServer } from './countersign.ts';

interface Result {
  readonly ok: boolean;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
}

describe('what a repository may use on the command line', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  const repository = (): string => join(project.folder, 'repo');
  const env = (): Record<string, string> => ({
    XDG_CONFIG_HOME: join(project.folder, 'config'),
    COUNTERSIGN_KEYCHAIN: 'off',
    FROM_THE_ENVIRONMENT: 'env-value',
  });
  const call = (...args: readonly string[]): Promise<CallResult> => countersign(repository(), args, { env: env() });
  const run = async (text: string, ...args: readonly string[]): Promise<{ result: Result; stderr: string }> => {
    writeFileSync(join(repository(), 'a.http'), text.replaceAll('{{at}}', server.url));
    const called = await call('run', 'a.http', '--json', ...args);
    return { result: called.json()[0] as Result, stderr: called.stderr };
  };

  before(async () => {
    server = await listeningServer();
  });
  beforeEach(() => {
    server.seen.length = 0;
    project = folderWith({
      'repo/.git/HEAD': '',
      'repo/in.txt': 'inside',
      'outside.txt': 'outside',
      'config/countersign/secrets.json': '{"acme-key":{"value":"kept-secret"}}',
    });
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const secret = 'GET {{at}}/x\nX-Key: {{$secret acme-key}}\n';

  it('kept secrets go nowhere without being allowed, and the error says by what', async () => {
    const { result } = await run(secret);
    assert.equal(result.error?.code, 'not-allowed');
    assert.equal(result.error?.message, `The secret “acme-key” is not used for ${server.url}.`);
    assert.equal(result.error?.hint, `If it may be used there, call with --allow-secret acme-key=${server.url}.`);
    assert.deepEqual(server.seen, []);
    assert.equal((await run(secret, '--allow-secret', `acme-key=${server.url}`)).result.ok, true);
    assert.equal((await run(secret, '--allow-secret', 'acme-key=*.acme.com')).result.ok, false);
    assert.equal(server.seen.length, 1);
  });

  it('what the call itself gives goes where the files say, unless --strict-origins', async () => {
    assert.equal((await run(secret, '--secret', 'acme-key=given')).result.ok, true);
    const strict = await run(secret, '--secret', 'acme-key=given', '--strict-origins');
    assert.equal(strict.result.error?.code, 'not-allowed');
    const allowed = ['--strict-origins', '--allow-secret', `acme-key=${server.url}`];
    assert.equal((await run(secret, '--secret', 'acme-key=given', ...allowed)).result.ok, true);
  });

  it('decisions are kept for the repository or for all, shown and revoked', async () => {
    assert.equal((await call('permission', 'allow', `acme-key=${server.url}`)).status, 0);
    assert.equal((await run(secret)).result.ok, true);
    const listed = await call('permission', 'list');
    assert.equal(listed.stdout, `allowed  acme-key → ${server.url}  (${repository()})\n`);
    mkdirSync(join(project.folder, 'other'));
    writeFileSync(join(project.folder, 'other/b.http'), secret.replace('{{at}}', server.url));
    const elsewhere = () =>
      countersign(join(project.folder, 'other'), ['run', 'b.http'], { env: env() }).then(({ status }) => status);
    assert.equal(await elsewhere(), 1);
    assert.equal((await call('permission', 'allow', `acme-key=${server.url}`, '--everywhere')).status, 0);
    assert.equal(await elsewhere(), 0);
    assert.equal((await call('permission', 'revoke', 'acme-key', '--everywhere')).status, 0);
    assert.equal((await call('permission', 'revoke', 'acme-key')).status, 0);
    assert.equal((await call('permission', 'list')).stdout, '');
    assert.equal((await run(secret)).result.ok, false);
    assert.equal((await call('permission', 'revoke', 'acme-key')).status, 2);
    assert.equal((await call('permission', 'allow', 'acme-key=*.com')).status, 2);
  });

  it('a damaged file of decisions is an error that says so', async () => {
    writeFileSync(join(project.folder, 'config/countersign/permissions.json'), '{');
    const { result } = await run(secret);
    assert.match(result.error?.message ?? '', /permissions\.json is damaged/);
  });

  const bodies: Readonly<Record<string, string>> = {
    'as the body': '< ../outside.txt',
    'as a part': '--b\nContent-Disposition: form-data; name="f"\n\n< ../outside.txt\n--b--',
    'through a link': '< ./link.txt',
    'by its full path': '< {{full}}',
  };
  for (const [how, body] of Object.entries(bodies)) {
    it(`a file outside the repository is not sent without being allowed: ${how}`, async () => {
      symlinkSync('../outside.txt', join(repository(), 'link.txt'));
      const type = how === 'as a part' ? 'multipart/form-data; boundary=b' : 'text/plain';
      const text = `POST {{at}}/x\nContent-Type: ${type}\n\n${body.replace('{{full}}', join(project.folder, 'outside.txt'))}\n`;
      const { result } = await run(text);
      assert.equal(result.error?.code, 'not-allowed', JSON.stringify(result));
      assert.match(result.error?.message ?? '', /outside\.txt is outside the workspace, and was not read\./);
      assert.match(result.error?.hint ?? '', /--allow-files/);
      assert.deepEqual(server.seen, []);
      assert.equal((await run(text, '--allow-files', '..')).result.ok, true);
      assert.match(server.seen.map(({ body }) => body).join(''), /outside/);
    });
  }

  it('files of the repository are sent', async () => {
    assert.equal((await run('POST {{at}}/x\n\n< ./in.txt\n')).result.ok, true);
    assert.equal(server.seen[0]?.body, 'inside');
  });

  it('keys of an authorization may lie anywhere, unless --strict-origins', async () => {
    const text = '# @auth basic username=ada password=< ../outside.txt\nGET {{at}}/x\n';
    assert.equal((await run(text)).result.ok, true);
    assert.equal((await run(text, '--strict-origins')).result.error?.code, 'not-allowed');
  });

  it('environment variables are read, and named; with --strict-origins they are not', async () => {
    const text = 'GET {{at}}/{{$processEnv FROM_THE_ENVIRONMENT}}/{{$processEnv HOME}}\n';
    const { result, stderr } = await run(text);
    assert.equal(result.ok, true);
    assert.equal(stderr, 'countersign: read from the environment: FROM_THE_ENVIRONMENT, HOME\n');
    const strict = await run(text, '--strict-origins');
    assert.equal(strict.result.error?.code, 'not-allowed');
    assert.match(strict.result.error?.message ?? '', /environment variable FROM_THE_ENVIRONMENT was not read/);
  });

  it('pipes, devices and folders are no bodies', async function () {
    if (process.platform === 'win32') this.skip();
    spawnSync('mkfifo', [join(repository(), 'pipe')]);
    symlinkSync('/dev/zero', join(repository(), 'zero'));
    for (const name of ['pipe', 'zero', '.git']) {
      const { result } = await run(`POST {{at}}/x\n\n< ./${name}\n`, '--allow-files', '/dev');
      assert.equal(result.error?.code, 'io', name);
      assert.match(result.error?.message ?? '', /is a pipe or a device|is a folder/);
    }
    assert.deepEqual(server.seen, []);
  });
});
