import { createSecureContext, getCACertificates, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { ClientIdentity } from '../core/client-tls.ts';
import { CountersignError } from '../core/errors.ts';
import type { TlsOptions } from './sockets.ts';

export interface ClientCertificate {
  /** `api.example.com`, `*.example.com` or `*`, with `:port` where it holds for that port only. */
  readonly host: string;
  /** PEM. */
  readonly cert?: string | Uint8Array;
  /** PEM. */
  readonly key?: string | Uint8Array;
  /** PKCS #12, instead of `cert` and `key`. */
  readonly pfx?: Uint8Array;
  readonly passphrase?: string;
}

export interface TlsSettings {
  /** PEM texts of authorities that are trusted besides the usual ones. */
  readonly extraCa?: readonly string[];
  /** Trust what the system trusts, too. */
  readonly systemCertificates?: boolean;
  /** The first whose host fits is used. */
  readonly clientCertificates?: readonly ClientCertificate[];
  /** False: no certificate is verified, as with `# @insecure` on every request. */
  readonly verify?: boolean;
}

/** `identity`: who a request says that the client is; it goes before what the settings say for the host. */
export type TlsResolver = (
  target: { readonly hostname: string; readonly port: number },
  identity?: ClientIdentity,
) => TlsOptions;

/**
 * Options of TLS by host. Contexts are built once, when a host first needs one.
 * @throws CountersignError `certificate`, from the resolver, where a certificate or key can't be read
 */
export function createTlsResolver(settings: TlsSettings): TlsResolver {
  const contexts = new Map<ClientCertificate | string | undefined, SecureContext>();
  const { clientCertificates = [], verify = true } = settings;
  const trust = verify ? { rejectUnauthorized: true } : { rejectUnauthorized: false };
  return (target, identity) => {
    const own = identity ? undefined : clientCertificates.find(({ host }) => fitsHost(host, target));
    const client = identity ? { host: target.hostname, ...identity.material() } : own;
    if (!client && !settings.extraCa?.length && !settings.systemCertificates) return trust;
    const key = identity ? identity.digest : own;
    let secureContext = contexts.get(key);
    if (!secureContext) {
      secureContext = contextFor(settings, client);
      contexts.set(key, secureContext);
    }
    return { ...trust, secureContext };
  };
}

/** Whether a pattern (`host`, `*.host`, `*`, each with `:port` or not) names the target. */
export function fitsHost(pattern: string, target: { readonly hostname: string; readonly port: number }): boolean {
  const match = /^(\[[^\]]+\]|[^:]+|[\da-f:]+)(?::(\d+))?$/i.exec(pattern.trim());
  const name = (match?.[1] ?? pattern).replace(/^\[|\]$/g, '').toLowerCase();
  if (match?.[2] !== undefined && Number(match[2]) !== target.port) return false;
  const host = target.hostname.toLowerCase();
  return name === '*' || name === host || (name.startsWith('*.') && host.endsWith(name.slice(1)));
}

function contextFor(settings: TlsSettings, client: ClientCertificate | undefined): SecureContext {
  const { extraCa = [], systemCertificates } = settings;
  const options: SecureContextOptions = {};
  if (extraCa.length > 0 || systemCertificates) {
    options.ca = [
      ...new Set([
        ...getCACertificates('default'),
        ...(systemCertificates ? getCACertificates('system') : []),
        ...extraCa.flatMap(pem => certificatesOf(pem)),
      ]),
    ];
  }
  if (client) {
    if (client.pfx) options.pfx = asBuffer(client.pfx);
    if (client.cert) options.cert = asBuffer(client.cert);
    if (client.key) options.key = asBuffer(client.key);
    if (client.passphrase !== undefined) options.passphrase = client.passphrase;
  }
  try {
    return createSecureContext(options);
  } catch (cause) {
    const what = client ? `The client certificate for ${client.host}` : 'A certificate in the settings';
    throw new CountersignError('certificate', `${what} could not be read.`, {
      hint: client
        ? 'Check its passphrase, that key and certificate belong together, and that they are PEM or PKCS #12.'
        : 'Extra authorities must be PEM: -----BEGIN CERTIFICATE-----.',
      cause,
    });
  }
}

/** @throws CountersignError `certificate` where there is none */
export function certificatesOf(pem: string): readonly string[] {
  const found = pem.match(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED )?CERTIFICATE-----/g);
  if (found) return found;
  throw new CountersignError('certificate', 'An extra authority holds no certificate.', {
    hint: 'Extra authorities must be PEM: -----BEGIN CERTIFICATE-----.',
  });
}

function asBuffer(value: string | Uint8Array): string | Buffer {
  return typeof value === 'string' ? value : Buffer.from(value);
}
