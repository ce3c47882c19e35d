import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from '../../src/language/parser.ts';
import type { SyntaxTree } from '../../src/language/syntax-tree.ts';
import { documentText } from './documents.ts';

/** Checks that blocks and lines cover the text, and that each node's text is at its place. */
function checkCover(tree: SyntaxTree): void {
  let offset = 0;
  let line = 0;
  for (const placed of tree.blocks) {
    const { block } = placed;
    assert.equal(placed.offset, offset);
    assert.equal(placed.line, line);
    assert.equal(block.lines.length, block.lineCount);
    let at = 0;
    for (const { start, end } of block.lines) {
      assert.equal(start, at);
      assert.ok(end > start);
      at = end;
    }
    assert.equal(at, block.length);
    const text = tree.text.slice(offset, offset + block.length);
    const nodes = [block.title, block.name, block.request?.method, block.request?.version, block.auth?.scheme];
    for (const { name, value } of [...block.directives, ...block.variables, ...(block.request?.headers ?? [])]) {
      nodes.push(name, value);
    }
    for (const node of nodes) if (node) assert.equal(text.slice(node.start, node.end), node.text);
    for (const { start, end } of block.diagnostics) assert.ok(start <= end && start >= 0 && end <= block.length);
    offset += block.length;
    line += block.lineCount;
  }
  assert.equal(offset, tree.text.length);
}

describe('parse', () => {
  it('reads the same again after a block let go of its nodes', () => {
    fc.assert(
      fc.property(documentText, text => {
        const tree = parse(text);
        const before = JSON.stringify(tree.blocks);
        for (const { block } of tree.blocks) block.release();
        assert.equal(JSON.stringify(tree.blocks), before);
      }),
      { numRuns: 300 },
    );
  });

  it('covers every character of any text made of the language', () => {
    fc.assert(
      fc.property(documentText, text => checkCover(parse(text))),
      { numRuns: 1000 },
    );
  });

  it('covers every character of any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), text => checkCover(parse(text))),
      { numRuns: 500 },
    );
  });

  it('stays quick where every block leaves a comment open', () => {
    const tree = parse('### a\n/*\nGET /x\n'.repeat(20_000));
    assert.equal(tree.blocks.length, 20_000);
  });

  it('reads a document of one line without a line end', () => {
    const tree = parse('{{baseUrl}}/health');
    assert.equal(tree.blocks[0]?.block.request?.target.text, '{{baseUrl}}/health');
  });

  it('has one block without lines for an empty document', () => {
    assert.deepEqual(
      parse('').blocks.map(({ block }) => [block.length, block.lines.length]),
      [[0, 0]],
    );
  });
});
