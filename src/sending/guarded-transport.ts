import type { AmbientCredentials } from '../core/ambient-credentials.ts';
import { credentialPermission, type Permit } from '../core/permission.ts';
import type { Transport } from '../core/ports.ts';
import { type HttpRequest, requestUrl } from '../core/request.ts';

/**
 * A transport that lets no credential of this machine go to an origin that the person has not allowed, whichever part of
 * a request carries it, and however it came there. What cannot be seen in the bytes, because it signs them, is named in
 * `SendOptions.credentials`.
 */
export function guardTransport(transport: Transport, ambient: AmbientCredentials, permit: Permit): Transport {
  return {
    ...transport,
    async send(request, options) {
      const carried = [...(options.credentials ?? []), ...(ambient.none ? [] : ambient.in(textsOf(request)))];
      if (carried.length > 0) {
        const startedAt = performance.now();
        for (const use of new Map(carried.map(credential => [credential.id, credential])).values()) {
          await permit(credentialPermission(use, request));
        }
        options.onPermitted?.(performance.now() - startedAt);
      }
      return transport.send(request, options);
    },
  };
}

function* textsOf(request: HttpRequest): Iterable<string> {
  yield requestUrl(request);
  for (const { name, value } of [...request.headers, ...request.cookies]) yield `${name}: ${value}`;
  const { body } = request;
  if (body?.text !== undefined) yield body.text;
  else for (const piece of body?.pieces ?? []) if ('text' in piece) yield piece.text;
}
