import { writeFileSync } from 'node:fs';
import type { TestResult } from './test-results.ts';

/** The parts of mocha's runner that are used here; it is the same in every host. */
interface Runner {
  on(event: 'pass' | 'pending', listener: (test: Test) => void): unknown;
  on(event: 'fail', listener: (test: Test, error: Error) => void): unknown;
  once(event: 'end', listener: () => void): unknown;
}
interface Test {
  fullTitle(): string;
  readonly duration?: number | undefined;
}

/** Writes what a run of mocha came to into `file`, as an array of TestResult, when it ends. */
export function writeResults(runner: Runner, file: string): void {
  const results: TestResult[] = [];
  const add = (test: Test, state: TestResult['state'], error?: string) => {
    results.push({
      title: test.fullTitle(),
      state,
      durationMs: test.duration ?? 0,
      ...(error === undefined ? {} : { error }),
    });
  };
  runner.on('pass', test => add(test, 'passed'));
  runner.on('pending', test => add(test, 'skipped'));
  runner.on('fail', (test, error) => add(test, 'failed', error.stack ?? String(error)));
  runner.once('end', () => writeFileSync(file, JSON.stringify(results)));
}
