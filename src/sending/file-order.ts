import { basename } from 'node:path';

const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The order of files, and of folders, among their like: as people read names, `2` before `10`. Folders come before files. */
export function byName(a: string, b: string): number {
  return order.compare(basename(a), basename(b)) || (a < b ? -1 : a > b ? 1 : 0);
}
