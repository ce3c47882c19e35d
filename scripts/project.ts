import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

/** Absolute path of the checkout. */
export const root = resolve(import.meta.dirname, '..');

export const dist = join(root, 'dist');

/** What tests and scripts install or write: kept between runs, never committed. */
export const cache = join(root, '.cache');

/** Where screenshots go: the folder named by `SCREENSHOTS`, else one in the cache. */
export function screenshotFolder(): string {
  const folder = resolve(root, process.env.SCREENSHOTS || join(cache, 'screenshots'));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A new folder in the system's temporary one, removed when this process ends if not before. */
export function temporaryFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `countersign-${purpose}-`));
  if (temporaryFolders.size === 0) process.once('exit', () => temporaryFolders.forEach(removeFolder));
  temporaryFolders.add(folder);
  return folder;
}

/** Those that were made in this process, whether they are still there or not. */
const temporaryFolders = new Set<string>();

/** A copy of a folder (or an empty one) in a temporary folder of its own, under the same name. */
export function temporaryCopy(folder: string | undefined): string {
  const copy = join(temporaryFolder('window'), basename(folder ?? 'workspace'));
  if (folder === undefined) mkdirSync(copy);
  else cpSync(folder, copy, { recursive: true });
  return copy;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
