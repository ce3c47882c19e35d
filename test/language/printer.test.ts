import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { textOfBlock } from '../../src/language/positions.ts';
import * as printer from '../../src/language/printer.ts';
import * as query from '../../src/language/query-printer.ts';
import type { PlacedBlock, SyntaxTree, TextEdit } from '../../src/language/syntax-tree.ts';
import { documentText } from './documents.ts';

type Change = (tree: SyntaxTree, placed: PlacedBlock) => TextEdit[];

/** Applies a change to the first block of a text. */
function after(text: string, change: Change): string {
  const tree = parse(text);
  const placed = tree.blocks[0];
  assert.ok(placed);
  return applyEdits(text, change(tree, placed));
}

const changes: Change[] = [
  (tree, placed) => printer.addHeader(tree, placed, 'X-New', 'value'),
  (tree, placed) => printer.setHeader(tree, placed, 'accept', 'text/plain'),
  (tree, placed) => printer.removeHeader(tree, placed, 'Accept'),
  (tree, placed) => printer.setMethod(tree, placed, 'PATCH'),
  (tree, placed) => printer.setTarget(tree, placed, 'https://new.example/?a=1'),
  (tree, placed) => printer.setVariable(tree, placed, 'host', 'new host'),
  (tree, placed) => printer.setDirective(tree, placed, 'name', 'renamed'),
  (tree, placed) => printer.setTitle(tree, placed, 'New title'),
  (tree, placed) => query.addQueryParameter(tree, placed, 'q', 'a b'),
  (tree, placed) => printer.setBody(tree, placed, '{}'),
];

describe('the printer', () => {
  it('gives the same text for an unchanged tree', () => {
    fc.assert(
      fc.property(documentText, text => {
        const tree = parse(text);
        assert.equal(printer.print(tree), text);
        assert.equal(tree.blocks.map(placed => textOfBlock(tree, placed)).join(''), text);
      }),
    );
  });

  it('leaves the text of every other block alone, change after change', () => {
    fc.assert(
      fc.property(documentText, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 5 }), (text, steps) => {
        let tree = parse(text);
        for (const [which, at] of steps) {
          const index = at % tree.blocks.length;
          const placed = tree.blocks[index];
          const change = changes[which % changes.length];
          if (placed === undefined || change === undefined || placed.block.openEnded) continue;
          const next = parse(applyEdits(tree.text, change(tree, placed)));
          const others = (of: SyntaxTree): string[] =>
            of.blocks.filter((_, other) => other !== index).map(other => textOfBlock(of, other));
          // A first block that loses its only line is gone.
          if (next.text === others(tree).join('')) continue;
          assert.deepEqual(others(next), others(tree));
          tree = next;
        }
      }),
      { numRuns: 1000 },
    );
  });

  const get = 'GET /x HTTP/1.1\r\nAccept: a\r\n\r\nbody\r\n';
  const cases: [string, string, Change, string][] = [
    [
      'adds a header after the others',
      get,
      (t, b) => printer.addHeader(t, b, 'B', '1'),
      get.replace('a\r', 'a\r\nB: 1\r'),
    ],
    ['adds a header to a request without any', 'GET /x', (t, b) => printer.addHeader(t, b, 'B', '1'), 'GET /x\nB: 1'],
    ['sets a header in any case', get, (t, b) => printer.setHeader(t, b, 'ACCEPT', 'b'), get.replace(': a', ': b')],
    ['fills an empty header', 'GET /\nA:\n', (t, b) => printer.setHeader(t, b, 'A', 'b'), 'GET /\nA: b\n'],
    ['removes a header', get, (t, b) => printer.removeHeader(t, b, 'accept'), get.replace('Accept: a\r\n', '')],
    ['sets a method', get, (t, b) => printer.setMethod(t, b, 'PUT'), get.replace('GET', 'PUT')],
    ['adds a method', '{{u}}', (t, b) => printer.setMethod(t, b, 'PUT'), 'PUT {{u}}'],
    ['sets a target', get, (t, b) => printer.setTarget(t, b, '/y'), get.replace('/x', '/y')],
    ['gives a method its target', 'GET\n', (t, b) => printer.setTarget(t, b, '/y'), 'GET /y\n'],
    ['sets a body', get, (t, b) => printer.setBody(t, b, 'new'), get.replace('body', 'new')],
    ['adds a body', 'GET /x\n\n### n\n', (t, b) => printer.setBody(t, b, 'new'), 'GET /x\n\nnew\n\n### n\n'],
    ['removes a body', get, (t, b) => printer.setBody(t, b, undefined), get.replace('body', '')],
    ['sets a variable', '@a  =  1\n', (t, b) => printer.setVariable(t, b, 'a', '2'), '@a  =  2\n'],
    ['adds a variable', '@a = 1\n', (t, b) => printer.setVariable(t, b, 'b', '2'), '@a = 1\n@b = 2\n'],
    ['sets a directive', '//@name a\nGET /\n', (t, b) => printer.setDirective(t, b, 'name', 'b'), '//@name b\nGET /\n'],
    ['adds a directive', '### t\nGET /\n', (t, b) => printer.setDirective(t, b, 'note'), '### t\n# @note\nGET /\n'],
    ['sets a title', '####  old\nGET /\n', (t, b) => printer.setTitle(t, b, 'new'), '#### new\nGET /\n'],
    ['adds a parameter', 'GET /x#f', (t, b) => query.addQueryParameter(t, b, 'a', 'b c'), 'GET /x?a=b%20c#f'],
    [
      'adds a parameter on a line of its own where the others have one',
      'GET /x\n  ?a=1\n  &b=2\nA: 1',
      (t, b) => query.addQueryParameter(t, b, 'c', '{{d e}}'),
      'GET /x\n  ?a=1\n  &b=2\n  &c={{d e}}\nA: 1',
    ],
  ];
  for (const [name, text, change, expected] of cases) {
    it(name, () => assert.equal(after(text, change), expected));
  }

  it('removes and sets parameters', () => {
    const text = 'GET /x?a=1&b={{c?&}}&d';
    const request = parse(text).blocks[0]?.block.request;
    assert.ok(request);
    const [a, b, d] = query.queryParameters(request);
    assert.ok(a && b && d);
    assert.deepEqual([b.value?.text, d.name.text, d.value], ['{{c?&}}', 'd', undefined]);
    assert.equal(
      after(text, (t, p) => query.removeQueryParameter(t, p, 0)),
      'GET /x?b={{c?&}}&d',
    );
    assert.equal(
      after(text, (t, p) => query.removeQueryParameter(t, p, 2)),
      'GET /x?a=1&b={{c?&}}',
    );
    assert.equal(
      after(text, (t, p) => query.setQueryParameter(t, p, 2, { name: 'e', value: '5' })),
      'GET /x?a=1&b={{c?&}}&e=5',
    );
  });

  it('removes the line of a parameter that has one', () => {
    const text = 'GET /x\n  ?a=1\n  &b=2\nA: 1';
    assert.equal(
      after(text, (t, p) => query.removeQueryParameter(t, p, 1)),
      'GET /x\n  ?a=1\nA: 1',
    );
    assert.equal(
      after(text, (t, p) => query.removeQueryParameter(t, p, 0)),
      'GET /x\n  ?b=2\nA: 1',
    );
  });
});
