import { globSync } from 'node:fs';
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { startDemoApi } from '../test/demo-api/demo-api.ts';
import { launchBrowser } from '../test/e2e/driver/browser.ts';
import { cache, root, temporaryCopy, temporaryFolder } from './project.ts';
import { readResults, resultsVariable, type TestResult } from './test-results.ts';
import { testableDesktop } from './vscode-desktop.ts';
import { startVscodeServer } from './vscode-server.ts';

/** Milliseconds that a whole run may take. */
const limit = 600_000;

/** Runs `test/host/` with mocha inside a real extension host; a pattern chooses among the tests by their titles. */
export async function runHostTests(grep?: string): Promise<TestResult[]> {
  const suite = await bundleSuite();
  const scratch = temporaryFolder('host');
  const results = join(scratch, 'results.json');
  const folder = temporaryCopy(join(root, 'examples'));
  const api = await startDemoApi();
  const env = { [resultsVariable]: results, COUNTERSIGN_DEMO_API: api.url, COUNTERSIGN_TEST_GREP: grep ?? '' };
  try {
    const desktop = await testableDesktop();
    console.log(`  in ${desktop ?? 'the VS Code server'}\n`);
    const failure = desktop
      ? await inDesktop(desktop, suite, folder, scratch, env)
      : await inServer(suite, folder, env);
    const tests = readResults('host', results, failure);
    for (const { state, title, error } of tests) {
      console.log(`  ${{ passed: '✔', failed: '✘', skipped: '-' }[state]} ${title}`);
      if (error) console.log(error.replace(/^/gm, '      '));
    }
    return tests;
  } finally {
    await api.close();
  }
}

/** One file that exports `run()`, as the extension host wants it. */
async function bundleSuite(): Promise<string> {
  const files = globSync('test/host/**/*.test.ts', { cwd: root }).sort();
  const loaders = files.map(file => `[${JSON.stringify(file)}, () => require(${JSON.stringify(`./${file}`)})]`);
  const outfile = join(cache, 'host-tests/index.js');
  await build({
    stdin: {
      contents: `const { runSuite } = require('./test/host/run-suite.ts');
        exports.run = () => runSuite([${loaders.join(',')}]);`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
  return outfile;
}

/** @returns what went wrong, undefined when the run ended well */
async function inDesktop(
  program: string,
  suite: string,
  folder: string,
  scratch: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  try {
    await runTests({
      vscodeExecutablePath: program,
      extensionDevelopmentPath: root,
      extensionTestsPath: suite,
      extensionTestsEnv: env,
      launchArgs: [
        folder,
        ...['--user-data-dir', join(scratch, 'user'), '--extensions-dir', join(scratch, 'extensions')],
        ...['--disable-extensions', '--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
      ],
    });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/**
 * Runs a module's `run()` inside the extension host of the VS Code server.
 * @param suite a CommonJS file that exports it
 * @returns what went wrong, undefined when the run ended well
 */
export async function inServer(
  suite: string,
  folder: string,
  env: Record<string, string>,
): Promise<string | undefined> {
  const [server, browser] = await Promise.all([startVscodeServer({ env }), launchBrowser()]);
  try {
    const page = await browser.newPage();
    const { promise: ended, resolve } = Promise.withResolvers<string | undefined>();
    const timeout = setTimeout(() => resolve(`it did not end within ${limit / 1000} s`), limit);
    await page.exposeFunction('codeAutomationLog', () => undefined);
    await page.exposeFunction('codeAutomationExit', (code: number) =>
      resolve(code === 0 ? undefined : `it ended with ${code}`),
    );
    page.once('crash', () => resolve('the browser page crashed'));
    const payload = [
      ['extensionDevelopmentPath', server.remoteUri(root)],
      ['extensionTestsPath', server.remoteUri(suite)],
    ] as const;
    await page.goto(server.address(folder, payload), { timeout: 60_000 });
    const failure = await ended;
    clearTimeout(timeout);
    if (failure) console.error(server.log());
    return failure;
  } finally {
    await browser.close();
    await server.stop();
  }
}
