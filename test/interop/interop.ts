import type { InteropCase } from './case.ts';
import { curlCases } from './curl.ts';
import { digestCases } from './digest.ts';
import { ntlmCases } from './ntlm.ts';
import { signingCases } from './signing.ts';

/** Runs every case against what is installed: a line each, and a failure as exit code. */

const cases: readonly InteropCase[] = [...curlCases, ...digestCases, ...ntlmCases, ...signingCases];

let failed = 0;
for (const { name, missing, run } of cases) {
  const lack = missing();
  if (lack !== undefined) {
    console.log(`not installed  ${name}: ${lack}`);
    continue;
  }
  try {
    console.log(`passed         ${name}: ${await run()}`);
  } catch (error) {
    failed++;
    console.log(`failed         ${name}: ${error instanceof Error ? error.message : error}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
