import type { Loose } from './host.ts';

/** The built-in functions as they were before any script ran. */
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
      const { value } = Reflect.getOwnPropertyDescriptor(each, key) ?? {};
      if (typeof value !== 'function') continue;
      owners.push(each);
      keys.push(key);
      values.push(value);
    }
  }
}
const { length } = owners;

/** Whether they are so still; what scripts added beside them does not count. */
export function intact(): boolean {
  for (let at = 0; at < length; at++) if (owners[at][keys[at] as PropertyKey] !== values[at]) return false;
  return ({} as Loose).toJSON === undefined;
}
