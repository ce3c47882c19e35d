import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthorizationSession, CallbackJudge, CallbackWish } from '../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../core/errors.ts';
import { failurePage, noticePage, type Page, relayPage, signedInPage } from './loopback-page.ts';

const formLimit = 64 * 1024;
/** Port 80 counts where it is written, which a parsed URL does not tell. */
const statedPort = /^http:\/\/[^/?#]*:(\d+)(?=[/?#]|$)/i;
const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

function addressesOf({ hostname }: URL): readonly string[] {
  if (hostname === 'localhost') return ['127.0.0.1', '::1'];
  return [hostname === '[::1]' ? '::1' : '127.0.0.1'];
}

/** True for callback URLs that a listener on this machine can serve: plain http on a loopback name. */
export function isLoopbackCallback(callbackUrl: string): boolean {
  if (!URL.canParse(callbackUrl)) return false;
  const url = new URL(callbackUrl);
  return url.protocol === 'http:' && loopbackNames.includes(url.hostname) && url.username === '';
}

/**
 * Listens on the loopback interface for one callback; for `localhost` on both of its addresses, as browsers try either
 * first, and whoever else listens at the other would be given the code. Without a port in the wished callback URL, the system chooses
 * one; without a URL it is `http://127.0.0.1:port/callback`. The first request to its path that carries an answer ends
 * the flow, whether or not it is the right one: a wrong state may be an attack, and another try needs a new flow.
 * @throws CountersignError `io` when the port is taken
 * @see RFC 8252 §7.3, §8.3
 */
export async function loopbackSession(
  wish: Pick<CallbackWish, 'callbackUrl' | 'responseMode' | 'server' | 'signal'>,
  open: (url: string) => Promise<void>,
): Promise<AuthorizationSession> {
  const stated = wish.callbackUrl ?? 'http://127.0.0.1/callback';
  const listener = new CallbackListener(stated, wish);
  await listener.listen(Number(statedPort.exec(stated)?.[1] ?? 0));
  return {
    redirectUri: listener.redirectUri,
    async authorize(url, judge) {
      const answer = listener.answer(judge);
      answer.catch(() => {});
      await open(url);
      return answer;
    },
    close: () => listener.close(),
  };
}

class CallbackListener {
  #port = 0;
  readonly #servers: ReadonlyMap<string, Server>;
  readonly #stated: string;
  readonly #callback: URL;
  readonly #wish: Pick<CallbackWish, 'responseMode' | 'server' | 'signal'>;
  readonly #result = Promise.withResolvers<URLSearchParams>();
  #judge: CallbackJudge | undefined;
  #answered = false;
  #closed: Promise<void> | undefined;

  constructor(stated: string, wish: Pick<CallbackWish, 'responseMode' | 'server' | 'signal'>) {
    this.#stated = stated;
    this.#callback = new URL(stated);
    this.#wish = wish;
    this.#result.promise.catch(() => {});
    const serve = (): Server =>
      createServer({ requestTimeout: 10_000, maxHeaderSize: 64 * 1024 }, (request, response) => {
        this.#serve(request, response).catch(() => response.destroy());
      });
    this.#servers = new Map(addressesOf(this.#callback).map(host => [host, serve()]));
  }

  async listen(port: number): Promise<void> {
    const attempts = port === 0 ? 5 : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#listen(port);
        break;
      } catch (cause) {
        await this.#closeServers();
        // The port that the system chose at one address may be taken at the other.
        if (attempt < attempts) continue;
        throw new CountersignError('io', `Nothing can listen at ${this.#callback.origin} for the callback.`, {
          hint: 'Another program, or another sign-in that is still open, uses that port: end it, or choose another callbackUrl (and register it).',
          cause,
        });
      }
    }
    this.#wish.signal.addEventListener('abort', this.#cancel, { once: true });
    if (this.#wish.signal.aborted) this.#cancel();
  }

  async #listen(wanted: number): Promise<void> {
    let port = wanted;
    let heard = false;
    for (const [host, server] of this.#servers) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen({ port, host, exclusive: true }, resolve);
      try {
        await promise;
      } catch (error) {
        // A machine without IPv6 has one loopback address only.
        const missing = heard && /^(EADDRNOTAVAIL|EAFNOSUPPORT)$/.test((error as NodeJS.ErrnoException).code ?? '');
        if (!missing) throw error;
        continue;
      } finally {
        server.removeListener('error', reject);
      }
      // A server that is closed, as by an early abort, has no address any more.
      port = (server.address() as AddressInfo).port;
      heard = true;
    }
    this.#port = port;
  }

  /** As it was stated, to the letter: servers compare it so. Only a port is put in where none was. */
  get redirectUri(): string {
    if (statedPort.test(this.#stated)) return this.#stated;
    return this.#stated.replace(/^http:\/\/[^/?#]+/i, origin => `${origin}:${this.#port}`);
  }

  answer(judge: CallbackJudge): Promise<URLSearchParams> {
    this.#judge = judge;
    return this.#result.promise;
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    this.#wish.signal.removeEventListener('abort', this.#cancel);
    this.#result.reject(new CountersignError('cancelled', 'Signing in was cancelled.'));
    const closed = this.#closeServers();
    // Whoever is being answered gets the page; connections that just linger don't keep the port.
    for (const server of this.#servers.values()) server.closeIdleConnections();
    const last = setTimeout(() => {
      for (const server of this.#servers.values()) server.closeAllConnections();
    }, 500);
    last.unref();
    await closed;
    clearTimeout(last);
  }

  async #closeServers(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(server => new Promise(resolve => server.close(resolve))));
  }

  readonly #cancel = (): void => void this.close();

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const port = this.#port;
    const nonce = randomBytes(12).toString('base64');
    const host = request.headers.host ?? '';
    const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
    if (!loopbackNames.some(name => host === `${name}:${port}` || (port === 80 && host === name))) {
      // Another name for this address: a page elsewhere that tries to look like us (DNS rebinding).
      return send(request, response, 403, noticePage('This address is only for this machine.', nonce));
    }
    if (url.pathname !== this.#callback.pathname) {
      return send(request, response, 404, noticePage('There is nothing here.', nonce));
    }
    if (request.method !== 'GET' && request.method !== 'POST') {
      return send(request, response, 405, noticePage('There is nothing here.', nonce));
    }
    const parameters = request.method === 'POST' ? await readForm(request) : url.searchParams;
    if (!parameters || !['code', 'error', 'access_token', 'state', 'oauth_token'].some(name => parameters.has(name))) {
      const relay = request.method === 'GET' && this.#wish.responseMode === 'fragment';
      const page = relay ? relayPage(nonce) : noticePage('This is no answer to a sign-in.', nonce);
      return send(request, response, relay ? 200 : 400, page);
    }
    if (this.#answered || this.#judge === undefined) {
      return send(request, response, 410, noticePage('Nobody is waiting for this answer any more.', nonce));
    }
    this.#answered = true;
    const problem = this.#judge(parameters);
    const page = problem === undefined ? signedInPage(this.#wish.server, nonce) : failurePage(problem, nonce);
    send(request, response, problem === undefined ? 200 : 400, page);
    response.once('close', () => this.#result.resolve(parameters));
  }
}

function send(request: IncomingMessage, response: ServerResponse, status: number, { html, policy }: Page): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  response.end(request.method === 'HEAD' ? undefined : html);
}

/** The form that a page or a server (`response_mode=form_post`) posts; undefined where it is none or too large. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > formLimit) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
