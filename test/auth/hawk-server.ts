import type { RequestListener } from 'node:http';
import { type HawkError, hawkServer as server } from '../demo-api/verifiers/hawk.ts';
import { readAll } from './exchange.ts';

/** The server half of the `hawk` package over `node:http`. */

export interface HawkServerOptions {
  readonly key?: string;
  readonly algorithm?: string;
  /** Milliseconds by which the server's clock is ahead. */
  readonly ahead?: number;
  /** Changes the headers of the answer. */
  readonly answer?: (headers: Record<string, string>) => Record<string, string>;
  readonly text?: string;
  /** What the server claims to have sent. */
  readonly signedText?: string;
  readonly sign?: 'body' | 'head' | 'nothing';
  readonly wantsPayloadHash?: boolean;
}

export function createHawkListener(options: HawkServerOptions = {}): RequestListener {
  const nonces = new Set<string>();
  const { key = 'secret key', algorithm = 'sha256', text = 'fine', sign = 'body' } = options;
  return async (request, response) => {
    const body = await readAll(request);
    const contentType = request.headers['content-type'];
    try {
      const { credentials, artifacts } = await server.authenticate(
        request,
        id => (id === 'me' ? { key, algorithm } : null),
        {
          localtimeOffsetMsec: options.ahead ?? 0,
          ...(options.wantsPayloadHash ? { payload: body.toString() } : {}),
          nonceFunc: (_key: string, nonce: string) => {
            if (nonces.has(nonce)) throw new Error('seen');
            nonces.add(nonce);
          },
        },
      );
      if (artifacts.hash) server.authenticatePayload(body, credentials, artifacts, contentType);
      const signed = { payload: options.signedText ?? text, contentType: 'text/plain' };
      const headers = {
        'Content-Type': 'text/plain; charset=utf-8',
        ...(sign === 'nothing'
          ? {}
          : {
              'Server-Authorization': server.header(
                credentials,
                artifacts,
                sign === 'body' ? signed : { ext: 'hello' },
              ),
            }),
      };
      response.writeHead(200, options.answer?.(headers) ?? headers).end(text);
    } catch (error) {
      const { output } = error as HawkError;
      response.writeHead(output.statusCode, options.answer?.(output.headers) ?? output.headers).end();
    }
  };
}
