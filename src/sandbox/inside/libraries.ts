import { hostText, type Loose } from './host.ts';

const loaded = new Map<string, Loose>();
// biome-ignore lint/security/noGlobalEval: this is the engine of the sandbox, and the text is ours
const evaluate = eval;

/** A library that is shipped for scripts; undefined where there is none of that name. */
export function library(name: string): Loose {
  if (loaded.has(name)) return loaded.get(name);
  const code = hostText('library', name);
  if (code === undefined) return undefined;
  const made = evaluate(`${code}\n//# sourceURL=countersign:${name}`);
  loaded.set(name, made);
  return made;
}

/** What scripts write for a library, and what it is called here. */
const names: Readonly<Record<string, string>> = {
  ...{
    chai: 'chai',
    lodash: 'lodash',
    'crypto-js': 'crypto-js',
    moment: 'moment',
    uuid: 'uuid',
    ajv: 'ajv',
    tv4: 'tv4',
  },
  ...{ xml2js: 'xml2js', cheerio: 'cheerio', 'csv-parse/lib/sync': 'csv-parse', 'csv-parse/sync': 'csv-parse' },
  ...{ buffer: 'buffer', dayjs: 'moment' },
};

const own = new Map<string, () => Loose>();

/** A module that a face makes itself. */
export function provide(name: string, make: () => Loose): void {
  own.set(name, make);
}

/** `require` of scripts. @throws Error where the module isn't one that scripts may have */
export function require(name: unknown): Loose {
  const wanted = String(name).replace(/^node:/, '');
  const made = own.get(wanted)?.();
  if (made !== undefined) return made;
  const known = names[wanted];
  const found = known === undefined ? undefined : library(known);
  if (found !== undefined) return found;
  const offered = [...new Set([...Object.keys(names), ...own.keys()])].toSorted().join(', ');
  throw new Error(`Scripts can’t have the module “${name}”: they run apart from this machine. There are ${offered}.`);
}
