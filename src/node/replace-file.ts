import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What Windows answers while somebody reads the file, or a scanner looks at it. */
const busy = new Set(['EPERM', 'EACCES', 'EBUSY']);
const patience = 3_000;
const pause = 50;

/**
 * Writes a file whole or not at all, for its owner alone: what was there stays until the new content is on the disk. The
 * folder is made where there is none.
 * @throws what the file system says; then nothing is left behind
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await moved(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

async function moved(draft: string, path: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    try {
      return await rename(draft, path);
    } catch (error) {
      const waits = process.platform === 'win32' && busy.has(String((error as NodeJS.ErrnoException).code));
      if (!waits || performance.now() - startedAt > patience) throw error;
      await sleep(pause);
    }
  }
}
