import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from '../../src/language/parser.ts';
import { blockAt, blockAtLine, offsetAt, positionAt, textOfBlock } from '../../src/language/positions.ts';
import { findReferences } from '../../src/language/references.ts';
import { documentText } from './documents.ts';

/** Counts lines and columns the plain way. */
function plainPosition(text: string, offset: number): { line: number; column: number } {
  let line = 0;
  let start = 0;
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    const end = match.index + match[0].length;
    if (end > offset) return { line, column: Math.min(offset, match.index) - start };
    line++;
    start = end;
  }
  return { line, column: offset - start };
}

describe('positions', () => {
  it('are those of counting lines', () => {
    fc.assert(
      fc.property(documentText, fc.nat(), (text, at) => {
        const tree = parse(text);
        const offset = at % (text.length + 1);
        const position = positionAt(tree, offset);
        assert.deepEqual(position, plainPosition(text, offset));
        const back = offsetAt(tree, position);
        assert.deepEqual(positionAt(tree, back), position);
        const placed = blockAt(tree, offset);
        assert.ok(placed.offset <= offset && offset <= placed.offset + placed.block.length);
        assert.equal(blockAtLine(tree, placed.line).offset, placed.offset);
      }),
      { numRuns: 1000 },
    );
  });

  it('gives the text of a block', () => {
    const tree = parse('GET /a\n### b\nGET /b');
    assert.equal(textOfBlock(tree, blockAtLine(tree, 2)), '### b\nGET /b');
  });
});

describe('references', () => {
  it('have a name, an expression and the span of their braces', () => {
    const [first, second, third] = findReferences('a {{ login.response.body.$.id }} {{$randomInt 1 9}} {{open');
    assert.deepEqual([first?.start, first?.end, first?.name.text], [2, 32, 'login']);
    assert.equal(first?.expression.text, 'login.response.body.$.id');
    assert.deepEqual([second?.name.text, second?.expression.text], ['$randomInt', '$randomInt 1 9']);
    assert.deepEqual([third?.name.text, third?.closed], ['open', false]);
  });

  it('have texts that stand at their places', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{} a.\n]{0,30}$/), text => {
        for (const { start, end, name, expression, closed } of findReferences(text)) {
          assert.equal(text.slice(name.start, name.end), name.text);
          assert.equal(text.slice(expression.start, expression.end), expression.text);
          assert.ok(text.slice(start, end).startsWith('{{'));
          assert.equal(text.slice(start, end).endsWith('}}'), closed);
        }
      }),
    );
  });
});
