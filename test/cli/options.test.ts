import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/project.ts';
import { permissionOptions, tlsOptions } from '../../src/cli/arguments.ts';
import { commandNames, helpText } from '../../src/cli/help.ts';

const folder = join(root, 'src/cli/commands');
/** Options that every command takes. */
const common = ['env', 'env-file', 'var', 'secret', 'json', 'color', 'help', 'version'];

/** The options that the files of a command let through. */
function taken(command: string): string[] {
  const files = readdirSync(folder).filter(name => name === `${command}.ts` || name.startsWith(`${command}-`));
  assert.ok(files.length > 0, `no file of “${command}”`);
  const source = files.map(name => readFileSync(join(folder, name), 'utf8')).join('\n');
  const calls = source.match(/allowOptions\(\s*call,[\s\S]*?\]?\s*\);/g) ?? [];
  assert.ok(calls.length > 0, `“${command}” says not which options it takes`);
  const text = calls.join('\n');
  const named = [...text.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name);
  if (text.includes('tlsOptions')) named.push(...tlsOptions);
  if (text.includes('permissionOptions')) named.push(...permissionOptions);
  return [...new Set(named)].sort();
}

/** The options that its help names. */
function told(command: string): string[] {
  const names = helpText(command).match(/(?<=^|\s|\[|,|“)--[a-z][a-z-]+/g) ?? [];
  return [...new Set(names.map(name => name.slice(2).replace(/^no-/, '')))]
    .filter(name => !common.includes(name))
    .sort();
}

describe('the help of the command line', () => {
  for (const command of commandNames) {
    it(`names the options that “${command}” takes, and no others`, () =>
      assert.deepEqual(told(command), taken(command)));
  }

  it('has a text for each file of a command', () => {
    const files = readdirSync(folder).map(name => name.replace(/\.ts$/, ''));
    const without = files.filter(name => !commandNames.some(known => name === known || name.startsWith(`${known}-`)));
    assert.deepEqual(without, []);
  });
});
