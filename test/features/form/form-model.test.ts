import assert from 'node:assert/strict';
import { schemes } from '../../../src/auth/schemes/index.ts';
import { newSecretName } from '../../../src/features/form/form-fields.ts';
import { type FormModel, formModel } from '../../../src/features/form/form-model.ts';
import { formVariables } from '../../../src/features/form/form-text.ts';
import { formWorkspace, targetIn } from '../form-ports.ts';

async function modelOf(
  files: Readonly<Record<string, string>>,
  file: string,
  of: string | undefined,
  secrets: Readonly<Record<string, string>> = {},
): Promise<FormModel> {
  const workspace = formWorkspace(files, secrets);
  const target = targetIn(workspace.tree(file), file, of);
  return formModel(target, await workspace.context(target), new Set(Object.keys(secrets)));
}

const collection = '# @auth basic username=ada password={{$secret pw}}\n@base = https://api.example.com\n';

describe('the model of the Authorization panel', () => {
  it('names the parent, what it states and where, while the request inherits', async () => {
    const files = { '/w/collection.http': collection, '/w/a.http': '### A\nGET {{base}}/users?x=1\nAccept: */*\n' };
    const model = await modelOf(files, '/w/a.http', 'GET', { pw: 'hunter2' });
    assert.equal(model.type.selected, 'inherit');
    assert.deepEqual(model.type.parent, {
      label: 'Basic Auth',
      where: 'collection.http, line 1',
      level: 'collection',
      file: '/w/collection.http',
      line: 1,
    });
    assert.equal(
      model.effect.sentence,
      'Basic Auth puts the authorization data into the header Authorization of the request.',
    );
    const hidden = model.request?.hiddenHeaders ?? [];
    assert.deepEqual(
      hidden.find(({ name }) => name === 'Authorization'),
      {
        name: 'Authorization',
        value: 'Basic •••',
        origin: 'added by Basic Auth, inherited from collection.http, line 1',
        file: '/w/collection.http',
        line: 1,
      },
    );
    assert.equal(hidden.find(({ name }) => name === 'Host')?.origin, 'taken from the URL');
    assert.deepEqual(
      model.request?.params.map(({ name, value }) => [name, value.text]),
      [['x', '1']],
    );
    const [base] = model.request?.url.references ?? [];
    assert.deepEqual(base, {
      ...{ start: 0, end: 8, name: 'base', known: true },
      ...{ value: 'https://api.example.com', origin: 'collection.http, line 2' },
    });
  });

  it('shows what can be computed where a secret is missing, with the reason', async () => {
    const files = { '/w/a.http': '### A\n# @auth basic username=ada password={{$secret pw}}\nGET https://x.test/\n' };
    const model = await modelOf(files, '/w/a.http', 'GET');
    assert.match(model.effect.error?.message ?? '', /no secret named “pw”/);
    assert.deepEqual(
      model.effect.parts.map(({ name, value }) => [name, value]),
      [['Authorization', 'Basic •••']],
    );
    assert.equal(model.fields.find(({ name }) => name === 'password')?.secretKept, false);
  });

  it('shows the client’s headers and foresees the auth’s while a required field is empty', async () => {
    const model = await modelOf({ '/w/a.http': '### A\n# @auth bearer\nGET https://x.test/\n' }, '/w/a.http', 'GET');
    const names = model.request?.hiddenHeaders.map(({ name }) => name) ?? [];
    assert.ok(names.includes('Host') && names.includes('Authorization'), names.join());
    assert.equal(model.fields.find(({ name }) => name === 'token')?.problem?.message, 'Bearer Token needs “token”.');
  });

  it('holds no secret that is written in the file', async () => {
    const text = '### A\n# @auth basic username=ada password=hunter2\nGET https://x.test/\n';
    const model = await modelOf({ '/w/a.http': text }, '/w/a.http', 'GET');
    const json = JSON.stringify(model);
    assert.ok(!json.includes('hunter2') && !json.includes(Buffer.from('ada:hunter2').toString('base64')));
    assert.equal(model.fields.find(({ name }) => name === 'password')?.content, 'concealed');
  });

  it('keeps what the scheme doesn’t know as rows that say so', async () => {
    const text = '### A\n# @auth basic usrname=ada username=a username=b\nGET https://x.test/\n';
    const model = await modelOf({ '/w/a.http': text }, '/w/a.http', 'GET');
    assert.deepEqual(
      model.unknown.map(({ index, name }) => [index, name]),
      [
        [0, 'usrname'],
        [2, 'username'],
      ],
    );
    assert.match(model.unknown[0]?.problem ?? '', /Did you mean “username”/);
  });

  it('offers an unknown scheme as what stands in the text', async () => {
    const model = await modelOf({ '/w/a.http': '# @auth bsic username=x\nGET https://x.test/\n' }, '/w/a.http', 'GET');
    assert.equal(model.type.selected, 'bsic');
    assert.deepEqual(model.type.choices[0], { value: 'bsic', label: 'bsic (unknown)' });
    assert.match(model.problems[0]?.message ?? '', /Did you mean “basic”/);
    assert.deepEqual(
      model.unknown.map(({ name }) => name),
      ['username'],
    );
  });

  it('strikes out a written header that the auth replaces, with the reason', async () => {
    const text = '### A\n# @auth bearer token=t\nGET https://x.test/\nAuthorization: mine\n';
    const model = await modelOf({ '/w/a.http': text }, '/w/a.http', 'GET');
    assert.match(model.request?.headers[0]?.overridden ?? '', /Bearer Token \(line 2\) sets Authorization/);
  });

  it('says which parts a scheme uses from what it adds, wherever they go', async () => {
    const sentence = async (auth: string, rest = ''): Promise<string> =>
      (await modelOf({ '/w/a.http': `### A\n# @auth ${auth}\nGET https://x.test/${rest}\n` }, '/w/a.http', 'GET'))
        .effect.sentence;
    assert.match(await sentence('apikey key=k value=v in=query'), /the query parameter k of/);
    assert.match(await sentence('apikey key=k value=v in=cookie'), /the cookie k of/);
    assert.match(await sentence('awsv4 accessKey=a secretKey=b service=s3'), /the headers .*Authorization/);
    assert.match(await sentence('digest username=a password=b'), /adds nothing to the first request/);
    assert.match(await sentence('none'), /No authorization/);
  });

  it('shows a collection’s own level by a request that stands for all of them', async () => {
    const model = await modelOf({ '/w/collection.http': collection }, '/w/collection.http', undefined, { pw: 'x' });
    assert.equal(model.level, 'collection');
    assert.equal(model.type.parent, undefined);
    assert.ok(!model.type.choices.some(({ value }) => value === 'inherit'));
    assert.deepEqual(
      model.effect.parts.map(({ name }) => name),
      ['Authorization'],
    );
    assert.equal(model.request, undefined);
  });

  it('draws every scheme from its field list', async () => {
    for (const scheme of schemes) {
      const text = `### A\n# @auth ${scheme.id}\nGET https://x.test/\n`;
      const model = await modelOf({ '/w/a.http': text }, '/w/a.http', 'GET');
      assert.equal(model.type.selected, scheme.id);
      assert.deepEqual(
        model.fields.map(({ name }) => name),
        scheme.fields.map(({ name }) => name),
      );
      const hidden = model.fields.filter(({ visible }) => !visible);
      assert.ok(hidden.every(({ name }) => scheme.fields.find(field => field.name === name)?.when));
    }
  });

  it('offers variables with value and origin, secrets by name alone', async () => {
    const workspace = formWorkspace({ '/w/a.http': '@id = 1\n@token = abc\n\n### A\nGET https://x.test/\n' });
    const target = targetIn(workspace.tree('/w/a.http'), '/w/a.http', 'GET');
    const { variables } = await workspace.context(target);
    const offered = formVariables(variables, ['pw'], '/w/a.http');
    const of = (name: string) => offered.find(variable => variable.name === name);
    assert.deepEqual(of('id'), { name: 'id', origin: 'line 1', detail: '1' });
    assert.deepEqual(of('token'), { name: 'token', origin: 'line 2', detail: '•••' });
    assert.deepEqual(of('stage'), { name: 'stage', origin: 'environment', detail: 'test' });
    assert.deepEqual(of('$secret pw')?.detail, '•••');
  });

  it('names a secret after the request and the field, never one that is taken', () => {
    assert.equal(newSecretName('List users', 'clientSecret', new Set()), 'list-users-client-secret');
    assert.equal(newSecretName('a', 'password', new Set(['a-password'])), 'a-password-2');
  });
});
