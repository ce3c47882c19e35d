import { readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import http2 from 'node:http2';
import https, { type ServerOptions } from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { CountersignError, type ErrorCode } from '../../src/core/errors.ts';
import type { SendOptions } from '../../src/core/ports.ts';
import type { HttpRequest, Part } from '../../src/core/request.ts';

/** Servers on the loopback, all closed by `closeAll`. */
const open: { close: () => Promise<void> }[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map(server => server.close()));
}

export function whenDone(close: () => Promise<unknown> | undefined): void {
  open.push({ close: async () => void (await close()) });
}

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return (server.address() as AddressInfo).port;
}

export async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(http.createServer(listener))}`;
}

export async function serveTls(listener: RequestListener, options: ServerOptions = pair('server')): Promise<string> {
  return `https://localhost:${await listen(https.createServer(options, listener))}`;
}

export async function serveHttp2(
  listener: (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
): Promise<string> {
  return `https://localhost:${await listen(http2.createSecureServer({ ...pair('server'), allowHTTP1: true }, listener))}`;
}

/** A server without rules. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<string> {
  return `http://127.0.0.1:${await listen(net.createServer(onSocket))}`;
}

const folder = new URL('./data/test-only-certificates/', import.meta.url);

export function certificate(file: string): Buffer {
  return readFileSync(new URL(file, folder));
}

export function pair(name: string): { cert: Buffer; key: Buffer } {
  return { cert: certificate(`${name}.pem`), key: certificate(`${name}-key.pem`) };
}

export function header(name: string, value: string, origin: Part['origin'] = { by: 'client' }): Part {
  return { name, value, origin };
}

export const fromAuth: Part['origin'] = { by: 'auth', scheme: 'test' };

export function request(url: string, rest: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url, query: [], headers: [], cookies: [], body: undefined, overridden: [], ...rest };
}

export function sending(rest: Partial<SendOptions> = {}): SendOptions {
  return { signal: new AbortController().signal, ...rest };
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

/** The error with which a promise fails; it must be of that code. */
export async function failure(promise: Promise<unknown>, code: ErrorCode): Promise<CountersignError> {
  let outcome: unknown;
  try {
    outcome = await promise;
  } catch (error) {
    if (error instanceof CountersignError && error.code === code) return error;
    throw error;
  }
  throw new Error(`expected ${code}, got ${JSON.stringify(outcome)}`);
}
