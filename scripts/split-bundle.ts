import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin, transform } from 'esbuild';
import { type BundlePart, withEagerParts } from './eager-parts.ts';
import { root } from './project.ts';

export interface SplitBundle {
  /** Source file. */
  readonly entry: string;
  /** The entry's bundle; what it reaches only through `import()` goes to a folder of the same name without `.js`. */
  readonly outfile: string;
  readonly external?: readonly string[];
  readonly production: boolean;
}

/**
 * Bundles for CommonJS with code splitting, which esbuild offers for modules only: a first pass splits modules, a
 * second turns each into CommonJS, where `import()` becomes a `require` that runs when it is reached.
 */
export async function buildSplitBundle(bundle: SplitBundle): Promise<Metafile> {
  const outdir = dirname(bundle.outfile);
  const name = basename(bundle.outfile, '.js');
  const options: BuildOptions = {
    entryPoints: { [name]: bundle.entry },
    outdir,
    chunkNames: `${name}/[name]-[hash]`,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    mainFields: ['module', 'main'],
    external: [...(bundle.external ?? [])],
    define: {
      COUNTERSIGN_VERSION: JSON.stringify(productVersion()),
      // Leaves undici's experimental second HTTP parser out: 160 KB.
      esbuildDetection: 'true',
    },
    minify: bundle.production,
    sourcemap: 'external',
    legalComments: 'none',
    plugins: [namedExportsOfPackages],
    logOverride: { 'empty-import-meta': 'error' },
    logLevel: 'silent',
  };
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  const maps = new Map(outputFiles.filter(file => file.path.endsWith('.map')).map(file => [file.path, file]));
  rmSync(join(outdir, name), { recursive: true, force: true });
  const scripts = outputFiles.filter(file => file.path.endsWith('.js'));
  const parts = await Promise.all(
    scripts.map(script => asCommonJs(script, maps.get(`${script.path}.map`), bundle.production)),
  );
  mkdirSync(join(outdir, name), { recursive: true });
  for (const { path, code, map } of withEagerParts(parts, bundle.outfile, metafile)) {
    writeFileSync(path, map === undefined ? code : `${code}//# sourceMappingURL=${basename(path)}.map\n`);
    if (map !== undefined) writeFileSync(`${path}.map`, map);
  }
  return metafile;
}

/**
 * A chunk made of a CommonJS package would have a default export only. So `import()` of a package goes by a module that
 * names the exports which Node itself finds in it.
 */
const namedExportsOfPackages: Plugin = {
  name: 'named-exports-of-packages',
  setup(build) {
    const external = new Set(build.initialOptions.external);
    build.onResolve({ filter: /^[^./]/ }, ({ kind, path, resolveDir }) => {
      if (kind !== 'dynamic-import' || isBuiltin(path) || external.has(path)) return undefined;
      return { path, namespace: 'package', pluginData: resolveDir };
    });
    build.onLoad({ filter: /.*/, namespace: 'package' }, async ({ path, pluginData }) => {
      const names = Object.keys(await import(path)).filter(name => /^[\w$]+$/.test(name));
      const contents = `export { ${names.join(', ')} } from ${JSON.stringify(path)};`;
      return { contents, resolveDir: pluginData };
    });
  },
};

async function asCommonJs(script: OutputFile, map: OutputFile | undefined, minify: boolean): Promise<BundlePart> {
  const inlineMap = map ? `\n//# sourceMappingURL=data:application/json;base64,${base64(map.contents)}` : '';
  const { code, map: composed } = await transform(script.text + inlineMap, {
    format: 'cjs',
    platform: 'node',
    target: 'node22.19',
    supported: { 'dynamic-import': false },
    define: {
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      'import.meta.url': 'importMetaUrl',
    },
    banner: script.text.includes('import.meta.url')
      ? "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;"
      : '',
    minify,
    sourcemap: 'external',
    sourcesContent: false,
    logOverride: { 'empty-import-meta': 'error' },
    logLevel: 'silent',
  });
  return { path: script.path, code, map: composed };
}

export function productVersion(): string {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
