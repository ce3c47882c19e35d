import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One figure of the benchmark. */
export interface Row {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'µs' | 'MB' | 'KB' | '×';
  /** At most this, in the same unit. */
  readonly target?: number;
  /** What the same work costs without Countersign, in the same unit. */
  readonly floor?: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Median milliseconds of a call, after one that is not counted. */
export async function medianTime(runs: number, work: () => unknown): Promise<number> {
  await work();
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return median(times);
}

export interface ProcessCost {
  readonly seconds: number;
  /** Largest resident set, in megabytes. */
  readonly megabytes: number;
}

/** What a whole process costs. @throws Error where it ends with another status than 0 */
export function processCost(command: string, args: readonly string[], cwd: string): Promise<ProcessCost> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let complaint = '';
    let megabytes = 0;
    const watch = setInterval(() => {
      megabytes = Math.max(megabytes, residentMegabytes(child.pid));
    }, 20);
    child.stdout?.resume();
    child.stderr?.on('data', chunk => (complaint += chunk));
    child.on('error', reject);
    child.on('close', code => {
      clearInterval(watch);
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, megabytes });
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${complaint}`));
    });
  });
}

/**
 * Medians of several runs of processes, taken in turn so that a slow moment of the machine hits all of them. A single
 * run is not warmed up.
 */
export async function compareProcesses(
  runs: number,
  commands: readonly (readonly [command: string, args: readonly string[], cwd: string])[],
): Promise<readonly ProcessCost[]> {
  const costs: ProcessCost[][] = commands.map(() => []);
  for (let run = runs > 1 ? -1 : 0; run < runs; run++) {
    for (const [index, [command, args, cwd]] of commands.entries()) {
      const cost = await processCost(command, args, cwd);
      if (run >= 0) costs[index]?.push(cost);
    }
  }
  return costs.map(list => ({
    seconds: median(list.map(cost => cost.seconds)),
    megabytes: median(list.map(cost => cost.megabytes)),
  }));
}

function residentMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
