import { CountersignError } from './errors.ts';

/**
 * Values inside JSON and XML bodies. The libraries are loaded when the first path is followed, so that what uses none
 * starts without them.
 */

/** Whole numbers that a double cannot hold exactly (identifiers, mostly) are kept digit by digit. */
interface ExactNumber {
  readonly digits: string;
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** @throws CountersignError `unresolved-variable` where the text is not JSON */
export async function parseJson(text: string, what: string): Promise<unknown> {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const keepDigits: Reviver = (_, value, { source: digits }) =>
    typeof value === 'number' && digits && /^-?\d+$/.test(digits) && !Number.isSafeInteger(value)
      ? rawJson(digits)
      : value;
  try {
    return /\d{16}/.test(source)
      ? JSON.parse(source, keepDigits as (key: string, value: unknown) => unknown)
      : JSON.parse(source);
  } catch (error) {
    throw new CountersignError('unresolved-variable', `${what} is not JSON.`, {
      hint: 'Look at the response: it may be an error page. “.body.*” takes the body as it is.',
      cause: error,
    });
  }
}

/**
 * What a JSONPath finds first: a string as it is, anything else as JSON. Filters are interpreted by the library's own
 * evaluator, never run as JavaScript.
 * @see RFC 9535
 * @throws CountersignError `unresolved-variable`
 */
export async function jsonValue(json: unknown, path: string, what: string): Promise<string> {
  const { JSONPath } = await import('jsonpath-plus');
  if (json === null || typeof json !== 'object') {
    if (path === '$' || path === '$.') return asText(json);
    throw nothing(what, path);
  }
  let found: unknown[];
  try {
    found = JSONPath({ path: sliceFromEnd(path), json: json as object, eval: 'safe', wrap: true }) as unknown[];
  } catch (error) {
    throw new CountersignError('unresolved-variable', `“${path}” is not a valid JSONPath.`, { cause: error });
  }
  const [first] = found;
  if (first === undefined) throw nothing(what, path);
  return asText(first);
}

/** Writes a negative index as the slice that the library knows instead; filters and quoted names stay as they are. */
function sliceFromEnd(path: string): string {
  if (!path.includes('-') || path.includes('?')) return path;
  return path.replace(/'[^']*'|"[^"]*"|\[\s*-(\d+)\s*\]/g, (found, digits: string | undefined) => {
    const index = Number(digits);
    return digits === undefined || index === 0 ? found : `[-${index}:${index === 1 ? '' : 1 - index}]`;
  });
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
    found = library.useNamespaces(rootNamespaces(document))(path, document as never);
  } catch (error) {
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
function rawJson(digits: string): ExactNumber | number {
  const { rawJSON } = JSON as unknown as { rawJSON?: (text: string) => ExactNumber };
  return rawJSON ? rawJSON(digits) : Number(digits);
}

function nothing(what: string, path: string): CountersignError {
  return new CountersignError('unresolved-variable', `${what} has nothing at “${path}”.`, {
    hint: 'Look at the response, and mend the path.',
  });
}
