import assert from 'node:assert/strict';
import { startTokenServer, type TokenServer } from '../auth/oauth2/token-server.ts';
import { countersign, folderWith } from './countersign.ts';

describe('countersign run with OAuth 2.0', () => {
  let server: TokenServer;
  let folder: string;
  let remove: () => void;
  before(async () => {
    server = await startTokenServer();
    ({ folder, remove } = folderWith({
      'a.http': `# @auth oauth2 grantType=client_credentials tokenUrl=${server.origin}/token clientId=c clientSecret=hush
### One
GET ${server.origin}/one
### Two
GET ${server.origin}/two
### Somebody has to sign in
# @auth oauth2 clientId=c authUrl=${server.origin}/authorize tokenUrl=${server.origin}/token
GET ${server.origin}/three
### By a code
# @auth oauth2 grantType=device_code clientId=d deviceUrl=${server.origin}/device tokenUrl=${server.origin}/token
GET ${server.origin}/four
### As a CI job
# @auth oauth2 grantType=jwt_bearer clientId=ci assertionFrom=ci ciVariable=JOB_TOKEN tokenUrl=${server.origin}/token
GET ${server.origin}/five
### A token anywhere
# @auth apikey key=k value="{{$token c}}" in=cookie
POST ${server.origin}/any/{{$token c}}?q={{$token c}}
X-Token: <{{$token c}}>
Content-Type: application/x-www-form-urlencoded

t={{$token c}}
### For another's token
# @auth oauth2 grantType=token_exchange clientId=x subjectToken=theirs tokenUrl=${server.origin}/token
GET ${server.origin}/six
`,
    }));
  });
  after(async () => {
    await server.close();
    remove();
  });
  beforeEach(() => {
    server.received.length = 0;
    server.answer = ({ url }) =>
      url === '/token'
        ? { body: { access_token: 'from-the-server', token_type: 'Bearer', expires_in: 600 } }
        : { body: 'ok' };
  });

  const variables = { BROWSER: '', DISPLAY: '', JOB_TOKEN: 'header.claims.signature' };
  const run = (...args: string[]) =>
    countersign(folder, ['run', 'a.http', '--json', ...args], {
      env: { XDG_CONFIG_HOME: `${folder}/.config`, COUNTERSIGN_KEYCHAIN: 'off', ...variables },
    });

  it('fetches a token once, keeps it for the next call, and says where', async () => {
    const first = await run('--name', 'One');
    assert.equal(first.status, 0, first.stdout + first.stderr);
    assert.match(first.stderr, /kept unencrypted in .*which only you can read/);
    const second = await run('--name', 'Two');
    assert.equal(second.status, 0, second.stderr);
    assert.equal(second.stderr, '');
    assert.deepEqual(
      server.received.map(({ url, headers }) => [url, headers.authorization?.slice(0, 6)]),
      [
        ['/token', 'Basic '],
        ['/one', 'Bearer'],
        ['/two', 'Bearer'],
      ],
    );
    assert.doesNotMatch(first.stdout + first.stderr, /from-the-server|hush/);
  });

  it('puts a token by its name anywhere in a request, masked where it is shown', async () => {
    await run('--name', 'One');
    const refused = await run('--name', 'A token anywhere');
    assert.match(refused.stdout, /"code":"not-allowed","message":"The token “c” is not used for http:/);
    assert.match(refused.stdout, /call with --allow-secret token:c=http:/);
    const allow = ['--allow-secret', `token:c=${server.origin}`];
    const { status, stdout, stderr } = await run('--name', 'A token anywhere', ...allow);
    assert.equal(status, 0, stdout + stderr);
    const { url, headers, form } = server.received.at(-1) ?? {};
    const token = 'from-the-server';
    assert.equal(url, `/any/${token}?q=${token}`);
    assert.deepEqual([headers?.cookie, headers?.['x-token'], form?.get('t')], [`k=${token}`, `<${token}>`, token]);
    assert.ok(!stdout.includes(token), stdout);
    const shown = await countersign(folder, ['preview', 'a.http', '--name', 'A token anywhere'], {
      env: { XDG_CONFIG_HOME: `${folder}/.config`, COUNTERSIGN_KEYCHAIN: 'off', ...variables },
    });
    assert.equal(shown.status, 0, shown.stderr);
    assert.ok(!(shown.stdout + shown.stderr).includes(token), shown.stdout);
  });

  it('says what to do where a server has no endpoint to revoke at, and keeps the token', async () => {
    await run('--name', 'One');
    const env = { XDG_CONFIG_HOME: `${folder}/.config`, COUNTERSIGN_KEYCHAIN: 'off', ...variables };
    const revoked = await countersign(folder, ['token', 'revoke', 'c'], { env });
    assert.equal(revoked.status, 1);
    assert.match(revoked.stderr, /needs “revokeUrl”/);
    assert.match((await countersign(folder, ['token', 'list'], { env })).stdout, /^c\s+valid/m);
  });

  it('does with a token for this call where its home can’t be written, and says so', async () => {
    // A file where the folder should be stands for a home that can't be written: root may write everywhere else.
    const home = `${folder}/a.http`;
    const { status, stderr } = await countersign(folder, ['run', 'a.http', '--json', '--name', 'One'], {
      env: { XDG_CONFIG_HOME: home, COUNTERSIGN_KEYCHAIN: 'off', ...variables },
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /The token “c” could not be stored and will be lost at the end/);
    assert.deepEqual(
      server.received.map(({ url }) => url),
      ['/token', '/one'],
    );
  });

  it('sends nothing where somebody has to sign in, and says what to do', async () => {
    const allow = ['--allow-secret', `token:c=${server.origin}`];
    const { status, stdout } = await run('--name', 'Somebody has to sign in', ...allow);
    assert.equal(status, 1);
    assert.match(stdout, /"code":"interaction-required"/);
    assert.deepEqual(server.received, []);
  });

  it('shows a code for another device where there is no browser, and waits until it was entered', async () => {
    let polls = 0;
    const { answer } = server;
    server.answer = received => {
      if (received.url === '/device') {
        const verification_uri = `${server.origin}/enter`;
        return { body: { device_code: 'd1', user_code: 'ABCD-EFGH', verification_uri, expires_in: 60, interval: 1 } };
      }
      polls += received.url === '/token' ? 1 : 0;
      return polls === 1 && received.url === '/token'
        ? { status: 400, body: { error: 'authorization_pending' } }
        : answer(received);
    };
    const allow = ['--allow-secret', `token:d=${server.origin}`];
    assert.match((await run('--name', 'By a code', '--interactive')).stdout, /"code":"not-allowed"/);
    const alone = await run('--name', 'By a code', ...allow);
    assert.match(alone.stdout, /"code":"interaction-required"/);
    const { status, stdout, stderr } = await run('--name', 'By a code', '--interactive', ...allow);
    assert.equal(status, 0, stdout + stderr);
    assert.match(stderr, /open http:\/\/127\.0\.0\.1:\d+\/enter on any device and enter the code ABCD-EFGH/);
    assert.equal(polls, 2);
  });

  it('proves itself with the token of a CI job, and exchanges another’s token, with nobody there', async () => {
    for (const name of ['As a CI job', "For another's token"]) {
      const { status, stdout, stderr } = await run('--name', name);
      assert.equal(status, 0, stdout + stderr);
      assert.doesNotMatch(stdout + stderr, /header\.claims\.signature/);
    }
    const forms = server.received.filter(({ url }) => url === '/token').map(({ form }) => Object.fromEntries(form));
    assert.deepEqual(
      forms.map(form => [form.grant_type?.split(':').at(-1), form.assertion ?? form.subject_token]),
      [
        ['jwt-bearer', 'header.claims.signature'],
        ['token-exchange', 'theirs'],
      ],
    );
  });
});
