import { createHash } from 'node:crypto';
import { charsetOf, decodeText } from '../core/charset.ts';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Exchange, TestResult } from '../core/exchange.ts';
import type { Place } from '../core/place.ts';
import { jsonValue, parseJson, xmlValue } from '../core/response-path.ts';
import { TimeExceeded, withinTime } from '../core/time-limit.ts';
import { type Assertion, isScriptAssertion, parseAssertion } from '../language/assertion.ts';
import type { PlacedBlock, SyntaxTree } from '../language/syntax-tree.ts';
import type { TextResolver } from './variable-text.ts';

/** The most of a body that assertions look into. Bytes. */
const largest = 64 * 1024 * 1024;

/** A line `?? …` of a request, at its place. */
export interface WrittenAssertion {
  readonly text: string;
  readonly place: Place;
}

/** The assertions of a request, in the order of their lines; those that are scripts belong to another client. */
export function assertionsOf(
  file: string,
  tree: SyntaxTree,
  { block, offset, line }: PlacedBlock,
): readonly WrittenAssertion[] {
  return block.foreign.flatMap(({ feature, start, end, line: own }) => {
    if (feature !== 'assertion') return [];
    const text = tree.text.slice(offset + start, offset + end).trim();
    return isScriptAssertion(text) ? [] : [{ text, place: { file, line: line + own + 1, column: 1 } }];
  });
}

/**
 * Holds a response against what its request says of it. Never throws: what can't be understood or computed has failed.
 * @see https://httpyac.github.io/guide/assert
 */
export async function testResponse(
  assertions: readonly WrittenAssertion[],
  exchange: Pick<Exchange, 'response' | 'durationMs' | 'attempts'>,
  variables: TextResolver,
): Promise<readonly TestResult[]> {
  const read = new ReadResponse(exchange);
  const results: TestResult[] = [];
  for (const { text, place } of assertions) {
    const name = text.replace(/^\?\?\s*/, '');
    const result = { name, line: place.line };
    try {
      const assertion = parseAssertion(text);
      if (!assertion) {
        throw new CountersignError(
          'invalid-value',
          'This is no assertion: write “?? status == 200”, “?? header content-type contains json” or “?? body user.name exists”.',
        );
      }
      const resolved = assertion.expected.includes('{{')
        ? (await variables.resolve(assertion.expected, place)).value
        : assertion.expected;
      const actual = await read.value(assertion);
      const passed = holds(assertion, actual, resolved);
      const compared = assertion.operator === 'equals' ? { expected: resolved, actual: asText(actual) } : {};
      results.push(
        passed ? { ...result, passed } : { ...result, passed, message: `It is ${shown(actual)}.`, ...compared },
      );
    } catch (error) {
      const message =
        error instanceof TimeExceeded ? 'It takes too long to be matched.' : asCountersignError(error).message;
      results.push({ ...result, passed: false, message });
    }
  }
  return results;
}

class ReadResponse {
  readonly #exchange: Pick<Exchange, 'response' | 'durationMs' | 'attempts'>;
  #text: Promise<string> | undefined;

  constructor(exchange: Pick<Exchange, 'response' | 'durationMs' | 'attempts'>) {
    this.#exchange = exchange;
  }

  async value({ type, subject }: Assertion): Promise<unknown> {
    const { response, durationMs, attempts } = this.#exchange;
    if (!response) throw new CountersignError('protocol', 'There is no response.');
    switch (type) {
      case 'status':
        return response.status;
      case 'duration': {
        const timing = attempts.at(-1)?.timing;
        return subject === 'firstByte' ? timing?.wait : durationMs;
      }
      case 'header': {
        const name = subject.toLowerCase();
        const found = response.headers.filter(([known]) => known.toLowerCase() === name);
        return found.length === 0 ? undefined : found.map(([, value]) => value).join(', ');
      }
      case 'xpath':
        return xmlValue(await this.#body(), subject, 'The response');
      case 'body':
        return subject === '' ? this.#body() : this.#member(subject);
    }
  }

  async #member(path: string): Promise<unknown> {
    const document = await parseJson(await this.#body(), 'The response');
    const steps = simplePath(path);
    if (steps) return steps.reduce<unknown>((value, step) => memberOf(value, step), document.plain);
    return parsed(await jsonValue(document, path, 'The response'));
  }

  #body(): Promise<string> {
    this.#text ??= this.#read();
    return this.#text;
  }

  async #read(): Promise<string> {
    const { response } = this.#exchange;
    if (!response || response.body.size === 0) return '';
    if (response.body.size > largest) throw new CountersignError('too-large', 'The body is larger than 64 MiB.');
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body.open()) chunks.push(chunk);
    const type = response.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    return decodeText(Buffer.concat(chunks), charsetOf(type));
  }
}

/** `user.roles[0].name`, with `$.` before it or not; undefined where it is more than names and numbers. */
function simplePath(path: string): readonly string[] | undefined {
  const plain = path.replace(/^\$(?:\.(?!\.)|(?=\[|$))/, '');
  if (plain === '') return [];
  if (!/^(?:[\w$-]+|\[\d+\])(?:\.[\w$-]+|\[\d+\])*$/.test(plain)) return undefined;
  return plain
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter(step => step !== '');
}

function memberOf(value: unknown, step: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string, unknown>)[step]
    : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function holds({ operator }: Assertion, actual: unknown, expected: string): boolean {
  switch (operator) {
    case 'exists':
      return Boolean(actual);
    case 'is absent':
      return !actual;
    case 'is array':
      return Array.isArray(actual);
    case 'is boolean':
      return typeof actual === 'boolean';
    case 'is number':
      return typeof actual === 'number';
    case 'is string':
      return typeof actual === 'string';
    case 'equals':
      return same(actual, expected);
    case 'not equals':
      return !same(actual, expected);
    case 'greater':
      return Number(actual) > Number(expected);
    case 'at least':
      return Number(actual) >= Number(expected);
    case 'less':
      return Number(actual) < Number(expected);
    case 'at most':
      return Number(actual) <= Number(expected);
    case 'starts with':
      return asText(actual).startsWith(unquoted(expected));
    case 'ends with':
      return asText(actual).endsWith(unquoted(expected));
    case 'contains':
      return asText(actual).includes(unquoted(expected));
    case 'matches':
      return withinTime(() => new RegExp(expected, 'u').test(asText(actual)));
    case 'md5':
    case 'sha256':
    case 'sha512':
      return createHash(operator).update(asText(actual)).digest('base64') === expected;
  }
}

/** By the kind of what came: numbers as numbers, objects as JSON, text as it is written. */
function same(actual: unknown, expected: string): boolean {
  if (expected === 'undefined') return actual === undefined;
  if (expected === 'null') return actual === null;
  if (typeof actual === 'number') return expected.trim() !== '' && actual === Number(expected);
  if (typeof actual === 'boolean') return String(actual) === expected;
  if (typeof actual === 'object' && actual !== null) return JSON.stringify(actual) === JSON.stringify(parsed(expected));
  return actual === expected || (actual !== undefined && actual === unquoted(expected));
}

/** Text may stand in quotes, where it begins or ends with a blank. */
const unquoted = (text: string): string => /^"(.*)"$/s.exec(text)?.[1] ?? /^'(.*)'$/s.exec(text)?.[1] ?? text;

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}

/** The value as it stands in a message. */
function shown(value: unknown): string {
  if (value === undefined) return 'not there';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
