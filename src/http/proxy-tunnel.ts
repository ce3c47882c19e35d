import type { Socket } from 'node:net';
import { CountersignError } from '../core/errors.ts';
import type { ProxyServer, ProxyTarget } from './proxies.ts';
import { SocketReader } from './socket-reader.ts';
import { type ConnectionPhases, openPlain, secure } from './sockets.ts';
import { connectThroughSocks } from './socks.ts';

/**
 * A connection to the target through a proxy: CONNECT over http or https, or SOCKS 5.
 * @throws CountersignError `proxy`
 * @see RFC 9110 §9.3.6
 */
export async function openTunnel(
  proxy: ProxyServer,
  target: ProxyTarget,
  phases: ConnectionPhases,
  opened: (socket: Socket) => void,
): Promise<Socket> {
  const socket = await connectToProxy(proxy, phases, opened);
  const reader = new SocketReader(socket);
  try {
    if (proxy.kind === 'socks5') await connectThroughSocks(socket, reader, proxy, target);
    else await connectThroughHttp(socket, reader, proxy, target);
    phases.connected = performance.now();
    return socket;
  } catch (error) {
    socket.destroy();
    if (error instanceof CountersignError) throw error;
    throw new CountersignError('proxy', `The proxy ${proxy.shown} closed the connection.`, {
      hint: 'Check the proxy settings: the address may be that of something else.',
      cause: error,
    });
  } finally {
    reader.release();
  }
}

/** A connection to the proxy itself. @throws CountersignError `proxy` */
export async function connectToProxy(
  proxy: ProxyServer,
  phases: ConnectionPhases,
  opened: (socket: Socket) => void,
): Promise<Socket> {
  try {
    const plain = await openPlain(proxy.hostname, proxy.port, phases, opened);
    if (proxy.kind !== 'https') return plain;
    return await secure(plain, proxy.hostname, { rejectUnauthorized: proxy.strictSSL }, ['http/1.1'], phases, opened);
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    const what =
      code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? 'could not be found'
        : code === 'ECONNREFUSED'
          ? 'refused the connection'
          : typeof code === 'string' && /CERT|VERIFY|SIGN|ALTNAME/.test(code)
            ? 'has a certificate that is not trusted'
            : 'cannot be reached';
    throw new CountersignError('proxy', `The proxy ${proxy.shown} ${what}.`, {
      hint: 'Check http.proxy in the settings, and HTTP_PROXY, HTTPS_PROXY and NO_PROXY in the environment.',
      cause,
    });
  }
}

/** What a proxy's refusal means, in words. */
export function proxyRefusal(proxy: ProxyServer, status: number): CountersignError {
  if (status === 407) {
    return proxy.authorization === undefined
      ? new CountersignError('proxy', `The proxy ${proxy.shown} asks for a name and a password.`, {
          hint: 'Put them into the proxy’s address (http://name:password@host:port), or set http.proxyAuthorization.',
        })
      : new CountersignError('proxy', `The proxy ${proxy.shown} does not accept its name and password.`, {
          hint: 'Check those in the proxy’s address, or http.proxyAuthorization.',
        });
  }
  return new CountersignError('proxy', `The proxy ${proxy.shown} refused to connect (status ${status}).`, {
    hint: 'The host may be blocked, or not be known to the proxy.',
  });
}

async function connectThroughHttp(
  socket: Socket,
  reader: SocketReader,
  proxy: ProxyServer,
  target: ProxyTarget,
): Promise<void> {
  const authority = `${target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname}:${target.port}`;
  const authorization =
    proxy.authorization === undefined ? '' : `Proxy-Authorization: ${oneLine(proxy.authorization)}\r\n`;
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`);
  const head = (await reader.until('\r\n\r\n', 64 * 1024)).toString('latin1');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0);
  if (status >= 200 && status < 300) return;
  if (status === 0) {
    throw new CountersignError('proxy', `${proxy.shown} does not answer like a proxy.`, {
      hint: 'Check the proxy settings: the address may be that of something else.',
    });
  }
  throw proxyRefusal(proxy, status);
}

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, ' ');
}
