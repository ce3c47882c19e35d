import { writeResults } from '../../scripts/mocha-results.ts';
import { resultsVariable } from '../../scripts/test-results.ts';

/** Runs test files with mocha inside the extension host. @throws Error when a test failed */
export async function runSuite(files: readonly (readonly [file: string, load: () => void])[]): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const grep = process.env.COUNTERSIGN_TEST_GREP;
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, forbidOnly: true, ...(grep ? { grep } : {}) });
  for (const [file, load] of files) {
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    load();
  }
  const { promise, resolve } = Promise.withResolvers<number>();
  const runner = mocha.run(resolve);
  const results = process.env[resultsVariable];
  if (results) writeResults(runner, results);
  const failures = await promise;
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
