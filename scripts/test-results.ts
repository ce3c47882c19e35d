import { existsSync, readFileSync } from 'node:fs';

export interface TestResult {
  /** The titles of its suites and its own. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly durationMs: number;
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

/** `N passed, N failed`, and what was skipped where something was. */
export function summary(results: readonly TestResult[]): string {
  const count = (state: TestResult['state']) => results.filter(result => result.state === state).length;
  const skipped = count('skipped');
  return `${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
