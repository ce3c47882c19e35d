import assert from 'node:assert/strict';
import fc from 'fast-check';
import library from 'postman-collection';
import { schemes } from '../../../src/auth/schemes/index.ts';
import { readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { readPostmanAuth } from '../../../src/convert/postman/postman-auth.ts';
import { writePostmanCollection } from '../../../src/convert/postman/write-postman.ts';
import { writePostmanAuth } from '../../../src/convert/postman/write-postman-auth.ts';
import { readCollection } from '../../../src/convert/read-collection.ts';

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const filesOf = (collection: unknown): ReadonlyMap<string, string> =>
  importedFiles(readImport(Buffer.from(JSON.stringify(collection)), 'c.json').imported, { secretsTo: 'store' }).files;
const exported = (files: ReadonlyMap<string, string>) => {
  const [root = ''] = [...files.keys()][0]?.split('/') ?? [];
  const below = new Map([...files].map(([path, text]) => [path.slice(root.length + 1), text]));
  return writePostmanCollection(readCollection(root, below));
};

describe('a folder as a Postman collection', () => {
  it('is the same after import, export and import', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
    const value = fc
      .string({ unit: fc.constantFrom('a', ' ', '&', '=', '#', 'é', '/', '+', '"'), maxLength: 6 })
      .map(text => text.trim());
    const row = fc.record({ key: word, value, disabled: fc.boolean() });
    const header = fc.record({ key: word.map(name => `X-${name}`), value: word, disabled: fc.boolean() });
    const auth = fc.constantFrom(
      undefined,
      { type: 'noauth' },
      {
        type: 'basic',
        basic: [
          { key: 'username', value: 'ada' },
          { key: 'password', value: '{{pw}}' },
        ],
      },
      {
        type: 'apikey',
        apikey: [
          { key: 'key', value: 'X' },
          { key: 'value', value: '{{k}}' },
          { key: 'in', value: 'query' },
        ],
      },
      {
        type: 'oauth2',
        oauth2: [
          { key: 'grant_type', value: 'client_credentials' },
          { key: 'accessTokenUrl', value: 'https://as.test/t' },
          { key: 'clientId', value: 'c' },
        ],
      },
    );
    const body = fc.oneof(
      fc.constant(undefined),
      fc.record({
        mode: fc.constant('raw'),
        raw: fc
          .string({ unit: fc.constantFrom('a', '\n', '#', '<', ' ', '{', '>', '?'), maxLength: 20 })
          .map(text => text.trim()),
      }),
      fc.record({ mode: fc.constant('urlencoded'), urlencoded: fc.array(row, { maxLength: 3 }) }),
      fc.record({
        mode: fc.constant('formdata'),
        formdata: fc.array(fc.record({ key: word, value: word, type: fc.constant('text') }), { maxLength: 3 }),
      }),
      fc.record({ mode: fc.constant('graphql'), graphql: fc.constant({ query: '{ a }', variables: '{"x": 1}' }) }),
    );
    const script = fc.constantFrom(
      [],
      [{ listen: 'test', script: { exec: ["pm.test('a', () => {", '});'] } }],
      [{ listen: 'prerequest', script: { exec: ['pm.globals.set(1);'] } }],
    );
    const request = fc.record({
      name: word,
      event: script,
      request: fc.record({
        method: fc.constantFrom('POST', 'PUT'),
        auth,
        header: fc.array(header, { maxLength: 3 }),
        body,
        url: fc.record({
          protocol: fc.constant('https'),
          host: fc.constant(['acme', 'test']),
          path: fc.array(word, { maxLength: 2 }),
          query: fc.array(row, { maxLength: 3 }),
        }),
      }),
    });
    const folder = fc.record({
      name: word,
      auth,
      event: script,
      item: fc.array(request, { minLength: 1, maxLength: 2 }),
    });
    const any = fc.record({
      info: fc.constant({ name: 'Acme', schema }),
      auth,
      item: fc.array(fc.oneof(request, folder), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(any, collection => {
        const files = filesOf(collection);
        const { collection: written, findings } = exported(files);
        assert.deepEqual(findings, []);
        assert.deepEqual([...filesOf(written)].sort(), [...files].sort());
        assert.equal(new library.Collection(written).items.all().length, collection.item.length);
      }),
      { numRuns: 200 },
    );
  });

  for (const { id, fields } of schemes) {
    it(`carries each field of ${id} that Postman has, and tells of the others`, () => {
      for (const field of fields) {
        const value =
          field.kind === 'choice'
            ? (field.choices?.at(-1)?.value ?? '')
            : field.kind === 'flag'
              ? String(field.default !== 'true')
              : field.kind === 'number'
                ? '7'
                : 'a=b';
        const { auth, findings } = writePostmanAuth({ scheme: id, fields: [{ name: field.name, value }] });
        if (findings.length > 0) continue;
        const read = readPostmanAuth(auth);
        assert.deepEqual(read?.findings, [], field.name);
        const back = read?.statement?.fields.find(({ name }) => name === field.name);
        // What another field has to allow first says nothing alone.
        if (back) assert.equal(back.value, value, field.name);
      }
    });
  }

  it('says secrets of the store as variables without a value', () => {
    const files = new Map([
      ['collection.http', '# @auth basic username=ada password={{$secret acme-pw}}\n'],
      ['a.http', '### A\nGET https://acme.test/\nX: {{$secret acme-pw}}\n'],
    ]);
    const { collection } = writePostmanCollection(readCollection('acme', files));
    const { variable, auth } = collection as { variable: unknown; auth: unknown };
    assert.deepEqual(variable, [{ key: 'acme-pw', value: '', type: 'secret' }]);
    assert.match(JSON.stringify(auth), /"\{\{acme-pw\}\}"/);
  });

  it('puts the variables of a request where they are used, and keeps files that speak for themselves together', () => {
    const files = new Map([
      [
        'one.http',
        '# @auth none\n\n### A\n@id = 7\n@q = x\nGET https://acme.test/{{id}}?q={{q}}\n\n### B\nGET https://acme.test/\n',
      ],
    ]);
    const { collection, findings } = writePostmanCollection(readCollection('acme', files));
    const { item } = collection as {
      item: {
        name: string;
        auth: unknown;
        item: { request: { url: { path: unknown; variable: unknown; query: unknown } } }[];
      }[];
    };
    assert.deepEqual([item[0]?.name, item[0]?.auth], ['one', { type: 'noauth' }]);
    const url = item[0]?.item[0]?.request.url;
    assert.deepEqual(url?.path, [':id']);
    assert.deepEqual(url?.variable, [{ key: 'id', value: '7' }]);
    assert.deepEqual(url?.query, [{ key: 'q', value: 'x' }]);
    assert.deepEqual(findings, []);
  });
});
