import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Row } from './measure.ts';

/** What is shipped, in kilobytes. */
export async function measureSizes(): Promise<readonly Row[]> {
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  const group = 'sizes';
  const kilobytes = (path: string): number => statSync(path).size / 1000;
  const all = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.map'))
    .reduce((sum, entry) => sum + kilobytes(join(entry.parentPath, entry.name)), 0);
  return [
    { group, name: 'dist/extension.js', value: kilobytes(join(dist, 'extension.js')), unit: 'KB', target: 700 },
    { group, name: 'dist, unpacked', value: all, unit: 'KB' },
  ];
}
