import { lookup } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { CountersignError } from '../core/errors.ts';
import type { ProxyServer, ProxyTarget } from './proxies.ts';
import type { SocketReader } from './socket-reader.ts';

const REPLIES: Readonly<Record<number, string>> = {
  1: 'failed',
  2: 'does not allow the connection',
  3: 'cannot reach the network',
  4: 'cannot reach the host',
  5: 'was refused the connection',
  6: 'gave up on the way',
  7: 'does not support connections of this kind',
  8: 'does not support addresses of this kind',
};

/**
 * Asks a SOCKS 5 proxy, already connected, for the target.
 * @throws CountersignError `proxy`
 * @see RFC 1928
 * @see RFC 1929
 */
export async function connectThroughSocks(
  socket: Socket,
  reader: SocketReader,
  proxy: ProxyServer,
  target: ProxyTarget,
): Promise<void> {
  const { username, password = '' } = proxy;
  socket.write(Uint8Array.from(username === undefined ? [5, 1, 0] : [5, 2, 0, 2]));
  const [version, method] = await reader.exactly(2);
  if (version !== 5) throw refusal(proxy, 'does not answer like a SOCKS 5 proxy', 'Check the proxy settings.');
  if (method === 2 && username !== undefined) {
    socket.write(Buffer.concat([Buffer.of(1), counted(username, proxy), counted(password, proxy)]));
    const [, status] = await reader.exactly(2);
    if (status !== 0) {
      throw refusal(proxy, 'does not accept its name and password', 'Check those in the proxy’s address.');
    }
  } else if (method !== 0) {
    throw refusal(
      proxy,
      'asks for a name and a password',
      'Put them into its address: socks5://name:password@host:port.',
    );
  }

  socket.write(Buffer.concat([Buffer.of(5, 1, 0), await address(target, proxy), portBytes(target.port)]));
  const [, reply = 1, , type] = await reader.exactly(4);
  if (reply !== 0) throw refusal(proxy, REPLIES[reply] ?? `answered with ${reply}`, 'Look at the proxy’s log.');
  const length = type === 1 ? 4 : type === 4 ? 16 : ((await reader.exactly(1))[0] ?? 0);
  await reader.exactly(length + 2);
}

async function address({ hostname }: ProxyTarget, proxy: ProxyServer): Promise<Buffer> {
  let host = hostname;
  if (proxy.resolveHere && isIP(host) === 0) host = (await lookup(host).catch(notFound)).address;
  if (isIP(host) === 4) return Buffer.of(1, ...host.split('.').map(Number));
  if (isIP(host) === 6) return Buffer.concat([Buffer.of(4), ipv6Bytes(host)]);
  return Buffer.concat([Buffer.of(3), counted(host, proxy)]);
}

function ipv6Bytes(text: string): Buffer {
  // The URL parser writes every form of an address in groups of hexadecimal digits.
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string | undefined): number[] =>
    part ? part.split(':').map(group => Number.parseInt(group, 16)) : [];
  const first = groups(head);
  const last = groups(tail);
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap(group => [group >> 8, group & 0xff]));
}

function counted(text: string, proxy: ProxyServer): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength > 255) throw refusal(proxy, 'takes no name longer than 255 bytes', 'Check the proxy settings.');
  return Buffer.concat([Buffer.of(bytes.byteLength), bytes]);
}

function portBytes(port: number): Buffer {
  return Buffer.of(port >> 8, port & 0xff);
}

function notFound(cause: unknown): never {
  throw new CountersignError('host-not-found', 'The host could not be found.', {
    hint: 'Use socks5h:// for the proxy if only the proxy knows the host.',
    cause,
  });
}

function refusal(proxy: ProxyServer, what: string, hint: string): CountersignError {
  return new CountersignError('proxy', `The proxy ${proxy.shown} ${what}.`, { hint });
}
