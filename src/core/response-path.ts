import type { JsonValue } from 'jsonpath-rfc9535';
import { CountersignError } from './errors.ts';
import { expressionLimit, TimeExceeded, withinTime } from './time-limit.ts';

/**
 * Values inside JSON and XML bodies. The libraries are loaded when the first path is followed, so that what uses none
 * starts without them.
 */

/** A JSON document, and the same with each number in the digits that it was sent in. */
export interface JsonDocument {
  readonly plain: unknown;
  /** Absent where it is the same. */
  readonly exact?: unknown;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** @throws CountersignError `unresolved-variable` where the text is not JSON */
export async function parseJson(text: string, what: string): Promise<JsonDocument> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let differs = false;
  const keepDigits: Reviver = (_, value, { source: digits }) => {
    if (typeof value !== 'number' || !digits || String(value) === digits) return value;
    differs = true;
    return rawJson(digits);
  };
  try {
    const plain: unknown = JSON.parse(source);
    // Only such texts can hold a number that is not written as a double is.
    if (!/\d{16}|\d[.eE]|-0/.test(source)) return { plain };
    const exact: unknown = JSON.parse(source, keepDigits as (key: string, value: unknown) => unknown);
    return differs ? { plain, exact } : { plain };
  } catch (error) {
    throw new CountersignError('unresolved-variable', `${what} is not JSON.`, {
      hint: 'Look at the response: it may be an error page. “.body.*” takes the body as it is.',
      cause: error,
    });
  }
}

/**
 * What a JSONPath finds first: a string as it is, anything else as JSON. Filters are interpreted, never run as
 * JavaScript, and cannot change the document.
 * @see RFC 9535
 * @throws CountersignError `unresolved-variable`
 */
export async function jsonValue({ plain, exact }: JsonDocument, path: string, what: string): Promise<string> {
  const { exec } = await import('jsonpath-rfc9535');
  const standard = standardPath(path);
  try {
    // What is wrong with a path shows on any document.
    exec(null, standard, () => {});
  } catch (error) {
    throw new CountersignError('unresolved-variable', `“${path}” is not a valid JSONPath.`, {
      hint: `${error instanceof Error ? `${error.message} ` : ''}Write it as RFC 9535 says.`,
      cause: error,
    });
  }
  let first: { readonly value: unknown; readonly location: readonly (string | number)[] } | undefined;
  limited(path, () =>
    exec(plain as JsonValue, standard, (value, at) => {
      first ??= { value, location: [...at] as (string | number)[] };
    }),
  );
  if (!first) throw nothing(what, path);
  if (exact === undefined) return asText(first.value);
  return asText(first.location.reduce((value: unknown, key) => (value as Record<string, unknown>)[key], exact));
}

/** A path as the standard has it: the root where there is none after a dot, names with hyphens, `@.length - 1`. */
function standardPath(path: string): string {
  return path
    .replace(/\.\s*$/, '')
    .replace(
      /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\[\s*\(\s*@\.length\s*-\s*(\d+)\s*\)\s*\]|(\.\.?)([A-Za-z_][\w]*(?:-[\w]+)+)/g,
      (
        found,
        quoted: string | undefined,
        last: string | undefined,
        dots: string | undefined,
        name: string | undefined,
      ) => {
        if (quoted !== undefined) return found;
        if (last !== undefined) return `[-${last}]`;
        return `${dots === '..' ? '..' : ''}['${name}']`;
      },
    );
}

function limited<T>(path: string, work: () => T): T {
  try {
    return withinTime(work);
  } catch (error) {
    if (error instanceof TimeExceeded) throw takesTooLong(path, error);
    throw new CountersignError('unresolved-variable', `“${path}” cannot be followed in this response.`, {
      hint: 'The response may be nested too deeply.',
      cause: error,
    });
  }
}

function takesTooLong(path: string, cause: unknown): CountersignError {
  return new CountersignError(
    'unresolved-variable',
    `“${path}” takes more than ${expressionLimit.milliseconds / 1000} s to find something in this response.`,
    { hint: 'Write a path that says where the value is.', cause },
  );
}

/**
 * What an XPath finds first: the text of an attribute or text node, the content of an element, or a computed value.
 * @throws CountersignError `unresolved-variable`
 */
export async function xmlValue(text: string, path: string, what: string): Promise<string> {
  const [{ DOMParser }, xpath] = await Promise.all([import('@xmldom/xmldom'), import('xpath')]);
  const { default: library = xpath } = xpath as unknown as { default?: typeof xpath };
  let document: Node;
  try {
    const parser = new DOMParser({ onError: level => void (level === 'fatalError' && fail()) });
    document = parser.parseFromString(text, 'text/xml') as unknown as Node;
  } catch (error) {
    throw new CountersignError('unresolved-variable', `${what} is not XML.`, { cause: error });
  }
  let found: unknown;
  try {
    const select = library.useNamespaces(rootNamespaces(document));
    found = withinTime(() => select(path, document as never));
  } catch (error) {
    if (error instanceof TimeExceeded) throw takesTooLong(path, error);
    throw new CountersignError('unresolved-variable', `“${path}” is not a valid XPath.`, {
      hint: 'Where the document has namespaces, write “//*[local-name()="name"]”.',
      cause: error,
    });
  }
  if (!Array.isArray(found)) {
    if (found === null || found === undefined) throw nothing(what, path);
    return typeof found === 'object' ? nodeText(found as XmlNode) : String(found);
  }
  const [first] = found as XmlNode[];
  if (!first) throw nothing(what, path);
  return nodeText(first);
}

/** The prefixes that the document's root declares. */
function rootNamespaces(document: Node): Record<string, string> {
  const { documentElement } = document as unknown as { readonly documentElement?: Element };
  const declared = Array.from(documentElement?.attributes ?? []).filter(({ name }) => name.startsWith('xmlns:'));
  return Object.fromEntries(declared.map(({ name, value }) => [name.slice('xmlns:'.length), value]));
}

/** As much of a DOM node as is needed here. */
interface XmlNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly childNodes: ArrayLike<XmlNode>;
  readonly documentElement?: XmlNode;
  toString(): string;
}

const ELEMENT = 1;
const DOCUMENT = 9;

function nodeText(node: XmlNode): string {
  if (node.nodeType === DOCUMENT) return String(node.documentElement ?? '');
  if (node.nodeType !== ELEMENT) return node.nodeValue ?? '';
  const children = Array.from(node.childNodes);
  const nested = children.some(child => child.nodeType === ELEMENT);
  return nested ? children.map(String).join('') : children.map(child => child.nodeValue ?? '').join('');
}

function fail(): never {
  throw new SyntaxError('not well-formed');
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

/** @see https://tc39.es/proposal-json-parse-with-source/ */
function rawJson(digits: string): unknown {
  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => unknown };
  return rawJSON ? rawJSON(digits) : Number(digits);
}

function nothing(what: string, path: string): CountersignError {
  return new CountersignError('unresolved-variable', `${what} has nothing at “${path}”.`, {
    hint: 'Look at the response, and mend the path.',
  });
}
