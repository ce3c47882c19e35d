import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON. */
  readonly body?: unknown;
  /** Answers only when that has resolved. */
  readonly after?: Promise<unknown>;
}

export interface ReceivedForm {
  readonly url: string;
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly form: URLSearchParams;
}

export interface TokenServer {
  readonly origin: string;
  readonly received: ReceivedForm[];
  answer: (request: ReceivedForm) => Answer;
  close(): Promise<void>;
}

/** A server that answers as a test says, however wrong. */
export async function startTokenServer(): Promise<TokenServer> {
  const server = createServer((request, response) => {
    void text(request).then(async body => {
      const { url = '', method = '', headers } = request;
      const received = { url, method, headers, form: new URLSearchParams(body) };
      result.received.push(received);
      const answer = result.answer(received);
      await answer.after;
      const json = typeof answer.body === 'object';
      response.writeHead(answer.status ?? 200, {
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...answer.headers,
      });
      response.end(json ? JSON.stringify(answer.body) : String(answer.body ?? ''));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const result: TokenServer = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: () => ({ body: { access_token: 'a', token_type: 'Bearer', expires_in: 600 } }),
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return result;
}
