import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { createOutput } from '../../src/cli/output.ts';
import { printable } from '../../src/cli/standard-error.ts';

const moduleAt = (path: string): string => pathToFileURL(join(import.meta.dirname, '../../src/cli', path)).href;

/** What a program says on standard error, its input closed at once. */
async function said(program: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'pipe' });
  child.stdin.end();
  child.stdout.resume();
  return await text(child.stderr);
}

/** Sets a title, hides what follows, turns the direction of writing, and goes up a line. */
const hostile = '\x1b]0;owned\x07\x1b[8m\u202e\r\x1b[1A\x9b2J';
const steers = /[\x07\x1b\u202e\x9b]|\r(?!\n)/;

describe('text that a command prints', function () {
  this.timeout(60_000);

  it('steers no terminal, in colours or without', () => {
    assert.equal(printable('a\tb\r\nc\n'), 'a\tb\r\nc\n');
    assert.doesNotMatch(printable(hostile), steers);
    assert.doesNotMatch(printable(hostile, true), steers);
    const lines: string[] = [];
    const output = createOutput(line => void lines.push(line), true);
    output.line(`${output.red('no')}: \x1b[8mhidden`);
    output.json({ title: hostile });
    output.table([[output.bold('a'), hostile]]);
    assert.equal(lines[0], '\x1b[31mno\x1b[39m: �[8mhidden\n');
    assert.doesNotMatch(lines[1] ?? '', steers);
    assert.deepEqual(JSON.parse(lines[1] ?? ''), { title: hostile });
  });

  it('keeps none of our own colours where they are off', () => {
    assert.equal(printable('\x1b[31mred'), '�[31mred');
  });

  for (const secret of [false, true]) {
    it(`asks for a ${secret ? 'secret' : 'value'} on one clean line`, async () => {
      const shown = await said(`
        process.stdin.isTTY = true;
        const { terminalPrompter } = await import(${JSON.stringify(moduleAt('terminal-prompter.ts'))});
        await terminalPrompter().ask('name', ${JSON.stringify(`Password${hostile}\nfor x`)}, { secret: ${secret} });
      `);
      assert.match(shown, /Password�\]0;owned��\[8m� �\[1A�2J for x: /);
    });
  }

  it('confirms a note on one clean line', async () => {
    const shown = await said(`
      process.stdin.isTTY = true;
      const { confirmNote } = await import(${JSON.stringify(moduleAt('terminal-prompter.ts'))});
      await confirmNote(${JSON.stringify(`Sure?${hostile}`)});
    `);
    assert.match(shown, /Sure\?�\]0;owned��\[8m� �\[1A�2J Send it\?/);
  });

  it('says in clean lines where to sign in', async () => {
    const shown = await said(`
      const { say } = await import(${JSON.stringify(moduleAt('standard-error.ts'))});
      const { terminalAgent } = await import(${JSON.stringify(moduleAt('terminal-agent.ts'))});
      const agent = terminalAgent({ env: {}, canAsk: false, say });
      await agent.showDeviceCode({ verificationUri: ${JSON.stringify(hostile)}, userCode: 'A-B' });
    `);
    assert.doesNotMatch(shown, steers);
    assert.match(shown, /^To sign in, open �\]0;owned/);
  });
});
