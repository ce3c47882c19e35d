import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Folds } from '../../src/webview/response/folds.ts';
import { formatJson, jsonTokens } from '../../src/webview/response/format-json.ts';
import { longestRow, TextLines } from '../../src/webview/response/lines.ts';
import { findAll } from '../../src/webview/response/search.ts';
import { WrappedLines } from '../../src/webview/response/wrapped-lines.ts';

function run<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function lines(...texts: readonly string[]): TextLines {
  const made = new TextLines(jsonTokens);
  for (const text of texts) made.push(text);
  return made;
}

const shown = (wrapped: WrappedLines): string[] =>
  Array.from({ length: wrapped.count }, (_, piece) => ' '.repeat(wrapped.indent(piece)) + wrapped.text(piece));

describe('wrapped lines', () => {
  it('end after a blank or a mark where one is near, and are indented as their line is', () => {
    const wrapped = new WrappedLines(lines('  "text": "one two three four",', '{}', '  0123456789abcdef'), 14);
    assert.deepEqual(shown(wrapped), ['  "text": ', '  "one two ', '  three four",', '{}', '  0123456789ab', '  cdef']);
    const numbers = Array.from({ length: wrapped.count }, (_, piece) => wrapped.number(piece));
    assert.deepEqual(numbers, ['1', undefined, undefined, '2', '3', undefined]);
  });

  it('count what is drawn wide as two columns, and never part a surrogate pair', () => {
    assert.deepEqual(shown(new WrappedLines(lines('日本語日本語'), 8)), ['日本語日', '本語']);
    assert.deepEqual(shown(new WrappedLines(lines('😀😀😀😀😀'), 9)), ['😀😀😀😀', '😀']);
  });

  it('hold every character of their source once, in order, and none is wider than the page', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab ,"{}\t日é'), maxLength: 90 });
    const long = fc.nat(3 * longestRow).map(length => 'word, '.repeat(length / 6));
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: text }, long), { maxLength: 6 }),
        fc.integer({ min: 8, max: 60 }),
        (texts, columns) => {
          const wrapped = new WrappedLines(lines(...texts), columns);
          const found: string[] = [];
          for (let piece = 0; piece < wrapped.count; piece += 1) {
            if (wrapped.continues(piece)) found[found.length - 1] += wrapped.text(piece);
            else found.push(wrapped.text(piece));
            const width = [...wrapped.text(piece)].reduce((sum, c) => sum + (c === '\t' ? 4 : c === '日' ? 2 : 1), 0);
            assert.ok(width + wrapped.indent(piece) <= columns, `${width} of ${columns}`);
          }
          assert.deepEqual(found, texts);
        },
      ),
    );
  });

  it('know the tokens and the matches of their source, wherever it is cut', () => {
    const source = lines(`  "name": "${'ab cd '.repeat(700)}",`);
    const matches = run(findAll(source, 'd ab c'));
    for (const columns of [10, 33, 500]) {
      const wrapped = new WrappedLines(source, columns);
      const mapped = wrapped.matches(matches);
      const texts = new Map(matches.map(match => [match, '']));
      for (const { match, of } of mapped) {
        texts.set(of, texts.get(of) + wrapped.text(match.line).slice(match.start, match.end));
      }
      assert.deepEqual([...new Set(texts.values())], ['d ab c']);
      const kinds = Array.from({ length: wrapped.count }, (_, piece) => wrapped.tokens(piece).map(({ kind }) => kind));
      assert.ok(kinds.slice(2, 5).every(each => each.length > 0));
      assert.equal(kinds[0]?.[0], 'name');
    }
  });

  it('fold as their source does, and find their way to it and back', () => {
    const source = lines();
    run(formatJson(JSON.stringify({ [`long ${'x'.repeat(40)}`]: [1, 2], z: { y: 'w'.repeat(50) } }), source));
    const wrapped = new WrappedLines(source, 20);
    const folds = new Folds(wrapped);
    const row = 1;
    assert.equal(source.foldEnd(row), 3);
    const piece = wrapped.foldOf(row);
    assert.match(wrapped.text(piece), /\[$/);
    assert.ok(folds.set(piece, true));
    assert.equal(wrapped.text(folds.lineAt(folds.rowOf(piece) + 1)), '  ],');
    for (let line = 0; line < source.count; line += 1) {
      assert.equal(wrapped.lineOf(wrapped.pieceOf(line)), line);
      assert.ok(source.text(line).startsWith(wrapped.text(wrapped.pieceOf(line))));
    }
  });

  it('grow with their source, and wrap 10 MB quickly, on one line or on many', () => {
    const source = lines('a');
    const wrapped = new WrappedLines(source, 10);
    assert.equal(wrapped.count, 1);
    source.push('b c d e f g');
    assert.equal(wrapped.count, 3);
    const text = '{"id": 1, "name": "Item"}, '.repeat(400_000);
    const once = new WrappedLines(lines(text), 80);
    const many = new TextLines();
    for (let line = 0; line < 500_000; line += 1) many.push('    "name": "Item 12"');
    const { user, system } = process.cpuUsage();
    assert.ok(once.count > text.length / 80);
    assert.equal(new WrappedLines(many, 80).count, 500_000);
    const spent = process.cpuUsage({ user, system });
    assert.ok(spent.user + spent.system < 3_000_000, `${(spent.user + spent.system) / 1000} ms`);
  });
});
