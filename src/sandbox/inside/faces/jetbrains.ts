import { base64, fromBase64, fromHex, hex, utf8 } from '../bytes.ts';
import { digest, randomInteger, randomUuid } from '../digest.ts';
import { define, defineLazily, print, webCrypto } from '../globals.ts';
import { host, type Loose, substitute, variables } from '../host.ts';
import { library } from '../libraries.ts';
import {
  bodyText,
  contentType,
  type Input,
  isJson,
  isXml,
  type Pairs,
  parsedJson,
  setCookies,
  valuesOf,
} from '../response.ts';
import { callLine, failed, passed, skipped } from '../results.ts';

/**
 * The JavaScript of JetBrains' HTTP Client.
 * @see https://www.jetbrains.com/help/idea/http-response-handling-api-reference.html
 */

/** Ends the script; it is no error. */
export class Exit extends Error {}

interface Waiting {
  readonly name: string;
  readonly work: unknown;
  readonly line: number;
}

let waiting: Waiting[] = [];

function level(name: string): Loose {
  const { get, set, unset, clear, has, all } = variables(name);
  return {
    get: (key: string) => get(key) ?? null,
    set,
    isEmpty: () => Object.keys(all()).length === 0,
    clear: unset,
    clearAll: clear,
    has,
  };
}

const client = {
  global: {
    ...level('run'),
    headers: {
      set: (name: string, value: unknown) => void host('header.set', { name: String(name), value: String(value) }),
      clear: (name: string) => void host('header.set', { name: String(name) }),
    },
  },
  variables: {
    global: level('run'),
    environment: level('environment'),
    file: level('file'),
    request: level('request'),
  },
  test(name: unknown, work: unknown) {
    waiting.push({ name: String(name), work, line: callLine() });
  },
  assert(condition: unknown, message?: unknown) {
    if (!condition) throw new Error(message === undefined ? 'Assertion failed' : String(message));
  },
  log: (...values: unknown[]) => print('log', values),
  exit() {
    throw new Exit('exit');
  },
};

/** Tests run once the script has come to its end. */
export async function runTests(): Promise<void> {
  for (const { name, work, line } of waiting.splice(0)) {
    try {
      if (typeof work === 'function') await work();
      passed(name, line);
    } catch (error) {
      if (error instanceof Exit) skipped(name, line);
      else failed(name, error, line);
    }
  }
}

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const from = (alphabet: string, length: number): string =>
  Array.from({ length: Math.max(0, Math.min(Number(length) || 0, 65_536)) }, () =>
    alphabet.charAt(randomInteger(0, alphabet.length)),
  ).join('');

const range = (one: unknown, other: unknown): [number, number] =>
  one === undefined ? [0, 1000] : other === undefined ? [0, Number(one)] : [Number(one), Number(other)];

export const random = {
  get uuid() {
    return randomUuid();
  },
  get email() {
    return `${from(letters, 8)}@${from(letters, 6)}.com`.toLowerCase();
  },
  alphabetic: (length: number) => from(letters, length),
  alphanumeric: (length: number) => from(`${letters}0123456789_`, length),
  hexadecimal: (length: number) => from('0123456789abcdef', length),
  integer: (one?: unknown, other?: unknown) => randomInteger(...range(one, other)),
  float: (one?: unknown, other?: unknown) => {
    const [least, most] = range(one, other);
    return least + (randomInteger(0, 2 ** 31) / 2 ** 31) * (most - least);
  },
};

function hash(algorithm: string, key?: Uint8Array): Loose {
  const pieces: Uint8Array[] = [];
  const builder: Loose = {
    updateWithText: (text: unknown) => add(utf8(String(text))),
    updateWithHex: (text: unknown) => add(fromHex(String(text))),
    updateWithBase64: (text: unknown) => add(fromBase64(String(text))),
    digest() {
      const bytes = digest(algorithm, joined(pieces), key);
      return { toHex: () => hex(bytes), toBase64: (urlSafe = false) => base64(bytes, urlSafe) };
    },
  };
  const add = (bytes: Uint8Array): Loose => {
    pieces.push(bytes);
    return builder;
  };
  return builder;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap(piece => Array.from(piece)));
}

const algorithms: Readonly<Record<string, string>> = {
  ...{ md5: 'md5', sha1: 'sha1', sha256: 'sha256', sha384: 'sha384', sha512: 'sha512' },
  ...{ sha3_256: 'sha3-256', sha3_384: 'sha3-384', sha3_512: 'sha3-512' },
};

const builders = Object.fromEntries(
  Object.entries(algorithms).map(([name, algorithm]) => [name, () => hash(algorithm)]),
);
const keyed = Object.fromEntries(
  Object.entries(algorithms).map(([name, algorithm]) => [
    name,
    () => ({
      withTextSecret: (secret: unknown) => hash(algorithm, utf8(String(secret))),
      withHexSecret: (secret: unknown) => hash(algorithm, fromHex(String(secret))),
      withBase64Secret: (secret: unknown) => hash(algorithm, fromBase64(String(secret))),
    }),
  ]),
);

/** Paths that name one value give it; others give a list. */
export function jsonPath(document: unknown, path: string): Loose {
  const values = library('jsonpath').query(document, path) as unknown[];
  const definite = /^\$(?:\.[\w$-]+|\[(?:\d+|'[^']*'|"[^"]*")\])*$/.test(path);
  return definite ? (values[0] ?? null) : values;
}

function headersBefore(headers: Pairs): Loose {
  const view = ([name, value]: readonly [string, string]): Loose => ({
    name,
    getRawValue: () => value,
    tryGetSubstitutedValue: () => substitute(value),
    value: () => substitute(value),
  });
  return {
    all: () => headers.map(view),
    findByName: (name: string) => {
      const found = headers.find(([known]) => known.toLowerCase() === String(name).toLowerCase());
      return found ? view(found) : null;
    },
  };
}

function requestBefore({ request, info }: Input): Loose {
  const text = (written: string): Loose => ({ getRaw: () => written, tryGetSubstituted: () => substitute(written) });
  return {
    method: request.method,
    url: text(request.url),
    body: text(request.body ?? ''),
    headers: headersBefore(request.headers),
    environment: { get: (name: string) => variables('environment').get(name) ?? null },
    variables: level('request'),
    iteration: () => info.iteration,
    templateValue: () => null,
  };
}

function requestAfter({ request, info }: Input): Loose {
  return {
    method: request.method,
    url: () => request.url,
    body: () => request.body ?? '',
    headers: {
      all: () => request.headers.map(([name, value]) => ({ name, value: () => value })),
      findByName: (name: string) => {
        const [value] = valuesOf(request.headers, name);
        return value === undefined ? null : { name, value: () => value };
      },
    },
    environment: { get: (name: string) => variables('environment').get(name) ?? null },
    variables: level('request'),
    iteration: () => info.iteration,
    templateValue: () => null,
  };
}

/** A body of lines or messages, handed over one by one. */
function stream(text: string): Loose {
  const each =
    (pieces: readonly string[]) =>
    (work: (piece: string, stop: () => void, output?: () => void) => void, done?: () => void) => {
      let going = true;
      for (const piece of pieces) {
        if (!going) break;
        work(piece, () => {
          going = false;
        });
      }
      done?.();
    };
  const lines = text.split(/\r?\n/).filter((line, index, all) => line !== '' || index < all.length - 1);
  return { onEachLine: each(lines), onEachMessage: each(lines.filter(line => line !== '')), toString: () => text };
}

function responseOf({ response }: Input): Loose {
  if (!response) return undefined;
  const type = contentType(response.headers);
  let body: { readonly value: Loose } | undefined;
  const read = (): Loose => {
    const text = bodyText(response);
    if (isJson(type.mimeType)) {
      try {
        return parsedJson(text);
      } catch {
        return text;
      }
    }
    if (/event-stream|ndjson|jsonlines/.test(type.mimeType)) return stream(text);
    if (isXml(type.mimeType) || type.mimeType === 'text/html') {
      try {
        return new (library('xml').DOMParser)().parseFromString(text, isXml(type.mimeType) ? 'text/xml' : 'text/html');
      } catch {
        return text;
      }
    }
    return text;
  };
  return {
    status: response.status,
    contentType: type,
    get body() {
      body ??= { value: read() };
      return body.value;
    },
    set body(value: Loose) {
      body = { value };
    },
    headers: {
      valueOf: (name: string) => valuesOf(response.headers, name)[0] ?? null,
      valuesOf: (name: string) => valuesOf(response.headers, name),
      all: () => response.headers.map(([name, value]) => ({ name, value: () => value })),
    },
    cookies: () => setCookies(response.headers),
    cookiesByName: (name: string) => setCookies(response.headers).filter(cookie => cookie.name === name),
  };
}

export function defineJetbrains(): void {
  define({
    client,
    $random: random,
    crypto: { ...webCrypto, ...builders, hmac: keyed },
    jsonPath,
    xpath: (node: Loose, expression: string) =>
      library('xml').select(
        expression,
        typeof node === 'string' ? new (library('xml').DOMParser)().parseFromString(node, 'text/xml') : node,
      ),
    sleep: (milliseconds: number) =>
      new Promise<void>(resolve => (globalThis as Loose).setTimeout(resolve, milliseconds)),
  });
  defineLazily({ DOMParser: () => library('xml').DOMParser, XMLSerializer: () => library('xml').XMLSerializer });
  Object.defineProperties(globalThis, {
    $uuid: { get: randomUuid, configurable: true },
    $timestamp: { get: () => Math.floor(Date.now() / 1000), configurable: true },
    $isoTimestamp: { get: () => new Date().toISOString(), configurable: true },
    $randomInt: { get: () => randomInteger(0, 1000), configurable: true },
    $env: {
      get: () => new Proxy({}, { get: (_, name) => host('process-environment', { name: String(name) }) }),
      configurable: true,
    },
  });
}

/** What the script finds of its request. */
export function beginJetbrains(input: Input): void {
  waiting = [];
  const response = responseOf(input);
  define({ request: input.response ? requestAfter(input) : requestBefore(input), response });
}
