import assert from 'node:assert/strict';
import { zipSync } from 'fflate';
import { findingsOf, readImport } from '../../src/convert/import.ts';
import { importedFiles } from '../../src/convert/import-files.ts';
import { SourceFolder } from '../../src/convert/source-folder.ts';

const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
const collection = (name: string): string =>
  JSON.stringify({ info: { name, schema }, item: [{ name: 'Get', request: 'https://acme.test/x' }] });
const environment = (name: string, scope = 'environment'): string =>
  JSON.stringify({ name, values: [{ key: name, value: '1' }], _postman_variable_scope: scope });
const read = (source: Uint8Array | SourceFolder, format?: string) => {
  const { formats, imported } = readImport(source, 'given', format);
  return {
    formats: formats.map(({ id }) => id),
    paths: [...importedFiles(imported, { secretsTo: 'store' }).files.keys()].sort(),
    findings: findingsOf(imported).map(({ at, finding }) => `${at}: ${finding}`),
    imported,
  };
};
const folder = (files: Readonly<Record<string, string>>): SourceFolder =>
  new SourceFolder(new Map(Object.entries(files)));
const zip = (files: Readonly<Record<string, string>>): Uint8Array =>
  zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));

describe('a folder of files of other tools', () => {
  it('is read whole: projects wherever they stand, and exports beside them', () => {
    const { formats, paths, findings } = read(
      folder({
        'apis/one/bruno.json': '{"name":"One"}',
        'apis/one/a.bru': 'get {\n  url: https://one.test\n}\n',
        'apis/two/bruno.json': '{"name":"Two"}',
        'apis/two/deep/b.bru': 'get {\n  url: https://two.test\n}\n',
        'apis/two/deep/bruno.json': '{"name":"Inner"}',
        'postman/acme.json': collection('Acme'),
        'package.json': '{"name":"acme"}',
        'tsconfig.json': '{ // no JSON\n}',
        'broken.postman_collection.json': '{"info":',
      }),
    );
    assert.deepEqual(formats, ['bruno', 'postman']);
    assert.deepEqual(paths, [
      'acme/acme.http',
      'acme/collection.http',
      'one/collection.http',
      'one/one.http',
      'two/collection.http',
      'two/deep/deep.http',
    ]);
    assert.deepEqual(findings, ['broken.postman_collection.json: broken.postman_collection.json is not valid JSON.']);
  });

  it('says why nothing could be read', () => {
    assert.throws(() => read(folder({ 'package.json': '{}' })), /given is of no format that can be imported/);
    assert.throws(() => read(folder({ 'x/bruno.json': '{' })), /bruno\.json is not valid JSON/);
    assert.throws(() => read(folder({ 'a.json': collection('Acme') }), 'bruno'), /given is not of the format Bruno/);
  });
});

describe('a zip archive', () => {
  it('of Postman’s data dump is read file by file', () => {
    const { formats, paths, imported } = read(
      zip({
        'dump/archive.json': '{"collection":{"1":true},"environment":{"2":true}}',
        'dump/collection/1.json': collection('Acme'),
        'dump/environment/2.json': environment('dev'),
        'dump/globals/3.json': environment('globals', 'globals'),
        'dump/globals/4.json': environment('more', 'globals'),
        '__MACOSX/dump/collection/._1.json': 'x',
      }),
    );
    assert.deepEqual(formats, ['postman']);
    assert.deepEqual(paths, ['acme/acme.http', 'acme/collection.http', 'acme/http-client.env.json']);
    assert.deepEqual(
      imported.environments.map(({ name, variables }) => `${name}: ${variables.map(each => each.name)}`),
      ['$shared: globals,more', 'dev: dev'],
    );
  });

  it('of a folder of Bruno is that folder', () => {
    const { formats, paths } = read(
      zip({ 'acme/bruno.json': '{"name":"Acme"}', 'acme/a.bru': 'get {\n  url: x.test\n}' }),
    );
    assert.deepEqual(formats, ['bruno']);
    assert.deepEqual(paths, ['acme/acme.http', 'acme/collection.http']);
  });

  it('that is cut off, or unpacks to too much, is refused in words', () => {
    const whole = zip({ 'a.json': collection('Acme') });
    assert.throws(() => read(whole.subarray(0, whole.length - 30)), /given is not a whole zip archive/);
    // The size that the directory of the archive states.
    const blown = Buffer.from(whole);
    blown.writeUInt32LE(257 * 1024 * 1024, blown.indexOf('PK\x01\x02') + 24);
    assert.throws(() => read(blown), /The files of given are too large together/);
  });
});
