import { readdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AuthorizationServer, authorizationServer } from './authorization-server.ts';
import type { Check, SeenRequest } from './check.ts';
import { describe, endpoints, sendJson } from './endpoints.ts';
import { OAuth1Provider } from './oauth1-provider.ts';

export interface DemoApi {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  readonly url: string;
  /** The schemes that it checks, each at `/auth/<scheme>`. */
  readonly schemes: readonly string[];
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts the demo API on loopback: it checks each scheme that has a file in `checks/` at `/auth/<scheme>`, and answers
 * what it saw. Authorization servers are below `/oauth2/` and `/oauth1/`; the other endpoints are listed at `/`.
 */
export async function startDemoApi(options: { readonly port?: number } = {}): Promise<DemoApi> {
  const checks = await loadChecks();
  let oauth: AuthorizationServer | undefined;
  const oauth1 = new OAuth1Provider();
  const server = createServer((incoming, response) => {
    const { port } = server.address() as AddressInfo;
    oauth ??= authorizationServer(`http://127.0.0.1:${port}`);
    const answered = incoming.url?.startsWith('/oauth2/')
      ? oauth.handle(incoming, response)
      : answer(incoming, response, checks, oauth, oauth1);
    answered.catch(error => {
      if (!response.headersSent) sendJson(response, 500, { error: String(error) });
      else response.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    schemes: [...checks.keys()],
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      server.closeAllConnections();
      await closed;
    },
  };
}

async function loadChecks(): Promise<Map<string, Check>> {
  const folder = join(import.meta.dirname, 'checks');
  const names = readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .map(name => basename(name, '.ts'))
    .sort();
  const modules = names.map(async name => {
    const { check } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { readonly check: Check };
    return [name, check] as const;
  });
  return new Map(await Promise.all(modules));
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  checks: Map<string, Check>,
  oauth: AuthorizationServer,
  oauth1: OAuth1Provider,
): Promise<void> {
  const request = await receive(incoming);
  const [first = '', ...rest] = request.url.pathname.slice(1).split('/');
  if (first === 'oauth1') return oauth1.handle(request, response, rest.join('/'));
  if (first === 'auth') {
    const check = checks.get(rest[0] ?? '');
    if (!check) return sendJson(response, 404, { error: `no such scheme; there are ${[...checks.keys()].join(', ')}` });
    const { ok, user, detail, status = 401, headers = [] } = await check(request, oauth);
    for (const [name, value] of headers) response.appendHeader(name, value);
    return sendJson(response, ok ? 200 : status, {
      auth: { scheme: rest[0], ok, user: user ?? null, detail },
      ...describe(request),
      headers: withoutCredentials(request.headers),
    });
  }
  const endpoint = Object.hasOwn(endpoints, first) ? endpoints[first] : undefined;
  if (!endpoint) return sendJson(response, 404, { error: `nothing at ${request.url.pathname}` });
  await endpoint(request, response, rest.join('/'));
}

/** The headers as one may show them: of a credential only its scheme. `/echo` shows them whole. */
function withoutCredentials(headers: SeenRequest['headers']): SeenRequest['headers'] {
  const shown = Object.entries(headers).map(([name, value]): [string, typeof value] => {
    if (name === 'authorization' && typeof value === 'string') return [name, value.replace(/^(\S+ )?.*$/s, '$1•••')];
    return [name, name === 'cookie' || name === 'x-api-key' ? '•••' : value];
  });
  return Object.fromEntries(shown);
}

async function receive(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? '/';
  return {
    method: incoming.method ?? 'GET',
    target,
    url: new URL(target, `http://${incoming.headers.host ?? '127.0.0.1'}`),
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks),
    socket: incoming.socket,
  };
}
