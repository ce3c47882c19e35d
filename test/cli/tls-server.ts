import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { certificate, pair, serveTls } from '../http/loopback.ts';

/** Absolute path of a certificate for tests. */
export function certificatePath(name: string): string {
  return fileURLToPath(new URL(`../http/data/test-only-certificates/${name}`, import.meta.url));
}

/** A server that asks every client for a certificate, and remembers who came: the certificate's name, or `nobody`. */
export async function askingServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => void response.end('{}'),
  options: ServerOptions = {},
): Promise<{ readonly url: string; readonly host: string; readonly seen: { path: string; client: string }[] }> {
  const seen: { path: string; client: string }[] = [];
  const asking = { ...pair('server'), ca: certificate('ca.pem'), requestCert: true, rejectUnauthorized: false };
  const url = await serveTls(
    (request, response) => {
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      seen.push({ path: request.url ?? '', client: subject ? String(subject.CN) : 'nobody' });
      answer(request, response);
    },
    { ...asking, ...options },
  );
  return { url, host: url.slice('https://'.length), seen };
}
