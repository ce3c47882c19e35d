import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDocument } from '../../src/language/formatter.ts';
import { applyEdits } from '../../src/language/incremental.ts';
import { parse } from '../../src/language/parser.ts';
import { documentText } from './documents.ts';

/** What a document means, its places left out. */
function meaning(text: string): unknown {
  return JSON.parse(
    JSON.stringify(parse(text).blocks, (key, value) => {
      if (key === 'lines') return value.filter(({ kind }: { kind: string }) => kind !== 'blank');
      if (
        [
          'start',
          'end',
          'length',
          'lineCount',
          'line',
          'lastLine',
          'targetLastLine',
          'offset',
          'diagnostics',
          'span',
        ].includes(key)
      )
        return undefined;
      return value;
    }),
  );
}

const format = (text: string): string => applyEdits(text, formatDocument(parse(text)));

describe('formatDocument', () => {
  it('never changes what a document means', () => {
    fc.assert(
      fc.property(documentText, text => assert.deepEqual(meaning(format(text)), meaning(text))),
      { numRuns: 1500 },
    );
  });

  it('leaves a tidy document alone', () => {
    fc.assert(
      fc.property(documentText, text => {
        const tidy = format(text);
        assert.equal(format(tidy), tidy);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves a tidy query alone, whatever stands in it', () => {
    const pieces = [
      'GET',
      '/x',
      '?',
      '&',
      'a',
      '=',
      ' ',
      '\t',
      '\n',
      '\n  &',
      '\ufeff',
      '\u00a0',
      '\u2028',
      '\0',
      'HTTP/1.1',
      '{{',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 10 }), words => {
        const text = words.join('');
        const tidy = format(text);
        assert.equal(format(tidy), tidy);
        assert.deepEqual(meaning(tidy), meaning(text));
      }),
      {
        numRuns: 2000,
        examples: [[[' ', '\ufeff', '\n  &']], [['HTTP/1.1', '\n  &', '\t', 'HTTP/1.1']]],
      },
    );
  });

  it('tidies the spacing', () => {
    assert.equal(
      format(
        '###Title  \n#@name  one\n# @auth s\n#  a=1\n#  long=2\n@x=1\nGET   /x   HTTP/1.1\nAccept:a\n\n  {"a":  1}\n',
      ),
      '### Title\n# @name one\n# @auth s\n#   a    = 1\n#   long = 2\n@x = 1\nGET /x HTTP/1.1\nAccept: a\n\n  {"a":  1}\n',
    );
  });
});
