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
    return createPrivateKey(rewrapped(text));
  } catch (error) {
    const what = /ENCRYPTED/.test(text)
      ? 'is encrypted: give it without a passphrase'
      : /PUBLIC KEY|CERTIFICATE/.test(text)
        ? 'is a public key or certificate, and signing needs the private key'
        : 'cannot be read';
    throw new CountersignError('invalid-value', `The private key in “${field}” ${what}.`, {
      hint: 'It must be a PEM that begins with -----BEGIN … PRIVATE KEY-----, or a JWK; “< ./key.pem” reads it from a file.',
      cause: error,
    });
  }
}

/** Puts the line breaks of a PEM back where a single line kept it. */
function rewrapped(text: string): string {
  const lines = text.replaceAll('\\n', '\n');
  const match = /^(-----BEGIN [A-Z0-9 ]+-----)\s+([A-Za-z0-9+/=\s]+?)\s*(-----END [A-Z0-9 ]+-----)$/.exec(lines);
  if (!match?.[2]) return lines;
  return `${match[1]}\n${match[2]
    .replace(/\s+/g, '')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()}\n${match[3]}\n`;
}
