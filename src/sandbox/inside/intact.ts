import type { Loose } from './host.ts';

/**
 * The built-in functions stay as they are: no script can spoil the next. Those that objects of libraries have of their
 * own by assignment (`toString` and its kin) can't be fixed, and are looked at after each script.
 */
const inherited: ReadonlySet<object> = new Set([Object.prototype, Function.prototype, Error.prototype, Date.prototype]);

const owners: Loose[] = [];
const keys: PropertyKey[] = [];
const values: unknown[] = [];

for (const owner of [
  ...[Object, Array, Function, String, Number, Boolean, RegExp, Date, Error, Promise, Map, Set, WeakMap, Symbol],
  ...[Uint8Array, JSON, Math, Reflect],
]) {
  const all: object[] = 'prototype' in owner ? [owner, owner.prototype as object] : [owner];
  for (const each of all) {
    for (const key of Reflect.ownKeys(each)) {
      const { value, configurable } = Reflect.getOwnPropertyDescriptor(each, key) ?? {};
      if (typeof value !== 'function') continue;
      if (inherited.has(each) || key === 'toString' || key === 'constructor' || !configurable) {
        owners.push(each);
        keys.push(key);
        values.push(value);
      } else Object.defineProperty(each, key, { writable: false, configurable: false });
    }
  }
}
const { length } = owners;

/** Whether what could be changed is as it was; what scripts added beside it does not count. */
export function intact(): boolean {
  for (let at = 0; at < length; at++) if (owners[at][keys[at] as PropertyKey] !== values[at]) return false;
  return ({} as Loose).toJSON === undefined;
}
