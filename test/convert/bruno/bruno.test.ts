import assert from 'node:assert/strict';
import { findingsOf, readImport } from '../../../src/convert/import.ts';
import { importedFiles } from '../../../src/convert/import-files.ts';
import { SourceFolder } from '../../../src/convert/source-folder.ts';
import { parse } from '../../../src/language/parser.ts';

const read = (files: Readonly<Record<string, string>>) => {
  const folder = new SourceFolder(
    new Map(Object.entries({ 'bruno.json': '{"version":"1","name":"Acme","type":"collection"}', ...files })),
  );
  const { formats, imported } = readImport(folder, 'acme');
  assert.equal(formats[0]?.id, 'bruno');
  const made = importedFiles(imported, { secretsTo: 'store' });
  return {
    files: Object.fromEntries(made.files),
    secrets: made.secrets.map(({ name, value }) => `${name}=${value}`),
    findings: findingsOf(imported).map(({ at, finding }) => `${at}: ${finding}`),
  };
};
const request = (name: string, rest: string, auth = 'inherit', body = 'none'): string =>
  `meta {\n  name: ${name}\n  type: http\n  seq: 1\n}\n\npost {\n  url: {{base}}/x\n  body: ${body}\n  auth: ${auth}\n}\n\n${rest}`;

describe('a folder of Bruno', () => {
  it('becomes folders in order with inherited headers and authorization, and environments', () => {
    const { files, findings } = read({
      'collection.bru':
        'headers {\n  X-All: 1\n  X-Own: above\n}\n\nauth {\n  mode: bearer\n}\n\nauth:bearer {\n  token: {{t}}\n}\n\nvars:pre-request {\n  v: {{process.env.V}}\n}\n',
      'b.bru': 'meta {\n  name: B\n  seq: 2\n}\n\nget {\n  url: acme.test/b\n  auth: none\n}\n',
      'a.bru':
        'meta {\n  name: A\n  seq: 1\n}\n\nget {\n  url: {{base}}/users/:id?q=1\n  auth: inherit\n}\n\nparams:query {\n  q: 1\n  ~off: 2\n}\n\nparams:path {\n  id: 7\n}\n\nheaders {\n  X-Own: mine\n  ~X-Off: 1\n}\n',
      'users/folder.bru': 'meta {\n  name: People\n  seq: 3\n}\n',
      'users/c.bru': 'meta {\n  name: C\n}\n\nget {\n  url: {{base}}/c\n  auth: inherit\n}\n',
      'environments/Dev.bru': 'vars {\n  base: https://dev.test\n  ~off: 1\n}\nvars:secret [\n  t\n]\n',
    });
    assert.match(
      files['acme/collection.http'] ?? '',
      /^# Acme\n# @auth bearer token=\{\{t\}\}\n@v = \{\{\$processEnv V\}\}\n$/,
    );
    assert.match(
      files['acme/acme.http'] ?? '',
      /^### A\n@id = 7\nGET \{\{base\}\}\/users\/\{\{id\}\}\n {4}\?q=1\n {4}# &off=2\nX-All: 1\nX-Own: mine\n# X-Off: 1\n\n### B\n# @auth none\nGET http:\/\/acme\.test\/b\nX-All: 1\nX-Own: above\n$/,
    );
    assert.match(files['acme/people/people.http'] ?? '', /^### C\nGET \{\{base\}\}\/c\nX-All: 1\nX-Own: above\n$/);
    assert.deepEqual(JSON.parse(files['acme/http-client.env.json'] ?? ''), {
      Dev: { base: 'https://dev.test', t: '' },
    });
    assert.deepEqual(findings, []);
  });

  const auths: readonly [string, string, RegExp][] = [
    ['basic', 'auth:basic {\n  username: ada\n  password: {{p}}\n}', /# @auth basic username=ada password=\{\{p\}\}\n/],
    [
      'apikey',
      'auth:apikey {\n  key: X\n  value: {{k}}\n  placement: queryparams\n}',
      /key=X value=\{\{k\}\} in=query\n/,
    ],
    ['digest', 'auth:digest {\n  username: a\n  password: {{p}}\n}', /# @auth digest username=a password=\{\{p\}\}\n/],
    ['ntlm', 'auth:ntlm {\n  username: a\n  password: {{p}}\n  domain: D\n}', /# @auth ntlm .*domain=D\n/],
    [
      'awsv4',
      'auth:awsv4 {\n  accessKeyId: {{a}}\n  secretAccessKey: {{s}}\n  service: s3\n  region: eu-west-1\n}',
      /accessKey = \{\{a\}\}[\s\S]*secretKey = \{\{s\}\}/,
    ],
    [
      'oauth1',
      'auth:oauth1 {\n  consumer_key: {{a}}\n  consumer_secret: {{s}}\n  access_token: {{t}}\n  placement: header\n}',
      /# @auth oauth1 consumerKey=\{\{a\}\} consumerSecret=\{\{s\}\} token=\{\{t\}\}\n/,
    ],
    [
      'oauth2',
      'auth:oauth2 {\n  grant_type: authorization_code\n  authorization_url: https://as.test/a\n  access_token_url: https://as.test/t\n  client_id: c\n  pkce: true\n  credentials_placement: body\n  token_placement: header\n  token_header_prefix: Bearer\n}\n\nauth:oauth2:additional_params:auth_req:queryparams {\n  audience2: api\n}',
      /grantType += authorization_code_pkce[\s\S]*authUrl += https:\/\/as\.test\/a[\s\S]*authParams += audience2=api/,
    ],
  ];
  for (const [mode, blocks, wanted] of auths) {
    it(`carries over ${mode}, without a finding`, () => {
      const { files, findings } = read({ 'a.bru': request('A', blocks, mode) });
      const text = files['acme/acme.http'] ?? '';
      assert.match(text, wanted);
      assert.deepEqual(parse(text).blocks[0]?.block.diagnostics, []);
      assert.deepEqual(findings, []);
    });
  }

  it('sends a token without a word before it where Bruno does', () => {
    const oauth2 = (rest: string): string =>
      read({
        'a.bru': request('A', `auth:oauth2 {\n  grant_type: client_credentials\n  client_id: c\n${rest}}`, 'oauth2'),
      }).files['acme/acme.http'] ?? '';
    assert.match(oauth2(''), /prefix(?: += *""|="")/);
    assert.ok(!oauth2('  token_header_prefix: Bearer\n').includes('prefix'));
  });

  it('stops what is above where a request says nothing or something unknown, and takes secrets out', () => {
    const above = 'auth {\n  mode: basic\n}\nauth:basic {\n  username: ada\n  password: s3cret-pw\n}\n';
    const { files, findings, secrets } = read({
      'collection.bru': above,
      'a.bru': request('A', '', ''),
      'b/folder.bru': 'meta {\n  name: b\n}\nauth {\n  mode: none\n}\n',
      'b/b.bru': request('B', '', 'wsse'),
    });
    assert.match(files['acme/acme.http'] ?? '', /### A\n# @auth none\n/);
    assert.match(files['acme/b/folder.http'] ?? '', /# @auth none\n/);
    assert.match(files['acme/b/b.http'] ?? '', /# @auth none\n/);
    assert.deepEqual(secrets, ['acme-password=s3cret-pw']);
    assert.ok(!Object.values(files).some(text => text.includes('s3cret-pw')));
    assert.match(
      findings.join('\n'),
      /Acme \/ b: “none” of a folder[^\n]*\nAcme \/ b \/ B: authorization of the type “wsse”$/,
    );
  });

  it('carries over the live body', () => {
    const body = (mode: string, blocks: string): string =>
      read({ 'a.bru': request('A', blocks, 'none', mode) }).files['acme/acme.http'] ?? '';
    assert.match(
      body('json', 'body:json {\n  {\n    "a": 1\n  }\n}\nbody:xml {\n  <a/>\n}'),
      /\nContent-Type: application\/json\n\n\{\n {2}"a": 1\n\}\n$/,
    );
    assert.match(
      body('formUrlEncoded', 'body:form-urlencoded {\n  a: 1 2\n  ~b: 2\n}'),
      /Content-Type: application\/x-www-form-urlencoded\n\na=1%202\n# &b=2\n$/,
    );
    const multipart = body(
      'multipartForm',
      'body:multipart-form {\n  f: @file(a.txt|b.txt) @contentType(text/plain)\n}',
    );
    assert.match(multipart, /filename="a\.txt"\nContent-Type: text\/plain\n\n< a\.txt\n[\s\S]*< b\.txt\n/);
    assert.match(
      body('graphql', 'body:graphql {\n  { a }\n}\nbody:graphql:vars {\n  {"x":1}\n}'),
      /X-Request-Type: GraphQL\n\n\{ a \}\n\n\{"x":1\}\n$/,
    );
    assert.match(
      body('file', 'body:file {\n  file: @file(a.bin) @contentType(image/png)\n}'),
      /image\/png\n\n< a\.bin\n$/,
    );
  });

  it('makes scripts of assertions and kept values, and lists what it can’t carry', () => {
    const { files, findings } = read({
      'a.bru': request(
        'A',
        "assert {\n  res.status: eq 200\n  res.body.user.name: contains 'Ada'\n  res.body: isJson\n}\n\nvars:post-response {\n  token: res.body.token\n}\n\nscript:pre-request {\n  req.setHeader('a', 'b')\n}\n\nsettings {\n  encodeUrl: true\n  followRedirects: false\n  timeout: 100\n}\n\nheaders {\n  X: {{?Ask me}}\n}\n",
        'none',
      ),
    });
    const text = files['acme/acme.http'] ?? '';
    assert.match(text, /# @no-redirect\n/);
    assert.ok(text.includes('pm.test("res.status eq 200", () => pm.expect(pm.response.code).to.eql(200));'), text);
    assert.ok(text.includes('pm.expect(pm.response.json().user.name).to.include("Ada")'), text);
    assert.ok(text.includes('pm.globals.set("token", pm.response.json().token);'), text);
    assert.deepEqual(findings, [
      'Acme / A: “{{?Ask me}}”',
      'Acme / A: the setting “timeout” (100)',
      'Acme / A: assert: res.body: isJson',
      'Acme / A: a script of Bruno (script:pre-request)',
    ]);
  });

  it('says what is wrong with a bruno.json', () => {
    assert.throws(() => read({ 'bruno.json': '{' }), /bruno\.json is not valid JSON/);
    assert.throws(() => readImport(new SourceFolder(new Map()), 'x'), /x is of no format that can be imported/);
  });
});
