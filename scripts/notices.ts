import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { Metafile } from 'esbuild';
import { root } from './project.ts';

/** Licences under which a package may be bundled as long as its notice goes with it. */
const bundleable = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
]);

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly folder: string;
  /** Those of its files that stand in the bundles. */
  readonly files: readonly string[];
}

/**
 * The notices of every package of which something stands in the bundles.
 * @throws Error when one has no licence text, or a licence under which it can't be bundled
 */
export function thirdPartyNotices(metafiles: readonly Metafile[]): string {
  const packages = bundledPackages(metafiles);
  const parts = packages.map(found => {
    if (!bundleable.has(found.license)) {
      throw new Error(`${found.name} can’t be bundled: its licence is ${found.license || 'not stated'}`);
    }
    return [`${found.name} ${found.version} (${found.license})`, ...noticesOf(found)].join('\n\n');
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const head = `Countersign contains parts of ${packages.length} packages. Each is used under its own licence, which follows.`;
  return `${[head, ...parts].join(rule)}\n`;
}

/** The packages that the bundles hold, in the order of their names. */
export function bundledPackages(metafiles: readonly Metafile[]): readonly BundledPackage[] {
  const folders = new Map<string, Set<string>>();
  for (const { outputs } of metafiles) {
    for (const output of Object.values(outputs)) {
      for (const [input, { bytesInOutput }] of Object.entries(output.inputs)) {
        const file = resolve(root, input);
        const folder = bytesInOutput > 0 ? packageFolder(file) : undefined;
        if (folder !== undefined) folders.set(folder, (folders.get(folder) ?? new Set()).add(file));
      }
    }
  }
  const packages = [...folders].map(([folder, files]) => {
    const { name, version, ...stated } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { name, version, license: licenseOf(stated), folder, files: [...files].sort() };
  });
  return packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Of several licences to choose from, one that may be bundled. */
function licenseOf({ license, licenses }: { readonly license?: unknown; readonly licenses?: unknown }): string {
  if (typeof license === 'string') return license;
  const all = [license, licenses].flat() as readonly ({ readonly type?: string } | undefined)[];
  return all.find(each => bundleable.has(each?.type ?? ''))?.type ?? '';
}

/** The folder of the package that a file belongs to; none for our own files and what a plugin made up. */
function packageFolder(file: string): string | undefined {
  const parts = relative(root, file).split(sep);
  const at = parts.lastIndexOf('node_modules');
  if (at < 0) return undefined;
  const length = parts[at + 1]?.startsWith('@') ? 3 : 2;
  return join(root, ...parts.slice(0, at + length));
}

/** Packages that name their licence in package.json alone. */
const withoutText: Readonly<Record<string, string>> = {
  boolbase: `ISC License

Copyright (c) Felix Böhm <me@feedic.com>

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`,
};

/** The files with its licence; of a package without one, what its sources say of it at their head. */
function noticesOf({ name, folder, files }: BundledPackage): readonly string[] {
  const texts = readdirSync(folder).filter(file => /^(licen[cs]e|copying|notice)(-code)?(\.(md|txt))?$/i.test(file));
  if (texts.length > 0) return texts.sort().map(text => read(join(folder, text)));
  const heads = new Set(files.map(file => /^(?:\s*\/\/.*\n)+|^\s*\/\*[\s\S]*?\*\//.exec(read(file))?.[0].trim() ?? ''));
  const stated = [...heads].filter(head => /copyright/i.test(head) && /licen[cs]e/i.test(head));
  const standard = withoutText[name];
  if (standard !== undefined) return [standard];
  if (stated.length === 0) throw new Error(`${name} can’t be bundled: its licence is nowhere in it`);
  return stated;
}

function read(file: string): string {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();
}
