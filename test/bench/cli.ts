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
const basic = '# @auth basic username=ada password=lovelace\n';
const awsv4 =
  '# @auth awsv4 accessKey=AKIDEXAMPLE secretKey=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY region=us-east-1 service=service\n';

interface Measured {
  readonly runs?: number;
  readonly scheme?: 'none' | 'basic' | 'awsv4';
  readonly parallel?: number;
  /** Times the floor. */
  readonly target?: number;
  readonly withPeers?: boolean;
}

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
    const requests = (count: number, auth = ''): string =>
      Array.from(
        { length: count },
        (_, index) => `### r${index}\n${auth}GET ${url}/users/${index}?page=2\nAccept: application/json\n`,
      ).join('\n');
    writeFileSync(join(folder, 'one.http'), requests(1, basic));
    writeFileSync(join(folder, 'bare.http'), requests(many));
    writeFileSync(join(folder, 'basic.http'), requests(many, basic));
    writeFileSync(join(folder, 'awsv4.http'), requests(many, awsv4));
    writeFileSync(join(folder, 'file.http'), `${basic}\n${requests(many)}`);
    mkdirSync(join(folder, 'collection'));
    writeFileSync(join(folder, 'collection/collection.http'), basic);
    writeFileSync(join(folder, 'collection/many.http'), requests(many));
    writeFileSync(join(folder, 'most.http'), requests(10 * many, basic));
    writeFileSync(join(folder, 'large.http'), `### r\nGET ${url}/large\n\n`.repeat(large));
    mkdirSync(join(folder, 'peers'));
    const cli = here('../../dist/cli.js');
    const rows: Row[] = [];
    const group = 'command line';
    const measure = async (
      name: string,
      count: number,
      path: string,
      { runs = 3, scheme = 'basic', parallel = 1, target = 1.3, withPeers = false }: Measured = {},
    ): Promise<void> => {
      const theirs = withPeers ? peerCommands(peers, join(folder, 'peers'), url, count) : [];
      const [ours, bare, ...others] = await compareProcesses(theirs.length > 0 && count === many ? 1 : runs, [
        [process.execPath, [cli, 'run', path, '--parallel', String(parallel)], folder],
        [process.execPath, [floor, url, String(count), scheme, String(parallel)], folder],
        ...theirs.map(({ command, args, cwd }) => [command, args, cwd] as const),
      ]);
      if (!ours || !bare) return;
      rows.push({ group, name, value: ours.seconds, unit: 's', floor: bare.seconds });
      rows.push({ group, name: `${name}, over the floor`, value: ours.seconds / bare.seconds, unit: '×', target });
      rows.push({
        ...{ group, name: `${name}, memory`, value: ours.megabytes, unit: 'MB' as const, floor: bare.megabytes },
        ...(count === 1 ? {} : { target: 130 }),
      });
      for (const [index, cost] of others.entries()) {
        const peer = theirs[index]?.name ?? '';
        rows.push({ group, name: `${name}: ${peer}`, value: cost.seconds, unit: 's' });
        rows.push({ group, name: `${name}, memory: ${peer}`, value: cost.megabytes, unit: 'MB' });
      }
    };
    await measure('one authorized request, whole process', 1, 'one.http', { runs: 9, target: 1.5, withPeers: true });
    await measure('10,000 with Basic each', many, 'basic.http', { withPeers: true });
    await measure('10,000 with Basic of the file', many, 'file.http');
    await measure('10,000 with Basic of the collection', many, 'collection');
    await measure('10,000 with AWS Signature', many, 'awsv4.http', { scheme: 'awsv4' });
    await measure('10,000 with Basic, 50 at once', many, 'basic.http', { parallel: 50, target: 1.5 });
    await measure('10,000 with AWS Signature, 50 at once', many, 'awsv4.http', {
      scheme: 'awsv4',
      parallel: 50,
      target: 1.5,
    });
    await measure('10,000 without authorization', many, 'bare.http', { scheme: 'none' });
    await measure('100,000 with Basic each', 10 * many, 'most.http', { runs: 1 });
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
