import type { ClientIdentity, ConnectionTls } from '../core/client-tls.ts';
import { CountersignError } from '../core/errors.ts';
import type { ReceivedResponse, SendOptions, Transport } from '../core/ports.ts';
import type { Body, HttpRequest } from '../core/request.ts';
import { Connection } from './connection.ts';
import type { ConnectorOptions } from './connector.ts';
import { OngoingExchange } from './ongoing-exchange.ts';
import type { ProxyResolver, ProxyServer } from './proxies.ts';
import { type Head, splitUrl, type Target, writeHead } from './request-head.ts';
import type { TlsOptions } from './sockets.ts';
import { isConnectionLost } from './transport-error.ts';

export interface TransportOptions {
  /** Options of TLS for a host: certificates, authorities. `insecure` is added by the request. */
  readonly tls?: (target: Pick<Target, 'hostname' | 'port'>, identity?: ClientIdentity) => TlsOptions;
  /** The proxy that leads to a host; default none. */
  readonly proxy?: ProxyResolver;
  /** Offers HTTP/2 to servers over TLS; default true. */
  readonly http2?: boolean;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);

/** Whom a connection leads to, and who the client is there. */
interface Peer {
  /** Requests share connections where it is the same. */
  readonly key: string;
  readonly target: Target;
  readonly insecure: boolean;
  readonly tls: ConnectionTls | undefined;
}

interface Pool {
  readonly connections: Connection[];
  readonly connector: ConnectorOptions;
}

/** A transport on undici: connections are kept per origin, and who the client is to it, and used again. */
export function createTransport(options: TransportOptions = {}): Transport {
  const pools = new Map<string, Pool>();
  const kept = new Map<string, { key: string; connection: Connection }>();

  const connectorFor = ({ target, insecure, tls }: Peer): ConnectorOptions => ({
    target,
    proxy: options.proxy?.(target),
    http2: options.http2 !== false,
    resumption: {},
    tls: to => ({ ...options.tls?.(to, tls?.identity), ...(insecure ? { rejectUnauthorized: false } : {}) }),
  });

  const poolFor = (peer: Peer): Pool => {
    let pool = pools.get(peer.key);
    if (!pool) {
      pool = { connections: [], connector: connectorFor(peer) };
      pools.set(peer.key, pool);
    }
    return pool;
  };

  const pick = (peer: Peer, head: Head, { connection: key, continues = false }: SendOptions): Connection => {
    if (key !== undefined) {
      const entry = kept.get(key);
      const { closed, lost } = entry?.connection ?? { closed: true };
      if (entry && entry.key === peer.key && !closed && (!lost || continues)) return entry.connection;
      entry?.connection.destroy();
      const connection = new Connection({ ...connectorFor(peer), http2: false }, true, () => {});
      kept.set(key, { key: peer.key, connection });
      return connection;
    }
    // What follows a body of another length than was said is anybody's guess: no other request may follow it.
    if (head.misframed) return new Connection({ ...connectorFor(peer), http2: false }, true, idle => idle.destroy());
    const pool = poolFor(peer);
    const { connections } = pool;
    for (let index = connections.length - 1; index >= 0; index--) {
      const connection = connections[index];
      if (connection?.closed) connections.splice(index, 1);
      else if (connection?.free) return connection;
    }
    const connection = new Connection(pool.connector, false, idle => {
      const index = connections.indexOf(idle);
      if (index >= 0) connections.splice(index, 1);
      idle.destroy();
    });
    connections.push(connection);
    return connection;
  };

  const attempt = (request: HttpRequest, peer: Peer, head: Head, sendOptions: SendOptions): OngoingExchange => {
    const connection = pick(peer, head, sendOptions);
    const { target } = peer;
    const { proxy } = connection;
    const exchange = new OngoingExchange(connection, proxy ? forProxy(head, proxy) : head, target.shown, sendOptions);
    try {
      connection.dispatch(
        {
          path: proxy ? target.origin + target.path : target.path,
          method: request.method,
          headers: connection.http2 || target.secure ? ['host', head.host, ...head.pairs] : head.pairs,
          body: bodyOf(request.body, head),
          servername: target.hostname,
          ...(head.close || head.misframed
            ? { reset: true }
            : sendOptions.connection === undefined
              ? {}
              : { reset: false }),
        },
        exchange,
      );
    } catch (error) {
      exchange.onResponseError(undefined, error);
    }
    return exchange;
  };

  return {
    async send(request, sendOptions): Promise<ReceivedResponse> {
      if (sendOptions.signal.aborted) throw new CountersignError('cancelled', 'The request was cancelled.');
      const { connection } = sendOptions;
      const target = splitUrl(request);
      const head = writeHead(request, target, sendOptions.rawLength);
      const peer = peerOf(target, sendOptions.insecure ?? false, await request.tls?.for(request.url));
      for (let again = false; ; again = true) {
        const exchange = attempt(request, peer, head, sendOptions);
        try {
          const response = await exchange.received;
          const { proxy } = exchange;
          if (!proxy || response.status !== 407) return response;
          await response.discard();
          const { proxyRefusal } = await import('./proxy-tunnel.ts');
          throw proxyRefusal(proxy, 407);
        } catch (failure) {
          if (failure instanceof CountersignError) throw failure;
          const { raw, error } = failure as { raw: unknown; error: CountersignError };
          // A server may close a kept connection just as the next request goes out: RFC 9110 §9.2.2, RFC 9112 §9.3.1.
          const stale = exchange.reused && !exchange.answered && isConnectionLost(raw);
          // One that is kept under a key may be lost before anything is written to it.
          const unsent =
            connection !== undefined && !exchange.started && (kept.get(connection)?.connection.used ?? 0) > 0;
          const repeatable = unsent || (stale && IDEMPOTENT.has(request.method));
          if (again || sendOptions.continues || !repeatable) throw error;
        }
      }
    },
    release(key): void {
      kept.get(key)?.connection.destroy();
      kept.delete(key);
    },
    async close(): Promise<void> {
      const connections = [...pools.values()].flatMap(pool => pool.connections);
      for (const { connection } of kept.values()) connection.destroy();
      pools.clear();
      kept.clear();
      for (const connection of connections) connection.destroy();
    },
  };
}

function peerOf(target: Target, asked: boolean, tls: ConnectionTls | undefined): Peer {
  const insecure = asked || tls?.insecure === true;
  return { key: `${target.origin}${insecure ? ' insecure' : ''}${tls ? ` ${tls.id}` : ''}`, target, insecure, tls };
}

function forProxy(head: Head, { authorization }: ProxyServer): Head {
  if (authorization === undefined || /^proxy-authorization:/im.test(head.lines)) return head;
  return { ...head, lines: `${head.lines}Proxy-Authorization: ${authorization.replace(/[\r\n]+/g, ' ')}\r\n` };
}

function bodyOf(body: Body | undefined, head: Head): Uint8Array | AsyncIterable<Uint8Array> | null {
  if (!body || (body.length === 0 && !head.chunked)) return null;
  if (body.text !== undefined && !head.chunked) {
    const bytes = Buffer.from(body.text, 'utf8');
    if (bytes.byteLength === body.length) return bytes;
  }
  return { [Symbol.asyncIterator]: () => promptly(body) };
}

/**
 * The bytes of a body, at their end with the last byte that was declared: a server may answer before a file says that
 * it has no more, and a response that comes while the request is not at its end costs the connection.
 */
async function* promptly(body: Body): AsyncGenerator<Uint8Array, void> {
  const bytes = body.open()[Symbol.asyncIterator]();
  let left = body.length ?? Number.POSITIVE_INFINITY;
  try {
    while (left > 0) {
      const { done, value } = await bytes.next();
      if (done) return;
      left -= value.byteLength;
      yield value;
    }
  } finally {
    // Not waited for: closing a file takes as long as reading from it.
    bytes.return?.().catch(() => {});
  }
}
