import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { dist, root } from './project.ts';

/** What scripts may have beside the language, each a text that the sandbox evaluates when a script asks for it. */
const libraries: Readonly<Record<string, string>> = {
  ajv: 'export { default } from "ajv";',
  chai: 'export * from "chai";',
  cheerio: 'export { load } from "cheerio/slim";',
  'crypto-js': 'import all from "crypto-js"; export default all;',
  'csv-parse': 'import { parse } from "csv-parse/browser/esm/sync"; export default parse; export { parse };',
  jsonpath: 'export { query } from "jsonpath-rfc9535";',
  lodash: 'import all from "lodash"; export default all;',
  moment: 'import all from "moment"; export default all;',
  tv4: 'import all from "tv4"; export default all;',
  uuid: 'export * from "uuid";',
  xml: 'import { select } from "xpath"; import { DOMParser, XMLSerializer } from "@xmldom/xmldom"; export { select, DOMParser, XMLSerializer };',
  xml2js: 'import all from "xml2js"; export default all;',
};

/** Libraries that are one value, with what else they export beside it. */
const ofOneValue = new Set(['crypto-js', 'csv-parse', 'lodash', 'moment', 'tv4', 'xml2js']);

/**
 * Bundles the sandbox of scripts into `dist/sandbox/`: the thread, and as texts what runs inside QuickJS, so that nothing
 * but the sandbox ever loads them as modules.
 */
export async function bundleSandbox(options: { readonly production: boolean }): Promise<readonly Metafile[]> {
  const folder = join(dist, 'sandbox');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const common = {
    metafile: true,
    bundle: true,
    minify: options.production,
    legalComments: 'none',
    logLevel: 'silent',
  } as const;
  const worker = build({
    ...common,
    entryPoints: { worker: join(root, 'src/sandbox/worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
  });
  const inside = {
    ...common,
    write: false,
    format: 'iife',
    globalName: '__made',
    platform: 'browser',
    target: 'es2022',
    define: { global: 'globalThis' },
  } as const;
  const faces = build({ ...inside, entryPoints: [join(root, 'src/sandbox/inside/main.ts')] });
  const others = Object.entries(libraries).map(async ([name, contents]) => {
    const stdin = { contents, resolveDir: root, loader: 'ts' as const };
    return [name, await build({ ...inside, stdin, plugins: [nothingOfNode] })] as const;
  });
  const [thread, made, ...all] = await Promise.all([worker, faces, ...others]);
  // Evaluated, each text gives what it exports.
  const asValue = (code: string, value: string): string => `(()=>{${code};return ${value}})()`;
  writeFileSync(join(folder, 'faces.txt'), asValue(made.outputFiles[0]?.text ?? '', '__made.run'));
  for (const [name, { outputFiles }] of all) {
    const value = ofOneValue.has(name) ? '__made.default' : '__made';
    writeFileSync(join(folder, `${name}.txt`), asValue(outputFiles[0]?.text ?? '', value));
  }
  return [thread.metafile, made.metafile, ...all.map(([, { metafile }]) => metafile)];
}

/** Node's modules that libraries name, and what stands for them: a file of the sandbox, and which of its exports is all. */
const standIns: Readonly<Record<string, readonly [file: string, whole?: string]>> = {
  crypto: ['crypto.ts'],
  events: ['events.ts', 'EventEmitter'],
  stream: ['nothing.ts'],
  string_decoder: ['nothing.ts'],
  timers: ['timers.ts'],
};

const nothingOfNode: Plugin = {
  name: 'nothing-of-node',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(?:node:)?(?:${Object.keys(standIns).join('|')})$`) }, ({ path }) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'stand-in',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => {
      const [file, whole] = standIns[path] ?? [];
      const contents = `module.exports = require(${JSON.stringify(`./${file}`)})${whole === undefined ? '' : `.${whole}`};`;
      return { contents, resolveDir: join(root, 'src/sandbox/stand-ins') };
    });
  },
};
