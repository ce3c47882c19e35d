import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBru } from '../../../src/convert/bruno/bru-text.ts';

describe('a .bru file', () => {
  it('is read by its blocks: rows, rows that are off, quoted names, several lines, lists and text', () => {
    const blocks = readBru(
      [
        'meta {\r\n  name: A: b\r\n  tags: [\r\n    x\r\n    y\r\n  ]\r\n}\r\n',
        'headers {\n  A: 1\n  ~B: 2\n  "C: d": 3\n  E:\n}\n',
        "vars:pre-request {\n  @local: 1\n  key: '''\n    one\n    }\n    two\n  '''\n}\n",
        'vars:secret [\n  a,\n  ~b\n]\nvars:secret [c]\n',
        'body:json {\n  {\n    "a": 1\n  }\n}\n',
        'body:form-urlencoded {\n  a: b\n}\n',
      ].join('\n'),
    );
    assert.deepEqual(
      blocks.map(({ name, rows, text }) => [
        name,
        text === '' ? rows.map(row => `${row.disabled ? '~' : ''}${row.name}=${row.value}`) : text,
      ]),
      [
        ['meta', ['name=A: b', 'tags=x, y']],
        ['headers', ['A=1', '~B=2', 'C: d=3', 'E=']],
        ['vars:pre-request', ['@local=1', 'key=one\n}\ntwo']],
        ['vars:secret', ['a=', '~b=']],
        ['vars:secret', ['c=']],
        ['body:json', '{\n  "a": 1\n}'],
        ['body:form-urlencoded', ['a=b']],
      ],
    );
  });

  it('never fails, and ends, whatever it holds', () => {
    const piece = fc.constantFrom(
      'a {',
      '}',
      ']',
      'b [',
      "k: '''",
      "'''",
      'k: v',
      '~',
      'body:json {',
      '"',
      ': [',
      '\n',
    );
    fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string())), lines => void readBru(lines.join('\n'))));
  });
});
