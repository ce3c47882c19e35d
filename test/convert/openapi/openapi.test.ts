import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findingsOf, readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { parse } from '../../../src/language/parser.ts';

const files = (document: unknown): Record<string, string> => {
  const text = typeof document === 'string' ? document : JSON.stringify(document);
  const { formats, imported } = readImport(Buffer.from(text), 'api.yaml');
  assert.equal(formats[0]?.id, 'openapi');
  return Object.fromEntries(importedFiles(imported, { secretsTo: 'store' }).files);
};
const api = (rest: object): object => ({
  openapi: '3.1.0',
  info: { title: 'Pets' },
  servers: [{ url: 'https://{env}.pets.test/v1/', variables: { env: { default: 'api' } } }],
  paths: {},
  ...rest,
});
const one = (operation: object, rest: object = {}, path = '/pets'): string =>
  files(api({ paths: { [path]: { post: operation } }, ...rest }))['pets/pets.http'] ?? '';

describe('an OpenAPI description', () => {
  it('is read as YAML: a request for each operation, in a folder for its tag, with servers as environments', () => {
    const made = files(
      `openapi: 3.0.3
info: { title: Pets, description: All pets }
servers:
  - url: https://api.pets.test/v1
  - { url: 'https://staging.pets.test', description: Staging }
paths:
  /pets/{petId}:
    parameters: [{ name: petId, in: path, required: true, example: p1 }]
    get: { tags: [pets], summary: Get a pet, parameters: [{ name: full, in: query, schema: { type: boolean } }] }
  /health: { get: {} }
`,
    );
    assert.equal(made['pets/collection.http'], '# Pets\n# All pets\n@baseUrl = https://api.pets.test/v1\n');
    assert.equal(made['pets/pets.http'], '### GET /health\nGET {{baseUrl}}/health\n');
    const [folder] = Object.keys(made).filter(path => path.split('/').length === 3);
    assert.equal(made[folder ?? ''], '### Get a pet\n@petId = p1\nGET {{baseUrl}}/pets/{{petId}}\n    # &full=true\n');
    assert.deepEqual(JSON.parse(made['pets/http-client.env.json'] ?? ''), {
      'api.pets.test': { baseUrl: 'https://api.pets.test/v1' },
      Staging: { baseUrl: 'https://staging.pets.test' },
    });
  });

  const schemes: readonly [object, string][] = [
    [{ type: 'http', scheme: 'bearer' }, 'bearer token="{{$secret pets-s}}"'],
    [{ type: 'http', scheme: 'Basic' }, 'basic username={{username}} password="{{$secret pets-s}}"'],
    [{ type: 'http', scheme: 'digest' }, 'digest username={{username}} password="{{$secret pets-s}}"'],
    [{ type: 'apiKey', in: 'cookie', name: 'sid' }, 'apikey key=sid value="{{$secret pets-s}}" in=cookie'],
    [
      { type: 'openIdConnect', openIdConnectUrl: 'https://as.test/.well-known/openid-configuration' },
      'issuer=https://as.test clientId',
    ],
    [
      { type: 'oauth2', flows: { clientCredentials: { tokenUrl: 'https://as.test/t' } } },
      'grantType    = client_credentials',
    ],
    [{ type: 'oauth2', flows: { implicit: { authorizationUrl: 'https://as.test/a' } } }, 'implicit'],
  ];
  for (const [scheme, wanted] of schemes) {
    it(`says its security as @auth: ${JSON.stringify(scheme).slice(0, 60)}`, () => {
      const text = one({ security: [{ s: [] }] }, { components: { securitySchemes: { s: scheme } } });
      assert.ok(text.replaceAll('"', '').includes(wanted.replaceAll('"', '')), text);
      assert.deepEqual(parse(text).blocks[0]?.block.diagnostics, []);
    });
  }

  it('stops where an operation wants none, inherits where it says nothing, and tells of what it can’t say', () => {
    const securitySchemes = {
      a: { type: 'http', scheme: 'bearer' },
      b: { type: 'apiKey', in: 'header', name: 'X' },
      m: { type: 'mutualTLS' },
    };
    const rest = { security: [{ a: [] }], components: { securitySchemes } };
    assert.match(one({ security: [] }, rest), /# @auth none\n/);
    assert.ok(!one({}, rest).includes('@auth'));
    assert.match(
      one({ security: [{ a: [], b: [] }] }, rest),
      /Not imported: the security scheme “b”, which is wanted beside “a”/,
    );
    assert.match(one({ security: [{ m: [] }] }, rest), /Not imported: the security scheme “m”\n# @auth none/);
  });

  it('makes bodies of examples, and of schemas that hold themselves', () => {
    const schemas = {
      Pet: {
        type: 'object',
        properties: {
          id: { type: 'integer', readOnly: true },
          name: { type: 'string', example: 'Rex' },
          owner: { $ref: '#/components/schemas/Owner' },
        },
      },
      Owner: {
        allOf: [
          { type: 'object', properties: { born: { type: 'string', format: 'date' } } },
          { properties: { pet: { $ref: '#/components/schemas/Pet' } } },
        ],
      },
    };
    const body = (content: object): string =>
      one({ requestBody: { content } }, { components: { schemas } }).split('\n\n').slice(1).join('\n\n');
    assert.deepEqual(JSON.parse(body({ 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } })), {
      name: 'Rex',
      owner: { born: '2026-01-01' },
    });
    assert.equal(body({ 'application/json': { example: { a: 1 } } }), '{\n  "a": 1\n}\n');
    assert.equal(
      body({ 'application/x-www-form-urlencoded': { schema: { properties: { a: { enum: ['x y'] } } } } }),
      'a=x%20y\n',
    );
    assert.match(
      body({ 'multipart/form-data': { schema: { properties: { f: { type: 'string', format: 'binary' } } } } }),
      /name="f"; filename="f"\n\n< \.\/f\n/,
    );
  });

  it('is read in the version 2.0 too', () => {
    const made = files({
      swagger: '2.0',
      info: { title: 'Old' },
      host: 'old.test',
      basePath: '/v2',
      schemes: ['http', 'https'],
      consumes: ['application/json'],
      securityDefinitions: {
        o: {
          type: 'oauth2',
          flow: 'accessCode',
          authorizationUrl: 'https://as.test/a',
          tokenUrl: 'https://as.test/t',
          scopes: {},
        },
      },
      security: [{ o: ['read'] }],
      paths: {
        '/a': {
          post: {
            parameters: [{ in: 'body', name: 'b', schema: { properties: { x: { type: 'number', minimum: 3 } } } }],
          },
        },
      },
    });
    assert.match(
      made['old/collection.http'] ?? '',
      /grantType = authorization_code_pkce\n[\s\S]*scope {5}= read\n@baseUrl = https:\/\/old\.test\/v2\n/,
    );
    assert.match(made['old/old.http'] ?? '', /Content-Type: application\/json\n\n\{\n {2}"x": 3\n\}\n$/);
  });

  it('never fails on what it does not understand, and follows no reference out of itself', () => {
    const { imported } = readImport(
      Buffer.from(
        JSON.stringify(
          api({
            paths: { '/x': { post: { requestBody: { $ref: 'https://evil.test/x' } } }, '/y': { $ref: '#/paths/~1y' } },
          }),
        ),
      ),
      'x',
    );
    assert.deepEqual(findingsOf(imported), [
      { at: 'Pets', finding: 'what is described elsewhere: https://evil.test/x' },
    ]);
    fc.assert(
      fc.property(fc.json(), fc.json(), (operation, components) => {
        const document = api({
          paths: { '/x': { post: JSON.parse(operation) } },
          components: JSON.parse(components),
          security: JSON.parse(components),
        });
        for (const [path, text] of Object.entries(files(document))) {
          if (path.endsWith('/pets.http')) assert.equal(parse(text).blocks.length, 1);
        }
      }),
    );
    assert.throws(() => readImport(Buffer.from('a: [unclosed'), 'x.yaml'), { message: /x\.yaml is not valid YAML/ });
  });
});
