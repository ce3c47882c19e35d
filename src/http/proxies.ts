import { BlockList, isIP } from 'node:net';
import { CountersignError } from '../core/errors.ts';
import type { ProcessEnvironment } from '../core/ports.ts';

export interface ProxySettings {
  /** VS Code's `http.proxy`; wins over the environment. */
  readonly proxy?: string;
  /** VS Code's `http.noProxy`; where it is empty, `NO_PROXY` holds. */
  readonly noProxy?: readonly string[];
  /** VS Code's `http.proxyStrictSSL`: verify the certificate of an https proxy; default true. */
  readonly strictSSL?: boolean;
  /** VS Code's `http.proxyAuthorization`: value of the Proxy-Authorization header. */
  readonly authorization?: string;
  readonly environment?: ProcessEnvironment;
}

export interface ProxyServer {
  readonly kind: 'http' | 'https' | 'socks5';
  readonly hostname: string;
  readonly port: number;
  /** Host and port, for messages. */
  readonly shown: string;
  /** Value of the Proxy-Authorization header. */
  readonly authorization?: string;
  /** For SOCKS. */
  readonly username?: string;
  readonly password?: string;
  /** SOCKS: names are resolved here, not by the proxy (`socks5:` as opposed to `socks5h:`). */
  readonly resolveHere?: boolean;
  readonly strictSSL: boolean;
}

export interface ProxyTarget {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
}

/** Tells which proxy leads to a target, undefined for none. @throws CountersignError `proxy` for an unusable address */
export type ProxyResolver = (target: ProxyTarget) => ProxyServer | undefined;

/** Proxies by VS Code's settings and the environment variables that curl made common. */
export function createProxyResolver(settings: ProxySettings): ProxyResolver {
  const { environment = {}, strictSSL = true, authorization } = settings;
  const variable = (name: string): string | undefined =>
    // A web server would set HTTP_PROXY from a request's Proxy header: https://httpoxy.org
    environment[name.toLowerCase()] ||
    (name === 'HTTP_PROXY' && environment.REQUEST_METHOD !== undefined ? undefined : environment[name]) ||
    undefined;
  const rules = settings.noProxy?.length ? settings.noProxy : (variable('NO_PROXY') ?? '').split(/[\s,]+/);
  const excluded = exclusions(rules.filter(rule => rule !== ''));
  const parsed = new Map<string, ProxyServer>();
  return target => {
    const address =
      settings.proxy || variable(target.secure ? 'HTTPS_PROXY' : 'HTTP_PROXY') || variable('ALL_PROXY') || undefined;
    if (address === undefined || excluded(target)) return undefined;
    let proxy = parsed.get(address);
    if (!proxy) {
      proxy = parseProxy(address, strictSSL, authorization);
      parsed.set(address, proxy);
    }
    // A proxy elsewhere cannot reach this machine's loopback; one on this machine is there to watch.
    return isLoopback(target.hostname) && !isLoopback(proxy.hostname) ? undefined : proxy;
  };
}

/** @throws CountersignError `proxy` */
function parseProxy(address: string, strictSSL: boolean, authorization?: string): ProxyServer {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`;
  const scheme = text.slice(0, text.indexOf(':')).toLowerCase();
  const kind = KINDS[scheme];
  let url: URL | undefined;
  try {
    url = new URL(text.replace(/^[^:]+/, 'http'));
  } catch {
    // Reported below, without the address: it may hold a password.
  }
  if (!kind || !url?.hostname) {
    throw new CountersignError(
      'proxy',
      kind ? 'The address of the proxy is not valid.' : `Proxies of the kind “${scheme}:” are not supported.`,
      { hint: 'Write it as http://host:port, https://host:port or socks5://host:port.' },
    );
  }
  const username = decode(url.username);
  const password = decode(url.password);
  // Not the URL's, which leaves out what is the default of the scheme in its place. What follows the port says nothing.
  const authority = /^[^/]*\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  const explicitPort = /:(\d+)$/.exec(authority)?.[1];
  const port = explicitPort ? Number(explicitPort) : DEFAULT_PORTS[kind];
  const hasUser = username !== '' || password !== '';
  const own = hasUser ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
  const value = authorization || own;
  return {
    kind,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port,
    shown: `${url.hostname}:${port}`,
    ...(value === undefined || kind === 'socks5' ? {} : { authorization: value }),
    ...(kind === 'socks5' && hasUser ? { username, password } : {}),
    ...(scheme === 'socks5' ? { resolveHere: true } : {}),
    strictSSL,
  };
}

const KINDS: Readonly<Record<string, ProxyServer['kind']>> = {
  http: 'http',
  https: 'https',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};
const DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080 } as const;

/** Rules of NO_PROXY: `*`, names (with everything below them), addresses, blocks of addresses, each with `:port` or not. */
function exclusions(rules: readonly string[]): (target: ProxyTarget) => boolean {
  const tests = rules.map(exclusion);
  return target => tests.some(test => test(target));
}

function exclusion(rule: string): (target: ProxyTarget) => boolean {
  if (rule === '*') return () => true;
  const block = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/i.exec(rule);
  if (block?.[1] && isIP(block[1]) !== 0) {
    const family = isIP(block[1]) === 6 ? 'ipv6' : 'ipv4';
    const bits = Number(block[2]);
    if (bits > (family === 'ipv6' ? 128 : 32)) return () => false;
    const list = new BlockList();
    list.addSubnet(block[1], bits, family);
    return ({ hostname }) => {
      const version = isIP(hostname);
      return version !== 0 && list.check(hostname, version === 6 ? 'ipv6' : 'ipv4');
    };
  }
  const parts = isIP(rule) === 6 ? null : /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(rule);
  const port = parts ? Number(parts[2]) : undefined;
  const name = (parts?.[1] ?? rule)
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^\*?\.?/, '')
    .replace(/\.$/, '');
  return target => {
    if (name === '' || (port !== undefined && port !== target.port)) return false;
    const host = target.hostname.toLowerCase().replace(/\.$/, '');
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
  };
}

export function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|::1|::ffff:127\..*|::ffff:7f.*)$/i.test(hostname);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
