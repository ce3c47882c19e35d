import assert from 'node:assert/strict';
import fc from 'fast-check';
import { manyLines, oneLine, sentenceOf } from '../../src/core/foreign-text.ts';
import { code, escaped } from '../../src/core/markdown.ts';

/** What VS Code makes links of in notifications, progress and prompts: `parseLinkedText` of base/common/linkedText.ts. */
const linkedText = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('foreign text', () => {
  it('is no link in a sentence, in one part or put together from several', () => {
    const link = '[Sign in again](command:workbench.action.terminal.sendSequence?%7B%7D)';
    assert.doesNotMatch(sentenceOf('The server says: {0}', [link]), linkedText);
    assert.doesNotMatch(sentenceOf('{0}{1}', ['[Sign in]', '(command:x)']), linkedText);
    assert.doesNotMatch(sentenceOf('[{0}](https://example.com)', ['x']), linkedText);
    assert.match(sentenceOf('The server says: {0}', [link]), /^The server says: \[Sign in again\] \(command:/);
  });

  it('keeps its lines where there may be several, and steers none of them', () => {
    assert.equal(manyLines('a\r\nb\n\x1b[31mc\rd\u202e'), 'a\nb\n\ufffd[31mc d\ufffd');
    assert.equal(manyLines(`${'x'.repeat(20)}\ny`, 10), `${'x'.repeat(9)}…\ny`);
  });

  it('is no link, whatever it is', () => {
    const piece = fc.constantFrom('[', ']', '(', ')', 'command:x', 'https://a', ' ', '`', '\u202e', '\n', 'a');
    const text = fc.array(piece, { maxLength: 12 }).map(pieces => pieces.join(''));
    fc.assert(
      fc.property(text, text, (a, b) => {
        const said = sentenceOf('“{0}” and {1}', [a, b]);
        assert.doesNotMatch(said, linkedText);
        assert.doesNotMatch(said, /[`\n\u202e]/);
      }),
    );
  });

  it('holds no placeholder that the next part fills', () => {
    assert.equal(sentenceOf('{0}: {1}', ['{1}', 'b']), '{1}: b');
  });

  it('keeps to its line, direction and length', () => {
    assert.equal(oneLine('a\r\n\tb\x1b[2J\u202ec\x9b\u2066'), 'a b�[2J�c��');
    assert.equal(oneLine('x'.repeat(1_000_000), 10), 'xxxxxxxxx…');
    assert.equal(oneLine('Grüße, 👩‍👧 ok'), 'Grüße, 👩‍👧 ok');
  });

  it('is neither picture nor element nor entity in Markdown', () => {
    assert.equal(code('a`<img src=x>'), '``a`<img src=x>``');
    assert.equal(
      escaped('<img src="https://x"> ![a](https://b) &lt;'),
      '\\<img src="https://x"\\> \\!\\[a\\]\\(https://b\\) \\&lt;',
    );
    assert.equal(code('a\u202eb'), '`a�b`');
  });
});
