import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { findingsOf, readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { SourceFolder } from '../../../src/convert/source-folder.ts';
import { parse } from '../../../src/language/parser.ts';

const read = (files: Readonly<Record<string, unknown>>) => {
  const root = { opencollection: '1.0.0', info: { name: 'Acme' } };
  const texts = Object.entries({ 'opencollection.yml': root, ...files }).map(([path, document]) => [
    path,
    typeof document === 'string' ? document : stringify(document),
  ]);
  return made(new SourceFolder(new Map(texts as [string, string][])));
};
const made = (source: SourceFolder | Uint8Array) => {
  const { formats, imported } = readImport(source, 'acme');
  assert.equal(formats[0]?.id, 'bruno');
  const { files, secrets } = importedFiles(imported, { secretsTo: 'store' });
  return {
    files: Object.fromEntries(files),
    secrets: secrets.map(({ name, value }) => `${name}=${value}`),
    findings: findingsOf(imported).map(({ at, finding }) => `${at}: ${finding}`),
  };
};

describe('an OpenCollection', () => {
  it('becomes folders in order with what they state, requests and environments', () => {
    const { files, findings } = read({
      'opencollection.yml': {
        opencollection: '1.0.0',
        info: { name: 'Acme' },
        config: { proxy: 'inherit' },
        request: {
          headers: [{ name: 'X-All', value: '1' }],
          auth: { type: 'bearer', token: '{{t}}' },
          variables: [{ name: 'v', value: '{{process.env.V}}' }],
        },
        docs: 'About Acme',
      },
      'environments/Dev.yml': {
        name: 'Dev',
        variables: [
          { name: 'base', value: 'https://dev.test' },
          { name: 'n', value: { type: 'number', data: '7' } },
          { secret: true, name: 't' },
        ],
      },
      'b.yml': {
        info: { name: 'B', type: 'http', seq: 2 },
        http: { method: 'PURGE', url: 'acme.test/b' },
      },
      'a.yml': {
        info: { name: 'A', type: 'http', seq: 1 },
        http: {
          method: 'POST',
          url: '{{base}}/users/:id?q=1',
          params: [
            { name: 'q', value: '1', type: 'query' },
            { name: 'off', value: '2', type: 'query', disabled: true },
            { name: 'id', value: '7', type: 'path' },
          ],
          headers: [{ name: 'X-Off', value: '1', disabled: true }],
          body: { type: 'json', data: '{"a": 1}' },
          auth: 'inherit',
        },
        runtime: {
          assertions: [{ expression: 'res.status', operator: 'eq', value: '200' }],
          actions: [
            {
              ...{ type: 'set-variable', phase: 'after-response' },
              selector: { expression: 'res.body.id', method: 'jsonq' },
              variable: { name: 'id', scope: 'runtime' },
            },
          ],
          scripts: [{ type: 'before-request', code: 'bru.setVar("a", 1)' }],
        },
        settings: { encodeUrl: true, timeout: 0, followRedirects: false, maxRedirects: 5 },
        docs: 'Makes one.',
      },
      'people/folder.yml': { info: { name: 'People', type: 'folder', seq: 3 }, request: { auth: 'inherit' } },
      'people/c.yml': {
        info: { name: 'C', type: 'graphql' },
        graphql: { url: '{{base}}/g', body: { query: '{ me }', variables: '{"a":1}' }, auth: 'inherit' },
      },
    });
    assert.equal(
      files['acme/collection.http'],
      '# Acme\n# About Acme\n# @auth bearer token={{t}}\n@v = {{$processEnv V}}\n',
    );
    assert.equal(
      files['acme/acme.http'],
      [
        '### A',
        '# Makes one.',
        '# Not imported: a script of Bruno (script:pre-request)',
        '# @no-redirect',
        '@id = 7',
        'POST {{base}}/users/{{id}}',
        '    ?q=1',
        '    # &off=2',
        'X-All: 1',
        '# X-Off: 1',
        'Content-Type: application/json',
        '',
        '{"a": 1}',
        '',
        '> {%',
        'pm.globals.set("id", pm.response.json().id);',
        'pm.test("res.status eq 200", () => pm.expect(pm.response.code).to.eql(200));',
        '%}',
        '',
        '### B',
        '# @auth none',
        'PURGE http://acme.test/b',
        'X-All: 1',
        '',
      ].join('\n'),
    );
    assert.match(
      files['acme/people/people.http'] ?? '',
      /^### C\nPOST \{\{base\}\}\/g\nX-All: 1\nContent-Type: application\/json\nX-Request-Type: GraphQL\n\n\{ me \}\n\n\{"a":1\}\n$/,
    );
    assert.deepEqual(JSON.parse(files['acme/http-client.env.json'] ?? ''), {
      Dev: { base: 'https://dev.test', n: '7', t: '' },
    });
    assert.deepEqual(findings, ['Acme / A: a script of Bruno (script:pre-request)']);
  });

  const auths: readonly [object, RegExp][] = [
    [{ type: 'basic', username: 'ada', password: '{{p}}' }, /# @auth basic username=ada password=\{\{p\}\}\n/],
    [{ type: 'apikey', key: 'X', value: '{{k}}', placement: 'query' }, /key=X value=\{\{k\}\} in=query\n/],
    [{ type: 'digest', username: 'a', password: '{{p}}' }, /# @auth digest username=a password=\{\{p\}\}\n/],
    [{ type: 'ntlm', username: 'a', password: '{{p}}', domain: 'D' }, /# @auth ntlm .*domain=D\n/],
    [
      { type: 'awsv4', accessKeyId: '{{a}}', secretAccessKey: '{{s}}', service: 's3', region: 'eu-west-1' },
      /accessKey = \{\{a\}\}[\s\S]*secretKey = \{\{s\}\}/,
    ],
    [
      {
        ...{ type: 'oauth1', consumerKey: '{{a}}', consumerSecret: '{{s}}', accessToken: '{{t}}', placement: 'header' },
      },
      /# @auth oauth1 consumerKey=\{\{a\}\} consumerSecret=\{\{s\}\} token=\{\{t\}\}\n/,
    ],
    [
      {
        ...{ type: 'oauth2', flow: 'authorization_code', authorizationUrl: 'https://as.test/a' },
        ...{ accessTokenUrl: 'https://as.test/t', credentials: { clientId: 'c', placement: 'body' } },
        pkce: { enabled: true },
        tokenConfig: { placement: { header: 'Bearer' } },
        settings: { autoFetchToken: true },
        additionalParameters: { authorizationRequest: [{ name: 'audience2', value: 'api', placement: 'query' }] },
      },
      /grantType += authorization_code_pkce[\s\S]*authUrl += https:\/\/as\.test\/a[\s\S]*authParams += audience2=api/,
    ],
    [
      {
        ...{ type: 'oauth2', flow: 'resource_owner_password_credentials', accessTokenUrl: 'https://as.test/t' },
        resourceOwner: { username: 'ada', password: '{{p}}' },
      },
      /grantType += password[\s\S]*username += ada[\s\S]*prefix += ""/,
    ],
  ];
  for (const [auth, wanted] of auths) {
    it(`carries over ${JSON.stringify(auth).slice(0, 60)}, without a finding`, () => {
      const { files, findings } = read({
        'a.yml': { info: { name: 'A', type: 'http' }, http: { method: 'GET', url: 'https://acme.test', auth } },
      });
      assert.match(files['acme/acme.http'] ?? '', wanted);
      assert.deepEqual(parse(files['acme/acme.http'] ?? '').blocks[0]?.block.diagnostics, []);
      assert.deepEqual(findings, []);
    });
  }

  it('is read where its root holds all of it, and its bodies in every form', () => {
    const http = (name: string, body: unknown) => ({
      info: { name, type: 'http' },
      http: { method: 'POST', url: 'https://acme.test', body },
    });
    const bundled = {
      opencollection: '1.0.0',
      info: { name: 'Acme' },
      bundled: true,
      config: { environments: [{ name: 'Dev', variables: [{ name: 'a', value: 'b' }] }] },
      items: [
        {
          info: { name: 'Inner', type: 'folder' },
          items: [
            http('Form', { type: 'form-urlencoded', data: [{ name: 'a', value: 'b c' }] }),
            http('Parts', {
              type: 'multipart-form',
              data: [
                { name: 't', type: 'text', value: 'x', contentType: 'text/plain' },
                { name: 'f', type: 'file', value: ['one.txt', 'two.txt'] },
              ],
            }),
            http('File', {
              type: 'file',
              data: [
                { filePath: 'no.bin', contentType: '', selected: false },
                { filePath: 'yes.bin', contentType: 'application/x-y', selected: true },
              ],
            }),
            http('Two', [
              { title: 'One', body: { type: 'text', data: 'no' } },
              { title: 'Two', selected: true, body: { type: 'xml', data: '<a/>' } },
            ]),
          ],
        },
      ],
    };
    const { files, findings } = made(Buffer.from(stringify(bundled)));
    const text = files['acme/inner/inner.http'] ?? '';
    assert.match(text, /### Form\n.*\nContent-Type: application\/x-www-form-urlencoded\n\na=b%20c\n/);
    assert.match(
      text,
      /name="t"\nContent-Type: text\/plain\n\nx\n[\s\S]*filename="one\.txt"\n\n< one\.txt\n[\s\S]*< two\.txt/,
    );
    assert.match(text, /### File\n.*\nContent-Type: application\/x-y\n\n< yes\.bin\n/);
    assert.match(text, /### Two\n.*\nContent-Type: application\/xml\n\n<a\/>\n/);
    assert.deepEqual(JSON.parse(files['acme/http-client.env.json'] ?? ''), { Dev: { a: 'b' } });
    assert.deepEqual(findings, []);
  });

  it('never fails otherwise than with a sentence, whatever a file holds', () => {
    fc.assert(
      fc.property(fc.object({ withNullPrototype: false, maxDepth: 4 }), fc.string(), (document, text) => {
        const item = { info: document, http: document, runtime: document, ...document };
        read({ 'a.yml': JSON.stringify(item), 'folder.yml': JSON.stringify({ request: document }), 'b/x.yml': '' });
        assert.ok(text.length >= 0);
      }),
      { numRuns: 100 },
    );
    assert.throws(() => read({ 'a.yml': 'a: [' }), /a\.yml is not valid YAML/);
  });
});
