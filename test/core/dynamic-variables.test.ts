import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dynamicVariables } from '../../src/core/dynamic-variables.ts';
import { listLayer } from '../../src/core/variable-layer.ts';
import type { VariablePorts } from '../../src/core/variable-ports.ts';
import { createVariables } from '../../src/core/variables.ts';
import { failure, layer, NOW, ports } from './variables-setup.ts';

function make(expression: string, more: Partial<VariablePorts> = {}): string {
  const variables = createVariables([layer('environment', { NAME: 'OTHER' })], ports(more));
  const resolved = variables.resolveNow(`{{${expression}}}`);
  assert.ok(resolved, 'needs nothing from outside');
  return resolved.value;
}

describe('dynamic variables', () => {
  const shapes: readonly (readonly [expression: string, shape: RegExp])[] = [
    ...['$guid', '$uuid', '$random.uuid', '$randomUUID'].map(
      name => [name, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/] as const,
    ),
    ['$randomInt', /^\d{1,4}$/],
    ['$randomInt 5 7', /^[56]$/],
    ['$randomInt 7 5', /^[56]$/],
    ['$randomInt -3 -2', /^-3$/],
    ['$random.integer(5, 7)', /^[56]$/],
    ['$random.integer(2)', /^[01]$/],
    ['$random.integer()', /^\d{1,4}$/],
    ['$random.integer', /^\d{1,4}$/],
    ['$random.float(0.5, 0.75)', /^0\.[5-7]\d*$/],
    ['$random.alphabetic(12)', /^[A-Za-z]{12}$/],
    ['$random.alphanumeric(12)', /^\w{12}$/],
    ['$random.hexadecimal(12)', /^[\dA-F]{12}$/],
    ['$random.email', /^[a-z]+@example\.com$/],
    ['$randomEmail', /^[\w.]+@example\.com$/],
    ['$randomIP', /^\d+\.\d+\.\d+\.\d+$/],
  ];
  for (const [expression, shape] of shapes) {
    it(`make ${expression} of the right shape`, () => assert.match(make(expression), shape));
  }

  // 2024-02-29T10:20:30.456Z, a leap day.
  const times: readonly (readonly [expression: string, value: string])[] = [
    ['$timestamp', String(Math.floor(NOW / 1000))],
    ['$timeStamp', String(Math.floor(NOW / 1000))],
    ['$timestamp -1 d', String(Math.floor(NOW / 1000) - 86_400)],
    ['$timestamp 1500 ms', String(Math.floor((NOW + 1500) / 1000))],
    ['$isoTimestamp', '2024-02-29T10:20:30.456Z'],
    ['$datetime', '2024-02-29T10:20:30.456Z'],
    ['$datetime iso8601', '2024-02-29T10:20:30.456Z'],
    ['$datetime rfc1123', 'Thu, 29 Feb 2024 10:20:30 GMT'],
    ['$datetime rfc1123 1 y', 'Fri, 28 Feb 2025 10:20:30 GMT'],
    ['$datetime iso8601 -1 M', '2024-01-29T10:20:30.456Z'],
    ['$datetime iso8601 1 Q', '2024-05-29T10:20:30.456Z'],
    ['$datetime iso8601 2 w', '2024-03-14T10:20:30.456Z'],
    ['$datetime "YYYY-MM-DD HH:mm:ss"', '2024-02-29 10:20:30'],
    ["$datetime 'DD.MM.YY' 1 d", '01.03.24'],
    ['$datetime "dd-MM-yyyy"', '29-02-2024'],
    ['$datetime "yyyy-MM-ddTHH:mm:ss.fffK"', '2024-02-29T10:20:30.456+00:00'],
    ['$datetime 1 h', '2024-02-29T11:20:30.456Z'],
  ];
  for (const [expression, value] of times) {
    it(`give ${expression} for a fixed time`, () => assert.equal(make(expression), value));
  }

  it('give the local time with its offset', () => {
    const local = make('$localDatetime iso8601');
    assert.equal(Date.parse(local), Math.floor(NOW / 1000) * 1000);
    const minutes = 0 - new Date(NOW).getTimezoneOffset();
    const [, sign, hours, rest] = /([+-])(\d\d):(\d\d)$/.exec(local) ?? [];
    assert.equal((Number(hours) * 60 + Number(rest)) * (sign === '-' ? -1 : 1), minutes);
    assert.match(make('$localDatetime rfc1123'), /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/);
  });

  it('read the process environment, directly and by a name that a variable holds', () => {
    const env = { HOME: '/h', OTHER: 'o' };
    assert.equal(make('$processEnv HOME', { env }), '/h');
    assert.equal(make('$processEnv %NAME', { env }), 'o');
    assert.equal(make('$env.HOME', { env }), '/h');
  });

  it('read the .env file', () => {
    const dotenv = new Map([['A', 'b c']]);
    assert.equal(make('$dotenv A', { dotenv }), 'b c');
    assert.equal(make('$dotEnv A', { dotenv }), 'b c');
  });

  it('take nothing from prototypes', async () => {
    const variables = createVariables([listLayer('file', [])], ports());
    for (const name of ['$processEnv constructor', '$env.toString', 'constructor', '__proto__', '$constructor']) {
      assert.equal((await failure(() => variables.resolve(`{{${name}}}`))).code, 'unresolved-variable', name);
    }
  });

  for (const expression of [
    '$randomInt a b',
    '$randomInt 1 1',
    '$random.integer(1,2,3)',
    '$random.alphabetic(0)',
    '$random.alphabetic(9999999999)',
    '$timestamp soon',
    '$datetime rfc1123 1 x',
    '$datetime iso8601 999999999999 y',
  ]) {
    it(`refuse ${expression}`, async () => {
      const error = await failure(() => make(expression));
      assert.equal(error.code, 'invalid-value');
    });
  }

  for (const expression of ['$processEnv NOT_SET', '$env.NOT_SET', '$dotenv NOT_SET', '$projectRoot']) {
    it(`have no value for ${expression} where there is none`, async () => {
      assert.equal((await failure(() => make(expression))).code, 'unresolved-variable');
    });
  }

  it('are the same again with the same clock and random bytes', () => {
    const names = dynamicVariables.filter(variable => !variable.indirect && variable.name !== '$projectRoot');
    const text = names.map(({ name }) => `{{${name}}}`).join('\n');
    const resolve = (): string | undefined => createVariables([], ports()).resolveNow(text)?.value;
    assert.equal(resolve(), resolve());
    for (const line of resolve()?.split('\n') ?? []) assert.doesNotMatch(line, /undefined|NaN|Invalid|^$/);
  });

  it('each have a name of their own and a sentence about them', () => {
    const names = dynamicVariables.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.equal(new Set(names).size, names.length);
    for (const { name, help } of dynamicVariables) {
      assert.match(name, /^\$[a-zA-Z.\d]+$/);
      assert.match(help, /^[A-Za-z].*\.$/, name);
    }
  });

  it('keep whole numbers within their bounds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        fc.pre(a !== b);
        const value = Number(make(`$randomInt ${a} ${b}`));
        assert.ok(value >= Math.min(a, b) && value < Math.max(a, b));
      }),
    );
  });
});
