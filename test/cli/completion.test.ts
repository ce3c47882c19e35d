import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { countersign } from './countersign.ts';

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

describe('completion in a shell', function () {
  this.timeout(60_000);
  const script = async (shell: string): Promise<string> => (await countersign(tmpdir(), ['completion', shell])).stdout;

  (has('bash') ? it : it.skip)('completes commands, their verbs and their options in bash', async () => {
    const text = await script('bash');
    const completed = (...words: readonly string[]): string[] => {
      const set = `COMP_WORDS=(countersign ${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', `${text}\n${set}`], { encoding: 'utf8' });
      assert.equal(stderr, '');
      return stdout.trim().split('\n');
    };
    assert.deepEqual(completed('pre'), ['preview']);
    assert.ok(completed('run', '--').includes('--cookie-jar'));
    assert.deepEqual(completed('run', '--allow-s'), ['--allow-secret']);
    assert.deepEqual(completed('token', 're'), ['refresh', 'revoke']);
  });

  it('names every command and every option in each shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
      const text = await script(shell);
      for (const word of ['run', 'explain', 'import', 'permission', 'with-response', 'secrets-to']) {
        assert.ok(text.includes(word), `${shell}: ${word}`);
      }
    }
    const { status, stderr } = await countersign(tmpdir(), ['completion', 'tcsh']);
    assert.equal(status, 2);
    assert.match(stderr, /usage: countersign completion bash\|zsh\|fish\|powershell/);
  });
});
