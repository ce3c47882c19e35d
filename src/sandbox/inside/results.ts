import type { Loose } from './host.ts';

interface Test {
  readonly name: string;
  readonly passed: boolean;
  readonly skipped?: true;
  readonly message?: string;
  readonly line: number;
}

/** What came of the script that runs now. */
export interface Results {
  readonly tests: Test[];
  skip: boolean;
  next: { name: string | null } | undefined;
  /** Tests that have not come to their end. */
  open: number;
}

let results: Results = fresh();

function fresh(): Results {
  return { tests: [], skip: false, next: undefined, open: 0 };
}

export function beginResults(): Results {
  results = fresh();
  return results;
}

export const current = (): Results => results;

let file = '';
export function setFile(name: string): void {
  file = name;
}

/** The line of the script that is being called from, from 1 at the script's first; 0 where it isn't known. */
export function callLine(stack = new Error().stack ?? ''): number {
  for (const line of stack.split('\n')) {
    const at = line.lastIndexOf(`${file}:`);
    const row = at < 0 ? undefined : /^(\d+)(?::|\)|$)/.exec(line.slice(at + file.length + 1))?.[1];
    if (row !== undefined && (line.charAt(at - 1) === '(' || line.slice(0, at).trim() === 'at')) return Number(row) - 1;
  }
  return 0;
}

export function passed(name: string, line: number): void {
  results.tests.push({ name, passed: true, line });
}

export function skipped(name: string, line: number): void {
  results.tests.push({ name, passed: true, skipped: true, line });
}

export function failed(name: string, error: Loose, line: number): void {
  const message = messageOf(error);
  const at = callLine(typeof error?.stack === 'string' ? error.stack : '');
  results.tests.push({ name, passed: false, message, line: at > 0 ? at : line });
}

export function messageOf(error: Loose): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { name, message } = error;
  const text = String(message ?? '');
  return name && !/^(?:Error|AssertionError)$/.test(name) ? `${name}: ${text}` : text || String(name ?? 'Error');
}

/** Holds a test against its function, at once. */
export function test(name: unknown, work: unknown): void {
  const line = callLine();
  const title = String(name);
  if (typeof work !== 'function') {
    passed(title, line);
    return;
  }
  try {
    const made = work();
    if (typeof made?.then === 'function') {
      const mine = results;
      mine.open++;
      made.then(
        () => {
          mine.open--;
          passed(title, line);
        },
        (error: unknown) => {
          mine.open--;
          failed(title, error, line);
        },
      );
    } else passed(title, line);
  } catch (error) {
    failed(title, error, line);
  }
}
