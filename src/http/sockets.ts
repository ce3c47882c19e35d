import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';

/** Milliseconds at which each phase of establishing a connection ended (`performance.now()`). */
export interface ConnectionPhases {
  readonly start: number;
  looked?: number;
  connected?: number;
  secured?: number;
}

export interface TlsOptions {
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized?: boolean;
}

/** A TCP connection. Its error listener stays: an error between two owners must not end the process. */
export function openPlain(
  host: string,
  port: number,
  phases: ConnectionPhases,
  opened: (socket: Socket) => void,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    });
    opened(socket);
    if (isIP(host) === 0) {
      socket.once('lookup', () => {
        phases.looked = performance.now();
      });
    }
    const closed = (): void => reject(closedEarly());
    socket.on('error', reject);
    socket.once('close', closed);
    socket.once('connect', () => {
      phases.connected = performance.now();
      socket.removeListener('close', closed);
      resolve(socket);
    });
  });
}

/** TLS over a connection that stands. */
export function secure(
  socket: Socket,
  hostname: string,
  tls: TlsOptions & { readonly session?: Buffer },
  protocols: string[],
  phases: ConnectionPhases,
  opened: (socket: Socket) => void,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      ...tls,
      socket,
      host: hostname,
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
      ALPNProtocols: protocols,
    });
    opened(secured);
    const closed = (): void => reject(closedEarly());
    secured.on('error', reject);
    secured.once('close', closed);
    secured.once('secureConnect', () => {
      phases.secured = performance.now();
      secured.removeListener('close', closed);
      resolve(secured);
    });
  });
}

function closedEarly(): Error {
  return Object.assign(new Error('closed while connecting'), { code: 'ECONNRESET' });
}
