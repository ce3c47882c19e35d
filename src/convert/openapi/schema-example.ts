import { type JsonRecord, list, record } from '../json-shape.ts';

/** Follows a `$ref` within the document; undefined where it leads nowhere, or out of it. */
export type Resolve = (value: unknown) => JsonRecord;

/** Objects stand in each other this deep at most. */
const deepest = 8;

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  uuid: '00000000-0000-4000-8000-000000000000',
  email: 'user@example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  byte: 'dGV4dA==',
};

/** A value that a schema allows, by its examples and defaults where it has some. */
export function exampleOf(schema: unknown, resolve: Resolve, above: readonly JsonRecord[] = []): unknown {
  const found = resolve(schema);
  // A schema that holds itself says nothing more there.
  if (above.includes(found)) return undefined;
  if (found.example !== undefined) return found.example;
  const [first] = list(found.examples);
  if (first !== undefined) return first;
  if (found.default !== undefined) return found.default;
  if (found.const !== undefined) return found.const;
  if (list(found.enum).length > 0) return list(found.enum)[0];
  if (above.length > deepest) return undefined;
  const within = [...above, found];
  const all = list(found.allOf);
  if (all.length > 0) {
    const parts = [...all, ...(found.properties ? [{ ...found, allOf: undefined }] : [])];
    const values = parts.map(part => exampleOf(part, resolve, within));
    return values.every(value => typeof value === 'object' && value !== null && !Array.isArray(value))
      ? Object.assign({}, ...values)
      : values[0];
  }
  const [choice] = [...list(found.oneOf), ...list(found.anyOf)];
  if (choice !== undefined) return exampleOf(choice, resolve, within);
  return ofType(found, resolve, within);
}

function ofType(schema: JsonRecord, resolve: Resolve, within: readonly JsonRecord[]): unknown {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const type =
    types.find(each => each !== 'null') ?? (schema.properties ? 'object' : schema.items ? 'array' : undefined);
  switch (type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(record(schema.properties))
          .filter(([, property]) => resolve(property).readOnly !== true)
          .map(([name, property]) => [name, exampleOf(property, resolve, within)] as const)
          .filter(([, value]) => value !== undefined),
      );
    case 'array':
      return schema.items === undefined
        ? []
        : [exampleOf(schema.items, resolve, within)].filter(value => value !== undefined);
    case 'integer':
    case 'number':
      return typeof schema.minimum === 'number' ? schema.minimum : 0;
    case 'boolean':
      return true;
    case 'string':
      return formats[String(schema.format ?? '')] ?? 'string';
    default:
      return type === undefined ? {} : null;
  }
}
