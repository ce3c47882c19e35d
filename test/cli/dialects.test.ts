import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { countersign, folderWith, listeningServer, type SeenRequest } from './countersign.ts';

/** One request as it arrives, for each row of “Where the dialects disagree”, and for each kind of body. */
describe('what goes over the wire', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let remove = (): void => {};
  before(async () => {
    server = await listeningServer();
  });
  beforeEach(() => {
    server.seen.length = 0;
  });
  afterEach(() => remove());
  after(() => server.close());

  /** Runs a file (`@` is the server's URL) and gives what arrived. */
  async function sent(
    text: string | Uint8Array,
    files: Readonly<Record<string, string | Uint8Array>> = {},
    expected = 0,
  ): Promise<{ seen: readonly SeenRequest[]; stdout: string; stderr: string; folder: string }> {
    const project = folderWith({});
    remove = project.remove;
    for (const [name, content] of Object.entries({ ...files, 'a.http': text })) {
      const withUrl = typeof content === 'string' ? content.replaceAll('@@', server.url) : content;
      writeFileSync(join(project.folder, name), withUrl);
    }
    const { status, stdout, stderr } = await countersign(project.folder, ['run', 'a.http']);
    assert.equal(status, expected, stdout + stderr);
    return { seen: server.seen, stdout, stderr, folder: project.folder };
  }
  const lines = (seen: readonly SeenRequest[]): readonly string[] => seen.map(({ method, url }) => `${method} ${url}`);

  it('takes a request line in a body for body', async () => {
    const { seen } = await sent('POST @@/one\nContent-Type: text/plain\n\nfirst\nGET @@/two\n\nlast\n');
    assert.deepEqual(lines(seen), ['POST /one']);
    assert.equal(seen[0]?.body, `first\nGET ${server.url}/two\n\nlast`);
  });

  it('goes on with the target in indented lines, and in those that start with ? or &', async () => {
    const { seen } = await sent(
      'GET @@/a\n    /b\n    ?x=1\n    &y=2\nX-A: 1\n\n###\nGET @@/c\n?x=1\n&y=2\nX-B: 2\n\n###\nGET @@/d HTTP/1.1\n  ?x=1\n',
    );
    assert.deepEqual(lines(seen), ['GET /a/b?x=1&y=2', 'GET /c?x=1&y=2', 'GET /d?x=1']);
    assert.deepEqual([seen[0]?.headers['x-a'], seen[1]?.headers['x-b']], ['1', '2']);
  });

  it('never takes an assertion for a part of the query', async () => {
    const { seen } = await sent('GET @@/a\n?? status == 200\n\n###\nGET @@/b\n?x=1\n?? body exists\n');
    assert.deepEqual(lines(seen), ['GET /a', 'GET /b?x=1']);
  });

  it('puts httpYac’s @host before targets that begin with a slash, unless a Host header says where', async () => {
    const { seen } = await sent('@host=@@/v1/\n\n### a\nGET /a?x=1\n\n### b\nGET @@/b\n');
    assert.deepEqual(lines(seen), ['GET /v1/a?x=1', 'GET /b']);
  });

  it('names quotation marks around a URL before anything is looked up', async () => {
    const { seen, stdout } = await sent('@base = "@@"\n\n###\nGET {{base}}/a\n', {}, 1);
    assert.match(stdout, /begins with a quotation mark\. .*invalid-url/);
    assert.match((await sent("GET '@@/b'\n", {}, 2)).stderr, /^a\.http:1:5: The URL begins with a quotation mark/);
    assert.deepEqual(seen, []);
    assert.match((await sent('GET /nowhere\n', {}, 1)).stdout, /needs a Host header/);
  });

  it('knows a method in any case, and sends it in upper case', async () => {
    const { seen } = await sent('Post @@/a\n\n{}\n\n###\nget @@/b\n\n###\npatch @@/c\n\n###\n@@/d\n');
    assert.deepEqual(lines(seen), ['POST /a', 'GET /b', 'PATCH /c', 'GET /d']);
  });

  it('skips what stands between requests in other dialects', async () => {
    const { seen } = await sent(
      [
        '/* GET @@/comment */\n/*\nGET @@/long-comment\n*/\nGET @@/a',
        '<!-- GET @@/markup -->\nGET @@/b',
        '{{\nconst x = 1;\nGET = 2\n}}\nGET @@/c',
        '{{+\n/*\nGET @@/script\n*/\n}}\nGET @@/d',
        '{{@request\n`\nGET @@/hook\n`;\n}}\nGET @@/e',
        '< {%\n/*\nGET @@/pre\n*/\n%}\nGET @@/f',
        'GET @@/g\n\n> {%\nclient.test("x", () => {});\n%}',
        'GET @@/h\n\n>> out.json',
        'GET @@/i\n\n<> 2024-01-01.200.json',
      ].join('\n\n###\n'),
    );
    assert.deepEqual(
      lines(seen),
      [...'abcdefghi'].map(name => `GET /${name}`),
    );
    assert.ok(seen.every(({ body }) => body === ''));
  });

  it('takes a recorded response for neither body nor request', async () => {
    const { seen } = await sent(
      'GET @@/a\n\nHTTP/2.0 200 OK\ncontent-type: application/json\n\n{"a":1}\n\n###\nPOST @@/b\n\n{"b":1}\n\nHTTP/1.1 201 Created\n\n{}\n',
    );
    assert.deepEqual(lines(seen), ['GET /a', 'POST /b']);
    assert.deepEqual([seen[0]?.body, seen[1]?.body], ['', '{"b":1}']);
  });

  it('accepts a byte order mark, CRLF, blanks after and inside of the URL, and long separators', async () => {
    const { seen } = await sent(
      '\ufeffGET @@/a  \t\r\nX-A: 1  \r\n\r\n########## long\r\nPOST @@/b\r\nContent-Type: text/plain\r\n\r\none\r\ntwo\r\n\r\n###\r\nGET @@/c d?e=f g HTTP/1.1\r\n',
    );
    assert.deepEqual(lines(seen), ['GET /a', 'POST /b', 'GET /c%20d?e=f%20g']);
    assert.equal(seen[0]?.headers['x-a'], '1');
    assert.equal(seen[1]?.body, 'one\r\ntwo');
  });

  it('sends no comments of bodies that can hold none', async () => {
    const { seen } = await sent(
      [
        'POST @@/json\nContent-Type: application/vnd.a+json; charset=utf-8\n\n// CreateCommand\n{\n  # first\n  "a": 1,\n\n  // "b": 2,\n  "c": "# d"\n}\n\n# The next one follows\n',
        'POST @@/untyped\n\n# A comment\n{"a": 1}\n// and another',
        'POST @@/variable\nContent-Type: {{type}}\n\n[1,\n// two\n2]',
        'POST @@/form\nContent-Type: application/x-www-form-urlencoded\n\na=1\n# b is not given\n&c=3\n# end',
        'POST @@/nothing\nContent-Type: multipart/form-data; boundary=x\n\n# The body is left out',
        'POST @@/file\nContent-Type: application/json\n\n# From a file\n< ./a.json\n# the end',
        'POST @@/markdown\nContent-Type: text/markdown\n\n# A heading\n\ntext\n// text',
        'POST @@/plain\nContent-Type: text/plain\n\n# kept',
        'POST @@/yaml\n\n# kept\na: 1',
        'POST @@/graphql\nX-Request-Type: GraphQL\n\nmutation {\n  note(text: """\n# kept\n""")\n}',
        'POST @@/handled\n\n# before\n> {% 1 %}\n{"a": 1}',
        '@type = application/json',
      ].join('\n\n###\n'),
      { 'a.json': '{"file": true}' },
    );
    assert.deepEqual(
      seen.map(({ url, body }) => [url, body]),
      [
        ['/json', '{\n  "a": 1,\n\n  "c": "# d"\n}'],
        ['/untyped', '{"a": 1}'],
        ['/variable', '[1,\n2]'],
        ['/form', 'a=1&c=3'],
        ['/nothing', ''],
        ['/file', '{"file": true}'],
        ['/markdown', '# A heading\n\ntext\n// text'],
        ['/plain', '# kept'],
        ['/yaml', '# kept\na: 1'],
        ['/graphql', '{"query":"mutation {\\n  note(text: \\"\\"\\"\\n# kept\\n\\"\\"\\")\\n}"}'],
        ['/handled', '{"a": 1}'],
      ],
    );
  });

  it('takes variables below a request for variables, and never sends them', async () => {
    const { seen } = await sent(
      [
        'GET @@/a\n\n@one = 1\n@two = {{one}}2',
        'POST @@/b\nContent-Type: application/json\n\n{"two": "{{two}}"}\n\n# Of the next one\n@three = 3\n\n',
        'POST @@/c/{{three}}\nContent-Type: application/x-www-form-urlencoded\n\na=1\n&b=2\n\n@four = 4',
        'POST @@/d/{{four}}\nContent-Type: text/plain\n\nputs\n\n@five = 5',
        'POST @@/e\n\ndate\n@five = 5',
      ].join('\n\n###\n'),
    );
    assert.deepEqual(
      seen.map(({ url, body }) => [url, body]),
      [
        ['/a', ''],
        ['/b', '{"two": "12"}'],
        ['/c/3', 'a=1&b=2'],
        ['/d/4', 'puts\n\n@five = 5'],
        ['/e', 'date\n@five = 5'],
      ],
    );
  });

  it('takes a header line that is one variable for the header that its value states', async () => {
    const { seen } = await sent(
      [
        '@me = Authorization: Basic alice:\n@xb = X-B: {{b}}:b\n@b = b\n@off =',
        'GET @@/a\n{{me}}\n{{ xb }}\nX-C: c',
        'GET @@/b\n{{off}}\n{{xb}}',
        '# @auth bearer token=t\nGET @@/c\n{{me}}',
      ].join('\n\n###\n'),
    );
    assert.deepEqual(
      seen.map(({ headers }) => ['authorization', 'x-b', 'x-c'].map(name => headers[name])),
      [
        [`Basic ${btoa('alice:')}`, 'b:b', 'c'],
        [undefined, 'b:b', undefined],
        ['Bearer t', undefined, undefined],
      ],
    );
  });

  it('reports requests of other protocols as such, and sends none', async () => {
    const targets = {
      GRPC: '/Service/Method',
      WEBSOCKET: 'ws://localhost/a',
      WS: 'wss://localhost/a',
      WSS: 'localhost/a',
      SSE: 'https://localhost/a',
      EVENTSOURCE: server.url,
      MQTT: 'tcp://localhost',
      AMQP: 'amqp://guest:guest@localhost',
      RSOCKET: server.url,
    };
    const text = Object.entries(targets).map(([method, target]) => `### ${method}\n${method} ${target}\n`);
    const { folder, remove: removeFolder } = folderWith({
      'a.http': `proto < ./a.proto\ngql Parts < ./parts.gql\n${text.join('\n')}`,
    });
    remove = removeFolder;
    const parsed = await countersign(folder, ['parse', 'a.http', '--json']);
    const [{ diagnostics, requests }] = parsed.json() as [
      { diagnostics: { code: string; line: number }[]; requests: unknown[] },
    ];
    assert.deepEqual([...new Set(diagnostics.map(({ code }) => code))], ['foreign-feature']);
    assert.deepEqual([requests.length, diagnostics.length], [9, 11]);
    assert.equal(parsed.status, 0);
    const run = await countersign(folder, ['run', 'a.http', '--json']);
    const reports = (run.json() as { error?: { code: string } }[]).slice(0, 9);
    assert.deepEqual(
      reports.map(({ error }) => error?.code),
      Array.from({ length: 9 }, () => 'foreign-feature'),
    );
    assert.equal(server.seen.length, 0);
  });

  it('reads UTF-16 with a byte order mark', async () => {
    const text = `\ufeffPOST ${server.url}/ü\n\nпривет\n`;
    const { seen } = await sent(Buffer.from(text, 'utf16le'));
    assert.deepEqual([lines(seen)[0], seen[0]?.body], ['POST /%C3%BC', 'привет']);
  });

  it('takes the authority of a relative target from Host', async () => {
    const { seen } = await sent(`GET /a?x=1\nHost: ${server.url.slice('http://'.length)}\n`);
    assert.deepEqual(lines(seen), ['GET /a?x=1']);
    assert.equal(`http://${seen[0]?.headers.host}`, server.url);
  });

  it('sends GraphQL as JSON, by method and by header', async () => {
    const query = 'query Q($id: ID!) {\n  user(id: $id) { name }\n}\n\n{ "id": "{{id}}" }\n';
    const { seen } = await sent(
      `@id = 7\n\nGRAPHQL @@/a\n\n${query}\n###\nPOST @@/b\nX-REQUEST-TYPE: GraphQL\n\n${query}\n###\nGRAPHQL @@/c\n\n{ me { name } }\n`,
    );
    assert.deepEqual(lines(seen), ['POST /a', 'POST /b', 'POST /c']);
    for (const { headers, body } of seen.slice(0, 2)) {
      assert.equal(headers['content-type'], 'application/json');
      assert.equal(headers['x-request-type'], undefined);
      assert.deepEqual(JSON.parse(body), {
        query: 'query Q($id: ID!) {\n  user(id: $id) { name }\n}',
        operationName: 'Q',
        variables: { id: '7' },
      });
    }
    assert.deepEqual(JSON.parse(seen[2]?.body ?? ''), { query: '{ me { name } }' });
  });

  it('joins the lines of a form', async () => {
    const { seen } = await sent(
      'POST @@/\nContent-Type: application/x-www-form-urlencoded\n\nname=foo\n&password=a%20b\n  &last={{v}}\n\n###\n@v = x y\n',
    );
    assert.match(seen[0]?.body ?? '', /^name=foo&password=a%20b&last=x%20y$/);
  });

  it('percent-encodes in a form what it cannot hold, and no more, as REST Client does', async () => {
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const { seen } = await sent(
      [
        `POST @@/a\n${form}\n\ncity=Zürich am See&done=100%&plus=a+b%2B&list=[1,2]&at=a@b.c:1/?;~\n&quote="q"\n&emoji=😀{{v}}`,
        // From the documentation of the JetBrains HTTP Client: blanks around names and values are layout.
        `POST @@/b\n${form}\n\nkey1 = value1 &\nkey2 = two words &\nkey3 = {{v}} &\n{{n}} = a = b`,
        '@v = ä b\n@n = x',
      ].join('\n\n###\n'),
    );
    const [a, b] = seen.map(({ body }) => body);
    assert.equal(
      a,
      'city=Z%C3%BCrich%20am%20See&done=100%25&plus=a+b%2B&list=[1,2]&at=a@b.c:1/?;~&quote=%22q%22&emoji=%F0%9F%98%80%C3%A4%20b',
    );
    assert.equal(b, 'key1=value1&key2=two%20words&key3=%C3%A4%20b&x=a%20=%20b');
    assert.deepEqual(
      [...new URLSearchParams(b)],
      [
        ['key1', 'value1'],
        ['key2', 'two words'],
        ['key3', 'ä b'],
        ['x', 'a = b'],
      ],
    );
  });

  it('ends newline-delimited JSON with a line end, as REST Client does', async () => {
    const { seen } = await sent('POST @@/_bulk\nContent-Type: application/x-ndjson\n\n{"index":{}}\n{"a":1}\n\n###\n');
    assert.equal(seen[0]?.body, '{"index":{}}\n{"a":1}\n');
  });

  it('neither sends nor reads what is commented out, be it a parameter, a header or a field of a form', async () => {
    const form = 'Content-Type: application/x-www-form-urlencoded';
    const without = `POST @@/a\n    ?x=1\n    &z=3\n${form}\n\nname=Ada\n&flag=1\n`;
    const off = without
      .replace('    &z', '    # &y={{nowhere}}\n    &z')
      .replace(form, `# X-Off: {{nowhere}}\n${form}`)
      .replace('&flag', '# &city={{nowhere}}\n// &land=x\n&flag');
    const shown = async (folder: string, ...args: readonly string[]): Promise<string> =>
      (await countersign(folder, [...args, 'a.http'])).stdout.replace(/"line":\d+|\d+ ms|"[^"]*a\.http"/g, '');
    const results: unknown[] = [];
    for (const text of [without, off]) {
      server.seen.length = 0;
      const { seen, folder } = await sent(text);
      const [request] = seen;
      results.push({
        sent: [request?.url, request?.body, request?.headers['x-off']],
        parsed: await shown(folder, 'parse', '--json'),
        previewed: await shown(folder, 'preview', '--json'),
      });
      remove();
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual((results[0] as { sent: unknown }).sent, ['/a?x=1&z=3', 'name=Ada&flag=1', undefined]);
  });

  it('sends files as they are, with variables replaced, and in other encodings', async () => {
    const latin1 = Buffer.from('caf\xe9 {{v}}', 'latin1');
    const { seen } = await sent(
      [
        '@v = 1\n\nPOST @@/raw\n\n< ./t.txt',
        'POST @@/replaced\n\n<@ ./t.txt',
        'POST @@/latin1\n\n<@latin1 ./l.txt',
        'POST @@/mixed\n\nbefore {{v}}\n< ./t.txt\nafter',
      ].join('\n\n###\n'),
      { 't.txt': 'file {{v}}\r\n', 'l.txt': latin1 },
    );
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['file {{v}}\r\n', 'file 1', 'café 1', 'before 1\nfile {{v}}\r\n\nafter'],
    );
    assert.equal(seen[0]?.headers['content-length'], '12');
  });

  it('sends multipart bodies with the line ends that they need', async () => {
    const { seen } = await sent(
      [
        'POST @@/\nContent-Type: multipart/form-data; boundary=XX\n',
        '--XX',
        'Content-Disposition: form-data; name="text"',
        '',
        'value {{v}}',
        '--XX',
        'Content-Disposition: form-data; name="file"; filename="t.bin"',
        'Content-Type: application/octet-stream',
        '',
        '< ./t.bin',
        '--XX--',
        '\n###\n@v = 1\n',
      ].join('\n'),
      { 't.bin': 'line\nline\n' },
    );
    assert.equal(
      seen[0]?.body,
      [
        '--XX',
        'Content-Disposition: form-data; name="text"',
        '',
        'value 1',
        '--XX',
        'Content-Disposition: form-data; name="file"; filename="t.bin"',
        'Content-Type: application/octet-stream',
        '',
        'line\nline\n',
        '--XX--',
        '',
      ].join('\r\n'),
    );
  });

  it('sends no password of a shorthand that is not supported, and says which', async () => {
    for (const value of [
      'COGNITO user s3cret eu-west-1 pool client',
      'openid password s3cret',
      'oauth2 client_credentials',
    ]) {
      const { seen, stdout } = await sent(`GET @@/a\nAuthorization: ${value}\n`, {}, 1);
      assert.deepEqual(seen, []);
      assert.match(stdout, /is a shorthand of (?:REST Client|httpYac) that is not supported/);
    }
  });

  it('sends nothing of a draft’s with the requests above it', async () => {
    const { seen } = await sent('### One\nGET @@/a\n\n### Draft\n# @auth basic username=ada password=s3cret\n');
    assert.equal(seen[0]?.headers.authorization, undefined);
  });

  it('sends no request of a comment, wherever that stands', async () => {
    const { seen } = await sent(
      '### a\nGET @@/a\n\n/*\n### Old\nDELETE @@/danger\n\n*/\n### b\nPOST @@/b\nContent-Type: application/json\n\n{}\n\n<!--\n### Old\nDELETE @@/danger\n-->\n  ### c\n  GET @@/c\n',
    );
    assert.deepEqual(lines(seen), ['GET /a', 'POST /b', 'GET /c']);
  });

  it('sends what is not disabled, with the directives of the file', async () => {
    const { seen } = await sent('# @disabled\nGET @@/a\n\n### b\n# @disabled false\nGET @@/b\n');
    assert.deepEqual(lines(seen), ['GET /b']);
  });
});
