import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CountersignError } from '../core/errors.ts';

const heartbeat = 2_000;
const staleAfter = 15_000;
const pollMilliseconds = 20;
/** A folder that takes no file; on Windows also, for a moment, one that is just being removed. */
const barring = new Set(['EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST']);
/** A file system without links. */
const linkless = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);
const barredAttempts = 10;

/**
 * Runs `work` while this process alone holds the lock file. The holder keeps the file fresh; one that was left behind
 * by a process that ended, or that has not been fresh for 15 s, is taken over. Where no such file can be made, as in a
 * home that can't be written, nobody else can leave anything behind either: `work` runs at once.
 * @throws CountersignError `cancelled` when the signal ends the waiting, `io`; whatever `work` throws
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const id = `${process.pid} ${hostname()} ${randomUUID()}`;
  if (!(await acquire(path, id, signal))) return await work();
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

/** False where the lock can't be made at all. */
async function acquire(path: string, id: string, signal: AbortSignal | undefined): Promise<boolean> {
  for (let barred = 0; barred < barredAttempts; ) {
    if (signal?.aborted) throw new CountersignError('cancelled', 'Waiting for a token was cancelled.');
    const made = await create(path, id);
    if (made === 'made') return true;
    barred = made === 'barred' ? barred + 1 : 0;
    const seen = await holder(path);
    if (seen !== undefined && (await isStale(path, seen))) {
      await takeAway(path, seen);
      continue;
    }
    await sleep(pollMilliseconds + Math.random() * pollMilliseconds);
  }
  return false;
}

async function create(path: string, id: string): Promise<'made' | 'taken' | 'barred'> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, id, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    if (barring.has(codeOf(cause))) return 'barred';
    throw new CountersignError('io', `The lock ${path} cannot be made.`, { cause });
  }
  try {
    // A link appears with its content: nobody ever sees an empty lock.
    await link(draft, path).catch(error => {
      if (!linkless.has(codeOf(error))) throw error;
      return writeFile(path, id, { flag: 'wx', mode: 0o600 });
    });
    return 'made';
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') return 'taken';
    if (barring.has(codeOf(cause))) return 'barred';
    throw new CountersignError('io', `The lock ${path} cannot be made.`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

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
