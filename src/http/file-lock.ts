import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '../core/errors.ts';

const heartbeat = 2_000;
const staleAfter = 15_000;
const pollMilliseconds = 20;

/**
 * Runs `work` while this process alone holds the lock file. The holder keeps the file fresh; one that was left behind
 * by a process that ended, or that has not been fresh for 15 s, is taken over.
 * @throws CountersignError `cancelled` when the signal ends the waiting, `io`; whatever `work` throws
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const id = `${process.pid} ${hostname()} ${randomUUID()}`;
  await acquire(path, id, signal);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeat);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await holder(path)) === id) await rm(path, { force: true });
  }
}

async function acquire(path: string, id: string, signal: AbortSignal | undefined): Promise<void> {
  for (;;) {
    if (signal?.aborted) throw new CountersignError('cancelled', 'Waiting for a token was cancelled.');
    if (await create(path, id)) return;
    const seen = await holder(path);
    if (seen !== undefined && (await isStale(path, seen))) {
      await takeAway(path, seen);
      continue;
    }
    await sleep(pollMilliseconds + Math.random() * pollMilliseconds);
  }
}

async function create(path: string, id: string): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    await file.writeFile(id);
    await file.close();
    // A link appears with its content: nobody ever sees an empty lock.
    await link(draft, path);
    return true;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new CountersignError('io', `The lock ${path} cannot be made.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

async function holder(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function isStale(path: string, seen: string): Promise<boolean> {
  const [pid, host] = seen.split(' ');
  if (host === hostname() && !isRunning(Number(pid))) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleAfter;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes a stale lock; one that somebody has made anew in the meantime is put back. */
async function takeAway(path: string, seen: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await holder(aside)) !== seen) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
