import type { Socket } from 'node:net';
import type { ProxyServer } from './proxies.ts';
import type { Target } from './request-head.ts';
import { type ConnectionPhases, openPlain, secure, type TlsOptions } from './sockets.ts';

export interface ConnectorOptions {
  readonly target: Target;
  readonly http2: boolean;
  readonly tls: (target: Target) => TlsOptions;
  /**
   * The last TLS session ticket, so that a new connection costs one round trip less. A resumed session is not verified
   * again, so tickets never pass between verified connections and others.
   */
  readonly resumption: { ticket?: Buffer };
  readonly proxy?: ProxyServer | undefined;
}

/** Opens one connection; `opened` tells of the socket at once, so that it can be destroyed while it connects. */
export async function openConnection(
  options: ConnectorOptions,
  phases: ConnectionPhases,
  opened: (socket: Socket) => void,
): Promise<Socket> {
  const { target, proxy } = options;
  let raw: Socket;
  if (proxy) {
    const { connectToProxy, openTunnel } = await import('./proxy-tunnel.ts');
    if (forwards(options)) return connectToProxy(proxy, phases, opened);
    raw = await openTunnel(proxy, target, phases, opened);
  } else {
    raw = await openPlain(target.hostname, target.port, phases, opened);
  }
  if (!target.secure) return raw;
  const { resumption } = options;
  const socket = await secure(
    raw,
    target.hostname,
    { ...options.tls(target), ...(resumption.ticket ? { session: resumption.ticket } : {}) },
    options.http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
    phases,
    opened,
  );
  socket.on('session', ticket => {
    resumption.ticket = ticket;
  });
  return socket;
}

/** Whether the proxy itself is asked for the resource: http through an http or https proxy. @see RFC 9112 §3.2.2 */
export function forwards({ target, proxy }: Pick<ConnectorOptions, 'target' | 'proxy'>): boolean {
  return proxy !== undefined && !target.secure && proxy.kind !== 'socks5';
}
