import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { countersign, folderWith, listeningServer } from './countersign.ts';

interface Entry {
  readonly _reason: string;
  readonly request: { readonly method: string; readonly url: string; readonly postData?: { readonly text: string } };
  readonly response: { readonly status: number; readonly content: { readonly text?: string } };
}

describe('--trace', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;

  before(async () => {
    server = await listeningServer((seen, response) => {
      if (seen.url === '/token') response.end(JSON.stringify({ access_token: 'at-2fd1c3', token_type: 'Bearer' }));
      else if (seen.url === '/from') response.writeHead(302, { location: '/to' }).end();
      else if (seen.url === '/digest' && !seen.headers.authorization) {
        response.writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' }).end();
      } else response.end('{"ok":true}');
    });
    project = folderWith({
      'a.http': `### redirected
GET ${server.url}/from

### token
# @auth oauth2 grantType=client_credentials tokenUrl=${server.url}/token clientId=me clientSecret="{{$secret client}}" clientAuthentication=body
GET ${server.url}/api

### challenged
# @auth digest username=me password="{{$secret pass}}"
GET ${server.url}/digest
`,
    });
  });

  after(async () => {
    await server.close();
    project.remove();
  });

  const run = async (...options: readonly string[]): Promise<{ entries: readonly Entry[]; text: string }> => {
    const secrets = ['--secret', 'client=cl-93ad11', '--secret', 'pass=pw-7712ee'];
    const env = { XDG_DATA_HOME: project.folder, XDG_CONFIG_HOME: project.folder, HOME: project.folder };
    const called = await countersign(project.folder, ['run', 'a.http', '--trace', 'out.har', ...secrets, ...options], {
      env,
    });
    assert.equal(called.status, 0, called.stdout + called.stderr);
    const text = readFileSync(join(project.folder, 'out.har'), 'utf8');
    const { log } = JSON.parse(text) as { log: { version: string; entries: readonly Entry[] } };
    assert.equal(log.version, '1.2');
    return { entries: log.entries, text };
  };

  it('writes token requests, redirects and every attempt, secrets masked', async () => {
    const { entries, text } = await run();
    const lines = entries.map(({ _reason: reason, request, response }) => {
      return `${reason} ${request.method} ${new URL(request.url).pathname} ${response.status}`;
    });
    assert.deepEqual(lines, [
      'request GET /from 302',
      'redirect GET /to 200',
      'token POST /token 200',
      'request GET /api 200',
      'request GET /digest 401',
      'challenge GET /digest 200',
    ]);
    assert.doesNotMatch(text, /at-2fd1c3|cl-93ad11|pw-7712ee/);
    assert.equal(entries[1]?.response.content.text, '{"ok":true}');
    if (process.platform !== 'win32') assert.equal(statSync(join(project.folder, 'out.har')).mode & 0o777, 0o600);
  });

  it('shows them where they are asked for', async () => {
    const { entries } = await run('--show-secrets', '--name', 'challenged');
    assert.equal(entries.length, 2);
  });

  it('is there for explain and for tokens, too', async () => {
    const secrets = ['--secret', 'client=cl-93ad11', '--secret', 'pass=pw-7712ee', '--trace', 'other.har'];
    const env = {
      XDG_DATA_HOME: join(project.folder, 'other'),
      XDG_CONFIG_HOME: join(project.folder, 'other'),
      HOME: join(project.folder, 'other'),
    };
    for (const [words, reasons] of [
      [
        ['explain', 'a.http', '--name', 'challenged'],
        ['request', 'challenge'],
      ],
      [['token', 'get', 'a.http', '--name', 'token'], ['token']],
    ] as const) {
      const called = await countersign(project.folder, [...words, ...secrets], { env });
      assert.equal(called.status, 0, called.stdout + called.stderr);
      const text = readFileSync(join(project.folder, 'other.har'), 'utf8');
      const { log } = JSON.parse(text) as { log: { entries: readonly Entry[] } };
      assert.deepEqual(
        log.entries.map(({ _reason: reason }) => reason),
        reasons,
      );
      assert.doesNotMatch(text, /at-2fd1c3|cl-93ad11|pw-7712ee/);
    }
  });

  it('says where it cannot write', async () => {
    const { status, stderr } = await countersign(project.folder, ['run', 'a.http', '--trace', 'none/out.har']);
    assert.equal(status, 2);
    assert.match(stderr, /the trace cannot be written to .*: its folder does not exist/);
  });
});
