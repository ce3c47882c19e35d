import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type CallResult, countersign, folderWith } from './countersign.ts';

interface Result {
  readonly title: string | null;
  readonly ok: boolean;
  readonly status: number | null;
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null;
  readonly explanation?: string;
}

describe('a login request as authorization', function () {
  this.timeout(60_000);
  let server: Server;
  let url: string;
  let project: ReturnType<typeof folderWith>;
  const seen: string[] = [];
  let issued = 0;
  /** The token that the server takes. */
  let good = (_: string | undefined): boolean => true;

  before(async () => {
    server = createServer((request, response) => {
      const { authorization, cookie } = request.headers;
      const key = request.headers['x-api-token'];
      seen.push(`${request.method} ${request.url} ${[authorization, key, cookie].filter(Boolean).join(' ')}`.trim());
      response.setHeader('Content-Type', 'application/json');
      const path = request.url?.split('?')[0];
      if (path === '/login') {
        issued++;
        response.setHeader('X-Session', `header-${issued}`);
        if (request.url?.includes('?')) response.setHeader('Set-Cookie', `sid=cookie-${issued}; Path=/`);
        response.end(JSON.stringify({ data: { token: `token-${issued}`, ends: 3600 } }));
      } else if (path === '/plain')
        response.end(JSON.stringify({ access_token: `plain-${++issued}`, expires_in: 3600 }));
      else if (path === '/empty') response.end('{}');
      else if (path === '/refused') response.writeHead(403).end('{}');
      else response.writeHead(good(authorization) ? 200 : 401).end('{}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    issued = 0;
    good = () => true;
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const start = (files: Readonly<Record<string, string>>): void => {
    const inRepository = Object.entries(files).map(([name, text]) => [`repo/${name}`, text.replaceAll('@@', url)]);
    project = folderWith({
      'repo/.git/HEAD': '',
      ...Object.fromEntries(inRepository),
      'config/countersign/secrets.json': '{"password":{"value":"kept-secret"}}',
    });
  };
  const call = (...args: readonly string[]): Promise<CallResult> =>
    countersign(join(project.folder, 'repo'), args, {
      env: { XDG_CONFIG_HOME: join(project.folder, 'config'), COUNTERSIGN_KEYCHAIN: 'off' },
    });
  const run = async (...args: readonly string[]): Promise<readonly Result[]> =>
    (await call('run', '--json', ...args)).json().slice(0, -1) as Result[];

  const login =
    '### login\n# @name login\n# @disabled\nPOST @@/login\nContent-Type: application/json\n\n{"user": "ada"}\n\n';

  it('is sent once for all requests, is not sent by itself, and needs no token of its own', async () => {
    start({
      'a.http': `# @auth login request=login token=$.data.token\n\n${login}### one\nGET @@/one\n\n### two\nGET @@/two\n`,
    });
    const results = await run('a.http');
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, true],
    );
    assert.deepEqual(seen, ['POST /login', 'GET /one Bearer token-1', 'GET /two Bearer token-1']);
  });

  it('is sent once however many ask at the same time', async () => {
    const requests = Array.from({ length: 8 }, (_, at) => `### r${at}\nGET @@/r${at}\n\n`).join('');
    start({ 'a.http': `# @auth login request=login token=$.data.token\n\n${login}${requests}` });
    assert.equal(
      (await run('a.http', '--parallel', '8')).every(({ ok }) => ok),
      true,
    );
    assert.equal(seen.filter(line => line.startsWith('POST /login')).length, 1);
  });

  it('keeps its token until it ends, over calls, and the token manager knows it', async () => {
    start({
      'a.http': `# @auth login request=login token=$.data.token expiresIn="1 h" tokenName=acme\n\n${login}### one\nGET @@/one\n`,
    });
    await run('a.http');
    await run('a.http');
    assert.equal(issued, 1);
    const [token] = (await call('token', 'list', '--json')).json() as { name: string }[];
    assert.equal(token?.name, 'acme');
    assert.equal((await call('token', 'delete', 'acme')).status, 0);
    await run('a.http');
    assert.equal(issued, 2);
  });

  it('is sent again, once, where the server refuses the token', async () => {
    start({
      'a.http': `# @auth login request=login token=$.data.token expiresIn="1 h"\n\n${login}### one\nGET @@/one\n`,
    });
    await run('a.http');
    good = authorization => authorization === 'Bearer token-2';
    assert.equal((await run('a.http'))[0]?.ok, true);
    assert.deepEqual(seen.slice(2), ['GET /one Bearer token-1', 'POST /login', 'GET /one Bearer token-2']);
    good = () => false;
    const [result] = await run('a.http');
    assert.equal(result?.ok, false);
    assert.match(result?.explanation ?? '', /refused the token, and the one of another login too/);
    assert.equal(issued, 3);
  });

  const places: readonly (readonly [fields: string, sent: string])[] = [
    ['token=$.data.token prefix=Token', 'GET /one Token token-1'],
    ['token=$.data.token headerName=X-Api-Token', 'GET /one token-1'],
    ['token=headers.X-Session', 'GET /one Bearer header-1'],
    ['token=cookies.sid in=query parameter=key', 'GET /one?key=cookie-1 sid=cookie-1'],
    ['token=$.data.token in=cookie parameter=auth', 'GET /one sid=cookie-1; auth=token-1'],
    ['token=none', 'GET /one sid=cookie-1'],
  ];
  for (const [fields, sent] of places) {
    it(`puts what it gives where it is wanted: ${fields}`, async () => {
      const cookies = /cookie|none/.test(fields);
      const text = cookies ? login.replace('/login', '/login?c') : login;
      start({ 'a.http': `# @auth login request=login ${fields}\n\n${text}### one\nGET @@/one\n` });
      const [result] = await run('a.http', '--name', 'one');
      assert.equal(result?.error, null);
      assert.equal(seen[1], sent);
    });
  }

  it('finds the token and its end where answers usually have them', async () => {
    start({
      'a.http': '# @auth login request=in\n### in\n# @name in\n# @disabled\nGET @@/plain\n\n### one\nGET @@/one\n',
    });
    await run('a.http', '--name', 'one');
    assert.equal(seen[1], 'GET /one Bearer plain-1');
  });

  it('may stand in another file, and be inherited from a collection', async () => {
    start({
      'collection.http': '# @auth login request=./auth/login.http#login token=$.data.token\n',
      'auth/login.http': login,
      'sub/a.http': '### one\nGET @@/one\n',
    });
    assert.equal((await run('sub/a.http'))[0]?.ok, true);
    assert.deepEqual(seen, ['POST /login', 'GET /one Bearer token-1']);
  });

  it('shows in a preview what will be sent, and sends nothing', async () => {
    start({ 'a.http': `# @auth login request=login token=$.data.token\n\n${login}### one\nGET @@/one\n` });
    const { stdout } = await call('preview', 'a.http', '--name', 'one');
    assert.match(stdout, /Authorization: Bearer •••/);
    assert.match(stdout, /a token will be fetched from the login request “login”/);
    assert.deepEqual(seen, []);
  });

  const faults: readonly (readonly [name: string, text: string, message: RegExp])[] = [
    ['is not there', '# @auth login request=none\n### one\nGET @@/one\n', /There is no request named “none”/],
    [
      'is refused',
      '# @auth login request=in\n### in\n# @name in\n# @disabled\nGET @@/refused\n\n### one\nGET @@/one\n',
      /“in” was answered with status 403/,
    ],
    [
      'answers without a token',
      '# @auth login request=in\n### in\n# @name in\n# @disabled\nGET @@/empty\n\n### one\nGET @@/one\n',
      /No token stands in/,
    ],
    [
      'needs itself',
      '### in\n# @name in\n# @auth login request=in\nGET @@/login\n\n### one\n# @auth login request=in\nGET @@/one\n',
      /needs itself/,
    ],
  ];
  for (const [name, text, message] of faults) {
    it(`says so where the login request ${name}`, async () => {
      start({ 'a.http': text });
      const [result] = await run('a.http', '--name', 'one');
      assert.equal(result?.error?.code, 'token-failed');
      assert.match(result?.error?.message ?? '', message);
      assert.ok(!seen.some(line => line.includes('/one')));
    });
  }

  it('lends what a kept secret gave to no other origin', async () => {
    const other = url.replace('127.0.0.1', 'localhost');
    start({
      'a.http': `# @auth login request=login token=$.data.token expiresIn="1 h"\n\n${login.replace('"ada"', '"{{$secret password}}"')}### one\nGET @@/one\n### other\nGET ${other}/other\n`,
    });
    const allow = ['--allow-secret', `password=${url}`, '--allow-secret', `token:login=${url}`];
    const results = await run('a.http', ...allow);
    assert.deepEqual(
      results.map(({ ok, error }) => [ok, error?.code]),
      [
        [true, undefined],
        [false, 'not-allowed'],
      ],
    );
    assert.ok(!seen.some(line => line.includes('/other')));
  });
});
