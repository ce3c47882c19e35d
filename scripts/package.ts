import { cpSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bundleAll } from './bundle.ts';
import { run } from './owned-process.ts';
import { removeFolder, root, temporaryFolder } from './project.ts';

/** Bytes that a `.vsix` may have. */
const limit = 3 * 1024 * 1024;

export interface PackedVsix {
  readonly bytes: number;
  /** Paths of what is inside, from the root of the checkout. */
  readonly files: readonly string[];
  /** What the packer wrote. */
  readonly output: string;
}

/** Packs `dist/` as it stands into a `.vsix`. @throws Error when the packer fails or the package grew too large */
export async function packVsix(file: string): Promise<PackedVsix> {
  const vsce = join(root, 'node_modules/@vscode/vsce/vsce');
  const cwd = withoutTools();
  const packed = await run(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd });
  const files = packed.stdout.split('\n').filter(line => line !== '');
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ];
  const { code, output } = await run(process.execPath, [vsce, ...args], { cwd });
  removeFolder(cwd);
  if (code !== 0) throw new Error(`vsce package failed:\n${output}`);
  const bytes = statSync(file).size;
  if (bytes > limit) throw new Error(`${file} has ${bytes} bytes; ${limit} are allowed`);
  return { bytes, files, output };
}

/** A copy of the checkout without what is installed: the packer looks at each of those thousands of files, twice. */
function withoutTools(): string {
  const folder = temporaryFolder('package');
  for (const name of readdirSync(root)) {
    if (/^(node_modules|\.git|\.cache)$/.test(name) || name.endsWith('.vsix')) continue;
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  return folder;
}

if (import.meta.main) {
  await bundleAll({ production: true });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const file = join(root, `countersign-${version}.vsix`);
  const { bytes, output } = await packVsix(file);
  console.log(output.trim());
  console.log(`${relative(process.cwd(), file)}: ${(bytes / 1024).toFixed(0)} KB`);
}
