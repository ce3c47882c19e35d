import assert from 'node:assert/strict';
import { Folds } from '../../src/webview/response/folds.ts';
import type { Lines } from '../../src/webview/response/lines.ts';
import { matchesOn } from '../../src/webview/response/search.ts';

/** Ten lines: the first folds all, 1 folds 2 to 5, 3 folds 4, 7 folds 8. */
const ends = new Map([
  [0, 9],
  [1, 5],
  [3, 4],
  [7, 8],
]);
const lines: Lines = {
  count: 10,
  hasFolds: true,
  text: String,
  foldEnd: line => ends.get(line),
  tokens: () => [],
  number: String,
  continues: () => false,
};
const shown = (folds: Folds): number[] => Array.from({ length: folds.rowCount }, (_, row) => folds.lineAt(row));

describe('folds', () => {
  it('hide what they hold, folds in it too', () => {
    const folds = new Folds(lines);
    assert.ok(folds.set(3, true));
    assert.deepEqual(shown(folds), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
    assert.ok(folds.set(1, true));
    assert.deepEqual(shown(folds), [0, 1, 6, 7, 8, 9]);
    assert.ok(folds.set(1, false));
    assert.deepEqual(shown(folds), [0, 1, 2, 3, 5, 6, 7, 8, 9]);
  });

  it('say where nothing changes', () => {
    const folds = new Folds(lines);
    assert.equal(folds.set(2, true), false);
    assert.equal(folds.set(1, false), false);
    assert.equal(folds.unfoldTo(4), false);
  });

  it('put a hidden line on the row of the line it is folded into', () => {
    const folds = new Folds(lines);
    folds.set(1, true);
    assert.deepEqual(
      [0, 1, 2, 5, 6, 9].map(line => folds.rowOf(line)),
      [0, 1, 1, 1, 2, 5],
    );
  });

  it('leave the outermost open when all are folded, and open to show a line', () => {
    const folds = new Folds(lines);
    folds.setAll(true);
    assert.deepEqual(shown(folds), [0, 1, 6, 7, 9]);
    assert.ok(folds.unfoldTo(4));
    assert.deepEqual(shown(folds), [0, 1, 2, 3, 4, 5, 6, 7, 9]);
    folds.setAll(false);
    assert.equal(folds.rowCount, 10);
  });
});

describe('matches of a search', () => {
  it('are found by their line', () => {
    const matches = [0, 2, 2, 2, 5].map((line, start) => ({ line, start, end: start + 1 }));
    const starts = (line: number): number[] => matchesOn(matches, line).map(({ start }) => start);
    assert.deepEqual([0, 1, 2, 5, 6].map(starts), [[0], [], [1, 2, 3], [4], []]);
  });
});
