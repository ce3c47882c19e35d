import assert from 'node:assert/strict';
import fc from 'fast-check';
import library from 'postman-collection';
import { findingsOf, readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { parse } from '../../../src/language/parser.ts';
import { queryParameters } from '../../../src/language/query-printer.ts';
import type { RequestNode } from '../../../src/language/syntax-tree.ts';

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const collection = (item: readonly unknown[], rest: object = {}): object => ({
  info: { name: 'Acme', schema },
  item,
  ...rest,
});
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const files = (value: unknown, secretsTo: 'store' | 'file' = 'store') =>
  importedFiles(readImport(bytes(value), 'c.json').imported, { secretsTo });
const written = (value: unknown): Record<string, string> => Object.fromEntries(files(value).files);
const one = (request: unknown, rest: object = {}): string =>
  written(collection([{ name: 'One', request, ...rest }]))['acme/acme.http'] ?? '';
const request = (text: string): RequestNode => {
  const { blocks } = parse(text);
  assert.equal(blocks.length, 1, text);
  const node = blocks[0]?.block.request;
  assert.ok(node, text);
  return node;
};

describe('a Postman collection', () => {
  it('becomes a folder with collection.http, folders with folder.http, and files of requests in order', () => {
    const get = (name: string): object => ({ name, request: { method: 'GET', url: 'https://acme.test/a' } });
    const made = written(
      collection(
        [
          get('First'),
          {
            name: 'Users',
            auth: { type: 'noauth' },
            item: [get('List'), get('List'), { name: 'Deep', item: [get('x')] }],
          },
          get('Second'),
        ],
        { auth: { type: 'basic', basic: { username: 'ada', password: '{{pw}}' } }, variable: [{ key: 'a', value: 1 }] },
      ),
    );
    assert.deepEqual(Object.keys(made), [
      'acme/collection.http',
      'acme/acme.http',
      'acme/users/folder.http',
      'acme/users/users.http',
      'acme/users/deep/deep.http',
    ]);
    assert.equal(made['acme/collection.http'], '# Acme\n# @auth basic username=ada password={{pw}}\n@a = 1\n');
    assert.equal(made['acme/users/folder.http'], '# Users\n# @auth none\n');
    assert.match(made['acme/acme.http'] ?? '', /^### First\nGET .*\n\n### Second\nGET /);
    assert.match(made['acme/users/users.http'] ?? '', /### List\n.*\n\n### List-2\n/);
  });

  it('names files as every system allows, whatever folders are called', () => {
    const names = ['../../x', 'CON', 'a/b\\c', 'x'.repeat(300), '😀', '', 'Same', 'same', 'é'];
    const item = names.map(name => ({ name, item: [{ name, request: 'https://acme.test/' }] }));
    const paths = Object.keys(written(collection(item)));
    assert.equal(new Set(paths.map(path => path.toLowerCase())).size, paths.length);
    for (const path of paths) {
      for (const part of path.split('/')) {
        assert.match(part, /^[\p{L}\p{N}_.-]+$/u);
        assert.ok(!/^(?:\.\.?|con)$/i.test(part) && Buffer.byteLength(part) <= 120, part);
      }
    }
    assert.equal(paths.filter(path => path.endsWith('.http')).length, names.length + 1);
  });

  const auths: readonly [string, object, string][] = [
    ['apikey', { key: 'X', value: '{{k}}', in: 'query' }, 'apikey key=X value={{k}} in=query'],
    ['bearer', { token: '{{t}}' }, 'bearer token={{t}}'],
    ['basic', { username: 'a', password: '{{p}}', showPassword: false }, 'basic username=a password={{p}}'],
    ['digest', { username: 'a', password: '{{p}}', algorithm: 'MD5', qop: '' }, 'digest username=a password={{p}}'],
    ['ntlm', { username: 'a', password: '{{p}}', domain: 'D' }, 'ntlm username=a password={{p}} domain=D'],
    ['hawk', { authId: 'i', authKey: '{{k}}', algorithm: 'sha1' }, 'hawk authId=i authKey={{k}} algorithm=sha1'],
    [
      'awsv4',
      { accessKey: '{{a}}', secretKey: '{{s}}', region: 'eu-west-1', service: '' },
      'awsv4\n#   accessKey = {{a}}\n#   secretKey = {{s}}\n#   region    = eu-west-1\n#   service   = execute-api',
    ],
    [
      'oauth1',
      { consumerKey: 'c', consumerSecret: '{{s}}', addParamsToHeader: true, signatureMethod: 'HMAC-SHA256' },
      'oauth1 consumerKey=c consumerSecret={{s}} signatureMethod=HMAC-SHA256',
    ],
    [
      'edgegrid',
      { accessToken: 'a', clientToken: 'c', clientSecret: '{{s}}', headersToSign: ['x-a', 'x-b'] },
      'edgegrid\n#   accessToken   = a\n#   clientToken   = c\n#   clientSecret  = {{s}}\n#   headersToSign = x-a,x-b',
    ],
    [
      'jwt',
      { algorithm: 'HS512', secret: '{{s}}', isSecretBase64Encoded: true },
      'jwt algorithm=HS512 secret={{s}} secretBase64=true',
    ],
    [
      'oauth2',
      {
        ...{
          grant_type: 'client_credentials',
          accessTokenUrl: 'https://as.test/token',
          authUrl: 'https://as.test/left',
        },
        ...{
          clientId: 'c',
          clientSecret: '{{s}}',
          scope: 'a b',
          client_authentication: 'body',
          addTokenTo: 'queryParams',
        },
        ...{ tokenRequestParams: [{ key: 'x', value: '1', send_as: 'request_body' }], tokenType: 'mac' },
      },
      [
        'oauth2',
        'grantType            = client_credentials',
        'tokenUrl             = https://as.test/token',
        'clientId             = c',
        'clientSecret         = {{s}}',
        'scope                = a b',
        'clientAuthentication = body',
        'addTo                = query',
        'tokenParams          = x=1',
      ].join('\n#   '),
    ],
    ['oauth2', { accessToken: '{{t}}', headerPrefix: '' }, 'oauth2 token={{t}} prefix=""'],
  ];
  for (const [type, parameters, wanted] of auths) {
    it(`carries ${type} over, in the shape of 2.0 and of 2.1: ${wanted.split('\n')[0]}`, () => {
      const list = Object.entries(parameters).map(([key, value]) => ({ key, value }));
      for (const shape of [parameters, list]) {
        const text = one({
          url: 'https://acme.test/',
          auth: { type, [type]: shape, basic: { username: 'left over' } },
        });
        const shown = type === 'basic' ? text : text.replace('left over', '');
        if (type !== 'basic') assert.ok(shown.includes(`# @auth ${wanted}\nGET `), text);
      }
      if (type === 'basic') {
        assert.ok(one({ url: 'https://acme.test/', auth: { type, basic: list } }).includes(`# @auth ${wanted}\n`));
      }
    });
  }

  it('inherits where it says nothing or null, and stops at noauth', () => {
    assert.ok(!one({ url: 'https://acme.test/', auth: null }).includes('@auth'));
    assert.match(one({ url: 'https://acme.test/', auth: { type: 'noauth' } }), /# @auth none\n/);
  });

  it('tells of each thing that it could not carry over, at its request and in one list', () => {
    const item = {
      name: 'Odd',
      protocolProfileBehavior: { maxRedirects: 3, followRedirects: false, strictSSL: false, disableCookies: true },
      event: [{ listen: 'test', script: { exec: [], src: 'https://elsewhere.test/a.js' } }],
      request: {
        method: 'GET',
        url: 'https://acme.test/',
        header: [{ key: 'Bad Name', value: '1' }],
        body: { mode: 'raw', raw: '{}' },
        auth: { type: 'kerberos', kerberos: [] },
      },
    };
    const text = written(collection([item]))['acme/acme.http'] ?? '';
    assert.match(
      text,
      /# @insecure\n# @no-redirect\n# @no-cookie-jar\n|# @no-redirect\n# @insecure\n# @no-cookie-jar\n/,
    );
    const found = findingsOf(readImport(bytes(collection([item])), 'c.json').imported);
    assert.deepEqual(
      found.map(({ at, finding }) => `${at}: ${finding}`),
      [
        'Acme / Odd: authorization of the type “kerberos”',
        'Acme / Odd: the header “Bad Name”, whose name is not valid',
        'Acme / Odd: the body, which Postman does not send with GET',
        'Acme / Odd: the setting “maxRedirects” (3)',
        'Acme / Odd: the script https://elsewhere.test/a.js, which is elsewhere',
      ],
    );
    for (const { finding } of found) assert.ok(text.includes(`# Not imported: ${finding}`));
  });

  it('keeps path variables, rows that are switched off, scripts and examples', () => {
    const text = one(
      {
        method: 'POST',
        url: {
          host: ['acme', 'test'],
          path: ['users', ':id'],
          query: [
            { key: 'a', value: null },
            { key: 'b', value: '', disabled: true },
            { key: 'c', value: 'x y&z' },
          ],
          variable: [{ key: 'id', value: '{{id}}' }],
        },
        header: [{ key: 'X-A', value: '1', disabled: true }],
      },
      {
        event: [{ listen: 'prerequest', script: { exec: ['let a = 1;'] } }],
        response: [
          { name: 'Fine', code: 200, header: [{ key: 'Content-Type', value: 'application/json' }], body: '{}' },
        ],
      },
    );
    assert.equal(
      text,
      [
        '### One',
        '@id = {{id}}',
        '< {%',
        'let a = 1;',
        '%}',
        'POST http://acme.test/users/{{id}}',
        '    ?a',
        '    # &b=',
        '    &c=x%20y%26z',
        '# X-A: 1',
        '',
        '<> ./one.fine.200.json',
        '',
      ].join('\n'),
    );
  });

  it('writes a body whose lines mean something else into a file of its own', () => {
    const made = written(
      collection([
        {
          name: 'Odd',
          request: {
            method: 'POST',
            url: 'https://acme.test/',
            body: { mode: 'raw', raw: '### no title\n< ./no-file' },
          },
        },
      ]),
    );
    assert.equal(made['acme/odd.body.txt'], '### no title\n< ./no-file');
    assert.match(made['acme/acme.http'] ?? '', /\n\n<@ \.\/odd\.body\.txt\n$/);
  });

  it('takes secrets out of the files, each once, and leaves variables as they are', () => {
    const value = collection(
      [
        {
          name: 'A',
          request: {
            url: {
              raw: 'https://acme.test/?api_key=k-123',
              host: 'acme.test',
              query: [{ key: 'api_key', value: 'k-123' }],
            },
            header: [{ key: 'Authorization', value: 'Bearer t0ken' }],
            auth: { type: 'basic', basic: { username: 'ada', password: 'pa55' } },
          },
        },
        { name: 'B', request: { url: 'https://acme.test/', auth: { type: 'basic', basic: { password: 'pa55' } } } },
      ],
      {
        variable: [
          { key: 'clientSecret', value: 'c-s' },
          { key: 'plain', value: 'x' },
          { key: 'hidden', value: 'h', type: 'secret' },
        ],
      },
    );
    for (const mode of ['store', 'file'] as const) {
      const { files: made, secrets } = files(value, mode);
      assert.deepEqual(secrets.map(secret => secret.value).sort(), ['c-s', 'h', 'k-123', 'pa55', 't0ken']);
      for (const [path, text] of made) {
        if (path.endsWith('.private.env.json')) continue;
        for (const secret of secrets)
          assert.ok(!text.includes(`=${secret.value}`) && !text.includes(` ${secret.value}\n`));
      }
      assert.equal(made.has('acme/http-client.private.env.json'), mode === 'file');
      assert.equal(made.get('acme/.gitignore'), mode === 'file' ? 'http-client.private.env.json\n' : undefined);
      const text = made.get('acme/acme.http') ?? '';
      const reference = mode === 'file' ? '{{acme-password}}' : '{{$secret acme-password}}';
      assert.equal(text.split(mode === 'file' ? reference : reference.replaceAll('"', '')).length, 3, text);
    }
  });

  it('gives variables names that a file can say, and values of several lines a place', () => {
    const made = written(
      collection([{ name: 'A', request: 'https://acme.test/{{my name}}/{{ vault:key one }}' }], {
        variable: [
          { key: 'my name', value: 'x' },
          { key: 'long', value: 'a\nb' },
        ],
      }),
    );
    assert.match(made['acme/collection.http'] ?? '', /^@my_name = x$/m);
    assert.match(made['acme/acme.http'] ?? '', /GET https:\/\/acme\.test\/\{\{my_name\}\}\/\{\{\$secret key-one\}\}\n/);
    assert.deepEqual(JSON.parse(made['acme/http-client.env.json'] ?? ''), { $shared: { long: 'a\nb' } });
  });

  it('says of bad files what they are', () => {
    const refused = (value: Uint8Array, message: RegExp): void =>
      void assert.throws(() => readImport(value, 'c.json'), { code: 'invalid-value', message });
    refused(Buffer.from('{"a":'), /c\.json is not valid JSON/);
    refused(Buffer.from('{}'), /of no format that can be imported/);
    refused(bytes({ requests: [], order: [] }), /format 1\.0, which is not read/);
    refused(bytes({ collections: [], environments: [], globals: [] }), /holds nothing to import/);
    let deep: object = { name: 'x', item: [] };
    for (let level = 0; level < 500; level++) deep = { name: 'x', item: [deep] };
    assert.match(
      findingsOf(readImport(bytes(collection([deep])), 'c.json').imported)[0]?.finding ?? '',
      /more than 60 deep/,
    );
    const utf16 = Buffer.from(`\ufeff${JSON.stringify(collection([]))}`, 'utf16le');
    assert.equal(readImport(utf16, 'c.json').imported.collections[0]?.name, 'Acme');
  });

  it('reads environments, globals and dumps', () => {
    const values = [
      { key: 'url', value: 'https://dev.test', enabled: true },
      { key: 'off', value: '1', enabled: false },
      { key: 'pw', value: 'x1', type: 'secret' },
    ];
    const made = Object.fromEntries(files({ name: 'Dev', values }, 'file').files);
    assert.deepEqual(JSON.parse(made['http-client.env.json'] ?? ''), {
      Dev: { url: 'https://dev.test', pw: '{{dev-pw}}' },
    });
    assert.deepEqual(JSON.parse(made['http-client.private.env.json'] ?? ''), { $shared: { 'dev-pw': 'x1' } });
    const dump = { version: 1, collections: [collection([])], environments: [{ name: 'E', values }], globals: values };
    const paths = [...files(dump).files.keys()];
    assert.deepEqual(paths, ['acme/collection.http', 'acme/http-client.env.json']);
  });

  it('is read as Postman’s own library reads it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9_.~-]{1,8}$/);
    const value = fc.string({
      unit: fc.constantFrom('a', ' ', '&', '=', '#', 'é', '/', '?', '+', '"', ';'),
      maxLength: 8,
    });
    const row = fc.record({ key: word, value, disabled: fc.boolean() });
    const header = fc.record({
      key: fc.stringMatching(/^X-[A-Z][a-z]{1,6}$/),
      value: fc.stringMatching(/^[!-~]([ -~]{0,10}[!-~])?$/).filter(text => !text.includes('{{')),
      disabled: fc.boolean(),
    });
    const body = fc.oneof(
      fc.record({
        mode: fc.constant('raw'),
        raw: fc.string({ unit: fc.constantFrom('a', '\n', '#', '<', ' ', '{', '@', '/', '>', '?'), maxLength: 30 }),
      }),
      fc.record({ mode: fc.constant('urlencoded'), urlencoded: fc.array(row, { maxLength: 4 }) }),
    );
    const item = fc.record({
      path: fc.array(word, { maxLength: 3 }),
      query: fc.array(row, { maxLength: 4 }),
      header: fc.array(header, { maxLength: 4 }),
      body,
    });
    fc.assert(
      fc.property(item, ({ path, query, header: headers, body: content }) => {
        const url = { raw: '', protocol: 'https', host: ['acme', 'test'], path, query };
        const value = collection([{ name: 'One', request: { method: 'POST', url, header: headers, body: content } }]);
        const made = written(value);
        const node = request(made['acme/acme.http'] ?? '');
        const theirs = new library.Collection(value).items.all()[0]?.request;
        assert.ok(theirs);
        assert.equal(node.target.text.replace(/\?.*$/, ''), ['https://acme.test', ...path].join('/'));
        const own = queryParameters(node).map(({ name, value: text }) => [
          decodeURIComponent(name.text),
          safelyDecoded(text?.text ?? ''),
        ]);
        const wanted = theirs.url.query.all().filter(({ disabled }) => !disabled);
        assert.deepEqual(
          own,
          wanted.map(({ key, value: text }) => [key, safelyDecoded(text ?? '')]),
        );
        const sent = node.headers.map(({ name, value: text }) => `${name.text}: ${text.text}`);
        const enabled = theirs.headers.all().filter(({ disabled }) => !disabled);
        const expected = enabled.map(({ key, value: text }) => `${key}: ${text}`);
        assert.deepEqual(
          sent.filter(line => !line.startsWith('Content-Type')),
          expected,
        );
        const parts = node.body?.parts ?? [];
        const text = parts
          .map(part => (part.kind === 'text' ? part.text : (made[`acme/${part.path.text.replace(/^\.\//, '')}`] ?? '')))
          .join('');
        if ('raw' in content) assert.equal(text.trim(), content.raw.trim());
        else {
          const fields = content.urlencoded.filter(({ disabled }) => !disabled);
          const got = text
            .split('&')
            .filter(field => field.trim() !== '')
            .map(field => field.trim().split('='));
          assert.deepEqual(
            got.map(([key = '', text = '']) => [decodeURIComponent(key), decodeURIComponent(text)]),
            fields.map(({ key, value: text }) => [key, text]),
          );
        }
      }),
    );
  });
});

function safelyDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
