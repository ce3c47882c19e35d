import assert from 'node:assert/strict';
import { countersign, folderWith, listeningServer } from './countersign.ts';

interface Line {
  readonly name: string;
  readonly status: number | null;
  readonly ok: boolean;
  readonly auth: {
    readonly scheme: string;
    readonly from: { readonly level: string; readonly file: string; readonly line: number } | null;
  };
  readonly error: { readonly code: string; readonly line: number } | null;
  readonly summary?: { readonly requests: number; readonly failed: number };
}

describe('countersign run', () => {
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let cleanUp: (() => void)[] = [];
  const project = (files: Record<string, string>): string => {
    const { folder, remove } = folderWith(files);
    cleanUp.push(remove);
    return folder;
  };

  beforeEach(async () => {
    server = await listeningServer((request, response) => {
      if (request.url === '/login') response.end('{"token":"t-1"}');
      else {
        if (request.url.startsWith('/status/')) response.statusCode = Number(request.url.slice(8));
        response.end('{}');
      }
    });
  });
  afterEach(async () => {
    await server.close();
    for (const remove of cleanUp) remove();
    cleanUp = [];
  });

  it('inherits auth over folder and collection, request by request, and says from where', async () => {
    const folder = project({
      'collection.http': `# @auth basic username=ada password={{$secret pw}}\n@baseUrl = ${server.url}`,
      'a.http':
        '### one\n# @name one\nGET {{baseUrl}}/one\n\n### two\n# @name two\n# @auth none\nGET {{baseUrl}}/two\n',
      'keys/folder.http': '# @auth apikey key=X-Key value=k1\n',
      'keys/b.http': '### three\n# @name three\n{{baseUrl}}/three\n',
    });
    const { status, json } = await countersign(folder, ['run', '.', '--secret', 'pw=open sesame', '--json']);
    assert.equal(status, 0);
    const lines = json() as Line[];
    assert.deepEqual(
      lines.slice(0, 3).map(line => [line.name, line.auth.scheme, line.auth.from?.file, line.auth.from?.level]),
      [
        ['three', 'apikey', 'keys/folder.http', 'folder'],
        ['one', 'basic', 'collection.http', 'collection'],
        ['two', 'none', 'a.http', 'request'],
      ],
    );
    assert.deepEqual(lines.at(-1)?.summary?.requests, 3);
    assert.equal(server.seen[0]?.headers['x-key'], 'k1');
    assert.equal(server.seen[1]?.headers.authorization, `Basic ${btoa('ada:open sesame')}`);
    assert.equal(server.seen[2]?.headers.authorization, undefined);
  });

  it('uses values of earlier responses, also when it sends several at a time', async () => {
    const folder = project({
      'a.http': `### login\n# @name login\nPOST ${server.url}/login\n\n### use\n# @auth bearer token={{login.response.body.$.token}}\nGET ${server.url}/use\n`,
    });
    for (const parallel of ['1', '4']) {
      const { status, stdout } = await countersign(folder, ['run', 'a.http', '--parallel', parallel]);
      assert.equal(status, 0, stdout);
      assert.equal(server.seen.at(-1)?.headers.authorization, 'Bearer t-1');
    }
  });

  it('sends nothing when a secret is missing, and ends with 1', async () => {
    const folder = project({ 'a.http': `# @auth bearer token={{$secret nowhere}}\nGET ${server.url}/\n` });
    const { status, json } = await countersign(folder, ['run', 'a.http', '--json']);
    assert.equal(status, 1);
    assert.deepEqual([(json() as Line[])[0]?.error?.code, (json() as Line[])[0]?.error?.line], ['missing-secret', 1]);
    assert.equal(server.seen.length, 0);
  });

  it('sends with --strict nothing at all when a file has an error, and ends with 2', async () => {
    const folder = project({ 'a.http': `GET ${server.url}/fine\n\n###\n# @auth baisc\nGET ${server.url}/\n` });
    const { status, stderr } = await countersign(folder, ['run', 'a.http', '--strict']);
    assert.equal(status, 2);
    assert.match(stderr, /^a\.http:4:9: .*Did you mean “basic”/m);
    assert.equal(server.seen.length, 0);
  });

  it('takes a status of 400 or more for a failure only with --fail, and stops at it with --bail', async () => {
    const folder = project({ 'a.http': `GET ${server.url}/status/500\n\n###\nGET ${server.url}/next\n` });
    assert.equal((await countersign(folder, ['run', 'a.http'])).status, 0);
    assert.equal(server.seen.length, 2);
    assert.equal((await countersign(folder, ['run', 'a.http', '--fail', '--bail'])).status, 1);
    assert.equal(server.seen.length, 3);
  });

  it('takes a refused credential for a failure, and explains it', async () => {
    const folder = project({ 'a.http': `# @auth basic username=a password=b\nGET ${server.url}/status/401\n` });
    const { status, stdout } = await countersign(folder, ['run', 'a.http']);
    assert.equal(status, 1);
    assert.match(stdout, /did not accept the credential of “@auth basic” \(line 1\)/);
  });

  it('reports a server that is not there in words', async () => {
    const folder = project({ 'a.http': 'GET http://127.0.0.1:1/\n' });
    const { status, json } = await countersign(folder, ['run', 'a.http', '--json']);
    assert.equal(status, 1);
    assert.equal((json() as Line[])[0]?.error?.code, 'connection-refused');
  });

  it('takes variables from the environment that was chosen, and lets --var win', async () => {
    const folder = project({
      'http-client.env.json': JSON.stringify({
        $shared: { who: 'shared' },
        dev: { base: server.url },
        prod: { base: 'http://127.0.0.1:1' },
      }),
      'a.http': 'GET {{base}}/{{who}}\n',
    });
    assert.equal((await countersign(folder, ['run', 'a.http', '--env', 'dev'])).status, 0);
    assert.equal((await countersign(folder, ['run', 'a.http', '--env', 'dev', '--var', 'who=me'])).status, 0);
    assert.deepEqual(
      server.seen.map(request => request.url),
      ['/shared', '/me'],
    );
    assert.notEqual((await countersign(folder, ['run', 'a.http', '--env', 'nowhere'])).status, 0);
  });

  it('writes each reporter’s results where it is told', async () => {
    const { readFileSync } = await import('node:fs');
    const folder = project({ 'a.http': `### <First> & "only"\nGET ${server.url}/\n` });
    const { stdout } = await countersign(folder, [
      'run',
      'a.http',
      '--reporter',
      'text',
      '--reporter',
      'junit=out.xml',
    ]);
    assert.match(stdout, /✓ 200/);
    assert.match(readFileSync(`${folder}/out.xml`, 'utf8'), /<testcase name="&lt;First&gt; &amp; &quot;only&quot;"/);
  });

  it('ends with 2 for calls it cannot understand', async () => {
    const folder = project({ 'a.http': '@only = variables\n' });
    for (const args of [
      ['run'],
      ['run', 'missing.http'],
      ['run', 'a.http'],
      ['walk'],
      ['run', 'a.http', '--lines'],
      ['run', 'a.http', '--parallel', '0'],
    ]) {
      const { status, stderr } = await countersign(folder, args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /^countersign: /);
    }
  });

  it('ends with 130 when it is interrupted', async () => {
    let interrupted = false;
    const interrupt = (kill: (signal: NodeJS.Signals) => void): void => {
      if (!interrupted) kill('SIGINT');
      interrupted = true;
    };
    const waiting = await listeningServer((request, response) => {
      if (request.url === '/first') response.end();
    });
    try {
      const folder = project({ 'a.http': `GET ${waiting.url}/first\n\n###\nGET ${waiting.url}/never\n` });
      const { status } = await countersign(folder, ['run', 'a.http'], { onStdout: kill => interrupt(kill) });
      assert.equal(status, 130);
    } finally {
      await waiting.close();
    }
  });
});
