import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { thirdPartyNotices } from './notices.ts';
import { dist, root } from './project.ts';
import { bundleSandbox } from './sandbox-bundle.ts';
import { buildSplitBundle, productVersion } from './split-bundle.ts';

/** Written so that any Node since version 4 can parse it: an old one must get as far as the message. */
const cliEntry = `#!/usr/bin/env node
'use strict';
var version = process.versions.node.split('.').map(Number);
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.stderr.write('countersign needs Node.js 22.19 or newer, and this is ' + process.versions.node +
    '. Install a current version from https://nodejs.org and try again.\\n');
  process.exit(2);
}
require('node:module').enableCompileCache();
require('./cli/main.js');
`;

/** Bundles the extension, the command line and every webview into `dist/`. @throws esbuild's BuildFailure */
export async function bundleAll(options: { readonly production: boolean }): Promise<void> {
  mkdirSync(dist, { recursive: true });
  const metafiles = await Promise.all([
    bundleExtension(options.production),
    bundleCli(options.production),
    bundleArtilleryEngine(options.production),
    bundleWebviews(options.production),
    bundleSandbox(options),
  ]);
  writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(metafiles.flat()));
}

async function bundleExtension(production: boolean): Promise<Metafile> {
  const entry = join(root, 'src/extension/extension.ts');
  return await buildSplitBundle({ entry, outfile: join(dist, 'extension.js'), external: ['vscode'], production });
}

async function bundleCli(production: boolean): Promise<Metafile> {
  rmSync(join(dist, 'cli'), { recursive: true, force: true });
  const metafile = await buildSplitBundle({
    entry: join(root, 'src/cli/main.ts'),
    outfile: join(dist, 'cli/main.js'),
    production,
  });
  writeFileSync(join(dist, 'cli.js'), cliEntry, { mode: 0o755 });
  return metafile;
}

/** The engine that Artillery finds by its name, as a package of its own. */
async function bundleArtilleryEngine(production: boolean): Promise<Metafile> {
  const folder = join(dist, 'artillery-engine-countersign');
  rmSync(folder, { recursive: true, force: true });
  const metafile = await buildSplitBundle({
    entry: join(root, 'src/cli/load/artillery-engine.ts'),
    outfile: join(folder, 'engine.js'),
    production,
  });
  const manifest = { name: 'artillery-engine-countersign', version: productVersion(), main: 'index.js' };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  writeFileSync(
    join(folder, 'index.js'),
    "'use strict';\nmodule.exports = require('./engine.js').CountersignEngine;\n",
  );
  return metafile;
}

/** `src/webview/<name>/main.ts` becomes `dist/webview/<name>.js`, with its styles in `<name>.css`. */
async function bundleWebviews(production: boolean): Promise<Metafile> {
  const folder = join(root, 'src/webview');
  const names = readdirSync(folder).filter(name => existsSync(join(folder, name, 'main.ts')));
  rmSync(join(dist, 'webview'), { recursive: true, force: true });
  const { metafile } = await build({
    metafile: true,
    entryPoints: names.map(name => ({ in: join(folder, name, 'main.ts'), out: name })),
    outdir: join(dist, 'webview'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'chrome134',
    minify: production,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    loader: { '.ttf': 'dataurl', '.woff2': 'dataurl', '.svg': 'dataurl' },
    logLevel: 'silent',
  });
  return metafile;
}

/** Every shipped file of `dist/` with its size in bytes. */
export function shippedFiles(): { readonly file: string; readonly bytes: number }[] {
  return readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && !entry.name.endsWith('.map'))
    .map(entry => join(entry.parentPath, entry.name))
    .map(file => ({ file: relative(root, file), bytes: statSync(file).size }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}
