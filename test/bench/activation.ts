import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { inServer } from '../../scripts/host-tests.ts';
import { median, type Row } from './measure.ts';

/** Activation in a real extension host: loading the entry and registering everything, a fresh host each time. */
export async function measureActivation(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const suite = join(folder, 'suite.js');
  const result = join(folder, 'result');
  try {
    await build({
      entryPoints: [fileURLToPath(new URL('activation-suite.ts', import.meta.url))],
      outfile: suite,
      ...{ bundle: true, format: 'cjs', platform: 'node', external: ['vscode'] },
    });
    const times: number[] = [];
    for (let run = 0; run < 3; run++) {
      const failure = await inServer(suite, folder, { COUNTERSIGN_BENCH_RESULT: result });
      if (failure) throw new Error(failure);
      times.push(Number(readFileSync(result, 'utf8')));
    }
    return [{ group: 'editor', name: 'activation in the host', value: median(times), unit: 'ms', target: 50 }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
