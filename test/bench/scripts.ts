import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareProcesses, type Row } from './measure.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const many = 10_000;

const dialects: readonly (readonly [name: string, script: string])[] = [
  ['an assertion', '\n?? status == 200\n'],
  ['a JetBrains test', '\n> {%\nclient.test("ok", () => {\n  client.assert(response.status === 200);\n});\n%}\n'],
  ['a httpYac test', '\n{{\ntest("ok", () => {\n  if (response.statusCode !== 200) throw new Error("no");\n});\n}}\n'],
  ['a Postman test', '\n> {%\npm.test("ok", () => {\n  pm.response.to.have.status(200);\n});\n%}\n'],
];

/** 10,000 authorized requests with a test each, beside the same without. */
export async function measureScripts(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const server = fork(here('server.ts'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    const port = await new Promise<string>(resolve =>
      server.stdout?.once('data', data => resolve(String(data).trim())),
    );
    const write = (file: string, script: string): void => {
      const one = (index: number): string =>
        `### r${index}\n# @auth basic username=ada password=lovelace\nGET http://127.0.0.1:${port}/users/${index}\n${script}`;
      writeFileSync(join(folder, file), Array.from({ length: many }, (_, index) => one(index)).join('\n'));
    };
    write('bare.http', '');
    for (const [index, [, script]] of dialects.entries()) write(`${index}.http`, script);
    const command = (file: string): readonly [string, string[], string] => [
      process.execPath,
      [here('../../dist/cli.js'), 'run', file],
      folder,
    ];
    const [bare, ...tested] = await compareProcesses(3, [
      command('bare.http'),
      ...dialects.map((_, index) => command(`${index}.http`)),
    ]);
    const group = 'scripts';
    return tested.flatMap(({ seconds, megabytes }, index): Row[] => {
      const name = `10,000 with ${dialects[index]?.[0]} each`;
      const floor = bare?.seconds ?? Number.NaN;
      return [
        { group, name, value: seconds, unit: 's', floor },
        { group, name: `${name}, over the run without`, value: seconds / floor, unit: '×', target: 3 },
        { group, name: `${name}, memory`, value: megabytes, unit: 'MB', target: 250 },
      ];
    });
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
