import type { AuthStatement } from '../auth/inheritance.ts';
import { findScheme } from '../auth/schemes/index.ts';
import { convert } from '../auth/values.ts';

/** The default of a scheme that doesn’t say. */
const usual = ['Authorization'];

/**
 * Names of the headers that a statement makes a request carry. Empty where that can’t be known: for an unknown scheme,
 * and where it depends on a value that has none yet.
 * @param resolve the text with its variables replaced; undefined where only sending can tell
 */
export function headersSetBy(
  statement: AuthStatement,
  resolve: (text: string) => string | undefined,
): readonly string[] {
  const scheme = findScheme(statement.scheme);
  if (!scheme) return [];
  if (!scheme.headers) return usual;
  const values: Record<string, unknown> = {};
  for (const field of scheme.fields) {
    const stated = statement.fields.find(({ name }) => name === field.name);
    const text = stated ? (stated.value.includes('{{') ? resolve(stated.value) : stated.value) : field.default;
    if (text !== undefined) values[field.name] = convert(field, text);
  }
  return scheme.headers(values);
}
