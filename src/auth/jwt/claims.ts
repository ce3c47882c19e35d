import { CountersignError } from '../../core/errors.ts';

/** A JSON object as text and as value. Numbers keep their digits in the text. */
export interface JsonObject {
  readonly text: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** @throws CountersignError `invalid-value` */
export function parseJsonObject(text: string, field: string): JsonObject {
  const trimmed = text.trim() || '{}';
  try {
    const value: unknown = JSON.parse(trimmed);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { text: trimmed, value: value as Record<string, unknown> };
    }
  } catch (cause) {
    // What the parser says may quote secrets.
    const at = /position (\d+)/.exec(String(cause))?.[1];
    throw new CountersignError(
      'invalid-value',
      `The field “${field}” is not JSON${at ? ` (at character ${Number(at) + 1})` : ''}.`,
    );
  }
  throw new CountersignError('invalid-value', `The field “${field}” must be a JSON object, such as {"sub": "ada"}.`);
}

/** Why a text is no JSON object; undefined where it is one, or empty. */
export function jsonProblem(text: string | undefined, field: string): string | undefined {
  try {
    parseJsonObject(text ?? '', field);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The object's text with the members that it does not have itself, in front or behind. */
export function withMembers(
  object: JsonObject,
  members: Readonly<Record<string, unknown>>,
  place: 'front' | 'back',
): string {
  const added = Object.entries(members)
    .filter(([name, value]) => value !== undefined && !Object.hasOwn(object.value, name))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
    .join(',');
  if (added === '') return object.text;
  const own = object.text.slice(1, -1).trim();
  if (own === '') return `{${added}}`;
  return place === 'front' ? `{${added},${own}}` : `{${own},${added}}`;
}
