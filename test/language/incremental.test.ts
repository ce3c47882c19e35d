import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, update } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import type { SyntaxTree } from '../../src/language/syntax-tree.ts';
import { documentText, insertedText } from './documents.ts';

const plain = (tree: SyntaxTree): unknown => JSON.parse(JSON.stringify(tree));

const edited = documentText.chain(text => {
  const at = fc.nat({ max: text.length });
  const edit = fc.tuple(at, fc.nat({ max: 12 }), insertedText).map(([start, length, inserted]) => ({
    start,
    end: Math.min(text.length, start + length),
    text: inserted,
  }));
  return fc.record({ text: fc.constant(text), edits: fc.array(edit, { maxLength: 4 }) });
});

describe('update', () => {
  it('gives the tree that parsing the edited text gives', () => {
    fc.assert(
      fc.property(edited, ({ text, edits }) => {
        const tree = parse(text);
        const fresh = parse(applyEdits(text, edits));
        assert.deepEqual(plain(update(tree, edits)), plain(fresh));
      }),
      { numRuns: 2000 },
    );
  });

  it('gives the same trees edit after edit', () => {
    fc.assert(
      fc.property(documentText, fc.array(fc.tuple(fc.nat(), insertedText), { maxLength: 6 }), (text, steps) => {
        let tree = parse(text);
        for (const [place, inserted] of steps) {
          const start = place % (tree.text.length + 1);
          tree = update(tree, [{ start, end: Math.min(tree.text.length, start + (place % 5)), text: inserted }]);
        }
        assert.deepEqual(plain(tree), plain(parse(tree.text)));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the blocks that no edit touches as the same objects', () => {
    const text = '### a\nGET /a\n\n### b\nGET /b\n\n### c\nGET /c\n';
    const tree = parse(text);
    const at = text.indexOf('/b') + 2;
    const next = update(tree, [{ start: at, end: at, text: '\nX-New: 1' }]);
    assert.equal(next.blocks[0], tree.blocks[0]);
    assert.notEqual(next.blocks[1]?.block, tree.blocks[1]?.block);
    assert.equal(next.blocks[2]?.block, tree.blocks[2]?.block);
    assert.equal(next.blocks[2]?.line, 7);
  });

  it('joins two blocks when the separator between them goes', () => {
    const tree = update(parse('GET /a\n###\nAccept: b\n'), [{ start: 7, end: 11, text: '' }]);
    assert.equal(tree.blocks.length, 1);
  });

  it('reads on to the end of a comment that is closed further down', () => {
    const text = '/*\n###\nGET /a\n###\nGET /b\n';
    const tree = parse(text);
    assert.equal(tree.blocks.length, 3);
    const at = text.lastIndexOf('###');
    const closed = update(tree, [{ start: at, end: at, text: '*/\n' }]);
    assert.deepEqual(
      closed.blocks.map(({ block }) => block.request?.target.text),
      [undefined, '/b'],
    );
  });
});
