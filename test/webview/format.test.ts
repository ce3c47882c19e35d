import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatJson, jsonTokens } from '../../src/webview/response/format-json.ts';
import { formatXml, MarkupTokens } from '../../src/webview/response/format-markup.ts';
import { splitText } from '../../src/webview/response/format-text.ts';
import { HexLines, longestRow, TextLines } from '../../src/webview/response/lines.ts';
import { findAll } from '../../src/webview/response/search.ts';

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function textOf(lines: TextLines): string {
  return Array.from({ length: lines.count }, (_, line) => lines.text(line)).join('\n');
}

function layOut(text: string): { readonly text: string; readonly valid: boolean; readonly lines: TextLines } {
  const lines = new TextLines();
  const valid = run(formatJson(text, lines));
  return { text: textOf(lines), valid, lines };
}

describe('JSON laid out over lines', () => {
  it('looks as JSON.stringify lays it out', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), text => {
        const expected = JSON.stringify(JSON.parse(text), undefined, 2).replaceAll('-0', '0');
        // JSON.parse drops duplicates and rewrites numbers; compare what both keep.
        if (JSON.stringify(JSON.parse(text)) !== text) return;
        const { text: laidOut, valid } = layOut(text);
        assert.ok(valid);
        assert.equal(laidOut.replaceAll('-0', '0'), expected);
      }),
    );
  });

  it('keeps numbers and strings to the letter', () => {
    const { text } = layOut('{"big":12345678901234567890,"e":1E+2,"s":"\\u00e9\\"\\\\"}');
    assert.equal(text, '{\n  "big": 12345678901234567890,\n  "e": 1E+2,\n  "s": "\\u00e9\\"\\\\"\n}');
  });

  it('keeps every character but white space of any text, and never throws', () => {
    const anything = fc.string({ unit: fc.constantFrom(...'{}[]",:1-.e tnrufalse\\\n') });
    fc.assert(
      fc.property(anything, text => {
        assert.equal(layOut(text).text.replace(/\s/g, ''), text.replace(/\s/g, ''));
      }),
    );
  });

  it('says where text stops being JSON by showing the rest as it is', () => {
    const { text, valid } = layOut('{"a": 1, oops}');
    assert.equal(valid, false);
    assert.equal(text, '{\n  "a": 1,\n  oops}');
  });

  it('lays out one value after the other', () => {
    const { text, valid } = layOut('{"a":1}\n{"a":2}\n');
    assert.ok(valid);
    assert.equal(text, '{\n  "a": 1\n}\n{\n  "a": 2\n}');
  });

  it('folds what is between brackets and leaves the closing one in sight', () => {
    const { lines } = layOut('{"a":[1,{"b":2}],"c":[],"d":{}}');
    assert.deepEqual(
      [...lines.foldStarts()].map(start => [start, lines.foldEnd(start)]).sort((a, b) => Number(a[0]) - Number(b[0])),
      [
        [0, 8],
        [1, 5],
        [3, 4],
      ],
    );
  });

  it('works in slices, so that a large body does not freeze the page', () => {
    const text = JSON.stringify(Array.from({ length: 100_000 }, (_, id) => ({ id, name: `Item ${id}` })));
    const work = formatJson(text, new TextLines());
    let slices = 0;
    while (!work.next().done) slices += 1;
    assert.ok(slices > text.length / (256 * 1024), `${slices} slices`);
  });

  it('colours names, strings, numbers and words', () => {
    const kinds = jsonTokens('  "a\\"b": ["x", -1.5e3, true],').map(({ kind }) => kind);
    assert.deepEqual(kinds, [
      ...(['name', 'punctuation', 'string', 'punctuation', 'number', 'punctuation'] as const),
      ...(['keyword', 'punctuation', 'punctuation'] as const),
    ]);
  });
});

describe('XML laid out over lines', () => {
  const layOutXml = (text: string): TextLines => {
    const lines = new TextLines();
    run(formatXml(text, lines));
    return lines;
  };

  it('puts elements on lines of their own, and text beside its tags', () => {
    const lines = layOutXml('<?xml version="1.0"?><a x="1>2"><b>text</b><c/><!-- n --><d><![CDATA[<e>]]></d></a>');
    assert.equal(
      textOf(lines),
      '<?xml version="1.0"?>\n<a x="1>2">\n  <b>text</b>\n  <c/>\n  <!-- n -->\n  <d><![CDATA[<e>]]></d>\n</a>',
    );
    assert.equal(lines.foldEnd(1), 5);
  });

  it('keeps every character but white space of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'<>/!-[]?ab"\' \n=CDATA') }), text => {
        assert.equal(textOf(layOutXml(text)).replace(/\s/g, ''), text.replace(/\s/g, ''));
      }),
    );
  });

  it('knows a comment over several lines whichever line is drawn first', () => {
    const source = ['<a>', '<!-- one', 'two', '--><b x="1">'];
    const tokens = new MarkupTokens(line => source[line] ?? '');
    assert.deepEqual(
      tokens.tokens(3).map(({ kind }) => kind),
      ['comment', 'tag', 'name', 'string', 'tag'],
    );
    assert.deepEqual(tokens.tokens(2), [{ start: 0, end: 3, kind: 'comment' }]);
  });
});

describe('lines', () => {
  it('takes any line end, and folds by indentation', () => {
    const lines = new TextLines();
    run(splitText('a\r\n  b\n    c\r  d\ne', lines, true));
    assert.equal(textOf(lines), 'a\n  b\n    c\n  d\ne');
    assert.equal(lines.foldEnd(0), 3);
    assert.equal(lines.foldEnd(1), 2);
    assert.equal(lines.foldEnd(3), undefined);
  });

  it('cuts a very long line into rows that count as one', () => {
    const lines = new TextLines();
    run(splitText(`${'x'.repeat(longestRow * 2 + 1)}\nnext`, lines));
    assert.equal(lines.count, 4);
    assert.deepEqual(
      [0, 1, 2, 3].map(line => lines.number(line)),
      ['1', undefined, undefined, '2'],
    );
  });

  it('shows bytes as offset, hexadecimal and characters', () => {
    const lines = new HexLines(Uint8Array.from([...new TextEncoder().encode('Hello, wörld! 0123'), 0, 255]));
    assert.equal(lines.count, 2);
    assert.equal(lines.text(0), '48 65 6c 6c 6f 2c 20 77  c3 b6 72 6c 64 21 20 30  Hello, w··rld! 0');
    assert.equal(lines.number(1), '00000010');
    assert.match(lines.text(1), /^31 32 33 00 ff +123··$/);
  });

  it('finds every match, whatever its case, and special characters as they are', () => {
    const lines = new TextLines();
    run(splitText('a.b A.B\naxb\n  a.B', lines));
    assert.deepEqual(run(findAll(lines, 'A.b')), [
      { line: 0, start: 0, end: 3 },
      { line: 0, start: 4, end: 7 },
      { line: 2, start: 2, end: 5 },
    ]);
    assert.deepEqual(run(findAll(lines, '')), []);
  });
});
