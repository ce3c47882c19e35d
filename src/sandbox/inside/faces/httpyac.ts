import { define, print } from '../globals.ts';
import { type Loose, variables } from '../host.ts';
import { library, provide, require } from '../libraries.ts';
import { nodeAssert, nodeCrypto, ScriptBuffer } from '../node-modules.ts';
import { bodyText, contentType, type Input, isJson, isXml, type Pairs, parsedJson, setCookies } from '../response.ts';
import { current, test as runTest } from '../results.ts';
import { random } from './jetbrains.ts';

/**
 * The JavaScript of httpYac.
 * @see https://httpyac.github.io/guide/scripting
 */

/** Repeated headers joined, names in lower case. */
function headersOf(pairs: Pairs): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`;
  }
  return headers;
}

function responseOf({ response }: Input): Loose {
  if (!response) return undefined;
  const type = contentType(response.headers);
  return {
    protocol: `HTTP/${response.httpVersion}`,
    statusCode: response.status,
    statusMessage: response.statusText,
    headers: headersOf(response.headers),
    contentType: { mimeType: type.mimeType, charset: type.charset },
    httpVersion: response.httpVersion,
    timings: { total: response.durationMs, firstByte: response.firstByteMs },
    get body() {
      return bodyText(response);
    },
    get rawBody() {
      return ScriptBuffer.from(bodyText(response));
    },
    get parsedBody() {
      const text = bodyText(response);
      if (isJson(type.mimeType)) {
        try {
          return parsedJson(text);
        } catch {
          return undefined;
        }
      }
      return isXml(type.mimeType) ? new (library('xml').DOMParser)().parseFromString(text, 'text/xml') : undefined;
    },
    cookies: setCookies(response.headers),
  };
}

const equals = (actual: unknown, wanted: unknown, what: string): void => {
  if (actual !== wanted) throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
};

function testOf(response: Loose): Loose {
  const test: Loose = (name: unknown, work: unknown) => runTest(name, work);
  const header = (name: string): string | undefined => response?.headers[String(name).toLowerCase()];
  Object.assign(test, {
    status: (wanted: number) =>
      runTest(`response status equals ${wanted}`, () => equals(response?.statusCode, wanted, 'The status')),
    totalTime: (most: number) =>
      runTest(`total time less than ${most}`, () => {
        if (!(response.timings.total < most)) throw new Error(`It took ${response.timings.total} ms.`);
      }),
    header: (name: string, wanted: string) =>
      runTest(`response header ${name} equals ${wanted}`, () => equals(header(name), wanted, `The header ${name}`)),
    headerContains: (name: string, part: string) =>
      runTest(`response header ${name} contains ${part}`, () => {
        if (!header(name)?.includes(part)) throw new Error(`The header ${name} is ${JSON.stringify(header(name))}.`);
      }),
    responseBody: (wanted: unknown) =>
      runTest('response body equals body', () => {
        if (typeof wanted === 'object')
          equals(JSON.stringify(response?.parsedBody), JSON.stringify(wanted), 'The body');
        else equals(response?.body, wanted, 'The body');
      }),
    hasResponseBody: () =>
      runTest('response body exists', () => void (response?.body || equals(response?.body, 'something', 'The body'))),
    hasNoResponseBody: () =>
      runTest('no response body exists', () => equals(response?.body || undefined, undefined, 'The body')),
  });
  return test;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise(resolve => (globalThis as Loose).setTimeout(resolve, milliseconds));

const kept = variables('kept');
const keptValues: Loose = new Proxy(
  {},
  {
    get: (_, name) => kept.get(String(name)),
    set: (_, name, value) => {
      kept.set(String(name), value);
      return true;
    },
    has: (_, name) => kept.has(String(name)),
    deleteProperty: (_, name) => {
      kept.unset(String(name));
      return true;
    },
    ownKeys: () => Object.keys(kept.all()),
    getOwnPropertyDescriptor: (_, name) => ({
      value: kept.get(String(name)),
      enumerable: true,
      configurable: true,
      writable: true,
    }),
  },
);

const reserved = new Set(['request', 'test', 'sleep', 'httpFile', 'httpRegion']);

export function defineHttpyac(): void {
  provide('crypto', () => nodeCrypto);
  provide('assert', () => nodeAssert);
  provide('buffer', () => ({ Buffer: ScriptBuffer }));
  provide('util', () => ({ inspect: (value: unknown) => JSON.stringify(value) }));
  define({ require, Buffer: ScriptBuffer, $random: random, sleep, $global: keptValues });
}

export interface HttpyacScope {
  readonly scope: Loose;
  /** Takes what the script has exported, once it has ended. */
  finish(): Promise<void>;
}

/** The names that a block finds: every variable, and what httpYac hands in. */
export function beginHttpyac(input: Input): HttpyacScope {
  const { all, has, get } = variables('any');
  const exports: Loose = {};
  const response = responseOf(input);
  const { request } = input;
  const headers: Loose = Object.fromEntries(request.headers);
  const requestView: Loose = {
    method: request.method,
    url: request.url,
    headers,
    body: request.body,
    protocol: 'HTTP',
  };
  const names: Loose = {
    exports,
    module: { exports },
    test: testOf(response),
    request: requestView,
    response,
    httpRegion: { symbol: { name: input.info.name }, metaData: { name: input.info.name } },
    httpFile: { fileName: input.script.place.file },
    $context: { variables: all(), request: requestView, response },
    $httpyac: {},
    console: (globalThis as Loose).console,
  };
  const local = new Map<string, unknown>();
  const read = new Map<string, string>();
  const scope = new Proxy(names, {
    has: (_, name) =>
      typeof name === 'string' &&
      (Object.hasOwn(names, name) || local.has(name) || (!(name in globalThis) && has(name))),
    get: (_, name) => {
      if (typeof name !== 'string') return undefined;
      if (Object.hasOwn(names, name)) return names[name];
      if (!local.has(name)) {
        const value = get(name);
        local.set(name, value);
        if (typeof value === 'object' && value !== null) read.set(name, JSON.stringify(value));
      }
      return local.get(name);
    },
    // A variable that is assigned to is another one from here on, and lost at the end of the block.
    set: (_, name, value) => {
      local.set(String(name), value);
      return true;
    },
  });
  return {
    scope,
    async finish() {
      const { set } = variables('run');
      const out = names.module.exports === exports ? exports : names.module.exports;
      for (const [name, value] of Object.entries(out ?? {})) {
        if (name === '$cancel') {
          if (value) current().skip = true;
        } else if (reserved.has(name)) print('warn', [`“${name}” can’t be exported.`]);
        else set(name, await value);
      }
      // An object that was changed stays changed.
      for (const [name, before] of read) {
        const value = local.get(name);
        if (typeof value === 'object' && JSON.stringify(value) !== before) set(name, value);
      }
      input.request.method = String(requestView.method);
      input.request.url = String(requestView.url);
      input.request.headers = Object.entries(requestView.headers as Record<string, unknown>).flatMap(([name, value]) =>
        value === undefined || value === null ? [] : [[name, String(value)] as [string, string]],
      );
      if (requestView.body === undefined) delete input.request.body;
      else
        input.request.body = typeof requestView.body === 'string' ? requestView.body : JSON.stringify(requestView.body);
    },
  };
}
