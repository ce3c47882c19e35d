import type { RequestListener } from 'node:http';
import { type Acceptor, type AcceptorOptions, createAcceptor } from '../demo-api/verifiers/ntlm.ts';
import { readAll } from './exchange.ts';

export interface NtlmServerOptions extends AcceptorOptions {
  /** More headers of each response. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface NtlmServer extends Acceptor {
  readonly listener: RequestListener;
}

/** A server that names the user and the length of the body behind an NTLM acceptor. */
export function createNtlmServer(options: NtlmServerOptions): NtlmServer {
  const acceptor = createAcceptor(options);
  return {
    ...acceptor,
    async listener(request, response) {
      const { length } = await readAll(request);
      const { status, challenge, user } = acceptor.judge(request.socket, request.headers.authorization, length);
      response.writeHead(status, { ...options.headers, ...(challenge ? { 'WWW-Authenticate': challenge } : {}) });
      response.end(user === undefined ? '' : `${user} sent ${length}`);
    },
  };
}
