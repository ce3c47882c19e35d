import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { CountersignError } from '../core/errors.ts';

const read = new Map<string, KeyObject>();

/**
 * The private key in a PEM (PKCS #8, PKCS #1 or SEC 1; line breaks may have become blanks or `\n`) a `data:` URI of PKCS #8, or a JWK.
 * @throws CountersignError `invalid-value`, never quoting the key
 */
export function readPrivateKey(text: string, field = 'privateKey'): KeyObject {
  const kept = read.get(text);
  if (kept) return kept;
  const key = parse(text.trim(), field);
  if (read.size >= 50) read.clear();
  read.set(text, key);
  return key;
}

function parse(text: string, field: string): KeyObject {
  try {
    if (text.startsWith('{')) return createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: 'jwk' });
    const der = /^data:application\/pkcs8;(?:[^,]*;)?base64,(.+)$/s.exec(text)?.[1];
    if (der)
      return createPrivateKey({ key: Buffer.from(decodeURIComponent(der), 'base64'), format: 'der', type: 'pkcs8' });
    return createPrivateKey(privateBlock(text));
  } catch (cause) {
    const [what, hint] = text.startsWith('{') ? wrongJwk(text) : wrongText(text, field);
    throw new CountersignError('invalid-value', `The private key in “${field}” ${what}.`, { hint, cause });
  }
}

/** The block that holds the private key, among others or alone; its line breaks put back where a single line kept it. */
function privateBlock(text: string): string {
  const lines = text.replaceAll('\\n', '\n');
  const [, begin, base64 = '', end] =
    /(-----BEGIN (?:RSA |EC )?PRIVATE KEY-----)\s+([A-Za-z0-9+/=\s]+?)\s*(-----END (?:RSA |EC )?PRIVATE KEY-----)/.exec(
      lines,
    ) ?? [];
  if (!begin) return lines;
  return `${begin}\n${base64
    .replace(/\s+/g, '')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()}\n${end}\n`;
}

const WANTED =
  'It must be a PEM that begins with -----BEGIN … PRIVATE KEY-----, or a JWK; “< ./key.pem” reads it from a file.';

type Wrong = readonly [what: string, hint: string];

/** What a text is that is no private key, and what to do about it. */
function wrongText(text: string, field: string): Wrong {
  if (/ENCRYPTED/.test(text)) {
    const hint = '“openssl pkey -in key.pem -out plain.pem” writes one without.';
    return ['is encrypted: give it without a passphrase', hint];
  }
  if (/OPENSSH PRIVATE KEY/.test(text)) {
    const hint = '“ssh-keygen -p -m PKCS8 -f key”, with a copy of it, makes it a PEM.';
    return ['is in the format of OpenSSH, which is not read', hint];
  }
  if (/PUBLIC KEY|CERTIFICATE/.test(text)) {
    return ['is a public key or certificate, and signing needs the private key', WANTED];
  }
  if (/[\0\ufffd]/.test(text)) {
    return ['is binary', '“openssl pkey -inform DER -in key.der -out key.pem” makes it a PEM.'];
  }
  if (/^[^\s-][^\n]{0,200}\.(?:pem|key|p8|json|jwk|der|pfx|p12)$/i.test(text)) {
    return ['is the path of a file', `Write “${field} = < ./key.pem” on a line of its own to read it.`];
  }
  return ['cannot be read', WANTED];
}

function wrongJwk(text: string): Wrong {
  let jwk: Partial<Record<string, unknown>>;
  try {
    jwk = JSON.parse(text) as Partial<Record<string, unknown>>;
  } catch {
    return ['is a JWK that is not whole, or no JSON', WANTED];
  }
  if (Array.isArray(jwk.keys)) return ['is a set of keys (JWKS): give one of them', WANTED];
  if (jwk.kty === 'oct') return ['is a symmetric key, and signing needs a private key', WANTED];
  if (jwk.d === undefined) return ['is a public key (a JWK without “d”), and signing needs the private key', WANTED];
  return ['is a JWK that cannot be read', WANTED];
}
