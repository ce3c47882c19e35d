import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const module = join(import.meta.dirname, '../../scripts/owned-process.ts');

/** Starts a script that owns a program which only a hard signal ends; gives the script and that program's id. */
async function startOwner(afterwards: string): Promise<{ owner: ReturnType<typeof spawn>; owned: number }> {
  const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')";
  const script = `import { startOwned } from ${JSON.stringify(module)};
    const child = startOwned(process.execPath, ['-e', ${JSON.stringify(stubborn)}], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => { console.log(child.pid); ${afterwards} });`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    // One that fails on purpose has nothing to say to whoever reads the tests' output.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(owner, 'exit');
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  if (afterwards) await ended;
  return { owner, owned: Number(line.toString()) };
}

/** Waits until no program of this id runs; one that has ended, and that nobody has asked after, counts as gone. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
      if (process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return;
    } catch {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

describe('an owned process', () => {
  it('ends when its owner ends', async () => {
    const { owned } = await startOwner('process.exit(0);');
    await gone(owned);
  });

  it('ends when its owner fails', async () => {
    const { owned } = await startOwner('throw new Error();');
    await gone(owned);
  });

  it('ends when its owner is interrupted, which says so by its status', async () => {
    const { owner, owned } = await startOwner('');
    owner.kill('SIGINT');
    const [code] = (await once(owner, 'exit')) as [number];
    assert.equal(code, 130);
    await gone(owned);
  });
});
