import { CountersignError } from '../core/errors.ts';
import type { Transport } from '../core/ports.ts';
import type { TlsOptions } from './sockets.ts';
import { createTlsResolver } from './tls.ts';
import { createTransport, type TransportOptions } from './transport.ts';

/** What the handshake says where it does not know who signed a certificate. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * A transport that trusts what Node.js trusts (its own authorities and those of `NODE_EXTRA_CA_CERTS`) and, where that
 * does not suffice, what the system trusts: its certificates take longer to load than a request takes.
 */
export function createSystemTrustTransport(options: Omit<TransportOptions, 'tls'> = {}): Transport {
  let system: ((target: { readonly hostname: string; readonly port: number }) => TlsOptions) | undefined;
  const transport = createTransport({ ...options, tls: target => system?.(target) ?? {} });
  return {
    ...transport,
    async send(request, sendOptions) {
      const tried = system;
      try {
        return await transport.send(request, sendOptions);
      } catch (error) {
        // The handshake failed: nothing of the request was sent.
        if (!isUnknownAuthority(error) || tried) throw error;
        system ??= createTlsResolver({ systemCertificates: true });
        return transport.send(request, sendOptions);
      }
    },
  };
}

function isUnknownAuthority(error: unknown): boolean {
  if (!(error instanceof CountersignError) || error.code !== 'certificate') return false;
  return UNKNOWN_AUTHORITY.has(String((error.cause as NodeJS.ErrnoException | undefined)?.code));
}
