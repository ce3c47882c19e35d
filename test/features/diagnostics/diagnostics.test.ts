import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CountersignError } from '../../../src/core/errors.ts';
import type { VariableLayer } from '../../../src/core/variable-layer.ts';
import { type DiagnosticInputs, DocumentDiagnostics } from '../../../src/features/diagnostics/diagnostics.ts';
import { applyEdits, update } from '../../../src/language/incremental.ts';
import { parse } from '../../../src/language/parser.ts';
import type { TextEdit } from '../../../src/language/syntax-tree.ts';
import { findScopes } from '../../../src/sending/scopes.ts';
import { layer, ports } from '../../core/variables-setup.ts';
import { documentText, insertedText } from '../../language/documents.ts';
import { documentAt, folder, memoryWorkspace } from '../marked-documents.ts';

const variablePorts = ports();

async function find(
  text: string,
  others: Readonly<Record<string, string>> = {},
  more: Partial<DiagnosticInputs> = {},
  name?: string,
) {
  const { file, tree, scopes } = await documentAt(text, others, name);
  const inputs = { file, scopes: scopes.scopes, environment: [], ports: variablePorts, ...more };
  return new DocumentDiagnostics().update(tree, inputs);
}

/** Code, place and the text that is underlined. */
async function shown(text: string, ...rest: [Record<string, string>?, Partial<DiagnosticInputs>?, string?]) {
  const found = await find(text, ...rest);
  return found.map(({ code, line, start, end }) => `${code} ${line}: ${text.slice(start, end)}`);
}

describe('The diagnostics of a document', () => {
  it('name a variable that nothing states, at its place, and what was probably meant', async () => {
    const [found, ...more] = await find('@baseUrl = https://a.example\n\n###\nGET {{baseUr}}/x\n');
    assert.deepEqual(more, []);
    assert.deepEqual([found?.code, found?.line, found?.column], ['unresolved-variable', 4, 5]);
    assert.match(found?.message ?? '', /baseUrl/);
  });

  it('take variables from the folder, the collection and the environment', async () => {
    const others = { 'folder.http': '@a = 1\n', 'collection.http': '@b = 2\n' };
    const environment: VariableLayer[] = [layer('environment', { c: '3' })];
    assert.deepEqual(await shown('GET http://h/{{a}}{{b}}{{c}}\n', others, { environment }), []);
    assert.deepEqual(await shown('GET http://h/{{a}}{{b}}{{c}}\n', others), ['unresolved-variable 1: {{c}}']);
  });

  it('name credentials that come out empty, and no other empty values', async () => {
    const text = (lines: string): string => `@empty =\n@some = x\n\n###\n${lines}`;
    const get = 'GET http://h/{{empty}}\n';
    assert.deepEqual(
      await shown(text(`${get}Authorization: Bearer {{empty}}\nX-Api-Key: {{empty}}\nX-Other: {{empty}}\n`)),
      ['empty-credential 6: {{empty}}', 'empty-credential 7: {{empty}}'],
    );
    assert.deepEqual(await shown(text(`${get}Authorization: Bearer {{some}}\nX-Token: a{{empty}}\n`)), []);
    const [required] = await find(text(`# @auth bearer token={{empty}}\n${get}`));
    assert.deepEqual([required?.code, required?.severity], ['empty-credential', 'error']);
    const [password] = await find(text(`# @auth basic username=a password={{empty}}\n${get}`));
    assert.equal(password?.severity, 'warning');
    const [of] = await find(
      `GET http://h\nAuthorization: Bearer {{c}}\n`,
      {},
      { environment: [layer('environment', { c: '' })] },
    );
    assert.match(of?.message ?? '', /\{\{c\}\} is empty, so Authorization carries no credential/);
  });

  it('want a host for a target that begins with a slash: a header, or the variable of that name', async () => {
    assert.deepEqual(await shown('GET /a\n'), ['invalid-url 1: /a']);
    assert.deepEqual(await shown('GET /a\nHost: h\n'), []);
    assert.deepEqual(await shown('@host = http://h\n\n###\nGET /a\n'), []);
    assert.deepEqual(await shown('GET /a\n', { 'collection.http': '@host = http://h\n' }), []);
  });

  it('report a cycle where the variables are stated, and not at each use', async () => {
    assert.deepEqual(await shown('@a = {{b}}\n@b = {{a}}\n\n###\nGET http://h/{{a}}\n'), [
      'cyclic-variable 1: {{b}}',
      'cyclic-variable 2: {{a}}',
    ]);
  });

  it('leave secrets, prompts, tokens, dynamic variables and responses of named requests alone', async () => {
    const text = `# @prompt otp
# @name use
POST http://h/{{$secret key}}/{{$guid}}/{{otp}}/{{login.response.body.$.id}}/{{t}}/{{$token x}}

### Log in
# @name login
GET http://h
@t = {{login.response.headers.X-Token}}
`;
    assert.deepEqual(await shown(text.replace('@t = {{login', 'Content-Type: text/plain\n\n@t = {{login')), [
      'unresolved-variable 3: {{t}}',
    ]);
    assert.deepEqual(await shown(`@t = {{login.response.headers.X-Token}}\n###\n${text.replace(/@t.*\n/, '')}`), []);
  });

  it('warn of a response whose request has no such name here', async () => {
    const [found] = await find('GET http://h/{{logn.response.body.id}}\n\n###\n# @name login\nGET http://h\n');
    assert.equal(found?.severity, 'warning');
    assert.match(found?.message ?? '', /@name logn/);
  });

  it('let a request’s own variables and prompts speak for it alone', async () => {
    const text = '# @prompt otp\nGET http://h/{{otp}}\n\n###\nGET http://h/{{otp}}\n';
    assert.deepEqual(await shown(text), ['unresolved-variable 5: {{otp}}']);
  });

  it('look at the fields of @auth and at bodies', async () => {
    assert.deepEqual(await shown('# @auth bearer token={{nope}}\nPOST http://h\n\n{"a": "{{no}}"}\n'), [
      'unresolved-variable 1: {{nope}}',
      'unresolved-variable 4: {{no}}',
    ]);
  });

  it('warn of a header that the inherited authorization sets, with two fixes that mend it', async () => {
    const text = '### One\nGET http://h\nAccept: */*\nauthorization: Bearer x\n';
    const others = { 'collection.http': '\n\n# @auth basic username=a password=b\n' };
    const [found, ...more] = await find(text, others);
    assert.deepEqual(more, []);
    assert.equal(found?.severity, 'warning');
    assert.equal(found?.message, 'authorization is set by Basic Auth (collection.http, line 3); this one is not sent.');
    const fixed = found.fixes.map(({ edits }) => applyEdits(text, edits));
    assert.deepEqual(fixed, [
      '### One\nGET http://h\nAccept: */*\n',
      '### One\n# @auth none\nGET http://h\nAccept: */*\nauthorization: Bearer x\n',
    ]);
    for (const mended of fixed) assert.deepEqual(await shown(mended, others), []);
  });

  it('know the headers that each scheme sets with its values', async () => {
    const header = (auth: string, written: string) => shown(`# @auth ${auth}\nGET http://h\n${written}: 1\n`);
    assert.deepEqual(await header('apikey key=X-Key value=b', 'x-key'), ['overridden-header 3: x-key: 1']);
    assert.deepEqual(await header('apikey key=X-Key value=b', 'Authorization'), []);
    assert.deepEqual(await header('apikey key=X-Key value=b in=query', 'X-Key'), []);
    assert.deepEqual(await header('awsv4 accessKey=a secretKey=b', 'X-Amz-Date'), [
      'overridden-header 3: X-Amz-Date: 1',
    ]);
    assert.deepEqual(await header('digest username=a password=b', 'Authorization'), [
      'overridden-header 3: Authorization: 1',
    ]);
    assert.deepEqual(await shown('@k = X-Key\n###\n# @auth apikey key={{k}} value=b\nGET http://h\nX-Key: 1\n'), [
      'overridden-header 5: X-Key: 1',
    ]);
  });

  it('leave a written header alone where no authorization is in force', async () => {
    const text = '# @auth none\nGET http://h\nAuthorization: Bearer x\n';
    assert.deepEqual(await shown(text, { 'collection.http': '# @auth bearer token=x\n' }), []);
    assert.deepEqual(await shown('GET http://h\nAuthorization: Basic user password\n'), []);
  });

  it('find names that two requests have, and a second @auth of the file', async () => {
    assert.deepEqual(await shown('# @name a\nGET http://h\n###\n# @name a\nGET http://h\n'), [
      'duplicate-name 1: a',
      'duplicate-name 4: a',
    ]);
    assert.deepEqual(await shown('# @auth none\n###\n# @auth bearer token=x\n###\nGET http://h\n'), [
      'duplicate-auth 3: # @auth bearer',
    ]);
  });

  it('find what speaks for nobody: below the first request, or under a title', async () => {
    assert.deepEqual(
      await shown('# @auth none\n\n###\nGET http://h\n\n### Draft\n# @auth basic username=a password=b\n'),
      ['draft 7: # @auth basic username=a password=b'],
    );
    assert.deepEqual(await shown('### Draft\n# @timeout 1 s\n\n###\nGET http://h\n'), ['draft 2: # @timeout 1 s']);
    assert.deepEqual(await shown('# @title A collection\n# @auth none\n'), []);
  });

  it('find shorthands that are not supported, whose passwords are not sent as they are written', async () => {
    for (const value of ['COGNITO user pw eu-west-1 pool client', 'openid client_credentials', 'OAuth2 password p']) {
      assert.deepEqual(await shown(`GET http://h\nAuthorization: ${value}\n`), [`unsupported-shorthand 2: ${value}`]);
    }
    assert.deepEqual(await shown('GET http://h\nAuthorization: OAuth2 2YotnFZFEjr1zCsicMWpAA\n'), []);
  });

  it('find missing files, of bodies and of fields', async () => {
    const text = '# @auth bearer\n#   token = < ./token.txt\nPOST http://h\n\n< ./body.json\n';
    assert.deepEqual(await shown(text, {}, { missing: new Set(['./token.txt', './body.json']) }), [
      'missing-file 2: ./token.txt',
      'missing-file 5: ./body.json',
    ]);
    assert.deepEqual(await shown(text, {}, { missing: new Set() }), []);
  });

  it('find URLs, directives and their values that cannot be', async () => {
    assert.deepEqual(await shown('GET http://h:port/\n###\nGET /relative\n###\nGET ftp://h\n'), [
      'invalid-url 1: http://h:port/',
      'invalid-url 3: /relative',
      'invalid-url 5: ftp://h',
    ]);
    assert.deepEqual(await shown('GET /relative\nHost: h\n'), []);
    assert.deepEqual(await shown('# @timeout soon\n# @no-redirct\nGET http://h\n'), [
      'invalid-value 1: soon',
      'unknown-directive 2: no-redirct',
    ]);
    assert.deepEqual(await shown('# @whatever people write\nGET http://h\n'), []);
  });

  it('say at the top what is wrong with the environment', async () => {
    const environmentProblem = new CountersignError('unknown-environment', 'There is no environment named “dev”.');
    assert.deepEqual(await shown('### T\nGET http://h\n', {}, { environmentProblem }), [
      'unknown-environment 1: ### T',
    ]);
  });

  it('are no more than asked for', async () => {
    const { file, tree, scopes } = await documentAt('GET http://h/{{a}}{{b}}{{c}}\n');
    const inputs = { file, scopes: scopes.scopes, environment: [], ports: variablePorts };
    assert.equal(new DocumentDiagnostics().update(tree, inputs, 2).length, 2);
  });

  it('show no secret value', async () => {
    const secret = 'Hush4Secret';
    const text = `@password = ${secret}\n@x = {{{{password}}}}\n###\n# @auth basic username=a:b password=${secret}\nGET http://h/{{x}}\nAuthorization: 1\n`;
    for (const { message } of await find(text)) assert.ok(!message.includes(secret), message);
  });

  it('are the same after any edits as those of the text read anew', async () => {
    const extra = fc.constantFrom(
      '@a = {{b}}\n',
      '@b = 1\n',
      '# @name one\n',
      '\n###\n# @auth apikey key=Accept value=x\n',
      '\nGET http://h/{{a}}{{one.response.body.x}}\nAccept: 1\n',
      '# @prompt b\n',
      '< ./gone\n',
    );
    const piece = fc.oneof(insertedText, extra);
    const others = { 'collection.http': '@c = 1\n# @auth basic username=u password=p\n' };
    const missing = new Set(['./gone', './file']);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(documentText, extra), { maxLength: 4 }),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(20), piece), {
          minLength: 1,
          maxLength: 4,
        }),
        async (texts, edits) => {
          const workspace = memoryWorkspace(others);
          const file = `${folder}/users.http`;
          const environment: VariableLayer[] = [];
          const kept = new DocumentDiagnostics();
          let tree = parse(texts.join(''));
          const inputs = async () => {
            const { scopes } = await findScopes(file, tree, workspace);
            return { file, scopes, environment, ports: variablePorts, missing };
          };
          kept.update(tree, await inputs());
          for (const [where, length, text] of edits) {
            const start = Math.floor(where * tree.text.length);
            const edit: TextEdit = { start, end: Math.min(tree.text.length, start + length), text };
            tree = update(tree, [edit]);
            const anew = new DocumentDiagnostics().update(parse(tree.text), await inputs());
            assert.deepEqual(kept.update(tree, await inputs()), anew);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
