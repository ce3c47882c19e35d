import { define, defineLazily, print } from '../globals.ts';
import { host, type Loose, substitute, variables } from '../host.ts';
import { library, provide, require } from '../libraries.ts';
import { later } from '../loop.ts';
import { nodeAssert, ScriptBuffer } from '../node-modules.ts';
import {
  bodyText,
  contentType,
  type Input,
  isJson,
  type Pairs,
  parsedJson,
  type RawRequest,
  type RawResponse,
  setCookies,
  valuesOf,
} from '../response.ts';
import { callLine, current, failed, passed, test as runTest, skipped } from '../results.ts';
import { extendChai } from './postman-assertions.ts';

/**
 * The JavaScript of Postman: `pm`, and the interface that it replaced.
 * @see https://learning.postman.com/docs/tests-and-scripts/write-scripts/postman-sandbox-api-reference/
 */

let chai: Loose;
export function chaiModule(): Loose {
  chai ??= extendChai(library('chai'));
  return chai;
}

function scopeOf(level: string): Loose {
  const { get, set, unset, clear, has, all } = variables(level);
  return {
    name: level,
    get,
    set(name: unknown, value: unknown) {
      set(String(name), value);
    },
    unset,
    clear,
    has,
    toObject: all,
    toJSON: all,
    replaceIn: (text: unknown) => (typeof text === 'string' ? substitute(text) : text),
  };
}

/** A list of names and values, in Postman's words. */
class PropertyList {
  readonly #items: { key: string; value: string; disabled?: boolean }[];
  readonly #ignoreCase: boolean;
  constructor(pairs: Pairs, ignoreCase = false) {
    this.#items = pairs.map(([key, value]) => ({ key, value }));
    this.#ignoreCase = ignoreCase;
  }
  #is(one: string, other: unknown): boolean {
    return this.#ignoreCase ? one.toLowerCase() === String(other).toLowerCase() : one === String(other);
  }
  #read(item: Loose, value?: unknown): { key: string; value: string } {
    if (typeof item === 'string' && value !== undefined) return { key: item, value: String(value) };
    if (typeof item === 'string') {
      const [key = '', ...rest] = item.split(':');
      return { key: key.trim(), value: rest.join(':').trim() };
    }
    return { key: String(item?.key ?? item?.name ?? ''), value: String(item?.value ?? '') };
  }
  add(item: Loose): void {
    this.#items.push(this.#read(item));
  }
  append = (item: Loose): void => this.add(item);
  prepend(item: Loose): void {
    this.#items.unshift(this.#read(item));
  }
  upsert(item: Loose): void {
    const made = this.#read(item);
    const known = this.#items.find(({ key }) => this.#is(key, made.key));
    if (known) known.value = made.value;
    else this.#items.push(made);
  }
  remove(what: Loose): void {
    const matches =
      typeof what === 'function' ? what : (item: { key: string }) => this.#is(item.key, what?.key ?? what);
    for (let at = this.#items.length - 1; at >= 0; at--) if (matches(this.#items[at])) this.#items.splice(at, 1);
  }
  clear(): void {
    this.#items.length = 0;
  }
  /** Of repeated ones the last. */
  get(name: unknown): string | undefined {
    return this.#items.findLast(({ key }) => this.#is(key, name))?.value;
  }
  one(name: unknown): Loose {
    return this.#items.findLast(({ key }) => this.#is(key, name));
  }
  has(name: Loose, value?: unknown): boolean {
    const wanted = name?.key ?? name;
    return this.#items.some(
      item => this.#is(item.key, wanted) && (value === undefined || item.value === String(value)),
    );
  }
  all(): Loose[] {
    return this.#items.map(item => ({ ...item }));
  }
  each(work: (item: Loose) => void): void {
    for (const item of this.#items) work(item);
  }
  map<T>(work: (item: Loose) => T): T[] {
    return this.#items.map(work);
  }
  filter(work: (item: Loose) => boolean): Loose[] {
    return this.#items.filter(work);
  }
  find(work: (item: Loose) => boolean): Loose {
    return this.#items.find(work);
  }
  count(): number {
    return this.#items.length;
  }
  idx(at: number): Loose {
    return this.#items[at];
  }
  indexOf(what: Loose): number {
    return this.#items.findIndex(({ key }) => this.#is(key, what?.key ?? what));
  }
  toObject(): Record<string, string> {
    return Object.fromEntries(this.#items.map(({ key, value }) => [key, value]));
  }
  toJSON(): Loose[] {
    return this.all();
  }
  toString(): string {
    return this.#items.map(({ key, value }) => `${key}: ${value}`).join('\n');
  }
  [Symbol.iterator](): Iterator<Loose> {
    return this.#items[Symbol.iterator]();
  }
  pairs(): [string, string][] {
    return this.#items.map(({ key, value }) => [key, value]);
  }
}

/** A URL in Postman's words; it may hold variables, so that it is taken apart by its marks alone. */
class Url {
  protocol: string | undefined;
  host: string[];
  port: string | undefined;
  path: string[];
  hash: string | undefined;
  query: PropertyList;
  variables = new PropertyList([]);

  constructor(text: string) {
    const [, scheme, , authority = '', path = '', query, hash] =
      /^(?:([a-z][a-z\d+.-]*):\/\/)?((?:[^/?#@{}]*@)?)([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is.exec(text) ?? [];
    this.protocol = scheme;
    const [, host = authority, port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
    this.host = host === '' ? [] : host.startsWith('{{') ? [host] : host.split('.');
    this.port = port;
    this.path = path
      .replace(/^\//, '')
      .split('/')
      .filter((part, at, all) => part !== '' || at < all.length - 1);
    if (path.endsWith('/') && path.length > 1) this.path.push('');
    this.hash = hash;
    this.query = new PropertyList(
      (query ?? '').split('&').flatMap(pair => {
        if (pair === '') return [];
        const at = pair.indexOf('=');
        return [at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]] as [string, string][];
      }),
    );
  }
  getHost(): string {
    return this.host.join('.');
  }
  getPath(): string {
    return `/${this.path.join('/')}`;
  }
  getQueryString(): string {
    return this.query
      .pairs()
      .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
      .join('&');
  }
  getPathWithQuery(): string {
    const query = this.getQueryString();
    return `${this.getPath()}${query === '' ? '' : `?${query}`}`;
  }
  getRemote(): string {
    return `${this.getHost()}${this.port ? `:${this.port}` : ''}`;
  }
  addQueryParams(params: Loose): void {
    for (const each of Array.isArray(params) ? params : Object.entries(params).map(([key, value]) => ({ key, value })))
      this.query.add(each);
  }
  removeQueryParams(names: Loose): void {
    for (const name of Array.isArray(names) ? names : [names]) this.query.remove(name?.key ?? name);
  }
  update(text: Loose): void {
    Object.assign(this, new Url(typeof text === 'string' ? text : String(text)));
  }
  toString(): string {
    const path = this.path.length === 0 ? '' : this.getPath();
    const query = this.getQueryString();
    return `${this.protocol ? `${this.protocol}://` : ''}${this.getRemote()}${path}${query === '' ? '' : `?${query}`}${this.hash === undefined ? '' : `#${this.hash}`}`;
  }
  toJSON(): Loose {
    const { protocol, host, port, path, query } = this;
    return { protocol, host, port, path, query: query.all() };
  }
}

class RequestBody {
  mode: string;
  raw: string | undefined;
  urlencoded: PropertyList | undefined;
  constructor(text: string, type: string) {
    if (/x-www-form-urlencoded/i.test(type)) {
      this.mode = 'urlencoded';
      this.urlencoded = new PropertyList(host('query', text) as [string, string][]);
    } else this.mode = 'raw';
    this.raw = text;
  }
  update(value: Loose): void {
    this.mode = value?.mode ?? 'raw';
    this.raw = typeof value === 'string' ? value : value?.raw;
    if (value?.urlencoded)
      this.urlencoded = new PropertyList(value.urlencoded.map((each: Loose) => [each.key, each.value]));
  }
  isEmpty(): boolean {
    return this.toString() === '';
  }
  toString(): string {
    return this.mode === 'urlencoded' && this.urlencoded
      ? String(host('form', this.urlencoded.pairs()))
      : (this.raw ?? '');
  }
  toJSON(): Loose {
    return this.mode === 'urlencoded'
      ? { mode: this.mode, urlencoded: this.urlencoded?.all() }
      : { mode: 'raw', raw: this.raw };
  }
}

/** Postman's view of a request, and what became of it. */
function requestView(request: RawRequest): { readonly view: Loose; readonly take: () => void } {
  const { mimeType } = contentType(request.headers);
  const written = new Url(request.url);
  const exact = written.toString();
  const view: Loose = {
    method: request.method,
    url: written,
    headers: new PropertyList(request.headers, true),
    body: request.body === undefined ? undefined : new RequestBody(request.body, mimeType),
    auth: undefined,
    id: '',
    addHeader: (item: Loose) => view.headers.add(item),
    removeHeader: (name: Loose) => view.headers.remove(name),
    upsertHeader: (item: Loose) => view.headers.upsert(item),
    getHeaders: () => view.headers.toObject(),
    addQueryParams: (params: Loose) => view.url.addQueryParams(params),
    removeQueryParams: (names: Loose) => view.url.removeQueryParams(names),
    toJSON: () => ({ method: view.method, url: view.url, header: view.headers, body: view.body }),
  };
  const before = request.body === undefined ? undefined : view.body?.toString();
  const body = view.body;
  return {
    view,
    take() {
      request.method = String(view.method);
      const url = typeof view.url === 'string' ? view.url : view.url.toString();
      if (url !== exact) request.url = url;
      request.headers = view.headers instanceof PropertyList ? view.headers.pairs() : request.headers;
      const after =
        view.body === undefined || view.body === null
          ? undefined
          : typeof view.body === 'string'
            ? view.body
            : view.body === body || view.body instanceof RequestBody
              ? view.body.toString()
              : String(view.body.raw ?? '');
      if (after === before) return;
      if (after === undefined) delete request.body;
      else request.body = after;
    },
  };
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

class JSONError extends Error {
  override name = 'JSONError';
}

export class Response {
  readonly #raw: RawResponse;
  readonly code: number;
  readonly status: string;
  readonly responseTime: number;
  readonly responseSize: number;
  readonly headers: PropertyList;
  readonly cookies: PropertyList;

  constructor(raw: RawResponse) {
    this.#raw = raw;
    this.code = raw.status;
    this.status = raw.statusText || (reasons[raw.status] ?? '');
    this.responseTime = Math.round(raw.durationMs);
    this.responseSize = raw.size;
    this.headers = new PropertyList(raw.headers, true);
    this.cookies = new PropertyList(setCookies(raw.headers).map(({ name, value }) => [name, value]));
  }
  text(): string {
    return bodyText(this.#raw);
  }
  json(): Loose {
    const text = this.text();
    try {
      return parsedJson(text);
    } catch (error) {
      try {
        return parsedJson(withoutComments(text));
      } catch {
        throw new JSONError((error as Error).message);
      }
    }
  }
  reason(): string {
    return this.status;
  }
  size(): Loose {
    return { body: this.#raw.size, header: 0, total: this.#raw.size };
  }
  get stream(): Loose {
    return ScriptBuffer.from(this.text());
  }
  get body(): string {
    return this.text();
  }
  contentInfo(): Loose {
    const { mimeType, charset } = contentType(this.#raw.headers);
    return {
      mimeType,
      charset,
      mimeFormat: isJson(mimeType) ? 'json' : (mimeType.split('/')[1] ?? ''),
      contentType: mimeType,
    };
  }
  get to(): Loose {
    return chaiModule().expect(this).to;
  }
  toJSON(): Loose {
    return { code: this.code, status: this.status, header: this.headers.all(), responseTime: this.responseTime };
  }
}

/** JSON with the comments left out that people write in it. */
function withoutComments(text: string): string {
  return text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, kept?: string) => kept ?? '');
}

/** Sends a request that a script makes. */
function sendRequest(what: Loose, done?: Loose): Promise<Loose> | undefined {
  const sent = new Promise<Loose>((resolve, reject) => {
    later(() => {
      try {
        resolve(new Response(host('send', sentOf(what))));
      } catch (error) {
        reject(error);
      }
    });
  });
  if (typeof done !== 'function') return sent;
  sent
    .then(
      response => done(null, response),
      error => done(error, undefined),
    )
    .catch((error: unknown) => {
      scriptError ??= { error };
    });
  return undefined;
}

/** What a callback threw, which nobody waits for. */
let scriptError: { readonly error: unknown } | undefined;
export const takeScriptError = (): { readonly error: unknown } | undefined => {
  const found = scriptError;
  scriptError = undefined;
  return found;
};

function sentOf(what: Loose): Loose {
  if (typeof what === 'string') return { method: 'GET', url: what, headers: [] };
  const headers: [string, string][] = [];
  const list: Loose = what.header ?? what.headers ?? [];
  if (typeof list === 'string') for (const line of list.split('\n')) pushHeader(headers, line);
  else if (Array.isArray(list))
    for (const each of list)
      typeof each === 'string'
        ? pushHeader(headers, each)
        : each.disabled || headers.push([String(each.key), String(each.value)]);
  else if (list instanceof PropertyList) headers.push(...list.pairs());
  else for (const [name, value] of Object.entries(list)) headers.push([name, String(value)]);
  const { body } = what;
  const has = (name: string): boolean => headers.some(([known]) => known.toLowerCase() === name);
  let text: string | undefined;
  if (typeof body === 'string') text = body;
  else if (body?.mode === 'raw' || (body && !body.mode && body.raw !== undefined)) {
    text = typeof body.raw === 'string' ? body.raw : JSON.stringify(body.raw);
    if (body.options?.raw?.language === 'json' && !has('content-type'))
      headers.push(['Content-Type', 'application/json']);
  } else if (body?.mode === 'urlencoded') {
    const pairs =
      typeof body.urlencoded === 'string'
        ? undefined
        : Array.isArray(body.urlencoded)
          ? body.urlencoded
              .filter((each: Loose) => !each.disabled)
              .map((each: Loose) => [String(each.key), String(each.value)])
          : Object.entries(body.urlencoded ?? {}).map(([key, value]) => [key, String(value)]);
    text = pairs === undefined ? body.urlencoded : String(host('form', pairs));
    if (!has('content-type')) headers.push(['Content-Type', 'application/x-www-form-urlencoded']);
  } else if (body?.mode === 'graphql') {
    const { query, variables: given } = body.graphql ?? {};
    text = JSON.stringify({
      query,
      variables: typeof given === 'string' && given !== '' ? JSON.parse(given) : (given ?? {}),
    });
    if (!has('content-type')) headers.push(['Content-Type', 'application/json']);
  } else if (body?.mode === 'formdata') {
    const boundary = `----${String(Math.random()).slice(2)}${Date.now()}`;
    const parts = (body.formdata ?? [])
      .filter((each: Loose) => !each.disabled)
      .map(
        (each: Loose) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${String(each.key).replaceAll('"', '%22')}"\r\n\r\n${each.value}\r\n`,
      );
    text = `${parts.join('')}--${boundary}--\r\n`;
    headers.push(['Content-Type', `multipart/form-data; boundary=${boundary}`]);
  }
  return {
    method: String(what.method ?? 'GET').toUpperCase(),
    url: String(what.url?.toString?.() ?? what.url),
    headers,
    ...(text === undefined ? {} : { body: text }),
  };
}

function pushHeader(headers: [string, string][], line: string): void {
  const at = line.indexOf(':');
  if (at > 0) headers.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
}

/** `pm.test`: at once; `fn(done)` waits for `done`. */
function test(name: unknown, work: Loose): Loose {
  if (typeof work === 'function' && work.length > 0) {
    const line = callLine();
    const results = current();
    results.open++;
    let ended = false;
    const done = (error?: unknown): void => {
      if (ended) return;
      ended = true;
      results.open--;
      if (error) failed(String(name), error, line);
      else passed(String(name), line);
    };
    try {
      work(done);
    } catch (error) {
      done(error);
    }
  } else runTest(name, work);
  return pm;
}
test.skip = (name: unknown): Loose => {
  skipped(String(name), callLine());
  return pm;
};
test.index = (): number => current().tests.length;

/** Calls back, or resolves: what is asked of the cookie jar. */
function answered(done: Loose, work: () => Loose): Loose {
  const answer = new Promise<Loose>((resolve, reject) => {
    later(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
  if (typeof done !== 'function') return answer;
  answer
    .then(
      value => done(null, value),
      error => done(error),
    )
    .catch((error: unknown) => {
      scriptError ??= { error };
    });
  return undefined;
}

const jar = (): Loose => ({
  get: (url: Loose, name: string, done?: Loose) =>
    answered(done, () => host('cookies', { url: String(url) })?.find((each: Loose) => each.name === name)?.value),
  getAll: (url: Loose, options?: Loose, done?: Loose) =>
    answered(typeof options === 'function' ? options : done, () => host('cookies', { url: String(url) })),
  set: (url: Loose, name: Loose, value?: Loose, done?: Loose) => {
    const cookie = typeof name === 'object' ? name : { name, value };
    const text =
      typeof name === 'string' && typeof value === 'function'
        ? name
        : `${cookie.name}=${cookie.value}${cookie.path ? `; Path=${cookie.path}` : ''}${cookie.domain ? `; Domain=${cookie.domain}` : ''}${cookie.secure ? '; Secure' : ''}${cookie.httpOnly ? '; HttpOnly' : ''}`;
    return answered(
      typeof value === 'function' ? value : done,
      () => host('cookie.set', { url: String(url), cookie: text }) ?? cookie,
    );
  },
  unset: (url: Loose, name: string, done?: Loose) =>
    answered(done, () => host('cookie.set', { url: String(url), cookie: `${name}=; Max-Age=0` })),
  clear: (url: Loose, done?: Loose) =>
    answered(done, () => {
      for (const { name } of host('cookies', { url: String(url) }) ?? [])
        host('cookie.set', { url: String(url), cookie: `${name}=; Max-Age=0` });
    }),
});

const setNext = (name: unknown): void => {
  current().next = { name: name === null || name === undefined ? null : String(name) };
};

const pm: Loose = {
  test,
  expect: (...values: unknown[]) => chaiModule().expect(...values),
  sendRequest,
  environment: scopeOf('environment'),
  globals: scopeOf('global'),
  collectionVariables: scopeOf('collection'),
  variables: {
    ...scopeOf('any'),
    set: (name: unknown, value: unknown) => variables('local').set(String(name), value),
    unset: (name: string) => variables('local').unset(name),
  },
  iterationData: { ...scopeOf('data'), set: undefined },
  execution: {
    setNextRequest: setNext,
    location: { current: '' },
  },
  visualizer: {
    set: () => print('warn', ['pm.visualizer: the template is not shown here.']),
    clear: () => {},
  },
  require: () => {
    throw new Error('Packages of the Postman package library can’t be had here.');
  },
  vault: {
    get: () => Promise.reject(new Error('The Postman vault can’t be had here: use {{$secret name}}.')),
  },
};

Object.defineProperty(pm.expect, 'fail', { get: () => chaiModule().expect.fail });

export function definePostman(): void {
  provide('assert', () => nodeAssert);
  provide('buffer', () => ({ Buffer: ScriptBuffer }));
  provide('chai', () => chaiModule());
  provide('atob', () => (globalThis as Loose).atob);
  provide('btoa', () => (globalThis as Loose).btoa);
  provide('url', () => ({
    URL: (globalThis as Loose).URL,
    URLSearchParams: (globalThis as Loose).URLSearchParams,
    parse: (text: string) => new (globalThis as Loose).URL(text),
  }));
  define({
    pm,
    require,
    Buffer: ScriptBuffer,
    xml2Json: (text: string) => {
      let made: unknown;
      require('xml2js').parseString(
        text,
        { explicitArray: false, trim: true, mergeAttrs: false, async: false },
        (_: unknown, value: unknown) => {
          made = value;
        },
      );
      return made;
    },
  });
  defineLazily({
    _: () => library('lodash'),
    CryptoJS: () => library('crypto-js'),
    tv4: () => library('tv4'),
    cheerio: () => library('cheerio'),
    expect: () => chaiModule().expect,
  });
}

export interface PostmanScope {
  /** Takes what the script left, once it has ended. */
  finish(): void;
}

export function beginPostman(input: Input): PostmanScope {
  scriptError = undefined;
  const { request, response, info } = input;
  const { view, take } = requestView(request);
  pm.request = view;
  const answer = response && new Response(response);
  if (answer) pm.response = answer;
  else delete pm.response;
  pm.info = {
    eventName: response ? 'test' : 'prerequest',
    iteration: info.iteration,
    iterationCount: info.iterationCount,
    requestName: info.name,
    requestId: info.id,
  };
  if (response) delete pm.execution.skipRequest;
  else {
    pm.execution.skipRequest = () => {
      current().skip = true;
      throw new Skip('skip');
    };
  }
  const url = view.url.toString();
  const cookies = (): PropertyList =>
    new PropertyList(
      ((host('cookies', { url: substitute(url) }) ?? []) as Loose[]).map(each => [each.name, each.value]),
    );
  pm.cookies = {
    get: (name: string) => cookies().get(name),
    has: (name: string) => cookies().has(name),
    toObject: () => cookies().toObject(),
    jar,
  };
  const tests: Record<string, unknown> = {};
  // The old interface keeps texts.
  const changed =
    (level: string): Loose =>
    (name: unknown, value: unknown) =>
      variables(level).set(
        String(name),
        value === null || value === undefined || typeof value === 'object' ? value : String(value),
      );
  define({
    tests,
    postman: {
      setEnvironmentVariable: changed('environment'),
      getEnvironmentVariable: (name: string) => variables('environment').get(name),
      clearEnvironmentVariable: (name: string) => variables('environment').unset(name),
      clearEnvironmentVariables: () => variables('environment').clear(),
      setGlobalVariable: changed('global'),
      getGlobalVariable: (name: string) => variables('global').get(name),
      clearGlobalVariable: (name: string) => variables('global').unset(name),
      clearGlobalVariables: () => variables('global').clear(),
      getResponseHeader: (name: string) => (response ? valuesOf(response.headers, name).at(-1) : undefined),
      getResponseCookie: (name: string) => setCookies(response?.headers ?? []).find(cookie => cookie.name === name),
      setNextRequest: setNext,
    },
    environment: startOf('environment'),
    globals: startOf('global'),
    data: startOf('data'),
    iteration: info.iteration,
    request: {
      method: request.method,
      url,
      headers: Object.fromEntries(request.headers),
      data: request.body ?? {},
      name: info.name,
      id: info.id,
    },
  });
  for (const name of ['responseBody', 'responseCode', 'responseHeaders', 'responseTime', 'responseCookies'])
    delete (globalThis as Loose)[name];
  if (response && answer) {
    defineLazily({ responseBody: () => answer.text() });
    define({
      responseCode: { code: answer.code, name: answer.status, detail: answer.status },
      responseHeaders: answer.headers.toObject(),
      responseTime: answer.responseTime,
      responseCookies: setCookies(response.headers),
    });
  }
  return {
    finish() {
      for (const [name, value] of Object.entries((globalThis as Loose).tests ?? tests)) {
        if (value) passed(name, 0);
        else failed(name, new Error(`expected ${String(value)} to be truthy`), 0);
      }
      if (!response) take();
    },
  };
}

/** The variables of a level as they are when a script begins. */
const startOf = (level: string): Loose => {
  let values: Loose;
  const read = (): Loose => {
    values ??= variables(level).all();
    return values;
  };
  return new Proxy(
    {},
    {
      get: (_, name) => (typeof name === 'string' ? read()[name] : undefined),
      has: (_, name) => name in read(),
      ownKeys: () => Object.keys(read()),
      getOwnPropertyDescriptor: (_, name) =>
        Object.hasOwn(read(), name) ? { value: read()[name], enumerable: true, configurable: true } : undefined,
    },
  );
};

/** Ends the script without being an error. */
export class Skip extends Error {}
