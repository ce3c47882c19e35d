import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ClientIdentity } from '../core/client-tls.ts';
import { CountersignError } from '../core/errors.ts';

export interface CertificateFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

type Material = ReturnType<ClientIdentity['material']>;

/**
 * A client certificate with its key, checked to belong together: PEM or DER, the key in the same file or its own, or
 * both in PKCS #12. Which it is shows in the bytes. Undefined where a passphrase is needed, and none given.
 * @throws CountersignError `certificate` that says what is wrong, and nothing of the passphrase
 * @see RFC 5958, RFC 7292, RFC 7468
 */
export function readClientCertificate(
  certificate: CertificateFile,
  key: CertificateFile | undefined,
  passphrase: string | undefined,
): ClientIdentity | undefined {
  const text = pemText(certificate.bytes);
  const chain =
    text === undefined ? derCertificate(certificate.bytes) : pemBlocks(text, /(?:X509 |TRUSTED )?CERTIFICATE/);
  let material: Material | undefined;
  if (text === undefined && chain.length === 0) {
    if (key) {
      throw unusable(key.file, 'is not wanted', `${certificate.file} holds certificate and key: name that file alone.`);
    }
    material = pkcs12(certificate, passphrase);
  } else {
    const [own] = chain;
    if (own === undefined) {
      throw unusable(certificate.file, 'holds no certificate', 'A certificate is PEM, DER or PKCS #12.');
    }
    const opened = privateKey(key ?? certificate, passphrase, key === undefined);
    if (opened) material = { cert: chain.join('\n'), key: matching(own, opened, certificate, key) };
  }
  if (!material) return undefined;
  const encoding = text === undefined ? (material.pfx ? 'P12' : 'DER') : 'PEM';
  return new FileIdentity(certificate.file, encoding, key?.file, material);
}

/** Keeps what is secret out of whatever is logged, copied or shown of a request. */
class FileIdentity implements ClientIdentity {
  readonly file: string;
  readonly encoding: ClientIdentity['encoding'];
  declare readonly keyFile?: string;
  readonly digest: string;
  readonly #material: Material;

  constructor(file: string, encoding: ClientIdentity['encoding'], keyFile: string | undefined, material: Material) {
    this.file = file;
    this.encoding = encoding;
    if (keyFile !== undefined) this.keyFile = keyFile;
    this.#material = material;
    const { cert = '', key = '', pfx = '' } = material;
    this.digest = createHash('sha256').update(`${cert}\n${key}\n`).update(pfx).digest('base64url');
  }

  material(): Material {
    return this.#material;
  }
}

/** Text with PEM blocks in it; undefined for anything binary. */
function pemText(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  return text.includes('-----BEGIN ') ? text : undefined;
}

function pemBlocks(text: string, label: RegExp): readonly string[] {
  return text.match(new RegExp(`-----BEGIN ${label.source}-----[\\s\\S]+?-----END ${label.source}-----`, 'g')) ?? [];
}

function derCertificate(bytes: Uint8Array): readonly string[] {
  try {
    return [new X509Certificate(bytes).toString()];
  } catch {
    return [];
  }
}

function pkcs12({ file, bytes }: CertificateFile, passphrase: string | undefined): Material | undefined {
  const material = { pfx: bytes, ...(passphrase === undefined ? {} : { passphrase }) };
  try {
    createSecureContext({ ...material, pfx: Buffer.from(bytes) });
    return material;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    if (/mac verify/i.test(message)) {
      if (passphrase === undefined) return undefined;
      throw wrongPassphrase(file);
    }
    if (/unsupported/i.test(message)) {
      throw unusable(
        file,
        'is encrypted in a way that is no longer supported',
        'Write it anew: openssl pkcs12 -legacy -in OLD -out client.pem, then openssl pkcs12 -export -in client.pem -out NEW.',
      );
    }
    if (/private key/i.test(message)) throw unusable(file, 'holds no private key', 'Export it together with its key.');
    throw unusable(file, 'holds no certificate', 'A certificate is PEM, DER or PKCS #12.');
  }
}

/** Undefined where it is encrypted, and there is no passphrase. */
function privateKey(
  { file, bytes }: CertificateFile,
  passphrase: string | undefined,
  beside: boolean,
): KeyObject | undefined {
  const text = pemText(bytes);
  const [pem] = text === undefined ? [] : pemBlocks(text, /(?:[A-Z]+ )*PRIVATE KEY/);
  if (text !== undefined && pem === undefined) {
    throw unusable(
      file,
      'holds no private key',
      beside
        ? 'Name the file of the key, too.'
        : 'A key is PEM or DER, and begins with -----BEGIN … PRIVATE KEY----- in PEM.',
    );
  }
  if (pem === undefined && beside) throw unusable(file, 'holds no private key', 'Name the file of the key, too.');
  const encrypted = pem === undefined ? isEncryptedDer(bytes) : /ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined) return undefined;
  const secret = encrypted && passphrase !== undefined ? { passphrase } : {};
  if (pem !== undefined) {
    try {
      return createPrivateKey({ key: pem, ...secret });
    } catch {
      // Said below, without the cause: it may repeat what it was given.
    }
  }
  for (const type of pem === undefined ? (['pkcs8', 'pkcs1', 'sec1'] as const) : []) {
    try {
      return createPrivateKey({ key: Buffer.from(bytes), format: 'der', type, ...secret });
    } catch {
      // The next form may be it.
    }
  }
  if (encrypted) throw wrongPassphrase(file);
  throw unusable(file, 'holds no private key that can be read', 'A key is PEM or DER: PKCS #8, PKCS #1 or SEC 1.');
}

/** EncryptedPrivateKeyInfo starts with a sequence, where the other forms have a number. @see RFC 5958 §3 */
function isEncryptedDer(bytes: Uint8Array): boolean {
  const lengthByte = bytes[1] ?? 0;
  return bytes[0] === 0x30 && bytes[lengthByte < 0x80 ? 2 : 2 + (lengthByte & 0x7f)] === 0x30;
}

function matching(
  own: string,
  key: KeyObject,
  certificate: CertificateFile,
  keyFile: CertificateFile | undefined,
): string {
  let first: X509Certificate;
  try {
    first = new X509Certificate(own.replace('TRUSTED ', ''));
  } catch {
    throw unusable(certificate.file, 'holds no certificate that can be read', 'A certificate is PEM, DER or PKCS #12.');
  }
  if (!first.checkPrivateKey(key)) {
    throw unusable(
      certificate.file,
      `does not belong to the key${keyFile ? ` in ${keyFile.file}` : ' in the same file'}`,
      'Name the key that it was issued for. In a chain, the client’s own certificate comes first.',
    );
  }
  return String(key.export({ format: 'pem', type: 'pkcs8' }));
}

function wrongPassphrase(file: string): CountersignError {
  return new CountersignError('certificate', `The passphrase does not open ${file}.`, {
    hint: 'Set the secret that holds the passphrase to the right one.',
  });
}

function unusable(file: string, what: string, hint: string): CountersignError {
  return new CountersignError('certificate', `The client certificate cannot be used: ${file} ${what}.`, { hint });
}
