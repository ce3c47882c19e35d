import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { ClientIdentity, ClientTls, ConnectionTls } from '../core/client-tls.ts';
import { CountersignError } from '../core/errors.ts';
import type { Place } from '../core/place.ts';
import type { FileReader } from '../core/ports.ts';
import type { SslConfiguration, StatedText } from '../core/ssl-configuration.ts';
import { type CertificateFile, readClientCertificate } from './client-certificate.ts';
import { fitsHost } from './tls.ts';

export interface StatedTlsPorts {
  readonly files: FileReader;
  /** Gives the text with its variables replaced. @throws CountersignError */
  value(text: string, place: Place): Promise<string>;
  /** What errors point at where the statement has no place of its own: the request. */
  readonly place: Place;
}

/** What is stated about TLS, for one request; the nearest statement comes first. */
export function statedTls(stated: readonly SslConfiguration[], ports: StatedTlsPorts): ClientTls {
  return new StatedTls(stated, ports, new Map());
}

/** Reads certificates when a host first wants one. A class, so that nothing of it is copied along with a request. */
class StatedTls implements ClientTls {
  readonly #stated: readonly SslConfiguration[];
  readonly #ports: StatedTlsPorts;
  readonly #identities: Map<SslConfiguration, Promise<ClientIdentity>>;

  constructor(
    stated: readonly SslConfiguration[],
    ports: StatedTlsPorts,
    identities: Map<SslConfiguration, Promise<ClientIdentity>>,
  ) {
    this.#stated = stated;
    this.#ports = ports;
    this.#identities = identities;
  }

  get elsewhere(): ClientTls {
    const byName = this.#stated.filter(({ hosts }) => hosts.length > 0);
    return new StatedTls(byName, this.#ports, this.#identities);
  }

  async for(url: string): Promise<ConnectionTls | undefined> {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== 'https:') return undefined;
    const target = { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
    const named = ({ hosts }: SslConfiguration): boolean => hosts.some(host => fitsHost(host, target));
    const fitting = [...this.#stated.filter(named), ...this.#stated.filter(({ hosts }) => hosts.length === 0)];
    const [first] = fitting;
    if (!first) return undefined;
    const proving = fitting.find(({ certificate }) => certificate !== undefined);
    const identity = proving && (await this.#identity(proving));
    const insecure = fitting.some(({ verify }) => !verify);
    const sources = fitting.map(({ source, place }) => [source, place?.file, place?.line]);
    const { place } = proving ?? first;
    return {
      id: createHash('sha256')
        .update(JSON.stringify([sources, identity?.digest]))
        .digest('base64url'),
      insecure,
      ...(identity ? { identity } : {}),
      ...(place ? { place } : {}),
    };
  }

  #identity(stated: SslConfiguration): Promise<ClientIdentity> {
    let identity = this.#identities.get(stated);
    if (!identity) {
      identity = this.#open(stated);
      this.#identities.set(stated, identity);
    }
    return identity;
  }

  async #open({ certificate, key, passphrase, place }: SslConfiguration): Promise<ClientIdentity> {
    if (!certificate) throw new RangeError('no certificate is stated');
    const [certificateFile, keyFile] = [await this.#read(certificate), key && (await this.#read(key))];
    const at = passphrase?.place ?? place ?? this.#ports.place;
    const open = (secret?: string): ClientIdentity | undefined =>
      placed((key ?? certificate).place ?? at, () => readClientCertificate(certificateFile, keyFile, secret));
    const identity = open() ?? (passphrase && open(await this.#resolve(passphrase)));
    if (identity) return identity;
    throw new CountersignError(
      'certificate',
      `The key of the client certificate ${certificateFile.file} is encrypted.`,
      {
        place: at,
        hint: 'Add “"hasCertificatePassphrase": true”, and set the secret that holds the passphrase.',
      },
    );
  }

  async #read(stated: StatedText): Promise<CertificateFile> {
    const place = stated.place ?? this.#ports.place;
    const path = await this.#resolve(stated);
    const file = resolve(dirname(place.file), path);
    try {
      return { file, bytes: await this.#ports.files.read(file) };
    } catch (cause) {
      if (!(cause instanceof CountersignError)) throw cause;
      const { code, message, hint } = cause;
      throw new CountersignError(code, message, { place, ...(hint === undefined ? {} : { hint }), cause });
    }
  }

  #resolve({ text, place }: StatedText): Promise<string> {
    return this.#ports.value(text, place ?? this.#ports.place);
  }
}

/** Puts the place of the statement to an error that has none. */
function placed<T>(place: Place, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.place) throw error;
    const { code, message, hint } = error;
    throw new CountersignError(code, message, { place, ...(hint === undefined ? {} : { hint }) });
  }
}
