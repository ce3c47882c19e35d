/** A value as a console shows it. */
export function shown(value: unknown, depth = 0, seen: readonly unknown[] = []): string {
  if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[Function${value.name ? `: ${value.name}` : ''}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (seen.includes(value)) return '[Circular]';
  if (depth > 4) return Array.isArray(value) ? '[…]' : '{…}';
  const inside = (each: unknown): string => shown(each, depth + 1, [...seen, value]);
  if (Array.isArray(value)) {
    const items = value.slice(0, 100).map(inside);
    return `[${items.join(', ')}${value.length > 100 ? ', …' : ''}]`;
  }
  if (value instanceof Map)
    return `Map {${[...value].map(([key, each]) => `${inside(key)} => ${inside(each)}`).join(', ')}}`;
  if (value instanceof Set) return `Set {${[...value].map(inside).join(', ')}}`;
  const entries = Object.entries(value).slice(0, 100);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, each]) => `${/^[\w$]+$/.test(key) ? key : JSON.stringify(key)}: ${inside(each)}`).join(', ')} }`;
}
