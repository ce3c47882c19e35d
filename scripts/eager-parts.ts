import { basename, dirname, relative, resolve } from 'node:path';
import type { Metafile } from 'esbuild';

export interface BundlePart {
  readonly path: string;
  /** CommonJS. */
  readonly code: string;
  /** JSON of its source map; undefined for a part that stands in the entry. */
  readonly map: string | undefined;
}

/**
 * Puts the parts that the entry needs at once into the entry's file, as reading many small files costs more than what
 * is in them. What is loaded later takes them from the entry.
 */
export function withEagerParts(
  parts: readonly BundlePart[],
  entryPath: string,
  metafile: Metafile,
): readonly BundlePart[] {
  const entry = parts.find(({ path }) => path === entryPath);
  if (!entry) throw new Error(`no part is ${entryPath}`);
  const wanted = staticClosure(entryPath, metafile);
  const eager = parts.filter(({ path, code }) => wanted.has(path) && !/\b__(?:dir|file)name\b/.test(code));
  if (eager.length === 0) return parts;
  const names = new Set(eager.map(({ path }) => basename(path)));
  const folder = `./${basename(dirname(eager[0]?.path ?? ''))}`;
  const refer = (path: string): string =>
    names.has(basename(path)) ? `$part("${basename(path)}")` : `require("${folder}/${basename(path)}")`;
  // As long as what it replaces, so that the entry's source map stays right.
  let code = entry.code.replace(/require\("(\.\/[^"]+)"\)/g, (call, path) => refer(path).padEnd(call.length));
  const sections = [{ offset: { line: 0, column: 0 }, map: JSON.parse(entry.map ?? '{}') as unknown }];
  code +=
    'function $part(name){const known=$part.loaded??={};if(known[name])return known[name].exports;' +
    'const module=known[name]={exports:{}};$table()[name](module,module.exports);return module.exports}\n';
  code += `Object.defineProperty(module.exports,"$part",{value:$part});\n`;
  const table: string[] = [];
  for (const [index, part] of eager.entries()) {
    table.push(`${JSON.stringify(basename(part.path))}:$part${index}`);
    code += `function $part${index}(module,exports){\n`;
    sections.push({ offset: { line: lines(code), column: 0 }, map: JSON.parse(part.map ?? '{}') as unknown });
    code += `${part.code.replace(/require\("(\.\/[^"]+)"\)/g, (_, path) => refer(path)).trimEnd()}\n}\n`;
  }
  // A function, so hoisted: the entry's own code runs before this line is reached.
  code += `function $table(){return{${table.join(',')}}}\n`;
  const back = (path: string): string => relative(dirname(path), entryPath).replaceAll('\\', '/');
  return [
    { path: entryPath, code, map: JSON.stringify({ version: 3, sources: [], sections }) },
    ...parts
      .filter(part => part !== entry && !names.has(basename(part.path)))
      .map(part => laterPart(part, names, back(part.path))),
  ];
}

/** A part that is loaded later takes those of the entry from there. Its own code begins on its second line. */
function laterPart({ path, code, map }: BundlePart, names: ReadonlySet<string>, entry: string): BundlePart {
  let refers = false;
  const written = code.replace(/require\("(\.\/[^"]+)"\)/g, (call, target: string) => {
    if (!names.has(basename(target))) return call;
    refers = true;
    // As long as what it replaces, so that the source map stays right.
    return `$of("${basename(target)}")`.padEnd(call.length);
  });
  if (!refers) return { path, code, map };
  const sections = [{ offset: { line: 1, column: 0 }, map: JSON.parse(map ?? '{}') as unknown }];
  return {
    path,
    code: `"use strict";const $of=require("${entry}").$part;\n${written}`,
    map: map === undefined ? undefined : JSON.stringify({ version: 3, sources: [], sections }),
  };
}

/** The outputs that are loaded together with the entry, by their absolute paths. */
function staticClosure(entryPath: string, { outputs }: Metafile): ReadonlySet<string> {
  const byPath = new Map(Object.entries(outputs).map(([path, output]) => [resolve(path), output]));
  const found = new Set<string>();
  const visit = (path: string): void => {
    for (const { path: imported, kind, external } of byPath.get(path)?.imports ?? []) {
      const full = resolve(imported);
      if (external || kind !== 'import-statement' || found.has(full)) continue;
      found.add(full);
      visit(full);
    }
  };
  visit(resolve(entryPath));
  return found;
}

function lines(text: string): number {
  return text.split('\n').length - 1;
}
