import { base64, bytesOf, fromBase64, fromLatin1, fromUtf8, latin1, utf8 } from './bytes.ts';
import { digest, randomBytes, randomUuid } from './digest.ts';
import { host, hostText, type Loose } from './host.ts';
import { cancel, later } from './loop.ts';
import { shown } from './shown.ts';

/** What every script finds besides the language itself: what browsers and Node have alike. */

type Level = 'debug' | 'log' | 'info' | 'warn' | 'error';

export function print(level: Level, values: readonly unknown[]): void {
  const [first, ...rest] = values;
  let used = 0;
  const formatted =
    typeof first === 'string' && /%[sdifjoO%]/.test(first)
      ? first.replace(/%([sdifjoO%])/g, (whole, letter: string) => {
          if (letter === '%') return '%';
          return used < rest.length ? shown(rest[used++]) : whole;
        })
      : shown(first);
  const text = [values.length === 0 ? '' : formatted, ...rest.slice(used).map(value => shown(value))].join(' ');
  hostText('log', JSON.stringify({ level, text }));
}

const started = new Map<string, number>();
const counts = new Map<string, number>();
const milliseconds = (): number => Number(hostText('now'));

export const console = {
  debug: (...values: unknown[]) => print('debug', values),
  log: (...values: unknown[]) => print('log', values),
  info: (...values: unknown[]) => print('info', values),
  warn: (...values: unknown[]) => print('warn', values),
  error: (...values: unknown[]) => print('error', values),
  trace: (...values: unknown[]) => print('debug', values),
  dir: (value: unknown) => print('log', [value]),
  table: (value: unknown) => print('log', [value]),
  group: (...values: unknown[]) => print('log', values),
  groupEnd: () => {},
  clear: () => {},
  assert: (condition: unknown, ...values: unknown[]) => {
    if (!condition) print('error', ['Assertion failed:', ...values]);
  },
  count: (label = 'default') => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    print('log', [`${label}: ${counts.get(label)}`]);
  },
  time: (label = 'default') => void started.set(label, milliseconds()),
  timeEnd: (label = 'default') =>
    print('log', [`${label}: ${(milliseconds() - (started.get(label) ?? 0)).toFixed(1)} ms`]),
};

class TextEncoder {
  readonly encoding = 'utf-8';
  encode(text: unknown = ''): Uint8Array {
    return utf8(String(text));
  }
}

class TextDecoder {
  readonly encoding: string;
  constructor(label = 'utf-8') {
    this.encoding = label.toLowerCase();
  }
  decode(bytes: unknown = new Uint8Array()): string {
    const read = bytesOf(bytes);
    return /^(?:latin1|iso-8859-1|ascii|us-ascii|windows-1252)$/.test(this.encoding)
      ? latin1(read)
      : fromUtf8(read).replace(/^\ufeff/, '');
  }
}

class URLSearchParams {
  #pairs: [string, string][] = [];
  readonly #changed: ((text: string) => void) | undefined;

  constructor(from: Loose = '', changed?: (text: string) => void) {
    this.#changed = changed;
    if (typeof from === 'string') this.#pairs = host('query', from);
    else if (typeof from?.[Symbol.iterator] === 'function')
      for (const [name, value] of from) this.#pairs.push([String(name), String(value)]);
    else for (const [name, value] of Object.entries(from ?? {})) this.#pairs.push([name, String(value)]);
  }
  #update(): void {
    this.#changed?.(this.toString());
  }
  append(name: string, value: unknown): void {
    this.#pairs.push([String(name), String(value)]);
    this.#update();
  }
  delete(name: string): void {
    this.#pairs = this.#pairs.filter(([known]) => known !== name);
    this.#update();
  }
  get(name: string): string | null {
    return this.#pairs.find(([known]) => known === name)?.[1] ?? null;
  }
  getAll(name: string): string[] {
    return this.#pairs.filter(([known]) => known === name).map(([, value]) => value);
  }
  has(name: string): boolean {
    return this.#pairs.some(([known]) => known === name);
  }
  set(name: string, value: unknown): void {
    const at = this.#pairs.findIndex(([known]) => known === name);
    if (at < 0) {
      this.append(name, value);
      return;
    }
    this.#pairs = this.#pairs.filter(([known], index) => known !== name || index === at);
    this.#pairs[at] = [String(name), String(value)];
    this.#update();
  }
  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    this.#update();
  }
  forEach(work: (value: string, name: string, all: URLSearchParams) => void): void {
    for (const [name, value] of this.#pairs) work(value, name, this);
  }
  keys = () => this.#pairs.map(([name]) => name)[Symbol.iterator]();
  values = () => this.#pairs.map(([, value]) => value)[Symbol.iterator]();
  entries = () => this.#pairs.map(([name, value]): [string, string] => [name, value])[Symbol.iterator]();
  [Symbol.iterator] = this.entries;
  get size(): number {
    return this.#pairs.length;
  }
  toString(): string {
    return String(host('form', this.#pairs));
  }
}

const urlParts = [
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
  'href',
] as const;

class URL {
  #parts: Record<string, string>;
  #params: URLSearchParams | undefined;

  constructor(url: unknown, base?: unknown) {
    this.#parts = URL.#parse(String(url), base === undefined ? undefined : String(base));
    for (const name of urlParts) {
      Object.defineProperty(this, name, {
        get: () => this.#parts[name],
        set: (value: unknown) => this.#set(name, String(value)),
        enumerable: true,
      });
    }
  }
  static #parse(url: string, base?: string, set?: readonly [string, string]): Record<string, string> {
    const parts = host('url', { url, base, set });
    if (!parts) throw new TypeError(`Invalid URL: ${url}`);
    return parts;
  }
  static canParse(url: unknown, base?: unknown): boolean {
    return host('url', { url: String(url), base: base === undefined ? undefined : String(base) }) !== undefined;
  }
  #set(name: string, value: string): void {
    this.#parts = URL.#parse(this.#parts.href ?? '', undefined, [name, value]);
    if (name === 'search' || name === 'href') this.#params = undefined;
  }
  get origin(): string {
    return this.#parts.origin ?? '';
  }
  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts.search?.replace(/^\?/, ''), text => {
      this.#parts = URL.#parse(this.#parts.href ?? '', undefined, ['search', text]);
    });
    return this.#params;
  }
  toString(): string {
    return this.#parts.href ?? '';
  }
  toJSON(): string {
    return this.toString();
  }
}

function structuredClone<T>(value: T, known = new Map<unknown, unknown>()): T {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError('It cannot be cloned.');
  if (typeof value !== 'object' || value === null) return value;
  const made = known.get(value);
  if (made !== undefined) return made as T;
  const keep = <C>(copy: C): C => {
    known.set(value, copy);
    return copy;
  };
  const inside = <C>(each: C): C => structuredClone(each, known);
  if (value instanceof Date) return keep(new Date(value.getTime())) as T;
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags)) as T;
  if (value instanceof Uint8Array) return keep(value.slice()) as T;
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, each] of value) copy.set(inside(key), inside(each));
    return copy as T;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const each of value) copy.add(inside(each));
    return copy as T;
  }
  const copy: Loose = keep(Array.isArray(value) ? [] : {});
  for (const [key, each] of Object.entries(value)) copy[key] = inside(each);
  return copy;
}

/** Enough of the events of the Web for libraries that extend them. */
class Event {
  readonly type: string;
  constructor(type: string) {
    this.type = type;
  }
}

class EventTarget {
  readonly #listeners = new Map<string, Set<(event: Event) => void>>();
  addEventListener(type: string, listener: (event: Event) => void): void {
    const known = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, known.add(listener));
  }
  removeEventListener(type: string, listener: (event: Event) => void): void {
    this.#listeners.get(type)?.delete(listener);
  }
  dispatchEvent(event: Event): boolean {
    for (const listener of this.#listeners.get(event.type) ?? []) listener(event);
    return true;
  }
}

const digestNames: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The parts of Web Crypto that need no keys. */
export const webCrypto = {
  getRandomValues<T extends ArrayBufferView>(array: T): T {
    bytesOf(array).set(randomBytes(array.byteLength));
    return array;
  },
  randomUUID: randomUuid,
  subtle: {
    async digest(algorithm: string | { readonly name: string }, data: unknown): Promise<ArrayBuffer> {
      const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
      const known = digestNames[name.toUpperCase()];
      if (!known) throw new Error(`There is no digest “${name}”.`);
      return digest(known, data).slice().buffer as ArrayBuffer;
    },
  },
};

const atob = (text: unknown): string => latin1(fromBase64(String(text)));
const btoa = (text: unknown): string => {
  const written = String(text);
  if (/[^\0-\xff]/.test(written)) throw new RangeError('btoa takes characters of Latin-1 alone.');
  return base64(fromLatin1(written));
};

const timer =
  (repeat: boolean) =>
  (work: Loose, wait?: number, ...values: unknown[]) =>
    later(() => (typeof work === 'function' ? work(...values) : undefined), wait, repeat);

/** Puts them in reach of every script of this context. */
export function defineGlobals(): void {
  define({
    ...{ console, TextEncoder, TextDecoder, URL, URLSearchParams, atob, btoa, structuredClone },
    ...{ Event, EventTarget, crypto: webCrypto },
    performance: { now: milliseconds },
    setTimeout: timer(false),
    setInterval: timer(true),
    setImmediate: (work: Loose, ...values: unknown[]) => timer(false)(work, 0, ...values),
    clearTimeout: cancel,
    clearInterval: cancel,
    clearImmediate: cancel,
    queueMicrotask: (work: () => void) => void Promise.resolve().then(work),
  });
  const { captureStackTrace } = Error as Loose;
  if (!captureStackTrace) {
    (Error as Loose).captureStackTrace = (error: Loose) => {
      Object.defineProperty(error, 'stack', { value: new Error().stack, writable: true, configurable: true });
    };
  }
}

/** Names that scripts find without asking for them; they may write over them. */
export function define(names: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(names)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** Names that are computed when they are first read. */
export function defineLazily(names: Record<string, () => unknown>): void {
  for (const [name, make] of Object.entries(names)) {
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get() {
        // A library may look whether its own name is taken.
        define({ [name]: undefined });
        const value = make();
        define({ [name]: value });
        return value;
      },
      set(value: unknown) {
        define({ [name]: value });
      },
    });
  }
}
