import assert from 'node:assert/strict';
import { allowOptions, parseCall } from '../../src/cli/arguments.ts';
import { optionsOf } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { helpText } from '../../src/cli/help.ts';
import { commonOptions, type Option, options, optionText } from '../../src/cli/options.ts';

const names = Object.keys(commands);

/** The options that a help names as its own. */
function toldIn(text: string): string[] {
  const found = text.match(/(?<=^|\s|\[|,|“)--[a-z][a-z-]+/g) ?? [];
  return [...new Set(found)].sort();
}

describe('the options of the command line', () => {
  it('are each taken by a command, or by all', () => {
    const taken = new Set<string>([
      ...commonOptions,
      ...names.flatMap(name => optionsOf(commands[name] ?? assert.fail())),
    ]);
    assert.deepEqual(
      Object.keys(options).filter(key => !taken.has(key)),
      [],
    );
  });

  it('have a name and a short form of their own', () => {
    const all: readonly Option[] = Object.values(options);
    const forms = all.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short]));
    assert.deepEqual(forms.length, new Set(forms).size);
  });

  it('are refused by the commands that do not take them, and told as they were typed', () => {
    const call = parseCall(['token', 'list', '--no-deps']);
    const taken = optionsOf(commands.token ?? assert.fail(), 'list');
    assert.throws(() => allowOptions(call, 'token', taken), /“token” does not take --no-deps/);
  });

  it('of a second word are those of it alone', () => {
    const permission = commands.permission ?? assert.fail();
    assert.deepEqual(optionsOf(permission, 'list'), []);
    assert.deepEqual(optionsOf(permission, 'allow'), ['everywhere']);
    assert.ok(!optionsOf(commands.monitor ?? assert.fail(), 'init').includes('webhook'));
    assert.ok(!optionsOf(commands.monitor ?? assert.fail(), 'requests/').includes('package'));
  });
});

describe('the help of the command line', () => {
  for (const name of names) {
    it(`names the options that “${name}” takes, and fits 100 columns`, () => {
      const text = helpText(commands, name);
      const taken = [...commonOptions, ...optionsOf(commands[name] ?? assert.fail())];
      const told = toldIn(text);
      for (const key of taken) assert.ok(told.includes(optionText(options[key])), `${name}: ${key}`);
      for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
    });
  }

  it('names every command', () => {
    const text = helpText(commands, undefined);
    for (const name of names) assert.match(text, new RegExp(`^  countersign ${name} `, 'm'));
  });

  it('is the general one for a word that is no command, of whatever name', () => {
    assert.equal(helpText(commands, 'constructor'), helpText(commands, undefined));
  });
});
