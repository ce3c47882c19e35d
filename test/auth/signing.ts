import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { Attempt, AuthContext, AuthResponse, Outcome, Scheme } from '../../src/auth/scheme.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { Field, Fields, Values } from '../../src/core/fields.ts';
import type { FileReader } from '../../src/core/ports.ts';
import {
  applyEdits,
  type Body,
  bodyBytes,
  type HttpRequest,
  type Part,
  requestUrl,
  textBody,
} from '../../src/core/request.ts';
import type { Arrived } from '../demo-api/verifiers/arrived.ts';

/** What the tests of signing schemes share: complete requests, contexts, a server that judges, and tables of requests. */

export interface Plain {
  readonly method?: string;
  readonly url: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string | Uint8Array | Body;
  /** What the client adds beside Host and the framing. */
  readonly client?: readonly (readonly [string, string])[];
}

/** A request as the driver hands it to a scheme: with the headers that a client adds. */
export function completeRequest({ method = 'GET', url, headers = [], body, client = [] }: Plain): HttpRequest {
  const content =
    body === undefined
      ? undefined
      : typeof body === 'string'
        ? textBody(body)
        : 'open' in body
          ? body
          : bytesBody(body);
  const parts: Part[] = headers.map(([name, value]) => ({
    name,
    value,
    origin: { by: 'file', file: 'a.http', line: 1 },
  }));
  const add = (name: string, value: string): void => {
    if (!parts.some(part => part.name.toLowerCase() === name.toLowerCase())) {
      parts.push({ name, value, origin: { by: 'client' } });
    }
  };
  for (const [name, value] of client) add(name, value);
  add('Host', /^https?:\/\/([^/?]+)/.exec(url)?.[1] ?? '');
  if (content?.length !== undefined) add('Content-Length', String(content.length));
  else if (content) add('Transfer-Encoding', 'chunked');
  return { method, url, query: [], headers: parts, cookies: [], body: content, overridden: [] };
}

/** A body of bytes that comes in chunks, as a file does; without a length where it is a stream. */
export function bytesBody(bytes: Uint8Array, { stream = false } = {}): Body {
  return {
    length: stream ? undefined : bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

function coerce(field: Field, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (field.kind === 'flag') return value === 'true';
  if (field.kind === 'number') return Number(value);
  if (field.kind === 'duration') {
    const match = /^(\d+) ?([smhd]?)$/.exec(value);
    return Number(match?.[1]) * ({ m: 60, h: 3600, d: 86_400 }[match?.[2] ?? ''] ?? 1);
  }
  return value;
}

/** The values of a scheme with its defaults filled in. */
export function valuesOf<F extends Fields>(scheme: Scheme<F>, given: Partial<Values<F>>): Values<F> {
  const all = scheme.fields.map(field => [
    field.name,
    coerce(field, (given as Record<string, unknown>)[field.name] ?? field.default),
  ]);
  return Object.fromEntries(all) as Values<F>;
}

export interface World {
  readonly now?: number;
  readonly random?: (length: number) => Uint8Array;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: AuthContext['run'];
  readonly tokens?: AuthContext['tokens'];
  readonly preview?: boolean;
  readonly memory?: Map<string, unknown>;
}

export function contextOf(request: HttpRequest, world: World = {}): AuthContext {
  const memory = world.memory ?? new Map<string, unknown>();
  const nothing = (): never => {
    throw new Error('not part of this test');
  };
  return {
    request,
    clock: { now: () => world.now ?? Date.now() },
    random: { bytes: world.random ?? (length => crypto.getRandomValues(new Uint8Array(length))) },
    files: filesOf(world.files ?? {}),
    env: world.env ?? {},
    memory: {
      get: <T>(key: string) => memory.get(key) as T | undefined,
      set: (key, value) => void memory.set(key, value),
      delete: key => void memory.delete(key),
    },
    ...(world.run ? { run: world.run } : {}),
    tokens: world.tokens ?? { peek: nothing, get: nothing, reject: nothing },
    preview: world.preview ?? false,
    signal: new AbortController().signal,
    baseFile: '/project/api/a.http',
  };
}

function filesOf(files: Readonly<Record<string, string>>): FileReader {
  const find = (path: string): Uint8Array => {
    const text = files[path];
    if (text === undefined) throw new CountersignError('missing-file', `There is no file ${path}.`);
    return new TextEncoder().encode(text);
  };
  return {
    read: async path => find(path),
    size: async path => find(path).byteLength,
    async *open(path) {
      yield find(path);
    },
  };
}

export interface SignedRequest {
  readonly request: HttpRequest;
  readonly attempt: Attempt;
  header(name: string): string | undefined;
  /** Hands the scheme its response. */
  respond(response: Partial<AuthResponse> & { status: number }): Promise<Outcome | undefined>;
}

/** The first attempt of a scheme, applied to the request. */
export async function sign<F extends Fields>(
  scheme: Scheme<F>,
  given: Partial<Values<F>>,
  plain: Plain,
  world: World = {},
): Promise<SignedRequest> {
  const request = completeRequest(plain);
  const flow = scheme.authorize(valuesOf(scheme, given), contextOf(request, world));
  const first = await flow.next();
  if (first.done) throw new Error('the scheme made no attempt');
  const signed = applyEdits(request, first.value.edits, { by: 'auth', scheme: scheme.id });
  return {
    request: signed,
    attempt: first.value,
    header: name => signed.headers.find(part => part.name.toLowerCase() === name.toLowerCase())?.value,
    async respond(response) {
      const next = await flow.next({ headers: [], bytes: async () => new Uint8Array(), ...response });
      if (!next.done) throw new Error('the scheme made another attempt');
      return next.value ?? undefined;
    },
  };
}

/** What a server says of a request: nothing wrong, what is wrong, or nothing wrong and something to say. */
export type Judgement = string | undefined | { readonly answer: string };

/** A server that answers 200 where `judge` finds nothing wrong, otherwise 401 with what it found. */
export async function judging(judge: (arrived: Arrived) => Promise<Judgement> | Judgement): Promise<{
  readonly origin: string;
  send(request: HttpRequest): Promise<{ status: number; said: string }>;
  close(): Promise<void>;
}> {
  const server: Server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const verdict = await Promise.resolve()
      .then(() =>
        judge({
          method: incoming.method ?? '',
          target: incoming.url ?? '',
          headers: incoming.headers as Arrived['headers'],
          body: Buffer.concat(chunks),
        }),
      )
      .catch((error: unknown) => `the judge failed: ${error}`);
    const wrong = typeof verdict === 'string';
    outgoing.writeHead(wrong ? 401 : 200).end(wrong ? verdict : verdict?.answer);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const pool = new Pool(origin, { connections: 4 });
  return {
    origin,
    async send(request) {
      const url = requestUrl(request);
      const rest = url.slice(origin.length);
      const { statusCode, body } = await pool.request({
        method: request.method as 'GET',
        path: rest.startsWith('/') ? rest : `/${rest}`,
        headers: request.headers
          .filter(part => part.name.toLowerCase() !== 'transfer-encoding')
          .flatMap(part => [part.name, part.value]),
        body: request.body ? Buffer.from(await bodyBytes(request.body)) : null,
      });
      return { status: statusCode, said: await body.text() };
    },
    async close() {
      await pool.close();
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const QUERIES: Readonly<Record<string, string>> = {
  none: '',
  'repeated keys': '?b=2&a=2&a=1&b=1',
  'empty values': '?a=&b&c=',
  plus: '?q=a+b&c=1%2B1',
  percent: '?p=50%25&q=%7Euser&r=%2f%2F',
  semicolon: '?a=1;b=2&c=%3B',
  'non-ASCII': '?name=J%C3%BCrgen&%E1%88%B4=%F0%9F%98%80',
  unsorted: '?z=1&Z=2&a=3&A=4&a-b=5&ab=6',
  reserved: "?x=!*'()&y=:@,$",
};

export const BODIES: Readonly<Record<string, Omit<Plain, 'url'>>> = {
  none: {},
  empty: { body: '' },
  JSON: { headers: [['Content-Type', 'application/json']], body: '{"a": 1, "b": [true]}' },
  urlencoded: {
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: 'a=1&b=two+words&b=%C3%A9%25&c=&d&e=%3B%2B',
  },
  multipart: {
    headers: [['Content-Type', 'multipart/form-data; boundary=xyz']],
    body: '--xyz\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\nä\0\r\n--xyz--\r\n',
  },
  'non-ASCII': { headers: [['Content-Type', 'text/plain; charset=utf-8']], body: 'größe 大 😀' },
  file: { body: bytesBody(Uint8Array.from({ length: 1000 }, (_, i) => i % 256)) },
  stream: { body: bytesBody(new TextEncoder().encode('streamed'), { stream: true }) },
};

export const TEN_MEGABYTES: Body = bytesBody(new Uint8Array(10_485_760).fill(97));

/** Every method with every query, and every body with every method that carries one. */
export function requestTable(origin: string, path = '/things/a%20b'): readonly (Plain & { readonly what: string })[] {
  const table: (Plain & { what: string })[] = [];
  for (const method of METHODS) {
    for (const [name, query] of Object.entries(QUERIES)) {
      table.push({ what: `${method} with query: ${name}`, method, url: `${origin}${path}${query}` });
    }
    if (method === 'GET') continue;
    for (const [name, body] of Object.entries(BODIES)) {
      table.push({ what: `${method} with body: ${name}`, method, url: `${origin}${path}?b=2&a=1+1`, ...body });
    }
  }
  table.push({ what: 'POST of 10 MB', method: 'POST', url: `${origin}${path}`, body: TEN_MEGABYTES });
  return table.map(plain => ({ ...plain, headers: [...(plain.headers ?? []), ['X-Case', plain.what]] }));
}
