import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findingsOf, readImport } from '../../src/convert/import.ts';
import { importedFiles } from '../../src/convert/import-files.ts';
import { parse } from '../../src/language/parser.ts';

const documentOf = (resources: readonly object[]): Buffer =>
  Buffer.from(JSON.stringify({ _type: 'export', __export_format: 4, resources }));
const workspace = { _id: 'wrk_1', _type: 'workspace', parentId: null, name: 'Acme' };
const read = (...resources: readonly object[]) => {
  const { formats, imported } = readImport(documentOf([workspace, ...resources]), 'x.json');
  assert.equal(formats[0]?.id, 'insomnia');
  return { imported, files: Object.fromEntries(importedFiles(imported, { secretsTo: 'store' }).files) };
};
const request = (rest: object): object => ({
  _id: 'req_1',
  _type: 'request',
  parentId: 'wrk_1',
  name: 'One',
  method: 'GET',
  url: 'https://acme.test/',
  ...rest,
});

describe('an export of Insomnia', () => {
  it('becomes folders in order, with inherited authorization and environments', () => {
    const { files } = read(
      request({ _id: 'b', name: 'B', metaSortKey: 2 }),
      request({
        _id: 'a',
        name: 'A',
        metaSortKey: -1,
        url: '{{ _.base.url }}/x',
        parameters: [
          { name: 'q', value: '{{ q }}' },
          { name: 'off', value: '1', disabled: true },
        ],
      }),
      {
        _id: 'fld',
        _type: 'request_group',
        parentId: 'wrk_1',
        name: 'Users',
        authentication: { type: 'basic', username: 'ada', password: '{{ _.pw }}', useISO88591: false },
        environment: { tenant: 't1' },
      },
      request({ _id: 'c', parentId: 'fld', name: 'C', authentication: {} }),
      request({ _id: 'd', parentId: 'fld', name: 'D', authentication: { type: 'none' } }),
      {
        _id: 'env',
        _type: 'environment',
        parentId: 'wrk_1',
        name: 'Base',
        data: { base: { url: 'https://acme.test' } },
      },
      {
        _id: 'dev',
        _type: 'environment',
        parentId: 'env',
        name: 'Dev',
        data: { base: { url: 'https://dev.test' }, n: 1 },
      },
    );
    assert.match(
      files['acme/acme.http'] ?? '',
      /^### A\nGET \{\{base\.url\}\}\/x\n {4}\?q=\{\{q\}\}\n {4}# &off=1\n\n### B\n/,
    );
    assert.equal(
      files['acme/users/folder.http'],
      '# Users\n# @auth basic username=ada password={{pw}}\n@tenant = t1\n',
    );
    assert.match(files['acme/users/users.http'] ?? '', /### C\nGET [^\n]+\n\n### D\n# @auth none\n/);
    assert.deepEqual(JSON.parse(files['acme/http-client.env.json'] ?? ''), {
      $shared: { 'base.url': 'https://acme.test' },
      Dev: { 'base.url': 'https://dev.test', n: '1' },
    });
  });

  const auths: readonly [object, string][] = [
    [{ type: 'bearer', token: '{{ t }}', prefix: 'Token' }, 'bearer token={{t}} prefix=Token'],
    [{ type: 'apikey', key: 'X', value: '{{ k }}', addTo: 'queryParams' }, 'apikey key=X value={{k}} in=query'],
    [
      { type: 'iam', accessKeyId: 'a', secretAccessKey: '{{ s }}', region: 'eu-west-1', service: 's3' },
      'secretKey = {{s}}',
    ],
    [{ type: 'hawk', id: 'i', key: '{{ k }}', algorithm: 'sha256' }, 'hawk authId=i authKey={{k}}'],
    [
      {
        type: 'oauth2',
        grantType: 'authorization_code',
        usePkce: true,
        authorizationUrl: 'https://as.test/a',
        accessTokenUrl: 'https://as.test/t',
        clientId: 'c',
        credentialsInBody: true,
      },
      'grantType            = authorization_code_pkce',
    ],
    [{ type: 'netrc' }, 'none'],
  ];
  for (const [authentication, wanted] of auths) {
    it(`carries over ${JSON.stringify(authentication).slice(0, 40)}`, () => {
      const text = read(request({ authentication })).files['acme/acme.http'] ?? '';
      assert.ok(text.includes(wanted), text);
      assert.deepEqual(parse(text).blocks[0]?.block.diagnostics, []);
    });
  }

  it('carries over bodies, path parameters and tags, and tells of what it can’t', () => {
    const { files, imported } = read(
      request({
        method: 'POST',
        url: 'https://acme.test/users/:id',
        pathParameters: [{ name: 'id', value: '7' }],
        body: {
          mimeType: 'application/json',
          text: '{"id": "{% uuid \'v4\' %}", "x": "{% response \'body\', \'req\' %}"}',
        },
        preRequestScript: 'insomnia.x',
      }),
    );
    const text = files['acme/acme.http'] ?? '';
    assert.match(
      text,
      /@id = 7\nPOST https:\/\/acme\.test\/users\/\{\{id\}\}\nContent-Type: application\/json\n\n\{"id": "\{\{\$guid\}\}"/,
    );
    assert.deepEqual(
      findingsOf(imported).map(({ finding }) => finding),
      ["the tag “{% response 'body', 'req' %}”", 'a script of Insomnia'],
    );
    const graphql =
      read(
        request({
          method: 'POST',
          body: { mimeType: 'application/graphql', text: '{"query":"{ a }","variables":{"x":1}}' },
        }),
      ).files['acme/acme.http'] ?? '';
    assert.match(graphql, /\n\n\{ a \}\n\n\{"x":1\}\n$/);
  });

  it('writes the headers of folders into what stands in them, the nearest first', () => {
    const { files } = read(
      {
        _id: 'f',
        _type: 'request_group',
        parentId: 'wrk_1',
        name: 'F',
        headers: [
          { name: 'X-A', value: 'above' },
          { name: 'X-B', value: 'above' },
          { name: 'X-Off', value: '1', disabled: true },
        ],
      },
      request({ parentId: 'f', headers: [{ name: 'x-b', value: 'own' }] }),
    );
    assert.match(files['acme/f/f.http'] ?? '', /^### One\nGET [^\n]+\nX-A: above\nx-b: own\n$/);
  });

  it('is read in the format 5, too', () => {
    const yaml = `type: collection.insomnia.rest/5.0
name: Acme
meta:
  id: wrk_1
  description: What it is for
collection:
  - name: Users
    meta: { id: fld_1, sortKey: 2 }
    headers: [{ name: X-A, value: "1" }]
    authentication: { type: basic, username: ada, password: s3cret-pw }
    environment: { tenant: t1 }
    scripts: { preRequest: insomnia.x }
    children:
      - name: Get
        meta: { id: req_1 }
        method: POST
        url: "{{ _.base }}/users/:id"
        pathParameters: [{ name: id, value: "7" }]
        body: { mimeType: application/json, text: '{"a":1}' }
        settings: { followRedirects: "off", cookies: { send: false, store: true } }
  - name: First
    meta: { id: req_2, sortKey: 1 }
    method: GET
    url: https://acme.test/
  - name: Live
    meta: { id: ws-req_1, sortKey: 3 }
    url: wss://acme.test/
environments:
  name: Base
  data: { base: https://acme.test }
  subEnvironments:
    - name: Dev
      data: { base: https://dev.test, pin: "1234" }
      kvPairData: [{ name: pin, value: "1234", type: secret, enabled: true }]
`;
    const { formats, imported } = readImport(Buffer.from(yaml), 'acme.yaml');
    assert.equal(formats[0]?.id, 'insomnia');
    const { files, secrets } = importedFiles(imported, { secretsTo: 'store' });
    assert.match(files.get('acme/collection.http') ?? '', /^# Acme\n# What it is for\n/);
    assert.match(files.get('acme/acme.http') ?? '', /^### First\nGET https:\/\/acme\.test\/\n$/);
    assert.match(
      files.get('acme/users/folder.http') ?? '',
      /# @auth basic username=ada password=\{\{[^\n]+\n@tenant = t1\n/,
    );
    assert.equal(
      files.get('acme/users/users.http'),
      '### Get\n# @no-redirect\n# @no-cookie-jar\n@id = 7\nPOST {{base}}/users/{{id}}\nX-A: 1\nContent-Type: application/json\n\n{"a":1}\n',
    );
    const environments = JSON.parse(files.get('acme/http-client.env.json') ?? '');
    assert.deepEqual(environments.$shared, { base: 'https://acme.test' });
    assert.equal(environments.Dev.base, 'https://dev.test');
    assert.deepEqual(secrets.map(({ value }) => value).sort(), ['1234', 's3cret-pw']);
    assert.ok(![...files.values()].some(text => /s3cret-pw|1234/.test(text)));
    assert.deepEqual(
      findingsOf(imported).map(({ at, finding }) => `${at}: ${finding}`),
      ['Acme: “Live” (websocket request)', 'Acme / Users: a script of Insomnia'],
    );
    const only = readImport(
      Buffer.from('type: environment.insomnia.rest/5.0\nname: E\nenvironments:\n  name: Base\n  data: { a: 1 }\n'),
      'e.yaml',
    );
    assert.deepEqual(only.imported.collections, []);
    assert.equal(only.imported.environments[0]?.variables[0]?.name, 'a');
  });

  it('never fails, whatever its members are, nor on parents in a circle', () => {
    read(
      { _id: 'x', _type: 'request_group', parentId: 'y', name: 'X' },
      { _id: 'y', _type: 'request_group', parentId: 'x', name: 'Y' },
    );
    fc.assert(
      fc.property(
        fc.json(),
        json =>
          void read(
            request({
              headers: JSON.parse(json),
              body: JSON.parse(json),
              authentication: JSON.parse(json),
              parameters: JSON.parse(json),
            }),
          ),
      ),
    );
  });
});
