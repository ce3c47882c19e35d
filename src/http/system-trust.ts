import { CountersignError } from '../core/errors.ts';
import type { Transport } from '../core/ports.ts';
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

export interface SystemTrustOptions extends Omit<TransportOptions, 'tls'> {
  /** PEM texts of authorities that are trusted as well. */
  readonly extraCa?: readonly string[];
}

/**
 * A transport that trusts what Node.js trusts (its own authorities and those of `NODE_EXTRA_CA_CERTS`) and, where that
 * does not suffice, what the system trusts: its certificates take longer to load than a request takes.
 */
export function createSystemTrustTransport({ extraCa = [], ...options }: SystemTrustOptions = {}): Transport {
  const own = createTlsResolver({ extraCa });
  let system: typeof own | undefined;
  const transport = createTransport({ ...options, tls: (target, identity) => (system ?? own)(target, identity) });
  return {
    ...transport,
    async send(request, sendOptions) {
      const tried = system;
      try {
        return await transport.send(request, sendOptions);
      } catch (error) {
        // The handshake failed: nothing of the request was sent.
        if (!isUnknownAuthority(error) || tried) throw error;
        system ??= createTlsResolver({ extraCa, systemCertificates: true });
        return transport.send(request, sendOptions);
      }
    },
  };
}

function isUnknownAuthority(error: unknown): boolean {
  if (!(error instanceof CountersignError) || error.code !== 'certificate') return false;
  return UNKNOWN_AUTHORITY.has(String((error.cause as NodeJS.ErrnoException | undefined)?.code));
}
