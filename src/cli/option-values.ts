import { parseDuration } from '../auth/values.ts';
import { originPattern } from '../core/origin-pattern.ts';
import { UsageError } from './usage-error.ts';

/** Where a report goes: `NAME[=FILE]`. */
export interface Reporting {
  readonly name: string;
  /** Absent: standard output. */
  readonly file?: string;
}

/** `[HOST=]FILE`. */
export interface FileForHost {
  /** `api.example.com`, `*.example.com`, each with `:port` or not. */
  readonly host: string | undefined;
  readonly file: string;
}

/** `name=origin`. */
export interface AllowedSecret {
  /** A secret's name, `token:NAME`, `exec:NAME`, `aws:PROFILE` or `edgegrid:SECTION`. */
  readonly name: string;
  /** A canonical pattern. */
  readonly origin: string;
}

export function pairs(option: string, values: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    values.map(pair => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`${option} takes name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** What stands before the first `=` is a host, unless it holds a slash: `./a=b.pem` is a file. */
export function filesForHosts(option: string, values: readonly string[]): readonly FileForHost[] {
  const hosts = new Set<string | undefined>();
  return values.map(text => {
    const [, host, file = ''] = /^(?:([^=/\\]+)=)?(.*)$/s.exec(text) ?? [];
    if (file === '') throw new UsageError(`${option} takes a file, or HOST=FILE`);
    if (hosts.has(host)) throw new UsageError(`${option} is given twice for ${host ?? 'every host'}`);
    hosts.add(host);
    return { host, file };
  });
}

/** @throws UsageError */
export function allowedSecret(what: string, text: string): AllowedSecret {
  const at = text.indexOf('=');
  const origin = at < 1 ? undefined : originPattern(text.slice(at + 1));
  if (origin === undefined) {
    throw new UsageError(`${what} takes name=origin, as in acme-key=https://api.acme.com or acme-key=*.acme.com`);
  }
  return { name: text.slice(0, at), origin };
}

export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not “${text}”`);
}

/** Milliseconds. */
export function milliseconds(option: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds * 1000;
  throw new UsageError(`${option} takes a duration such as 10s, 500ms or 2m, not “${text}”`);
}

export function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${option} takes a number from 1 on, not “${text}”`);
  return number;
}

export function share(option: string, text: string): { readonly index: number; readonly count: number } {
  const [, index = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(of) };
  if (index !== '' && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`${option} takes I/N, such as 1/4 for the first of four, not “${text}”`);
}

export const tags = (_: string, values: readonly string[]): readonly string[] =>
  values.flatMap(text => text.split(/[\s,]+/).filter(Boolean));

export function reporting(text: string): Reporting {
  const at = text.indexOf('=');
  return at < 0 ? { name: text } : { name: text.slice(0, at), file: text.slice(at + 1) };
}
