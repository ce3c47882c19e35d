import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseEnvironmentFile } from '../../src/core/environment-file.ts';
import {
  environmentLayers,
  environmentNames,
  mergeEnvironments,
  readDotenv,
  readEnvironmentFile,
  readEnvironments,
  readSettingsEnvironments,
  restClientEnvironments,
} from '../../src/core/environments.ts';
import { createVariables } from '../../src/core/variables.ts';
import { failure, memoryFiles, ports } from './variables-setup.ts';

const files = memoryFiles({
  '/w/http-client.env.json': `{
    // for everyone
    "$shared": { "host": "shared.test", "version": 1, "flag": true, "nothing": null },
    "dev": { "host": "outer.test", "user": { "name": "ada", "roles": ["a", "b"] }, "id": 12345678901234567890 },
    "prod": {},
  }`,
  '/w/http-client.private.env.json':
    '{ "dev": { "password": "p-1", "key": "outer" }, "$shared": { "host": "private-shared" } }',
  '/w/api/http-client.env.json':
    '{ "dev": { "host": "inner.test", "key": "public", "url": "https://{{host}}" }, "local": {} }',
  '/w/api/http-client.env.json.user': '{ "dev": { "path": "/mine" } }',
  '/w/api/.env': 'A=1\nB="two words"',
  '/w/.env.dev': 'A=outer',
  '/other.json': '{ "stage": { "a": "b" } }',
});

describe('environments', () => {
  it('are found in the folder and those above it up to the root, and listed without $shared', async () => {
    const environments = await readEnvironments('/w/api', '/w', files);
    assert.deepEqual([...environmentNames(environments)].sort(), ['dev', 'local', 'prod']);
    assert.deepEqual(
      environments.files.map(file => file.path),
      [
        '/w/http-client.private.env.json',
        '/w/api/http-client.env.json.user',
        '/w/api/http-client.env.json',
        '/w/http-client.env.json',
      ],
    );
    assert.deepEqual(environments.problems, []);
    assert.ok(environments.looked.includes('/w/api/http-client.private.env.json'));
    assert.ok(environments.looked.every(path => path.startsWith('/w/')));
  });

  it('let the selected one win over $shared, private values over public, nearer folders over farther', async () => {
    const variables = createVariables(environmentLayers(await readEnvironments('/w/api', '/w', files), 'dev'), ports());
    assert.equal(
      variables.resolveNow('{{url}} {{version}} {{flag}} {{nothing}}')?.value,
      'https://inner.test 1 true null',
    );
    assert.deepEqual(variables.resolveNow('{{key}} {{password}} {{path}}'), {
      value: 'outer p-1 /mine',
      masked: '••• ••• •••',
    });
    assert.equal(variables.resolveNow('{{$shared host}}')?.value, 'private-shared');
  });

  it('give members of objects and lists, and every digit of a number', async () => {
    const variables = createVariables(environmentLayers(await readEnvironments('/w', '/w', files), 'dev'), ports());
    assert.equal(variables.resolveNow('{{user.name}} {{user.roles.1}} {{id}}')?.value, 'ada b 12345678901234567890');
    assert.equal(variables.resolveNow('{{user}}')?.value, '{"name":"ada","roles":["a","b"]}');
  });

  it('tell the place of each value', async () => {
    const [environment] = environmentLayers(await readEnvironments('/w', '/w', files), 'dev');
    assert.deepEqual(environment?.get('host')?.place, { file: '/w/http-client.env.json', line: 4, column: 22 });
  });

  it('without a selected one are what all share', async () => {
    const layers = environmentLayers(await readEnvironments('/w/api', '/w', files), undefined);
    assert.deepEqual(
      layers.map(layer => layer.kind),
      ['shared', 'global'],
    );
  });

  it('say of what only another one states that it has to be selected', async () => {
    const environments = restClientEnvironments({ dev: { a: '1' }, prod: { a: '2', b: '3' }, test: { b: '4' } });
    const [, , others] = environmentLayers(environments, 'dev');
    assert.equal(
      others?.get('b')?.unusable?.message,
      '“b” has a value in the environments “prod”, “test”, and “dev” is selected.',
    );
    const [, unselected] = environmentLayers(environments, undefined);
    assert.equal(
      unselected?.get('a')?.unusable?.message,
      '“a” has a value in the environments “dev”, “prod”, and no environment is selected.',
    );
  });

  it('that do not exist are an error that offers the nearest', async () => {
    const environments = await readEnvironments('/w/api', '/w', files);
    const error = await failure(() => environmentLayers(environments, 'pord'));
    assert.equal(error.code, 'unknown-environment');
    assert.match(error.hint ?? '', /“prod”/);
    assert.match((await failure(() => environmentLayers(environments, 'zzzzzz'))).hint ?? '', /dev.*local|local.*dev/);
    const none = await readEnvironments('/empty', '/empty', files);
    assert.match((await failure(() => environmentLayers(none, 'dev'))).hint ?? '', /http-client\.env\.json/);
  });

  it('are read from a named file, which must be there', async () => {
    assert.deepEqual(environmentNames(await readEnvironmentFile('/other.json', files)), ['stage']);
    assert.equal((await failure(() => readEnvironmentFile('/nope.json', files))).code, 'missing-file');
  });

  it("are taken from REST Client's settings", () => {
    const environments = restClientEnvironments({
      $shared: { version: 'v1' },
      local: { url: '{{$shared version}}/x', token: 't-9' },
    });
    const variables = createVariables(environmentLayers(environments, 'local'), ports());
    assert.deepEqual(variables.resolveNow('{{url}} {{token}}'), { value: 'v1/x t-9', masked: 'v1/x •••' });
  });

  it('can be several as one, the first before the others', () => {
    const first = restClientEnvironments({ a: { x: '1' } });
    const merged = mergeEnvironments([first, restClientEnvironments({ a: { x: '2', y: '3' }, b: {} })]);
    assert.deepEqual([...environmentNames(merged)].sort(), ['a', 'b']);
    const variables = createVariables(environmentLayers(merged, 'a'), ports());
    assert.deepEqual(variables.resolveNow('{{x}}{{y}}'), { value: '13', masked: '13' });
  });

  it('report broken JSON at its place and keep what can be understood', () => {
    const file = parseEnvironmentFile('/e.json', '{\n  "dev": { "a": "1" "b": "2" },\n  "bad": 3\n}', false);
    assert.deepEqual(
      file.problems.map(({ code, place }) => [code, place?.line]),
      [
        ['invalid-value', 2],
        ['invalid-value', 3],
      ],
    );
    assert.deepEqual(
      file.environments.get('dev')?.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.equal(parseEnvironmentFile('/e.json', '[1]', false).problems.length, 1);
    assert.deepEqual(parseEnvironmentFile('/e.json', '', false).problems, []);
  });

  it("explain values that are in another product's secret store", async () => {
    const text = '{ "dev": { "key": { "provider": "AspnetUserSecrets", "secretName": "config:Key" } } }';
    const environments = { files: [parseEnvironmentFile('/e.json', text, false)], problems: [], looked: [] };
    const error = await failure(() =>
      createVariables(environmentLayers(environments, 'dev'), ports()).resolve('{{key}}'),
    );
    assert.match(`${error.message} ${error.hint}`, /AspnetUserSecrets.*\{\{\$secret key\}\}/);
    assert.equal(error.place?.line, 1);
  });

  it('never break on any text', () => {
    const pieces = fc.array(fc.constantFrom('{', '}', '"a"', ':', ',', '[', ']', '1', '//x\n', '"', '\\', 'null'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map(some => some.join('')),
          fc.json(),
          fc.string(),
        ),
        text => {
          const { environments, problems } = parseEnvironmentFile('/e.json', text, true);
          for (const variables of environments.values())
            for (const { line, column } of variables) assert.ok(line > 0 && column > 0);
          for (const { place } of problems) assert.ok(place && place.line > 0);
        },
      ),
    );
  });

  it('read the nearest .env file, the one of the environment first', async () => {
    assert.deepEqual(
      [...((await readDotenv('/w/api/deep', '/w', undefined, files)) ?? [])],
      [
        ['A', '1'],
        ['B', 'two words'],
      ],
    );
    assert.equal((await readDotenv('/w', '/w', 'dev', files))?.get('A'), 'outer');
    assert.equal(await readDotenv('/w', '/w', undefined, files), undefined);
  });

  it('merge the .env files of a folder: those of this machine and of the environment win', async () => {
    const reader = memoryFiles({
      '/w/.env': 'A=1\nB=1\nC=1\nD=1',
      '/w/.env.local': 'B=2\nC=2\nD=2',
      '/w/.env.dev': 'C=3\nD=3',
      '/w/.env.dev.local': 'D=4',
    });
    const values = async (environment?: string) =>
      Object.fromEntries((await readDotenv('/w', '/w', environment, reader)) ?? []);
    assert.deepEqual(await values(), { A: '1', B: '2', C: '2', D: '2' });
    assert.deepEqual(await values('dev'), { A: '1', B: '2', C: '3', D: '4' });
  });

  it('are read of REST Client’s settings, comments and all', async () => {
    const reader = memoryFiles({
      '/w/.vscode/settings.json':
        '{\n  // mine\n  "rest-client.environmentVariables": { "$shared": { "v": "1" }, "dev": { "host": "h" }, },\n}',
      '/w/api/.vscode/settings.json': '{ "editor.tabSize": 2 }',
    });
    const found = await readSettingsEnvironments('/w/api', '/w', reader);
    assert.deepEqual(found && environmentNames(found), ['dev']);
    assert.equal(environmentLayers(found as never, 'dev')[0]?.get('host')?.value, 'h');
    assert.equal(
      await readSettingsEnvironments('/w', '/w', memoryFiles({ '/w/.vscode/settings.json': '{' })),
      undefined,
    );
  });
});
