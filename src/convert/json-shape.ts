/** Reads of a JSON value that somebody else wrote: what is not of the kind asked for counts as absent. */

export type JsonRecord = Readonly<Record<string, unknown>>;

export function record(value: unknown): JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A text, or a number or a truth value as one. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** Any value as a text: objects and lists as JSON. */
export function anyText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return text(value) ?? JSON.stringify(value);
}
