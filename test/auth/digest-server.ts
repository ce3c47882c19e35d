import type { RequestListener } from 'node:http';
import { createDigestVerifier, type DigestOptions, type DigestVerifier } from '../demo-api/verifiers/digest.ts';
import { readAll } from './exchange.ts';

export type DigestServerOptions = DigestOptions;

export interface DigestServer extends DigestVerifier {
  readonly listener: RequestListener;
}

/** A server that answers `ok` and the length of the body behind a digest verifier. */
export function createDigestServer(options: DigestServerOptions = {}): DigestServer {
  const verifier = createDigestVerifier(options);
  return {
    ...verifier,
    async listener(request, response) {
      const body = await readAll(request);
      const { method = '', url: target = '' } = request;
      const text = `ok ${body.length}`;
      const headers = { authorization: request.headers.authorization };
      const judged = verifier.judge({ method, target, body, headers }, text);
      for (const [name, value] of judged.headers) response.appendHeader(name, value);
      response.writeHead(judged.status).end(judged.wrong ?? text);
    },
  };
}
