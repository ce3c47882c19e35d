import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * An authorization server that signs everybody in, with the API that it protects. Its refresh tokens rotate: one that is
 * used a second time ends the whole login, as RFC 9700 §4.14.2 recommends. The first access token ends at once.
 */
export interface RotatingServer {
  readonly origin: string;
  /** The refresh tokens that it was given, in order. */
  readonly refreshes: readonly string[];
  /** How many tokens it has issued. */
  readonly issued: number;
  /** The redirect URIs that it sent browsers back to. */
  readonly redirects: readonly string[];
  /** Refreshes are answered when this has resolved. */
  gate: Promise<void>;
  close(): Promise<void>;
}

export async function startRotatingServer(): Promise<RotatingServer> {
  const refreshes: string[] = [];
  const redirects: string[] = [];
  let issued = 0;
  let ended = false;

  function grant(response: ServerResponse, lifetime: number): void {
    issued += 1;
    const tokens = { access_token: `access-${issued}`, refresh_token: `refresh-${issued}` };
    json(response, 200, { ...tokens, token_type: 'Bearer', expires_in: lifetime });
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const given = form.get('refresh_token');
    if (given === null) return grant(response, 1);
    refreshes.push(given);
    await result.gate;
    if (given !== `refresh-${issued}`) ended = true;
    if (ended) json(response, 400, { error: 'invalid_grant', error_description: 'used before' });
    else grant(response, 3600);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname === '/authorize') {
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      redirects.push(back.href);
      back.searchParams.set('code', 'code');
      back.searchParams.set('state', url.searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href }).end();
    } else if (url.pathname === '/token') await token(request, response);
    else {
      const good = !ended && issued > 1 && request.headers.authorization === `Bearer access-${issued}`;
      json(response, good ? 200 : 401, good ? { user: 'ada' } : { error: 'invalid_token' });
    }
  }

  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const result: RotatingServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refreshes,
    redirects,
    get issued() {
      return issued;
    },
    gate: Promise.resolve(),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return result;
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
