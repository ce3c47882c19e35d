import assert from 'node:assert/strict';
import { parse } from '../../src/language/parser.ts';
import { isTested } from '../../src/sending/tested-requests.ts';

describe('whether a request says what it wants of its response', () => {
  const tested = (below: string, above = ''): boolean =>
    isTested({ file: '/x/a.http', tree: parse(`### One\n${above}GET http://x.test/\n\n${below}\n`), block: 0 });

  for (const below of [
    '?? status == 200',
    '> {% client.test("t", () => {}); %}',
    '> {%\n  client.assert(response.status === 200);\n%}',
    '> {% pm.test("t", () => pm.expect(1).to.equal(1)); %}',
    '> {% tests["t"] = true; %}',
    '{{\n  test("t", () => {});\n}}',
  ]) {
    it(`does: ${below.replaceAll('\n', ' ')}`, () => assert.equal(tested(below), true));
  }

  for (const below of [
    '{"test": "assert"}',
    '> {% client.log("test"); client.global.set("test", 1); %}',
    '> ./test.js',
    '',
  ]) {
    it(`does not: ${below.replaceAll('\n', ' ')}`, () => assert.equal(tested(below), false));
  }

  it('does not where the script runs before it is sent', () => {
    assert.equal(tested('', '< {% client.test("t", () => {}); %}\n'), false);
  });
});
