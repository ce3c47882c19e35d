import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Dispatcher } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import type { ConnectionDetails } from '../core/wire-record.ts';
import { socketDetails } from './connection-details.ts';
import { type ConnectorOptions, forwards, openConnection } from './connector.ts';
import type { ProxyServer } from './proxies.ts';
import type { Head } from './request-head.ts';
import type { ConnectionPhases } from './sockets.ts';

/** What the client takes beyond its published types. */
export type DispatchOptions = Omit<Dispatcher.DispatchOptions, 'body'> & {
  /** The name by which connections are told apart; constant per connection here. */
  readonly servername: string;
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | null;
};

/** What one connection serves at a time over HTTP/2. */
const STREAMS = 100;
const MAX_HEADER_BYTES = 256 * 1024;

/** One connection to one origin: a client of undici, whose request heads are written as the request gives them. */
export class Connection {
  /** Requests under way. */
  active = 0;
  /** How many requests it has carried: more than none means that the server may have closed it meanwhile. */
  used = 0;
  closed = false;
  /** It was open, or could not be opened, and is not renewed. */
  lost = false;
  /** The proxy that is asked for the resource itself. */
  readonly proxy: ProxyServer | undefined;
  readonly #secure: boolean;
  readonly #via: ProxyServer | undefined;
  #client: Client;
  #socket: Socket | undefined;
  #head: Head | undefined;
  #phases: ConnectionPhases | undefined;

  /** @param once the connection is not renewed when it is lost */
  constructor(options: ConnectorOptions, once: boolean, onIdleClose: (connection: Connection) => void) {
    this.proxy = forwards(options) ? options.proxy : undefined;
    this.#secure = options.target.secure;
    this.#via = options.proxy;
    let opened = false;
    this.#client = new Client(options.target.origin, {
      connect: ((_options: unknown, callback: (error: Error | null, socket: Socket | null) => void) => {
        if (once && opened) {
          callback(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }), null);
          return;
        }
        opened = true;
        this.used = 0;
        const phases: ConnectionPhases = { start: performance.now() };
        openConnection(options, phases, socket => {
          this.#socket = socket;
          if (this.closed) socket.destroy();
        }).then(
          socket => {
            this.#socket = socket;
            this.#phases = phases;
            if ((socket as { alpnProtocol?: unknown }).alpnProtocol !== 'h2') this.#takeOverHeads(socket);
            callback(null, socket);
          },
          error => callback(error, null),
        );
      }) as never,
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(once ? { keepAliveTimeout: 600_000, keepAliveTimeoutThreshold: 0 } : {}),
    });
    this.#client.on('disconnect', () => {
      this.#socket = undefined;
      this.lost = once;
      if (this.active === 0 && !this.closed) onIdleClose(this);
    });
    this.#client.on('connectionError', () => {
      this.#socket = undefined;
      this.lost = once;
    });
  }

  get http2(): boolean {
    return (this.#socket as { alpnProtocol?: unknown } | undefined)?.alpnProtocol === 'h2';
  }

  get free(): boolean {
    return !this.closed && (this.active === 0 || (this.active < STREAMS && this.http2));
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  /** The certificate (DER) of the server itself; undefined without TLS, or with TLS to a proxy only. */
  get serverCertificate(): Uint8Array | undefined {
    return this.#secure ? (this.#socket as TLSSocket | undefined)?.getPeerX509Certificate?.()?.raw : undefined;
  }

  /** Undefined once it is lost. */
  details(reused: boolean): ConnectionDetails | undefined {
    if (!this.#socket) return undefined;
    const via = this.#via;
    return {
      ...socketDetails(this.#socket),
      reused,
      ...(via ? { proxy: `${via.kind}://${via.shown}` } : {}),
      ...(this.proxy ? { forwarded: true } : {}),
      ...(this.proxy?.authorization === undefined ? {} : { proxyAuthorized: true }),
    };
  }

  dispatch(options: DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.active++;
    this.#client.dispatch(options as Dispatcher.DispatchOptions, handler);
  }

  /** Called as a request gets the connection. Returns how it was made, to the first request that uses it. */
  begin(head: Head): ConnectionPhases | undefined {
    this.used++;
    if (!this.http2) this.#head = head;
    const phases = this.#phases;
    this.#phases = undefined;
    return phases;
  }

  /** Gives up at once: every request on it fails. */
  destroy(): void {
    if (this.closed) return;
    this.closed = true;
    this.#client.destroy(null, () => {});
    this.#socket?.destroy();
  }

  /**
   * undici writes Host and Connection first, in lower case and on its own terms. The first write of a request is its
   * head; ours goes out in its place.
   */
  #takeOverHeads(socket: Socket): void {
    const write = socket.write as (...values: unknown[]) => boolean;
    socket.write = (chunk: unknown, ...rest: unknown[]): boolean => {
      const head = this.#head;
      if (head === undefined || typeof chunk !== 'string') return write.call(socket, chunk, ...rest);
      this.#head = undefined;
      const start = `${chunk.slice(0, chunk.indexOf('\r\n') + 2)}${head.lines}`;
      const ended = chunk.endsWith('\r\n\r\n');
      // Where the body is chunked, undici writes the blank line with the first chunk; a body without one is closed here.
      return write.call(socket, ended ? `${start}\r\n${head.chunked ? '0\r\n\r\n' : ''}` : start, ...rest);
    };
  }
}
