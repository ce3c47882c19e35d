import { createHash, hash } from 'node:crypto';

/** What ties a login to the TLS connection that it goes over, for servers with Extended Protection. */

/** By the object identifier of a signature algorithm, or of a hash, in DER. MD5 and SHA-1 give way to SHA-256. */
const HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256',
  '2a864886f70d010105': 'sha256',
  '2b0e03021d': 'sha256',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a864886f70d01010e': 'sha224',
  '2a8648ce3d0401': 'sha256',
  '2a8648ce3d040301': 'sha224',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '608648016503040201': 'sha256',
  '608648016503040202': 'sha384',
  '608648016503040203': 'sha512',
  '608648016503040204': 'sha224',
};
const RSASSA_PSS = '2a864886f70d01010a';
const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const PSS_HASH = 0xa0;

/**
 * The hash of a server's certificate (DER), by the hash that it is signed with; undefined where that is none or not
 * known. @see RFC 5929 §4.1
 */
export function endPointHash(certificate: Uint8Array): Uint8Array | undefined {
  const bytes = Buffer.from(certificate);
  const whole = element(bytes, 0, SEQUENCE);
  const signed = whole && element(bytes, whole.start, SEQUENCE);
  const algorithm = signed && element(bytes, signed.end, SEQUENCE);
  const name = algorithm && element(bytes, algorithm.start, OBJECT_IDENTIFIER);
  if (!algorithm || !name) return undefined;
  const identifier = text(bytes, name);
  const chosen = identifier === RSASSA_PSS ? pssHash(bytes, name.end) : HASHES[identifier];
  return chosen === undefined ? undefined : createHash(chosen).update(bytes).digest();
}

/** The value of `MsvAvChannelBindings` for an end point's hash. @see MS-NLMP §2.2.2.1, RFC 2744 §3.11 */
export function channelBindings(endPoint: Uint8Array): Uint8Array {
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), endPoint]);
  // Types and lengths of both addresses, which are not given, and the length of the data.
  const head = Buffer.alloc(20);
  head.writeUInt32LE(data.length, 16);
  return hash('md5', Buffer.concat([head, data]), 'buffer');
}

interface Element {
  /** Of the content. */
  readonly start: number;
  readonly end: number;
}

/** The element of that tag at a place; undefined where there is another, or its end is not there. @see X.690 §8.1 */
function element(bytes: Buffer, at: number, tag: number): Element | undefined {
  if (at + 2 > bytes.length || bytes[at] !== tag) return undefined;
  const first = bytes[at + 1] ?? 0;
  const long = first > 0x7f ? first & 0x7f : 0;
  if (first === 0x80 || long > 3 || at + 2 + long > bytes.length) return undefined;
  const length = long === 0 ? first : bytes.readUIntBE(at + 2, long);
  const start = at + 2 + long;
  return start + length <= bytes.length ? { start, end: start + length } : undefined;
}

function text(bytes: Buffer, { start, end }: Element): string {
  return bytes.toString('hex', start, end);
}

/** The hash that the parameters of RSASSA-PSS name, SHA-1 where they name none. @see RFC 8017 §A.2.3 */
function pssHash(bytes: Buffer, at: number): string | undefined {
  const parameters = element(bytes, at, SEQUENCE);
  if (!parameters) return undefined;
  const given = element(bytes, parameters.start, PSS_HASH);
  if (!given) return HASHES['2a864886f70d010105'];
  const algorithm = element(bytes, given.start, SEQUENCE);
  const name = algorithm && element(bytes, algorithm.start, OBJECT_IDENTIFIER);
  return name && HASHES[text(bytes, name)];
}
