import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleAll } from './bundle.ts';
import { runHostTests } from './host-tests.ts';
import { run } from './owned-process.ts';
import { root, temporaryFolder } from './project.ts';
import { readResults, resultsVariable, summary, type TestResult } from './test-results.ts';
import { installVscodeServer } from './vscode-server.ts';

/**
 * `npm test [-- unit|host|e2e …] [-- FILE …] [--grep PATTERN]`: all parts, or those named, or the files named; ends with
 * the line `N passed, N failed` over all of them. The status is 1 when a test failed, or a part ran none.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { grep: { type: 'string', short: 'g' } },
});
const parts = positionals.filter(name => name in { unit: 1, host: 1, e2e: 1 });
const files = positionals.filter(name => !parts.includes(name));
const wanted = (part: string) => parts.length === 0 || parts.includes(part);

const unitFiles =
  'test/{*.test.ts,{scripts,language,core,auth,cookies,http,sending,convert,node,features,cli,webview}/**/*.test.ts}';
/** Milliseconds after which a part hangs, however slow the machine. */
const limits = { unit: 900_000, e2e: 1_500_000 };

function filesOf(pattern: string): string[] {
  return files.length > 0 ? files : globSync(pattern, { cwd: root }).sort();
}

/** Runs mocha in a process of its own. */
async function runMocha(part: 'unit' | 'e2e', specs: readonly string[]): Promise<TestResult[]> {
  const scratch = temporaryFolder('tests');
  const results = join(scratch, 'results.json');
  // A test that leaves a handle open must not hold up the rest.
  const options = [
    '--exit',
    '--reporter',
    './scripts/mocha-reporter.ts',
    ...(values.grep ? ['--grep', values.grep] : []),
  ];
  if (part === 'e2e') options.push('--config', 'test/e2e/.mocharc.json');
  // Files are independent: as many at a time as there are processors.
  else if (specs.length > 1) options.push('--parallel', '--jobs', String(availableParallelism()));
  const env = {
    ...process.env,
    [resultsVariable]: results,
    ...(part === 'unit' ? { COUNTERSIGN_TEST_DOTS: '1' } : {}),
    ...(bundled ? { COUNTERSIGN_CLI: join(root, 'dist/cli.js') } : {}),
  };
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const signal = AbortSignal.timeout(limits[part]);
  const { code } = await run(process.execPath, [mocha, ...options, ...specs], {
    cwd: root,
    env,
    show: true,
    gentle: true,
    signal,
  });
  const failure = signal.aborted
    ? `stopped after ${limits[part] / 1000} s`
    : code === 0
      ? undefined
      : `mocha ended with ${code}`;
  const tests = readResults(part, results, failure);
  return tests;
}

async function runPart(part: string, work: () => Promise<TestResult[]>): Promise<TestResult[]> {
  if (!wanted(part)) return [];
  const started = performance.now();
  console.log(`\n── ${part} ${'─'.repeat(60 - part.length)}`);
  let results: TestResult[];
  try {
    results = await work();
  } catch (error) {
    console.error(error);
    results = [{ title: `${part}: the run itself`, state: 'failed', durationMs: 0, error: String(error) }];
  }
  const passed = results.filter(({ state }) => state === 'passed').length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n  ${part}: ${passed} of ${results.length} in ${seconds} s`);
  return results;
}

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
console.log(`${name} ${version}, Node ${process.versions.node}`);

// The registry is slow and the unit tests are not, so the server comes down meanwhile.
if (wanted('host') || wanted('e2e')) installVscodeServer().catch(() => undefined);
const results: TestResult[] = [];
let bundled = false;
try {
  await bundleAll({ production: true });
  bundled = true;
} catch (error) {
  console.error(error);
  results.push({ title: 'build', state: 'failed', durationMs: 0, error: String(error) });
}
results.push(...(await runPart('unit', () => runMocha('unit', filesOf(unitFiles)))));
results.push(...(await runPart('host', () => runHostTests(values.grep))));
results.push(...(await runPart('e2e', () => runMocha('e2e', filesOf('test/e2e/**/*.test.ts')))));

const failed = results.filter(({ state }) => state === 'failed');
if (failed.length > 0) console.log(`\nfailed:\n${failed.map(({ title }) => `  ${title}`).join('\n')}`);
console.log(`\n${summary(results)}`);
process.exit(failed.length > 0 || results.length === 0 ? 1 : 0);
