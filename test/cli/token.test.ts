import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { credentials } from '../demo-api/credentials.ts';
import { type DemoApi, startDemoApi } from '../demo-api/demo-api.ts';
import { countersign, folderWith } from './countersign.ts';

const { clientId, clientSecret, publicClientId } = credentials.oauth2;

/** Plays the browser: follows the sign-in to its end with the demo's password. */
const browser = `const jar = new Map();
let url = process.argv[2], body;
for (let step = 0; step < 12; step++) {
  const cookie = [...jar].map(([name, value]) => name + '=' + value).join('; ');
  const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...(body ? { method: 'POST', body } : {}) });
  for (const line of response.headers.getSetCookie()) {
    const [name, value] = line.split(';')[0].split(/=(.*)/s);
    jar.set(name, value);
  }
  body = undefined;
  const location = response.headers.get('location');
  if (location) url = new URL(location, url).href;
  else if ((await response.text()).includes('<form method="post"')) {
    const agreed = { username: 'ada', password: '${credentials.password}' };
    body = new URLSearchParams(process.env.DENY ? { deny: 'yes' } : agreed);
  } else break;
}`;

describe('countersign token', () => {
  let api: DemoApi;
  let folder: string;
  let remove: () => void;
  before(async () => {
    api = await startDemoApi();
    const issuer = `${api.url}/oauth2`;
    ({ folder, remove } = folderWith({
      'browser.mjs': browser,
      'a.http': `### Program
# @name program
# @auth oauth2 tokenName=program grantType=client_credentials issuer=${issuer} clientId=${clientId}
#   clientSecret = {{$secret client-secret}}
#   scope = read
GET ${api.url}/auth/oauth2/program

### User
# @name user
# @auth oauth2 tokenName=user grantType=password issuer=${issuer} clientId=${clientId}
#   clientSecret = {{$secret client-secret}}
#   username = ada
#   password = ${credentials.password}
#   scope = read
GET ${api.url}/auth/oauth2/user

### By name
# @name by-name
GET ${api.url}/auth/oauth2/user
Authorization: Bearer {{$token user}}

### Browser
# @name browser
# @auth oauth2 tokenName=browser issuer=${issuer} clientId=${publicClientId} scope=openid
GET ${api.url}/auth/oauth2/browser

### Three legs
# @name legs
# @disabled
# @auth oauth1 consumerKey=${credentials.oauth1.consumerKey}
#   consumerSecret = {{$secret consumer-secret}}
#   requestTokenUrl = ${api.url}/oauth1/request
#   authorizeUrl = ${api.url}/oauth1/authorize
#   accessTokenUrl = ${api.url}/oauth1/access
GET ${api.url}/auth/oauth1/legs?a=1

### Nothing
# @name nothing
GET ${api.url}/echo
`,
    }));
  });
  after(async () => {
    await api.close();
    remove();
  });

  const env = () => ({ XDG_CONFIG_HOME: `${folder}/.config`, COUNTERSIGN_KEYCHAIN: 'off', BROWSER: '', DISPLAY: '' });
  const secret = ['--secret', `client-secret=${clientSecret}`];
  const call = (...args: string[]) => countersign(folder, args, { env: env() });
  const list = async () => (await call('token', 'list', '--json')).json() as Record<string, unknown>[];

  it('get prints a token that the API takes, and keeps it', async () => {
    const first = await call('token', 'get', 'a.http', '--name', 'user', ...secret);
    assert.equal(first.status, 0, first.stderr);
    const response = await fetch(`${api.url}/auth/oauth2`, {
      headers: { authorization: `Bearer ${first.stdout.trim()}` },
    });
    assert.equal(response.status, 200);
    const second = await call('token', 'get', 'a.http', '--name', 'user', '--json', ...secret);
    const [said] = second.json() as { accessToken: string; tokenType: string; expiresAt: string }[];
    assert.equal(said?.accessToken, first.stdout.trim());
    assert.equal(said?.tokenType, 'Bearer');
    assert.ok(Date.parse(said?.expiresAt ?? '') > Date.now());
  });

  const allow = (name: string): readonly string[] => ['--allow-secret', `${name}=${api.url}`];

  it('list says how each token stands, and nothing of the token', async () => {
    const [record] = await list();
    assert.deepEqual(
      { name: record?.name, state: record?.state, client: record?.client, scopes: record?.scopes },
      { name: 'user', state: 'valid', client: clientId, scopes: ['read'] },
    );
    assert.equal(record?.refreshable, true);
    const token = (await call('token', 'get', 'a.http', '--name', 'user', ...secret)).stdout.trim();
    const { stdout, stderr } = await call('token', 'list');
    assert.match(stdout, /^user\s+valid \d+ min\s+ada\s+127\.0\.0\.1:\d+/m);
    assert.match(stderr, /which only you can read/);
    assert.ok(!stdout.includes(token) && !JSON.stringify(await list()).includes(token));
  });

  it('refresh renews it with the secret that its file states, and {{$token}} finds the new one', async () => {
    const before = await call('token', 'get', 'a.http', '--name', 'user', ...secret);
    const refreshed = await call('token', 'refresh', 'user', ...secret);
    assert.equal(refreshed.status, 0, refreshed.stderr);
    const now = await call('token', 'get', 'a.http', '--name', 'user', ...secret);
    assert.notEqual(now.stdout, before.stdout);
    const run = await call('run', 'a.http', '--name', 'by-name', '--json', '--fail', ...allow('token:user'));
    assert.equal(run.status, 0, run.stdout + run.stderr);
  });

  it('revoke ends it at the server, and delete only here', async () => {
    const token = (await call('token', 'get', 'a.http', '--name', 'user', ...secret)).stdout.trim();
    const revoked = await call('token', 'revoke', 'user', ...secret);
    assert.equal(revoked.status, 0, revoked.stderr);
    const use = (value: string) =>
      fetch(`${api.url}/auth/oauth2`, { headers: { authorization: `Bearer ${value}` } }).then(({ status }) => status);
    assert.equal(await use(token), 401);
    const other = (await call('token', 'get', 'a.http', '--name', 'program', ...secret)).stdout.trim();
    const deleted = await call('token', 'delete', 'program');
    assert.equal(deleted.status, 0);
    assert.match(deleted.stderr, /stays good until it expires/);
    assert.equal(await use(other), 200);
    assert.deepEqual(await call('token', 'list', '--json').then(({ stdout }) => stdout), '');
  });

  it('says what is wrong with a call, and ends with 2', async () => {
    for (const args of [
      ['token'],
      ['token', 'get'],
      ['token', 'refresh', 'usr'],
      ['token', 'list', 'x'],
      ['token', 'no', 'x'],
    ]) {
      assert.equal((await call(...args)).status, 2, args.join(' '));
    }
    const { status, stderr } = await call('token', 'get', 'a.http', '--name', 'nothing');
    assert.equal(status, 1);
    assert.match(stderr, /obtains no token/);
  });

  it('asks nobody without --interactive, nor where there is no browser', async () => {
    const alone = await call('token', 'get', 'a.http', '--name', 'browser');
    assert.equal(alone.status, 1);
    assert.match(alone.stderr, /--interactive/);
    const bare = await call('run', 'a.http', '--name', 'browser', '--interactive', '--json', ...allow('token:browser'));
    assert.equal(bare.status, 1);
    assert.match(bare.stdout, /there is no browser here/);
  });

  it('signs in with --interactive in the browser that BROWSER names', async () => {
    const { status, stdout, stderr } = await countersign(
      folder,
      ['run', 'a.http', '--name', 'browser', '--interactive', '--json', '--fail', ...allow('token:browser')],
      { env: { ...env(), BROWSER: `${process.execPath} ${join(folder, 'browser.mjs')}` } },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.match(stderr, /Sign in at 127\.0\.0\.1:\d+ in your browser/);
    assert.deepEqual(
      (await list()).map(({ name }) => name),
      ['browser'],
    );
  });

  it('goes the three legs of OAuth 1.0 with --interactive, once, and says so where somebody does not agree', async () => {
    const consumer = ['--secret', `consumer-secret=${credentials.oauth1.consumerSecret}`];
    const legs = allow(`token:${credentials.oauth1.consumerKey}`);
    const run = ['run', 'a.http', '--name', 'legs', '--json', '--fail', ...consumer, ...legs];
    const opened = { ...env(), BROWSER: `${process.execPath} ${join(folder, 'browser.mjs')}` };
    const denied = await countersign(folder, [...run, '--interactive'], { env: { ...opened, DENY: 'yes' } });
    assert.equal(denied.status, 1);
    assert.match(denied.stdout, /The person did not agree/);
    const signed = await countersign(folder, [...run, '--interactive'], { env: opened });
    assert.equal(signed.status, 0, signed.stdout + signed.stderr);
    assert.match(signed.stderr, /Sign in at 127\.0\.0\.1:\d+ in your browser/);
    const again = await call(...run);
    assert.equal(again.status, 0, again.stdout + again.stderr);
    assert.doesNotMatch(again.stderr, /Sign in/);
    const all = await call('run', 'a.http', '--json', ...secret, ...consumer);
    assert.ok(!all.stdout.includes('/auth/oauth1/legs'), 'a disabled one is sent by its name alone');
    const wrong = ['--secret', 'consumer-secret=wrong'];
    assert.equal((await call('token', 'delete', credentials.oauth1.consumerKey)).status, 0);
    const refused = await countersign(folder, [...run, ...wrong, '--interactive'], { env: opened });
    assert.equal(refused.status, 1);
    assert.match(refused.stdout, /signature/);
  });

  describe('countersign secret', () => {
    const set = (name: string, value: string): Promise<number | null> =>
      new Promise((resolve, reject) => {
        const main = join(import.meta.dirname, '../../src/cli/main.ts');
        const child = spawn(process.execPath, [main, 'secret', 'set', name], {
          env: { ...process.env, ...env() },
          stdio: ['pipe', 'ignore', 'ignore'],
        });
        child.once('error', reject).once('exit', resolve);
        child.stdin.end(`${value}\n`);
      });

    it('keeps what is piped in for {{$secret}}, for this user alone', async () => {
      assert.equal(await set('client-secret', clientSecret), 0);
      const { stdout } = await call('secret', 'list');
      assert.equal(stdout, 'client-secret\n');
      assert.equal(statSync(join(folder, '.config/countersign/secrets.json')).mode & 0o777, 0o600);
      await call('token', 'delete', 'program');
      const program = ['run', 'a.http', '--name', 'program', '--json', '--fail'];
      const refused = await call(...program, ...allow('token:program'));
      assert.match(refused.stdout, /"code":"not-allowed","message":"The secret “client-secret” is not used for http:/);
      const run = await call(...program, ...allow('token:program'), ...allow('client-secret'));
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.ok(!(run.stdout + run.stderr).includes(clientSecret));
    });

    it('gives way to --secret', async () => {
      const { stdout } = await call('token', 'delete', 'program').then(() =>
        call('run', 'a.http', '--name', 'program', '--json', '--secret', 'client-secret=wrong'),
      );
      assert.match(stdout, /invalid_client/);
    });

    it('forgets it again', async () => {
      assert.equal((await call('secret', 'delete', 'client-secret')).status, 0);
      assert.equal((await call('secret', 'delete', 'client-secret')).status, 2);
      assert.equal((await call('secret', 'list')).stdout, '');
    });
  });
});
