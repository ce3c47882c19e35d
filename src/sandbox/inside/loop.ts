/** Timers and what else happens later, in one order. */

interface Task {
  readonly id: number;
  at: number;
  readonly every: number | undefined;
  readonly work: () => void;
}

let tasks: Task[] = [];
let last = 0;
const now = Date.now;

export function later(work: () => void, milliseconds = 0, repeat = false): number {
  const wait = Math.max(Number(milliseconds) || 0, repeat ? 1 : 0);
  tasks.push({ id: ++last, at: now() + wait, every: repeat ? wait : undefined, work });
  return last;
}

export function cancel(id: unknown): void {
  tasks = tasks.filter(task => task.id !== id);
}

export function cancelAll(): void {
  tasks = [];
}

/** Milliseconds until the next task, 0 where one has run now; undefined where none is left. */
export function step(): number | undefined {
  let next: Task | undefined;
  for (const task of tasks) if (!next || task.at < next.at) next = task;
  if (!next) return undefined;
  const wait = next.at - now();
  if (wait > 0) return Math.max(1, Math.ceil(wait));
  if (next.every === undefined) cancel(next.id);
  else next.at = now() + next.every;
  next.work();
  return 0;
}
