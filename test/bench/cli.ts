import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compareProcesses, processCost, type Row } from './measure.ts';
import { type Peer, peerCommands } from './peers.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const many = 10_000;
const large = 400;

/** The whole command line, as a process, beside a bare script that sends the same. */
export async function measureCli(peers: readonly Peer[]): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const server = fork(here('server.ts'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const port = await new Promise<string>(resolve =>
      server.stdout?.once('data', data => resolve(String(data).trim())),
    );
    const url = `http://127.0.0.1:${port}`;
    const floor = await bundleFloor(folder);
    const requests = (count: number): string =>
      Array.from(
        { length: count },
        (_, index) => `### r${index}\nGET ${url}/users/${index}?page=2\nAccept: application/json\n`,
      ).join('\n');
    writeFileSync(join(folder, 'one.http'), requests(1));
    writeFileSync(join(folder, 'many.http'), requests(many));
    writeFileSync(join(folder, 'large.http'), `### r\nGET ${url}/large\n\n`.repeat(large));
    mkdirSync(join(folder, 'peers'));
    const cli = here('../../dist/cli.js');
    const rows: Row[] = [];
    const group = 'command line';
    const measure = async (name: string, count: number, file: string, runs: number): Promise<void> => {
      const theirs = peerCommands(peers, join(folder, 'peers'), url, count);
      const [ours, bare, ...others] = await compareProcesses(runs, [
        [process.execPath, [cli, 'run', file], folder],
        [process.execPath, [floor, url, String(count)], folder],
        ...theirs.map(({ command, args, cwd }) => [command, args, cwd] as const),
      ]);
      if (!ours || !bare) return;
      rows.push({ group, name, value: ours.seconds, unit: 's', floor: bare.seconds });
      rows.push({ group, name: `${name}, over the floor`, value: ours.seconds / bare.seconds, unit: '×', target: 1.5 });
      rows.push({
        ...{ group, name: `${name}, memory`, value: ours.megabytes, unit: 'MB' as const, floor: bare.megabytes },
        ...(count === many ? { target: 150 } : {}),
      });
      for (const [index, cost] of others.entries()) {
        const peer = theirs[index]?.name ?? '';
        rows.push({ group, name: `${name}: ${peer}`, value: cost.seconds, unit: 's' });
        rows.push({ group, name: `${name}, memory: ${peer}`, value: cost.megabytes, unit: 'MB' });
      }
    };
    await measure('one request, whole process', 1, 'one.http', 9);
    await measure('10,000 requests in turn', many, 'many.http', peers.length > 0 ? 1 : 3);
    const { megabytes } = await processCost(process.execPath, [cli, 'run', 'large.http'], folder);
    rows.push({ group, name: `${large} responses of 5 MB, memory`, value: megabytes, unit: 'MB', target: 150 });
    return rows;
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundleFloor(folder: string): Promise<string> {
  const outfile = join(folder, 'floor-main.js');
  await build({
    entryPoints: [here('floor.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
  });
  const entry = join(folder, 'floor.js');
  writeFileSync(entry, `require('node:module').enableCompileCache();\nrequire('./floor-main.js');\n`);
  return entry;
}
