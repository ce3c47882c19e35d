import assert from 'node:assert/strict';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('countersign preview and parse', () => {
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let remove = (): void => {};
  const project = (files: Record<string, string>): string => {
    const made = folderWith(files);
    remove = made.remove;
    return made.folder;
  };
  before(async () => {
    server = await listeningServer();
  });
  after(() => server.close());
  afterEach(() => remove());

  it('shows each part with its origin, secrets masked, and sends nothing', async () => {
    const folder = project({
      'collection.http': '# @auth apikey key=k value={{$secret s}} in=query\n',
      'a.http': `### first\nPOST ${server.url}/x?a=1&b=%20c\nContent-Type: text/plain\n\nhello\n`,
    });
    const { stdout, status } = await countersign(folder, ['preview', 'a.http', '--json'], {
      env: { COUNTERSIGN_SECRET_S: 'hushhush' },
    });
    assert.equal(status, 0);
    assert.doesNotMatch(stdout, /hushhush/);
    const preview = JSON.parse(stdout);
    assert.equal(preview.url, `${server.url}/x?a=1&b=%20c&k=•••`);
    const members = ['method', 'url', 'headers', 'query', 'body', 'auth', 'pending', 'diagnostics'];
    assert.deepEqual(Object.keys(preview), members);
    assert.deepEqual(preview.query, [
      { name: 'a', value: '1', origin: { by: 'file', file: 'a.http', line: 2 } },
      { name: 'b', value: ' c', origin: { by: 'file', file: 'a.http', line: 2 } },
      {
        name: 'k',
        value: '•••',
        origin: { by: 'auth', scheme: 'apikey', level: 'collection', file: 'collection.http', line: 1 },
      },
    ]);
    assert.deepEqual(preview.body, { text: 'hello' });
    assert.deepEqual(
      preview.headers.map((header: { name: string; hidden: boolean }) => [header.name, header.hidden]),
      [
        ['Host', true],
        ['Content-Type', false],
        ['User-Agent', true],
        ['Accept', true],
        ['Accept-Encoding', true],
        ['Content-Length', true],
      ],
    );
    assert.equal(server.seen.length, 0);
  });

  it('shows secrets where they are asked for', async () => {
    const folder = project({ 'a.http': `# @auth bearer token={{$secret s}}\nGET ${server.url}/\n` });
    const { stdout } = await countersign(folder, ['preview', 'a.http', '--show-secrets', '--secret', 's=hushhush']);
    assert.match(stdout, /Authorization: Bearer hushhush/);
  });

  it('warns of a written header that the auth replaces', async () => {
    const folder = project({ 'a.http': `# @auth bearer token=abc\nGET ${server.url}/\nAuthorization: mine\n` });
    const { stdout } = await countersign(folder, ['preview', 'a.http', '--json']);
    const { diagnostics, headers } = JSON.parse(stdout);
    assert.deepEqual([diagnostics[0].code, diagnostics[0].line], ['overridden-header', 3]);
    assert.equal(headers.filter((header: { name: string }) => header.name === 'Authorization').length, 1);
  });

  it('chooses a request by name, title or line, and names the nearest otherwise', async () => {
    const folder = project({
      'a.http': `### first\nGET ${server.url}/1\n\n### second\n# @name two\nGET ${server.url}/2\n`,
    });
    for (const [option, value, path] of [
      ['--name', 'first', '/1'],
      ['--name', 'two', '/2'],
      ['--line', '6', '/2'],
    ] as const) {
      const { stdout } = await countersign(folder, ['preview', 'a.http', option, value, '--json']);
      assert.equal(JSON.parse(stdout).url, server.url + path);
    }
    const { status, stderr } = await countersign(folder, ['preview', 'a.http', '--name', 'frist']);
    assert.equal(status, 2);
    assert.match(stderr, /did you mean “first”/);
  });

  it('masks a secret wherever it stands in the URL', async () => {
    const folder = project({ 'a.http': 'GET http://{{$secret h}}.example.com:8080/{{$secret h}}/x?k={{$secret h}}\n' });
    const { stdout } = await countersign(folder, ['preview', 'a.http', '--json', '--secret', 'h=hushhush']);
    assert.equal(JSON.parse(stdout).url, 'http://•••.example.com:8080/•••/x?k=•••');
  });

  it('finds environments above the collection', async () => {
    const folder = project({
      '.git/HEAD': '',
      'http-client.env.json': '{"dev":{"base":"http://env.example.com"}}',
      'api/collection.http': '# @auth none\n',
      'api/a.http': 'GET {{base}}/\n',
    });
    const { stdout } = await countersign(folder, ['preview', 'api/a.http', '--json', '--env', 'dev']);
    assert.equal(JSON.parse(stdout).url, 'http://env.example.com/');
  });

  it('ends with 2 where the request cannot be computed', async () => {
    const folder = project({ 'a.http': 'GET {{nowhere}}/x\n' });
    const { status, stderr } = await countersign(folder, ['preview', 'a.http']);
    assert.equal(status, 2);
    assert.match(stderr, /^a\.http:1:5: .*nowhere/m);
  });

  it('tells a request that has not been sent from one that nobody names', async () => {
    const folder = project({
      'a.http':
        'GET http://x/{{login.response.body.$.id}}\n\n###\nGET http://x/{{logn.response.status}}\n\n###\n# @name login\nGET http://x/\n',
    });
    const early = await countersign(folder, ['preview', 'a.http', '--line', '1']);
    assert.match(early.stderr, /^a\.http:1:14: The request “login” has not been sent yet.*\nSend it first/);
    const wrong = await countersign(folder, ['preview', 'a.http', '--line', '4']);
    assert.match(wrong.stderr, /^a\.http:4:14: There is no variable “logn\.response\.status”\.\n.*“# @name logn”/);
    assert.deepEqual([early.status, wrong.status], [2, 2]);
  });

  it('prints what a file holds as it is written', async () => {
    const folder = project({
      'a.http':
        '@base = http://x\n\n### One\n# @name one\n# @auth apikey key=k\n#   value = {{v}}\nPOST {{base}}/p\n  ?a=1\nX: {{y}}\n\n{}\n\n### Two\nGET /rel\nHost: x\n',
    });
    const { stdout, status } = await countersign(folder, ['parse', 'a.http', '--json']);
    const [file] = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.equal(status, 0);
    assert.deepEqual(file.variables, [{ name: 'base', value: 'http://x', line: 1 }]);
    assert.deepEqual(file.requests[0], {
      name: 'one',
      title: 'One',
      line: 7,
      method: 'POST',
      url: '{{base}}/p?a=1',
      headers: [{ name: 'X', value: '{{y}}', line: 9 }],
      body: { text: '{}', line: 11 },
      auth: { scheme: 'apikey', fields: { key: 'k', value: '{{v}}' }, line: 5 },
    });
    assert.equal(file.requests[1].method, 'GET');
  });

  it('says once that a field is given twice', async () => {
    const folder = project({ 'a.http': '# @auth basic username=a username=b\nGET http://x\n' });
    const { stdout } = await countersign(folder, ['parse', 'a.http', '--json']);
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; column: number }[] };
    assert.deepEqual(
      diagnostics.map(({ code, column }) => [code, column]),
      [['duplicate-field', 26]],
    );
  });

  it('prints of a body only what is sent', async () => {
    const folder = project({
      'a.http': 'POST http://x\n\n{\n// one\n"a": 1}\n\n{{\n  const x = 1;\n}}\n> {% y %}\n[2]\n\n# end\n',
    });
    const { stdout } = await countersign(folder, ['parse', 'a.http', '--json']);
    assert.deepEqual(JSON.parse(stdout).requests[0].body, { text: '{\n"a": 1}\n[2]', line: 3 });
  });
});
