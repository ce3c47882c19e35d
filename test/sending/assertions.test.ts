import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isScriptAssertion, parseAssertion } from '../../src/language/assertion.ts';
import { parse } from '../../src/language/parser.ts';
import { assertionsOf, testResponse } from '../../src/sending/assertions.ts';
import { withShortExpressions } from '../core/short-expressions.ts';

const body = {
  name: 'Ada',
  age: 36,
  ok: true,
  none: null,
  empty: '',
  list: [1, { deep: 'x y' }],
  nested: { 'a-b': '5' },
};

function exchange(
  content: string,
  headers: [string, string][] = [
    ['Content-Type', 'application/json'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
  ],
) {
  const bytes = Buffer.from(content);
  const stored = {
    size: bytes.length,
    start: async () => bytes,
    async *open() {
      yield bytes;
    },
    async dispose() {},
  };
  const head = { status: 201, statusText: 'Created', httpVersion: '1.1', headers };
  return { response: { ...head, body: stored }, durationMs: 120, attempts: [] };
}

const variables = { resolve: (text: string) => ({ value: text.replaceAll('{{want}}', 'Ada'), masked: text }) };
const run = async (lines: readonly string[], content = JSON.stringify(body), headers?: [string, string][]) =>
  testResponse(
    lines.map((text, index) => ({ text: `?? ${text}`, place: { file: '/a.http', line: index + 1, column: 1 } })),
    exchange(content, headers),
    variables,
  );

describe('assertions', () => {
  const passing = [
    ...[
      'status == 201',
      'status === 201',
      'status equals 201',
      'status != 200',
      'status > 200',
      'status >= 201',
      'status < 300',
      'status <= 201',
    ],
    ...[
      'header content-type == application/json',
      'header Content-Type includes json',
      'header set-cookie == a=1, b=2',
      'header x-none isFalse',
    ],
    ...[
      'body name == Ada',
      'body name == {{want}}',
      'body age == 36',
      'body ok == true',
      'body ok isTrue',
      'body none == null',
      'body gone == undefined',
    ],
    ...[
      'body.name == Ada',
      'body list[1].deep == x y',
      'body $.list[0] == 1',
      'body nested.a-b == "5"',
      'body list == [1,{"deep":"x y"}]',
    ],
    ...[
      'body list isArray',
      'body ok isBoolean',
      'body age isNumber',
      'body name isString',
      'body empty isFalse',
      'body name exists',
    ],
    ...[
      'body name startsWith A',
      'body name endsWith da',
      'body contains "age":36',
      'body name matches ^A.a$',
      'body $..deep == x y',
    ],
    ...['duration < 500', 'duration >= 120', 'body name sha256 maVjqy9uIelpmPn93Sorq4K3CsAZV5UCuNf8ADL/Yrs='],
  ];
  it('pass where the response is as they say', async () => {
    const results = await run(passing);
    assert.deepEqual(
      results.filter(({ passed }) => !passed),
      [],
    );
  });

  it('fail with what came, in words', async () => {
    const results = await run([
      'status == 200',
      'body age == "36"',
      'header x-none exists',
      'body name == ada',
      'body list isString',
    ]);
    assert.deepEqual(
      results.map(({ name, passed, message, line }) => [name, passed, message, line]),
      [
        ['status == 200', false, 'It is 201.', 1],
        ['body age == "36"', false, 'It is 36.', 2],
        ['header x-none exists', false, 'It is not there.', 3],
        ['body name == ada', false, 'It is "Ada".', 4],
        ['body list isString', false, 'It is [1,{"deep":"x y"}].', 5],
      ],
    );
  });

  it('never pass silently: what is no assertion, no JSON or no path has failed', async () => {
    const results = await run([
      'status = 200',
      'body name Contains A',
      'cookie a == 1',
      'body name matches (',
      'body $.[ == 1',
      'status ==',
    ]);
    assert.deepEqual(
      results.map(({ passed }) => passed),
      [false, false, false, false, false, false],
    );
    const [html] = await run(['body name == x'], '<html>', []);
    assert.match(html?.message ?? '', /is not JSON/);
    await withShortExpressions(async () => {
      const [slow] = await run(['body matches ^(a+)+$'], `${'a'.repeat(40)}!`, []);
      assert.equal(slow?.message, 'It takes too long to be matched.');
    });
  });

  it('look into XML', async () => {
    const [first] = await run(['xpath //name == Ada'], '<user><name>Ada</name></user>', [['Content-Type', 'text/xml']]);
    assert.equal(first?.passed, true, first?.message);
  });

  it('are taken from the lines of their request, scripts left out and told of', () => {
    const text =
      '### A\nGET https://acme.test/\n\n?? status == 200\n?? js response.body\n?? status = 1\n\n### B\nGET https://acme.test/\n?? body a exists\n';
    const tree = parse(text);
    const [a, b] = tree.blocks;
    assert.ok(a && b);
    assert.deepEqual(
      assertionsOf('/a.http', tree, a).map(({ text: line, place }) => [line, place.line]),
      [
        ['?? status == 200', 4],
        ['?? status = 1', 6],
      ],
    );
    assert.deepEqual(
      assertionsOf('/a.http', tree, b).map(({ place }) => place.line),
      [10],
    );
    assert.deepEqual(
      a.block.diagnostics.map(({ code, line }) => [code, line]),
      [
        ['foreign-feature', 4],
        ['invalid-assertion', 5],
      ],
    );
  });

  it('are read without failing, whatever the line', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        parseAssertion(text);
        parseAssertion(`?? body ${text}`);
        isScriptAssertion(text);
      }),
    );
    const started = performance.now();
    parseAssertion(`?? body ${' '.repeat(50_000)}x`);
    parseAssertion(`?? body ${'a '.repeat(50_000)}`);
    assert.ok(performance.now() - started < 1000);
  });
});
