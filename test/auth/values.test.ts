import assert from 'node:assert/strict';
import type { AuthStatement } from '../../src/auth/inheritance.ts';
import { parseDuration, parsePairs, resolveValues, statementProblems } from '../../src/auth/values.ts';

const statement = (scheme: string, fields: Record<string, string> | [string, string][] = {}): AuthStatement => ({
  scheme,
  fields: (Array.isArray(fields) ? fields : Object.entries(fields)).map(([name, value], index) => ({
    name,
    value,
    fromFile: false,
    place: { file: 'a.http', line: 2 + index },
  })),
  place: { file: 'a.http', line: 1 },
});
const ports = { resolve: (text: string) => text, readFile: async (path: string) => `content of ${path}` };

describe('Values of a statement', () => {
  const problem = (stated: AuthStatement) => statementProblems(stated)[0];

  it('reports an unknown scheme and names the nearest', () => {
    const found = problem(statement('baisc'));
    assert.equal(found?.code, 'unknown-scheme');
    assert.equal(found?.suggestion, 'basic');
  });

  it('reports an unknown field at its line and names the nearest', () => {
    const found = problem(statement('basic', { usrname: 'ada' }));
    assert.deepEqual([found?.code, found?.suggestion, found?.place.line], ['unknown-field', 'username', 2]);
  });

  it('reports a field given twice', () => {
    const twice: [string, string][] = [
      ['username', 'a'],
      ['username', 'b'],
    ];
    assert.equal(problem(statement('basic', twice))?.code, 'duplicate-field');
  });

  it('reports a required field that is missing or empty', () => {
    assert.equal(problem(statement('bearer'))?.code, 'missing-field');
    assert.equal(problem(statement('bearer', { token: '' }))?.code, 'missing-field');
  });

  it('reports a value outside its choices, unless it holds a variable', () => {
    assert.equal(
      problem(statement('apikey', { key: 'k', value: 'v', in: 'hedaer' }))?.message.includes('“header”'),
      true,
    );
    assert.equal(problem(statement('apikey', { key: 'k', value: 'v', in: '{{place}}' })), undefined);
  });

  it('reports a colon in a Basic user name', async () => {
    assert.equal(problem(statement('basic', { username: 'a:b' }))?.code, 'invalid-value');
    await assert.rejects(
      resolveValues(statement('basic', { username: '{{u}}' }), {
        ...ports,
        resolve: text => text.replace('{{u}}', 'a:b'),
      }),
      { code: 'invalid-value' },
    );
  });

  it('takes no fields on “none” and “inherit”', () => {
    assert.equal(problem(statement('none', { username: 'x' }))?.severity, 'warning');
  });

  it('fills defaults and replaces variables', async () => {
    const resolved = await resolveValues(statement('apikey', { key: 'X-Key', value: '{{v}}' }), {
      ...ports,
      resolve: text => Promise.resolve(text.replace('{{v}}', 's3cret')),
    });
    assert.deepEqual(resolved.values, { key: 'X-Key', value: 's3cret', in: 'header' });
  });

  it('reads a value from a file', async () => {
    const base = statement('bearer', { token: './token.txt' });
    const fields = base.fields.map(field => ({ ...field, fromFile: true }));
    const resolved = await resolveValues({ ...base, fields }, ports);
    assert.equal(resolved.values.token, 'content of ./token.txt');
  });

  it('leaves out the line end that editors put at the end of a file, other than in a text of several lines', async () => {
    const read = async (scheme: string, field: string, content: string, more: Record<string, string> = {}) => {
      const base = statement(scheme, { ...more, [field]: './file' });
      const fields = base.fields.map(entry => ({ ...entry, fromFile: entry.name === field }));
      return (await resolveValues({ ...base, fields }, { ...ports, readFile: async () => content })).values[field];
    };
    assert.equal(await read('bearer', 'token', 'abc\n'), 'abc');
    assert.equal(await read('bearer', 'token', 'abc\r\n'), 'abc');
    assert.equal(await read('basic', 'password', ' pass \n'), ' pass ');
    assert.equal(await read('apikey', 'in', 'query\n', { key: 'k', value: 'v' }), 'query');
    assert.equal(await read('jwt', 'payload', '{}\n', { secret: 's'.repeat(32) }), '{}\n');
    await assert.rejects(read('bearer', 'token', 'a\nb\n'), /line break/);
  });

  it('names the field that holds a line break, wherever it would break a header or be signed with', async () => {
    const cases: [string, Record<string, string>, readonly string[]][] = [
      ['bearer', { token: 't' }, ['token', 'prefix']],
      ['basic', {}, ['username', 'password']],
      ['digest', { username: 'u', password: 'p' }, ['username', 'realm', 'clientNonce']],
      ['oauth1', { consumerKey: 'k' }, ['realm', 'consumerSecret', 'tokenSecret']],
      ['hawk', { authId: 'i', authKey: 'k' }, ['authId', 'nonce', 'extraData']],
      ['awsv4', { accessKey: 'a', secretKey: 's' }, ['accessKey', 'secretKey', 'sessionToken', 'region', 'service']],
      ['edgegrid', { accessToken: 'a', clientToken: 'c', clientSecret: 's' }, ['accessToken', 'clientSecret', 'nonce']],
      ['jwt', { secret: 's'.repeat(32) }, ['prefix']],
      ['apikey', { key: 'k', value: 'v' }, ['key', 'value']],
    ];
    for (const [scheme, given, fields] of cases) {
      for (const field of fields) {
        const stated = statement(scheme, { ...given, [field]: '{{broken}}' });
        const index = stated.fields.findIndex(({ name }) => name === field);
        await assert.rejects(
          resolveValues(stated, { ...ports, resolve: text => text.replace('{{broken}}', 'a\nb') }),
          { code: 'invalid-value', place: stated.fields[index]?.place },
          `${scheme} ${field}`,
        );
      }
    }
  });

  it('takes the default where a choice, a flag or a number turns out empty', async () => {
    const given = { key: 'X-Key', value: 'v', in: '{{place}}' };
    const resolved = await resolveValues(statement('apikey', given), {
      ...ports,
      resolve: text => text.replace('{{place}}', ''),
    });
    assert.equal(resolved.values.in, 'header');
    const { values } = await resolveValues(
      statement('awsv4', { accessKey: 'a', secretKey: 's', expires: '', unsignedPayload: '', addTo: '' }),
      ports,
    );
    assert.deepEqual([values.expires, values.unsignedPayload, values.addTo], [3600, false, 'header']);
    assert.equal((await resolveValues(statement('bearer', { token: 't', prefix: '' }), ports)).values.prefix, '');
  });

  it('refuses a value that turns out empty once its variable is replaced', async () => {
    await assert.rejects(resolveValues(statement('bearer', { token: '{{t}}' }), { ...ports, resolve: () => '' }), {
      code: 'missing-field',
    });
  });

  it('reads durations in seconds and pairs in each of their forms', () => {
    assert.deepEqual(['90', '500 ms', '5 m', '1h', 'soon'].map(parseDuration), [90, 0.5, 300, 3600, undefined]);
    const pairs = [
      ['a', '1'],
      ['b', '2=3'],
    ];
    assert.deepEqual(['a=1&b=2=3', 'a=1, b=2=3', 'a=1\nb=2=3'].map(parsePairs), [pairs, pairs, pairs]);
  });
});
