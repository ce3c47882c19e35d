import assert from 'node:assert/strict';
import { update } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { requestNow } from '../../src/sending/request-now.ts';

const text = '### One\nGET http://h/1\n\n### Two\nGET http://h/2\n\n### Three\nGET http://h/3\n';

/** The title of the second request after a change of the text. */
function second(found: string, replacement: string): string | undefined {
  const tree = parse(text);
  const start = text.indexOf(found);
  const now = update(tree, [{ start, end: start + found.length, text: replacement }]);
  const placed = requestNow({ file: '/a.http', tree, block: 1 }, now);
  assert.ok(!placed || now.blocks.includes(placed));
  return placed && `${placed.line} ${placed.block.title?.text} ${placed.block.request?.target.text}`;
}

describe('a request that was sent, in the document as it is by then', () => {
  it('is found after requests came before it or went', () => {
    assert.equal(second('### One', '### New\nGET http://h/0\n\n### One'), '6 Two http://h/2');
    assert.equal(second('### One\nGET http://h/1\n\n', ''), '0 Two http://h/2');
  });

  it('is found while its own text is edited', () => {
    assert.equal(second('/2', '/2?half'), '3 Two http://h/2?half');
    assert.equal(second('### Two', '### Renamed'), '3 Renamed http://h/2');
    assert.equal(second('Two\nGET http://h/2', 'Changed\nGET http://h/other'), '3 Changed http://h/other');
  });

  it('is gone once it is deleted', () => {
    assert.equal(second('### Two\nGET http://h/2\n\n', ''), undefined);
  });
});
