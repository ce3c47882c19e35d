import type { Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateDetails, ConnectionDetails, TlsDetails } from '../core/wire-record.ts';

const known = new WeakMap<Socket, TlsDetails>();
/** Chains are short; one that is longer is a loop. */
const longestChain = 10;

/** Where a connection leads to, and how it is secured. What TLS agreed on is read once for each connection. */
export function socketDetails(socket: Socket): Omit<ConnectionDetails, 'reused'> {
  const { remoteAddress, remotePort, remoteFamily } = socket;
  const tls = 'getPeerCertificate' in socket ? tlsDetails(socket as TLSSocket) : undefined;
  return {
    ...(remoteAddress === undefined ? {} : { address: remoteAddress }),
    ...(remotePort === undefined ? {} : { port: remotePort }),
    ...(remoteFamily === 'IPv4' || remoteFamily === 'IPv6' ? { family: remoteFamily } : {}),
    ...(tls ? { tls } : {}),
  };
}

function tlsDetails(socket: TLSSocket): TlsDetails {
  const before = known.get(socket);
  if (before) return before;
  const { authorizationError: problem, alpnProtocol: alpn } = socket;
  const cipher = socket.getCipher() as { name: string; standardName?: string } | undefined;
  const details: TlsDetails = {
    version: socket.getProtocol() ?? '',
    cipher: cipher?.standardName ?? cipher?.name ?? '',
    ...(alpn ? { alpn } : {}),
    verified: socket.authorized,
    ...(problem ? { problem: String(problem) } : {}),
    resumed: socket.isSessionReused(),
    chain: chainOf(socket.getPeerCertificate(true)),
  };
  known.set(socket, details);
  return details;
}

function chainOf(first: DetailedPeerCertificate): readonly CertificateDetails[] {
  const chain: CertificateDetails[] = [];
  let certificate: DetailedPeerCertificate | undefined = first;
  // Empty where the server showed none.
  while (certificate?.fingerprint256 !== undefined && chain.length < longestChain) {
    chain.push({
      subject: distinguishedName(certificate.subject),
      issuer: distinguishedName(certificate.issuer),
      validFrom: Date.parse(certificate.valid_from),
      validTo: Date.parse(certificate.valid_to),
      ...(certificate.subjectaltname ? { names: certificate.subjectaltname } : {}),
      serialNumber: certificate.serialNumber,
      fingerprint: certificate.fingerprint256,
    });
    const issuer: DetailedPeerCertificate | undefined = certificate.issuerCertificate;
    certificate = issuer === certificate ? undefined : issuer;
  }
  return chain;
}

/** `CN=example.com, O=Example`. */
function distinguishedName(name: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(name ?? {})
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map(text => `${key}=${String(text)}`))
    .toReversed()
    .join(', ');
}
