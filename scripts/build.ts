import { watch } from 'node:fs';
import { join } from 'node:path';
import { bundleAll, shippedFiles } from './bundle.ts';
import { root } from './project.ts';

/**
 * `npm run build [-- --watch] [-- --development]`: bundles into `dist/`. Types are checked apart, by `npm run check`.
 */
const production = !process.argv.includes('--development');

async function buildOnce(): Promise<boolean> {
  const started = performance.now();
  try {
    await bundleAll({ production });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
  const files = shippedFiles();
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of files) console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KB  ${file}`);
  console.log(`${(total / 1024).toFixed(1).padStart(9)} KB  in ${Math.round(performance.now() - started)} ms`);
  return true;
}

const succeeded = await buildOnce();
if (process.argv.includes('--watch')) {
  let timer: NodeJS.Timeout | undefined;
  watch(join(root, 'src'), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(buildOnce, 100);
  });
  console.log('watching src/');
} else {
  process.exitCode = succeeded ? 0 : 1;
}
