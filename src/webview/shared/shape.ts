/** Checks of what arrives by `postMessage`, where the type system can't see. */

export type Check = (value: unknown) => boolean;

export const isString: Check = value => typeof value === 'string';
export const isNumber: Check = value => typeof value === 'number' && Number.isFinite(value);
export const isBoolean: Check = value => typeof value === 'boolean';
export const isBytes: Check = value => value instanceof Uint8Array || value instanceof ArrayBuffer;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function optional(check: Check): Check {
  return value => value === undefined || check(value);
}

export function oneOf(...choices: readonly string[]): Check {
  return value => choices.includes(value as string);
}

export function arrayOf(check: Check): Check {
  return value => Array.isArray(value) && value.every(check);
}

/** True where every named member passes; members that aren't named are ignored. */
export function shape(members: Readonly<Record<string, Check>>): Check {
  return value => isRecord(value) && Object.entries(members).every(([name, check]) => check(value[name]));
}

/** The message, where its `type` is one of the table's and its members pass; otherwise undefined. */
export function validMessage<M extends { readonly type: string }>(
  value: unknown,
  table: Readonly<Record<M['type'], Readonly<Record<string, Check>>>>,
): M | undefined {
  if (!isRecord(value) || typeof value.type !== 'string' || !Object.hasOwn(table, value.type)) return undefined;
  return shape(table[value.type as M['type']])(value) ? (value as unknown as M) : undefined;
}
