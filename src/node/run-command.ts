import { exec, spawnSync } from 'node:child_process';
import { CountersignError } from '../core/errors.ts';
import type { RunCommand } from '../core/ports.ts';

/** More than any credential needs. */
const longestOutput = 1_048_576;

/** Milliseconds: a command may ask the person something. */
const patience = 120_000;

/**
 * Runs a command line in the system's shell and gives its standard output.
 * @throws CountersignError `io` when it fails or takes longer than two minutes, `cancelled`
 */
export const runCommand: RunCommand = (command, signal) =>
  new Promise((resolve, reject) => {
    const cancelled = () => new CountersignError('cancelled', 'The command was cancelled.');
    if (signal.aborted) return reject(cancelled());
    let late = false;
    const child = exec(command, { maxBuffer: longestOutput, windowsHide: true }, (error, stdout, stderr) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (signal.aborted) return reject(cancelled());
      if (!error && !late) return resolve(stdout);
      // What it printed to its standard output may be a secret.
      const said = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 300);
      const how = late ? 'took too long' : `ended with status ${error?.code ?? 'unknown'}`;
      const program = /^\s*(?:"([^"]+)"|(\S+))/.exec(command);
      const name = (program?.[1] ?? program?.[2] ?? command).replace(/^.*[/\\]/, '');
      reject(new CountersignError('io', `The command ${name} ${how}.${said ? ` It said: ${said}` : ''}`));
    });
    const end = (): void => {
      endTree(child.pid);
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    const timer = setTimeout(() => {
      late = true;
      end();
    }, patience);
    signal.addEventListener('abort', end, { once: true });
  });

/** Ends the shell and what it has started, which would outlive it. They share our terminal, so also our process group. */
function endTree(shell: number | undefined): void {
  if (shell === undefined) return;
  if (process.platform === 'win32') return void spawnSync('taskkill', ['/pid', String(shell), '/t', '/f']);
  const pairs = (spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout ?? '')
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  const tree = [shell];
  for (const parent of tree) tree.push(...pairs.filter(([, of]) => of === parent).map(([pid = 0]) => pid));
  for (const pid of tree) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // It has ended already.
    }
  }
}
