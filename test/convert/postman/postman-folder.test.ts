import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { findingsOf, readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { SourceFolder } from '../../../src/convert/source-folder.ts';
import { isSourceFile } from '../../../src/convert/source-names.ts';
import { readSourceFolder } from '../../../src/node/read-source-folder.ts';

const texts = (files: Readonly<Record<string, unknown>>): Map<string, string> =>
  new Map(Object.entries(files).map(([path, document]) => [path, stringify(document)]));
const made = (files: ReadonlyMap<string, string>) => {
  const { formats, imported } = readImport(new SourceFolder(files), 'acme');
  assert.deepEqual([...new Set(formats.map(({ id }) => id))], ['postman']);
  const { files: written, secrets } = importedFiles(imported, { secretsTo: 'store' });
  return {
    files: Object.fromEntries(written),
    secrets: secrets.map(({ name, value }) => `${name}=${value}`),
    findings: findingsOf(imported).map(({ at, finding }) => `${at}: ${finding}`),
  };
};

const acme = {
  'postman/collections/Acme/.resources/definition.yaml': {
    $kind: 'collection',
    name: 'Acme API',
    description: 'All of it.',
    variables: [{ key: 'base', value: 'https://acme.test' }],
    auth: { type: 'bearer', credentials: [{ key: 'token', value: 's3cret-token' }] },
    scripts: [{ type: 'http:beforeRequest', language: 'text/javascript', code: 'console.log(1)' }],
  },
  'postman/collections/Acme/List.request.yaml': {
    $kind: 'http-request',
    url: '{{base}}/users/:id?q=1',
    method: 'GET',
    order: 2000,
    headers: { 'X-A': '1' },
    queryParams: [
      { key: 'q', value: '1' },
      { key: 'off', value: '2', disabled: true },
    ],
    pathVariables: [{ key: 'id', value: '7' }],
    settings: { followRedirects: false },
    scripts: [{ type: 'afterResponse', code: 'pm.test("ok", () => {});' }],
  },
  'postman/collections/Acme/.resources/List.resources/examples/All.example.yaml': {
    $kind: 'http-example',
    response: {
      statusCode: 200,
      headers: [{ key: 'Content-Type', value: 'application/json' }],
      body: { content: '{}' },
    },
  },
  'postman/collections/Acme/Users/.resources/definition.yaml': { $kind: 'collection', order: 1000 },
  'postman/collections/Acme/Users/Make.request.yaml': {
    $kind: 'http-request',
    ...{ name: 'Make one', url: '{{base}}/users', method: 'POST', order: 1000 },
    headers: [{ key: 'X-B', value: '1', disabled: true }],
    body: { type: 'json', content: '{"a": 1}' },
    auth: { type: 'apikey', credentials: { key: 'X-Key', value: '{{k}}', in: 'header' } },
  },
  'postman/collections/Acme/Users/Form.request.yaml': {
    $kind: 'http-request',
    ...{ url: '{{base}}/form', method: 'POST', order: 2000 },
    body: { type: 'urlencoded', content: [{ key: 'a', value: 'b c' }] },
    auth: [{ type: 'bearer' }, { type: 'basic' }],
  },
  'postman/collections/Acme/Call.request.yaml': { $kind: 'grpc-request', url: 'grpc://acme.test' },
  'postman/environments/Dev.environment.yaml': { name: 'Dev', values: [{ key: 'k', value: 'key-1', secret: true }] },
};

describe('a collection that Postman keeps in a repository', () => {
  it('becomes folders in order with what they state, requests, examples and environments', () => {
    const { files, secrets, findings } = made(texts(acme));
    assert.equal(
      files['acme-api/collection.http'],
      '# Acme API\n# All of it.\n# @auth bearer token={{$secret acme-api-token}}\n@base = https://acme.test\n< {%\nconsole.log(1)\n%}\n',
    );
    assert.equal(
      files['acme-api/acme-api.http'],
      '### List\n# @no-redirect\n@id = 7\nGET {{base}}/users/{{id}}\n    ?q=1\n    # &off=2\nX-A: 1\n\n> {%\npm.test("ok", () => {});\n%}\n\n<> ./list.all.200.json\n',
    );
    assert.equal(files['acme-api/list.all.200.json'], '{}');
    assert.equal(
      files['acme-api/users/users.http'],
      '### Make one\n# @auth apikey key=X-Key value={{k}}\nPOST {{base}}/users\n# X-B: 1\nContent-Type: application/json\n\n{"a": 1}\n\n### Form\n# Not imported: authorization of the type “several at once”\n# @auth none\nPOST {{base}}/form\nContent-Type: application/x-www-form-urlencoded\n\na=b%20c\n',
    );
    assert.deepEqual(JSON.parse(files['acme-api/http-client.env.json'] ?? ''), { Dev: { k: '{{$secret dev-k}}' } });
    assert.deepEqual(secrets.toSorted(), ['acme-api-token=s3cret-token', 'dev-k=key-1'].toSorted());
    assert.deepEqual(findings, [
      'Call.request.yaml: a file of the kind “grpc-request”',
      'Acme API / Users / Form: authorization of the type “several at once”',
    ]);
  });

  it('is found on the disk, where what states a folder stands in a hidden one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'countersign-'));
    try {
      for (const [path, content] of texts(acme)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
      const found = await readSourceFolder(folder, isSourceFile, 1e6);
      assert.deepEqual([...found.keys()].toSorted(), Object.keys(acme).toSorted());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('never fails otherwise than with a sentence, whatever a file holds', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 4 }), document => {
        const request = { ...document, $kind: 'http-request', headers: document, body: document, auth: document };
        made(texts({ '.resources/definition.yaml': document, 'a.request.yaml': JSON.parse(JSON.stringify(request)) }));
      }),
      { numRuns: 100 },
    );
  });
});
