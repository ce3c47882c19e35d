import http, { Agent, type ClientRequest, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AuthInForce, type DriverPorts, previewAuthorized, sendAuthorized } from '../../src/auth/driver.ts';
import { createAuthMemories } from '../../src/auth/memories.ts';
import type { AuthResponse, Outcome } from '../../src/auth/scheme.ts';
import { resolveValues } from '../../src/auth/values.ts';
import type { ReceivedResponse } from '../../src/core/ports.ts';
import { type Body, type HttpRequest, type Part, requestUrl, textBody } from '../../src/core/request.ts';

/** Runs schemes through the driver against loopback servers with `node:http`, keeping one socket where one is asked for. */

export interface Target {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | Body;
}

export interface SentAttempt {
  readonly request: HttpRequest;
  readonly status: number;
  readonly connection: string | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: ReceivedResponse['headers'];
  readonly text: string;
  readonly outcome: Outcome | undefined;
  readonly attempts: readonly SentAttempt[];
}

export interface World {
  readonly now?: () => number;
  readonly random?: (length: number) => Uint8Array;
  /** Changes what goes over the wire, as somebody in the middle would. */
  readonly tamper?: (request: HttpRequest) => HttpRequest;
}

export interface AuthClient {
  send(
    scheme: string,
    fields: Readonly<Record<string, string>>,
    target: Target,
    environment?: string,
  ): Promise<Answered>;
  preview(
    scheme: string,
    fields: Readonly<Record<string, string>>,
    target: Target,
    environment?: string,
  ): Promise<{ readonly request: HttpRequest; readonly pending: readonly string[] }>;
  close(): void;
}

export function createAuthClient({ now, random, tamper }: World = {}): AuthClient {
  const memories = createAuthMemories();
  const agents = new Map<string, Agent>();
  const nothing = (): never => {
    throw new Error('not part of this test');
  };
  const ports = (environment: string): DriverPorts => ({
    clock: { now: now ?? Date.now },
    random: { bytes: random ?? (length => crypto.getRandomValues(new Uint8Array(length))) },
    files: { read: nothing, size: nothing, open: nothing },
    env: {},
    memories,
    tokens: { peek: nothing, get: nothing, reject: nothing },
    environment,
  });
  const agentFor = (connection: string | undefined): Agent => {
    if (connection === undefined) return new Agent();
    const agent = agents.get(connection) ?? new Agent({ keepAlive: true, maxSockets: 1 });
    agents.set(connection, agent);
    return agent;
  };
  return {
    async send(scheme, fields, target, environment = '') {
      const attempts: SentAttempt[] = [];
      const { response, outcome } = await sendAuthorized(
        completeRequest(target),
        await inForce(scheme, fields),
        ports(environment),
        new AbortController().signal,
        async (request, connection) => {
          const sent = await exchange(tamper?.(request) ?? request, agentFor(connection));
          attempts.push({ request, status: sent.status, connection });
          return sent;
        },
      );
      const text = Buffer.from(await response.bytes()).toString();
      return { status: response.status, headers: response.headers, text, outcome, attempts };
    },
    async preview(scheme, fields, target, environment = '') {
      const request = completeRequest(target);
      return previewAuthorized(
        request,
        await inForce(scheme, fields),
        ports(environment),
        new AbortController().signal,
      );
    },
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

async function inForce(scheme: string, fields: Readonly<Record<string, string>>): Promise<AuthInForce> {
  const place = { file: '/project/a.http', line: 1 };
  const stated = Object.entries(fields).map(([name, value]) => ({ name, value, fromFile: false, place }));
  const resolved = await resolveValues(
    { scheme, fields: stated, place },
    { resolve: text => text, readFile: async () => '' },
  );
  return { resolved, level: 'request' };
}

/** The request with the headers a client adds. */
export function completeRequest({ method = 'GET', url, headers = {}, body }: Target): HttpRequest {
  const content = typeof body === 'string' ? textBody(body) : body instanceof Uint8Array ? chunkedBody(body) : body;
  const part = (name: string, value: string, by: 'file' | 'client'): Part => ({
    ...{ name, value },
    origin: by === 'client' ? { by } : { by, file: '/project/a.http', line: 1 },
  });
  const parts = [part('Host', new URL(url).host, 'client')];
  for (const [name, value] of Object.entries(headers)) parts.push(part(name, value, 'file'));
  if (content?.length !== undefined) parts.push(part('Content-Length', String(content.length), 'client'));
  return { method, url, query: [], headers: parts, cookies: [], body: content, overridden: [] };
}

/** A body that comes in pieces, as a file does; its length is unknown where it is a stream. */
export function chunkedBody(bytes: Uint8Array, stream = false): Body {
  return {
    length: stream ? undefined : bytes.byteLength,
    async *open() {
      for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
    },
  };
}

function drained(outgoing: ClientRequest): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done);
      resolve();
    };
    outgoing.on('drain', done).on('close', done);
  });
}

async function exchange(request: HttpRequest, agent: Agent): Promise<ReceivedResponse> {
  const url = new URL(request.url);
  const path = requestUrl(request).replace(/^https?:\/\/[^/?]*/, '');
  const outgoing = http.request({
    agent,
    method: request.method,
    host: url.hostname,
    port: url.port,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: request.headers.flatMap(header => [header.name, Buffer.from(header.value, 'utf8').toString('latin1')]),
  });
  const incoming = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.on('response', resolve).on('error', reject),
  );
  incoming.catch(() => {});
  for await (const chunk of request.body?.open() ?? []) {
    if (!outgoing.write(chunk)) await drained(outgoing);
  }
  outgoing.end();
  const message = await incoming;
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    headers.push([message.rawHeaders[at] ?? '', Buffer.from(message.rawHeaders[at + 1] ?? '', 'latin1').toString()]);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  return {
    status: message.statusCode ?? 0,
    statusText: message.statusMessage ?? '',
    httpVersion: message.httpVersion,
    headers,
    body: (async function* () {
      yield content;
    })(),
    bytes: async () => content,
    discard: async () => {},
    timing: () => ({ total: 0 }),
  };
}

/** A response as a scheme sees it, made by hand. */
export function responseOf(status: number, headers: AuthResponse['headers'] = [], body = ''): AuthResponse {
  return { status, headers, bytes: async () => Buffer.from(body) };
}

export interface Loopback {
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(listener: RequestListener): Promise<Loopback> {
  const server: Server = http.createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The value of a header of an attempt. */
export function sentHeader(attempt: SentAttempt | undefined, name: string): string | undefined {
  return attempt?.request.headers.find(header => header.name.toLowerCase() === name.toLowerCase())?.value;
}
