import assert from 'node:assert/strict';
import { type LineProblem, problemsByRequest } from '../../../src/features/diagnostics/request-problems.ts';
import { parse } from '../../../src/language/parser.ts';

describe('The problems of a document', () => {
  const { blocks } = parse('@a = 1\n\n### One\nGET /1\n\n### Nothing\n# only words\n\n### Two\nGET /2\n');
  const requests = blocks.filter(({ block }) => block.request).map(placed => ({ placed }));
  const counts = (...problems: readonly LineProblem[]): readonly string[] => {
    const found = problemsByRequest(requests, problems);
    return requests.map(request => {
      const { count, worst } = found.get(request) ?? {};
      return count === undefined ? '-' : `${count} ${worst}`;
    });
  };

  it('are counted at the requests that they stand in, with the worst of them', () => {
    assert.deepEqual(counts({ line: 3, severity: 'warning' }), ['1 warning', '-']);
    assert.deepEqual(
      counts({ line: 2, severity: 'warning' }, { line: 9, severity: 'error' }, { line: 4, severity: 'error' }),
      ['2 error', '1 error'],
    );
    assert.deepEqual(counts({ line: 9, severity: 'error' }, { line: 8, severity: 'warning' }), ['-', '2 error']);
  });

  it('are no request’s where they stand outside of all', () => {
    assert.deepEqual(counts({ line: 0, severity: 'error' }, { line: 6, severity: 'error' }), ['-', '-']);
    assert.deepEqual(counts({ line: 100, severity: 'error' }), ['-', '-']);
    assert.equal(problemsByRequest([], [{ line: 0, severity: 'error' }]).size, 0);
  });
});
