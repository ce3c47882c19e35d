import { existsSync, readFileSync } from 'node:fs';

export interface TestResult {
  /** The titles of its suites and its own. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
  /** The path of the file that holds it, where the host of the tests knows it. */
  readonly file?: string;
  readonly error?: string;
}

/** Names the file into which a mocha run writes its results. */
export const resultsVariable = 'COUNTERSIGN_TEST_RESULTS';

/** The results in `file`; where a run crashed or ran nothing, that counts as a failed test of its own. */
export function readResults(part: string, file: string, failure: string | undefined): TestResult[] {
  const results: TestResult[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const failed = results.some(({ state }) => state === 'failed');
  const problem = results.every(({ state }) => state === 'skipped')
    ? `no test ran${failure ? `: ${failure}` : ''}`
    : failure !== undefined && !failed
      ? failure
      : undefined;
  if (problem === undefined) return results;
  return [...results, { title: `${part}: the run itself`, state: 'failed', durationMs: 0, error: problem }];
}

/**
 * What two runs came to, the second of which held every test that had failed in the first: a test has passed when it has
 * passed once. A failure that is no test's own, of a hook or of the run, is gone when nothing failed in the second run.
 */
export function withSecondRun(first: readonly TestResult[], second: readonly TestResult[]): TestResult[] {
  const again = new Map(second.map(result => [result.title, result]));
  const mended = second.every(({ state }) => state !== 'failed');
  const kept = first.filter(({ title, state }) => state !== 'failed' || !(mended || again.has(title)));
  const known = new Set(kept.map(({ title }) => title));
  return [...kept, ...second.filter(({ title }) => !known.has(title))];
}

/** `N passed, N failed`, and what was skipped where something was. */
export function summary(results: readonly TestResult[]): string {
  const count = (state: TestResult['state']) => results.filter(result => result.state === state).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
