import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { type CallResult, countersign, folderWith } from './countersign.ts';

interface Result {
  readonly title: string | null;
  readonly ok: boolean;
  readonly skipped?: boolean;
  readonly status: number | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly line: number | null;
    readonly hint?: string;
  } | null;
  readonly tests?: readonly {
    readonly name: string;
    readonly passed: boolean;
    readonly message?: string;
    readonly line: number;
  }[];
}

describe('scripts in a run', function () {
  this.timeout(60_000);
  const seen: { method: string; url: string; headers: Record<string, string | string[] | undefined>; body: string }[] =
    [];
  let server: Server;
  let url: string;
  let project: ReturnType<typeof folderWith>;

  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      response.setHeader('Content-Type', 'application/json');
      if (request.url === '/cookie') response.setHeader('Set-Cookie', 'session=jar-value; Path=/');
      response.end(
        JSON.stringify({
          token: 'tok-12345',
          url: request.url,
          sent: body,
          authorization: request.headers.authorization ?? null,
        }),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    project = folderWith({
      'repo/.git/HEAD': '',
      'config/countersign/secrets.json': '{"acme-key":{"value":"kept-secret"}}',
    });
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const repository = (): string => join(project.folder, 'repo');
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(repository(), name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text.replaceAll('@@', url));
    }
  };
  const call = (...args: readonly string[]): Promise<CallResult> =>
    countersign(repository(), args, {
      env: { XDG_CONFIG_HOME: join(project.folder, 'config'), COUNTERSIGN_KEYCHAIN: 'off' },
    });
  const run = async (files: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    write(files);
    const called = await call('run', ...(args[0]?.startsWith('-') === false ? [] : ['a.http']), '--json', ...args);
    return { results: called.json().slice(0, -1) as readonly Result[], ...called };
  };
  const testsOf = ({ tests = [] }: Result) => tests.map(({ name, passed, line }) => [name, passed, line] as const);

  it('carries what a script of JetBrains sets to the requests after it, and into other files', async () => {
    const { results, stderr } = await run(
      {
        'a.http': `### login
POST @@/login
Content-Type: application/json

{"user": "{{user}}"}

> {%
  client.global.set("auth_token", response.body.token);
  client.test("answered", () => client.assert(response.status === 200));
  client.log("hello");
%}

### wrong
GET @@/a
> {%
  client.test("fails", () => {
    client.assert(response.body.url === "/b", "It is " + response.body.url);
  });
%}
`,
        'b.http': '### me\nGET @@/me\nAuthorization: Bearer {{auth_token}}\n',
      },
      'a.http',
      'b.http',
      ...['--var', 'user=ada'],
    );
    assert.deepEqual(
      results.map(({ ok }) => ok),
      [true, false, true],
    );
    assert.equal(seen[2]?.headers.authorization, 'Bearer tok-12345');
    assert.equal(seen[0]?.body, '{"user": "ada"}');
    assert.deepEqual(results[1]?.tests, [{ name: 'fails', passed: false, message: 'It is /a', line: 17 }]);
    assert.match(stderr, /^login: hello$/m);
    assert.ok(!stderr.includes('kept as they are'));
  });

  it('changes the request before it is signed, so that the signature fits', async () => {
    const { results } = await run({
      'a.http': `# @auth hawk authId=me authKey=secret
### x
< {%
  pm.request.headers.add({ key: "X-Made", value: "{{made}}" });
  pm.request.url.query.add({ key: "q", value: "1" });
  pm.environment.set("made", "by a script");
%}
POST @@/x
Content-Type: text/plain

before {{made}}
`,
    });
    assert.equal(results[0]?.ok, true, JSON.stringify(results[0]?.error));
    assert.equal(seen[0]?.url, '/x?q=1');
    assert.equal(seen[0]?.headers['x-made'], 'by a script');
    assert.equal(seen[0]?.body, 'before by a script');
    assert.match(String(seen[0]?.headers.authorization), /^Hawk id="me"/);
  });

  it('runs those of collection, folder, file and request, in that order', async () => {
    const script = (name: string): string =>
      `< {% pm.variables.set("way", (pm.variables.get("way") || "") + "${name}"); %}\n> {% pm.test("${name}", () => {}); %}\n`;
    const { results } = await run(
      {
        'collection.http': script('c'),
        'sub/folder.http': script('f'),
        'sub/a.http': `${script('d')}\n### r\n< {% pm.variables.set("way", pm.variables.get("way") + "r"); %}\nGET @@/{{way}}\n> {% pm.test("r", () => {}); %}\n`,
      },
      'sub/a.http',
    );
    assert.equal(seen[0]?.url, '/cfdr');
    assert.deepEqual(
      results[0]?.tests?.map(({ name }) => name),
      ['c', 'f', 'd', 'r'],
    );
  });

  it('runs those of httpYac: exports are variables, changes of the request go out', async () => {
    const { results } = await run({
      'a.http': `{{
  exports.base = "@@";
}}
### one
# @name one
{{
  exports.path = ["a", "b"].join("/");
}}
GET {{base}}/{{path}}
{{@request
  request.headers["X-Added"] = "yes";
}}
{{
  test("status", () => { if (response.statusCode !== 200) throw new Error("no"); });
  exports.token = response.parsedBody.token;
}}

### two
POST {{base}}/two

{"token": "{{token}}"}
`,
    });
    assert.deepEqual(
      results.map(({ ok, error }) => [ok, error?.message]),
      [
        [true, undefined],
        [true, undefined],
      ],
    );
    assert.deepEqual(
      [seen[0]?.url, seen[0]?.headers['x-added'], seen[1]?.body],
      ['/a/b', 'yes', '{"token": "tok-12345"}'],
    );
    assert.deepEqual(testsOf(results[0] as Result), [['status', true, 14]]);
  });

  it('takes scripts and modules from files of the project, and from nowhere else', async () => {
    writeFileSync(join(project.folder, 'outside.js'), 'client.log("outside")');
    const { results, stderr } = await run({
      'a.http': `### x
GET @@/x
> ./after.js

### y
GET @@/y
> ../outside.js
`,
      'after.js':
        'import { double as twice } from "./lib/double";\nclient.test("module", () => client.assert(twice(2) === 4));\nclient.test("bad", () => {\n  client.assert(false, "no");\n});\n',
      'lib/double.js': 'export const double = n => n * 2;\n',
    });
    assert.deepEqual(testsOf(results[0] as Result), [
      ['module', true, 2],
      ['bad', false, 4],
    ]);
    assert.equal(results[1]?.tests?.[0]?.passed ?? false, false);
    assert.ok(!stderr.includes('outside\n'), stderr);
  });

  it('skips, goes on elsewhere, and ends early as scripts ask for it', async () => {
    const { results } = await run({
      'a.http': `### a
GET @@/a
> {% pm.execution.setNextRequest("c"); %}
### b
GET @@/b
### c
< {% if (!pm.globals.get("again")) { pm.globals.set("again", 1); postman.setNextRequest("a2"); pm.execution.skipRequest(); } %}
GET @@/c
### a2
GET @@/a2
> {% postman.setNextRequest(null); %}
### d
GET @@/d
`,
    });
    assert.deepEqual(
      results.map(({ title, skipped = false }) => [title, skipped]),
      [
        ['a', false],
        ['c', true],
        ['a2', false],
      ],
    );
    assert.deepEqual(
      seen.map(({ url: path }) => path),
      ['/a', '/a2'],
    );
  });

  it('sends nothing where a script before the request fails, and says where', async () => {
    const { results } = await run({
      'a.http':
        '### x\n< {%\n  client.log(nothing.there());\n%}\nGET @@/x\n\n### pm\n< {% pm.nothing.there(); %}\nGET @@/pm\n',
    });
    assert.deepEqual(results[0]?.error && [results[0].error.code, results[0].error.line], ['script-failed', 3]);
    // Postman sends all the same.
    assert.deepEqual(
      seen.map(({ url: path }) => path),
      ['/pm'],
    );
    assert.equal(results[1]?.ok, false);
  });

  it('reads a script that uses nobody’s words as the others of its request, or of its file', async () => {
    const { results } = await run({
      'a.http': `### a
< {% throw new Error("before") %}
GET @@/a
> {% pm.test("sent all the same", () => pm.response.to.have.status(200)); %}

### b
< {% throw new Error("before") %}
GET @@/b
> {% client.test("not sent", () => {}); %}

### c
< {% throw new Error("before") %}
GET @@/c
`,
    });
    assert.deepEqual(
      seen.map(({ url: path }) => path),
      ['/a'],
    );
    assert.deepEqual(
      results[0]?.tests?.map(({ passed }) => passed),
      [false, true],
    );
  });

  it('says which script sets what is not set yet', async () => {
    write({
      'a.http': '### login\nGET @@/login\n> {%\n  client.global.set("tok", 1);\n%}\n\n### me\nGET @@/me/{{tok}}\n',
    });
    const { stderr, status } = await call('preview', 'a.http', '--name', 'me');
    assert.equal(status, 2);
    assert.match(
      stderr,
      /a\.http:8:\d+: “tok” is set by a script that has not run yet\.\nSend the request at a\.http:4 first\./,
    );
  });

  describe('and the credentials of this machine', () => {
    const other = (): string => url.replace('127.0.0.1', 'localhost');
    const allowed = (): readonly string[] => ['a.http', '--allow-secret', `acme-key=${url}`];
    const ways: readonly (readonly [name: string, script: string, line: string])[] = [
      ['sends it elsewhere by itself', 'pm.sendRequest(other + "/x?k=" + key, () => {});', 'GET @@/ok'],
      [
        'sends it elsewhere in another form',
        'pm.sendRequest(other + "/x?k=" + [...key].reverse().join(""), () => {});',
        'GET @@/ok',
      ],
      [
        'changes the request',
        'pm.request.headers.add({ key: "X-K", value: [...key].map(c => c.charCodeAt(0)).join() });',
        'GET {{other}}/x',
      ],
      ['sets a variable', 'pm.environment.set("k", [...key].reverse().join(""));', 'GET {{other}}/x?k={{k}}'],
      [
        'sets many short ones',
        '[...key].forEach((c, i) => pm.environment.set("k" + i, c));',
        'GET {{other}}/x?k={{k0}}{{k1}}{{k2}}{{k3}}',
      ],
    ];
    for (const [name, script, line] of ways) {
      it(`a script that ${name} is refused as the secret would be`, async () => {
        await run(
          {
            'a.http': `@key = {{$secret acme-key}}\n@other = ${other()}\n\n### x\n< {% const key = pm.variables.get("key"), other = pm.variables.get("other");\n${script} %}\n${line}\n\n### later\nGET ${other()}/later?{{k}}{{k0}}\n`,
          },
          ...allowed(),
        );
        assert.deepEqual(
          seen.filter(({ headers }) => headers.host?.toString().startsWith('localhost')),
          [],
        );
      });
    }

    it('may go where the secret may', async () => {
      const { results } = await run(
        {
          'a.http':
            '@key = {{$secret acme-key}}\n### x\n< {% pm.request.headers.add({ key: "X-K", value: pm.variables.get("key").toUpperCase() }); %}\nGET @@/x\n',
        },
        ...allowed(),
      );
      assert.deepEqual([results[0]?.ok, seen[0]?.headers['x-k']], [true, 'KEPT-SECRET']);
    });

    it('are masked in what a script prints and what a test says', async () => {
      const { stdout, stderr } = await run(
        {
          'a.http':
            '@key = {{$secret acme-key}}\n### x\nGET @@/x\n> {% console.log("key", pm.variables.get("key")); pm.test("t", () => { throw new Error(pm.variables.get("key")); }); %}\n',
        },
        ...allowed(),
      );
      assert.match(stderr, /x: key •••/);
      assert.ok(!`${stdout}${stderr}`.includes('kept-secret'));
    });

    it('cookies that a script reads go back to where they belong, and not elsewhere', async () => {
      const { results } = await run({
        'a.http': `### cookie\nGET @@/cookie\n### here\n< {% pm.variables.set("c", pm.cookies.get("session")); %}\nGET @@/here?c={{c}}\n### there\nGET ${other()}/there?c={{c}}\n`,
      });
      assert.deepEqual(
        results.map(({ ok }) => ok),
        [true, true, false],
      );
      assert.equal(seen[1]?.url, '/here?c=jar-value');
      assert.equal(results[2]?.error?.code, 'not-allowed');
    });
  });
});
