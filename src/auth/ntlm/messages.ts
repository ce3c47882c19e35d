import { createSecretKey } from 'node:crypto';
import { hmacMd5, userKey } from './keys.ts';

/** The three messages of NTLM. @see MS-NLMP §2.2.1 */

const signature = Buffer.from('NTLMSSP\0', 'latin1');
/** Windows XP SP2, revision 15: what clients outside Windows claim, and what the published vectors carry. */
const version = Buffer.from('0501280a0000000f', 'hex');
/** 1601-01-01 in milliseconds before 1970. */
const fileTimeEpoch = 11_644_473_600_000n;

/** @see MS-NLMP §2.2.2.5 */
export const flag = {
  unicode: 0x00000001,
  oem: 0x00000002,
  requestTarget: 0x00000004,
  sign: 0x00000010,
  seal: 0x00000020,
  ntlm: 0x00000200,
  alwaysSign: 0x00008000,
  targetTypes: 0x00070000,
  extendedSession: 0x00080000,
  targetInfo: 0x00800000,
  version: 0x02000000,
  bits128: 0x20000000,
  keyExchange: 0x40000000,
  bits56: 0x80000000,
} as const;

/** Identifiers of AV pairs. @see MS-NLMP §2.2.2.1 */
export const pairId = {
  end: 0,
  computer: 1,
  domain: 2,
  dnsComputer: 3,
  dnsDomain: 4,
  flags: 6,
  timestamp: 7,
  targetName: 9,
  channelBindings: 10,
} as const;

export interface AvPair {
  readonly id: number;
  readonly value: Uint8Array;
}

/**
 * The message that asks for a challenge. Always the 40 bytes with a version: some acceptors refuse it without. Names
 * neither user, domain nor workstation. @see MS-NLMP §2.2.1.1
 */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40);
  signature.copy(message);
  message.writeUInt32LE(1, 8);
  const flags =
    flag.unicode |
    flag.oem |
    flag.requestTarget |
    flag.ntlm |
    flag.alwaysSign |
    flag.extendedSession |
    flag.targetInfo |
    flag.version |
    flag.bits128 |
    flag.bits56;
  message.writeUInt32LE(flags >>> 0, 12);
  message.writeUInt32LE(40, 20);
  message.writeUInt32LE(40, 28);
  version.copy(message, 32);
  return message;
}

export interface ChallengeMessage {
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  readonly targetName: string;
  readonly targetInfo: readonly AvPair[];
  /** The message itself, which the integrity code covers. */
  readonly bytes: Uint8Array;
}

/** Reads a server's challenge; undefined where the bytes are none. @see MS-NLMP §2.2.1.2 */
export function parseChallengeMessage(bytes: Uint8Array): ChallengeMessage | undefined {
  const message = Buffer.from(bytes);
  if (message.length < 32 || !message.subarray(0, 8).equals(signature) || message.readUInt32LE(8) !== 2)
    return undefined;
  const flags = message.readUInt32LE(20);
  const name = payload(message, 12) ?? Buffer.alloc(0);
  const info = message.length >= 48 ? payload(message, 40) : undefined;
  return {
    flags,
    serverChallenge: message.subarray(24, 32),
    targetName: name.toString(flags & flag.unicode ? 'utf16le' : 'latin1'),
    targetInfo: flags & flag.targetInfo ? parsePairs(info ?? Buffer.alloc(0)) : [],
    bytes: message,
  };
}

function payload(message: Buffer, at: number): Buffer | undefined {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  return offset + length <= message.length ? message.subarray(offset, offset + length) : undefined;
}

function parsePairs(info: Buffer): AvPair[] {
  const pairs: AvPair[] = [];
  for (let at = 0; at + 4 <= info.length; ) {
    const id = info.readUInt16LE(at);
    const length = info.readUInt16LE(at + 2);
    if (id === pairId.end || at + 4 + length > info.length) break;
    pairs.push({ id, value: info.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return pairs;
}

function pairBytes(pairs: readonly AvPair[]): Buffer {
  const parts = [...pairs, { id: pairId.end, value: new Uint8Array() }].map(({ id, value }) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(id);
    head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value]);
  });
  return Buffer.concat(parts);
}

export interface Credential {
  readonly username: string;
  readonly password: string;
  readonly domain: string;
  readonly workstation: string;
}

export interface Answer {
  /** 8 random bytes. */
  readonly clientChallenge: Uint8Array;
  /** 16 random bytes, sent encrypted where the server asks for a key exchange. */
  readonly sessionKey: Uint8Array;
  /** Milliseconds since the epoch; the server's own clock goes before it. */
  readonly now: number;
  /** The service asked for, `HTTP/host`; sent to servers that check it. */
  readonly service: string;
  /** Type 1 as it was sent, for the integrity code. */
  readonly negotiate: Uint8Array;
  /** 16 bytes that tie the answer to the TLS connection; undefined where there is none. */
  readonly channelBindings?: Uint8Array | undefined;
}

/** The message that answers a challenge, version 2. @see MS-NLMP §2.2.1.3, §3.1.5.1.2, §3.3.2 */
export async function authenticateMessage(
  challenge: ChallengeMessage,
  credential: Credential,
  answer: Answer,
): Promise<Buffer> {
  const stamp = challenge.targetInfo.find(pair => pair.id === pairId.timestamp && pair.value.length === 8);
  const info = answeredInfo(challenge.targetInfo, stamp !== undefined, answer);
  const key = createSecretKey(await userKey(credential.username, credential.password, credential.domain));

  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    stamp?.value ?? fileTime(answer.now),
    answer.clientChallenge,
    Buffer.alloc(4),
    pairBytes(info),
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, challenge.serverChallenge, blob);
  const ntResponse = Buffer.concat([proof, blob]);
  // A server that sends its clock gets no LM response: there is an integrity code instead.
  const lmResponse = stamp
    ? Buffer.alloc(24)
    : Buffer.concat([hmacMd5(key, challenge.serverChallenge, answer.clientChallenge), answer.clientChallenge]);

  const baseKey = hmacMd5(key, proof);
  const exchange = (challenge.flags & flag.keyExchange) !== 0 && (challenge.flags & (flag.sign | flag.seal)) !== 0;
  const exportedKey = exchange ? answer.sessionKey : baseKey;
  const encryptedKey = exchange ? (await import('./rc4.ts')).rc4(baseKey, answer.sessionKey) : new Uint8Array();

  const encoding = challenge.flags & flag.unicode ? 'utf16le' : 'latin1';
  const flags = answerFlags(challenge.flags, exchange);
  const headLength = stamp ? 88 : 72;
  const head = Buffer.alloc(headLength);
  signature.copy(head);
  head.writeUInt32LE(3, 8);
  let offset = headLength;
  const field = (at: number, value: Uint8Array): Uint8Array => {
    head.writeUInt16LE(value.length, at);
    head.writeUInt16LE(value.length, at + 2);
    head.writeUInt32LE(offset, at + 4);
    offset += value.length;
    return value;
  };
  const parts = [
    field(28, Buffer.from(credential.domain, encoding)),
    field(36, Buffer.from(credential.username, encoding)),
    field(44, Buffer.from(credential.workstation, encoding)),
    field(12, lmResponse),
    field(20, ntResponse),
    field(52, encryptedKey),
  ];
  head.writeUInt32LE(flags, 60);
  version.copy(head, 64);
  const message = Buffer.concat([head, ...parts]);
  if (stamp) Buffer.from(hmacMd5(exportedKey, answer.negotiate, challenge.bytes, message)).copy(message, 72);
  return message;
}

function answerFlags(offered: number, exchange: boolean): number {
  let flags = offered & ~flag.targetTypes;
  if (flags & flag.unicode) flags &= ~flag.oem;
  if (!exchange) flags &= ~flag.keyExchange;
  return (flags | flag.requestTarget | flag.version) >>> 0;
}

/**
 * The server's pairs, with the connection that the answer is bound to. Where the server sends its clock, also with what
 * says that an integrity code follows, that there is no binding, and the service's name. @see MS-NLMP §3.1.5.1.2
 */
function answeredInfo(pairs: readonly AvPair[], stamped: boolean, { service, channelBindings }: Answer): AvPair[] {
  if (pairs.length === 0 || (!stamped && !channelBindings)) return [...pairs];
  const binding = { id: pairId.channelBindings, value: channelBindings ?? Buffer.alloc(16) };
  if (!stamped) return [...pairs.filter(pair => pair.id !== pairId.channelBindings), binding];
  const given = pairs.find(pair => pair.id === pairId.flags && pair.value.length === 4);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE((given ? Buffer.from(given.value).readUInt32LE(0) : 0) | 2);
  const replaced: readonly number[] = [pairId.flags, pairId.channelBindings, pairId.targetName];
  return [
    ...pairs.filter(pair => !replaced.includes(pair.id)),
    { id: pairId.flags, value: flags },
    binding,
    { id: pairId.targetName, value: Buffer.from(service, 'utf16le') },
  ];
}

function fileTime(milliseconds: number): Buffer {
  const time = Buffer.alloc(8);
  time.writeBigUInt64LE((BigInt(Math.trunc(milliseconds)) + fileTimeEpoch) * 10_000n);
  return time;
}

/** The text of a pair, where there is one. */
export function pairText(challenge: ChallengeMessage, id: number): string | undefined {
  const pair = challenge.targetInfo.find(candidate => candidate.id === id);
  return pair ? Buffer.from(pair.value).toString('utf16le') : undefined;
}
