import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureActivation } from './activation.ts';
import { measureCli } from './cli.ts';
import { measureForm } from './form.ts';
import { measureLanguage } from './language.ts';
import type { Row } from './measure.ts';
import { installPeers } from './peers.ts';
import { measureSchemes } from './schemes.ts';
import { measureScripts } from './scripts.ts';
import { measureSizes } from './sizes.ts';
import { measureTree } from './tree.ts';

/**
 * `npm run bench [-- GROUP …] [-- --peers] [-- --json[=FILE]]`: measures, and prints a table beside the targets.
 * `--peers` installs other tools in a cache folder and measures them too.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean' },
    json: { type: 'boolean' },
    out: { type: 'string' },
    'no-build': { type: 'boolean' },
  },
});
const groups: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  sizes: measureSizes,
  language: measureLanguage,
  form: measureForm,
  tree: measureTree,
  schemes: measureSchemes,
  activation: measureActivation,
  scripts: measureScripts,
  cli: () => measureCli(values.peers ? installPeers() : []),
};

if (!values['no-build']) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}
const rows: Row[] = [];
for (const [name, measure] of Object.entries(groups)) {
  if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await measure()));
}
const machine = `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}`;
const json = JSON.stringify({ machine, date: new Date().toISOString(), rows }, undefined, 2);
if (values.out) writeFileSync(values.out, `${json}\n`);
console.log(values.json ? json : table(machine, rows));

function table(title: string, all: readonly Row[]): string {
  const figure = (value: number | undefined, unit: string): string =>
    value === undefined
      ? ''
      : `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${unit}`;
  const lines = [title];
  const width = Math.max(...all.map(row => row.name.length));
  let group = '';
  for (const row of all) {
    if (row.group !== group)
      lines.push(
        '',
        row.group,
        `  ${''.padEnd(width)}  ${'measured'.padStart(10)}  ${'floor'.padStart(10)}  ${'target'.padStart(10)}`,
      );
    group = row.group;
    const verdict = row.target === undefined ? '' : row.value <= row.target ? '✓' : '✗';
    const target = row.target === undefined ? '' : `≤ ${figure(row.target, row.unit)}`;
    lines.push(
      `  ${row.name.padEnd(width)}  ${figure(row.value, row.unit).padStart(10)}  ${figure(row.floor, row.unit).padStart(10)}  ${target.padStart(10)} ${verdict}`.trimEnd(),
    );
  }
  return lines.join('\n');
}
