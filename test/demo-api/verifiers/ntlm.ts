import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

/**
 * A server that checks NTLM messages, NTLMv2 after MS-NLMP §3.2.5.1.2 with the password hash of `@node-ntlm/core`; none
 * of the code under test. Authenticates connections, as IIS does.
 */

const { createNTHashedPasswordV1 } = createRequire(import.meta.url)('@node-ntlm/core') as {
  createNTHashedPasswordV1(password: string): Buffer;
};

const serverChallenge = Buffer.from('0123456789abcdef', 'hex');
const hmac = (key: Uint8Array, ...data: Uint8Array[]): Buffer =>
  createHmac('md5', key).update(Buffer.concat(data)).digest();

export interface AcceptorOptions {
  readonly password: string;
  /** Anyone where undefined. */
  readonly username?: string;
  /** With its clock in the challenge the server asks for an integrity code. */
  readonly timestamp?: boolean;
  readonly word?: 'NTLM' | 'Negotiate';
  readonly domain?: string;
  /** The channel binding that an answer must carry (Extended Protection). */
  readonly binding?: Buffer;
}

export interface SeenLeg {
  readonly kind: 'bare' | 'negotiate' | 'authenticate';
  readonly length: number;
  readonly socket: Socket;
  readonly user?: string;
  readonly domain?: string;
  readonly binding?: Buffer | undefined;
}

export interface NtlmJudgement {
  readonly status: 200 | 400 | 401;
  /** For WWW-Authenticate. */
  readonly challenge?: string;
  readonly user?: string;
  /** What is wrong or missing, as a clause. */
  readonly wrong?: string;
}

export interface Acceptor {
  judge(socket: Socket, authorization: string | undefined, length: number): NtlmJudgement;
  readonly legs: SeenLeg[];
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, value]);
}

export function challengeFor({ timestamp = false, domain = 'ALPHA' }: Partial<AcceptorOptions>): Buffer {
  const name = Buffer.from(domain, 'utf16le');
  const clock = Buffer.alloc(8);
  clock.writeBigUInt64LE(133_000_000_000_000_000n);
  const info = Buffer.concat([pair(2, name), ...(timestamp ? [pair(7, clock)] : []), pair(0, Buffer.alloc(0))]);
  const head = Buffer.alloc(56);
  head.write('NTLMSSP\0', 'latin1');
  head.writeUInt32LE(2, 8);
  head.writeUInt16LE(name.length, 12);
  head.writeUInt16LE(name.length, 14);
  head.writeUInt32LE(56, 16);
  head.writeUInt32LE(0xa2898205, 20);
  serverChallenge.copy(head, 24);
  head.writeUInt16LE(info.length, 40);
  head.writeUInt16LE(info.length, 42);
  head.writeUInt32LE(56 + name.length, 44);
  return Buffer.concat([head, name, info]);
}

interface Judged {
  readonly accepted: boolean;
  readonly user: string;
  readonly domain: string;
  readonly binding: Buffer | undefined;
}

function judge(message: Buffer, negotiate: Buffer, challenge: Buffer, password: string): Judged {
  const field = (at: number): Buffer => {
    const offset = message.readUInt32LE(at + 4);
    return message.subarray(offset, offset + message.readUInt16LE(at));
  };
  const domain = field(28).toString('utf16le');
  const user = field(36).toString('utf16le');
  const response = field(20);
  const key = hmac(createNTHashedPasswordV1(password), Buffer.from(user.toUpperCase() + domain, 'utf16le'));
  const proof = hmac(key, serverChallenge, response.subarray(16));
  let accepted = proof.equals(response.subarray(0, 16));
  const blob = response.subarray(44);
  let binding: Buffer | undefined;
  for (let at = 0; at + 8 <= blob.length && blob.readUInt16LE(at) !== 0; at += 4 + blob.readUInt16LE(at + 2)) {
    if (blob.readUInt16LE(at) === 10) binding = blob.subarray(at + 4, at + 20);
    if (blob.readUInt16LE(at) !== 6 || (blob.readUInt32LE(at + 4) & 2) === 0) continue;
    const zeroed = Buffer.from(message);
    zeroed.fill(0, 72, 88);
    accepted &&= hmac(hmac(key, proof), negotiate, challenge, zeroed).equals(message.subarray(72, 88));
  }
  return { accepted, user, domain, binding };
}

export function createAcceptor(options: AcceptorOptions): Acceptor {
  const legs: SeenLeg[] = [];
  const states = new WeakMap<Socket, { negotiate?: Buffer; user?: string }>();
  const challenge = challengeFor(options);
  const word = options.word ?? 'NTLM';

  return {
    legs,
    judge(socket, authorization, length) {
      const state = states.get(socket) ?? {};
      states.set(socket, state);
      const [given, token] = (authorization ?? '').split(' ');
      const message = Buffer.from(given === word ? (token ?? '') : '', 'base64');
      const seen = { length, socket };
      if (message.length === 0) {
        legs.push({ kind: 'bare', ...seen });
        return state.user
          ? { status: 200, user: state.user }
          : { status: 401, challenge: word, wrong: 'a connection that is not authenticated' };
      }
      if (message.readUInt32LE(8) === 1) {
        legs.push({ kind: 'negotiate', ...seen });
        delete state.user;
        if (message.length < 40) return { status: 400, wrong: 'a message without version' };
        state.negotiate = message;
        return { status: 401, challenge: `${word} ${challenge.toString('base64')}`, wrong: 'the first of three legs' };
      }
      if (!state.negotiate) return { status: 401, challenge: word, wrong: 'an answer to no challenge' };
      const judged = judge(message, state.negotiate, challenge, options.password);
      const { user, domain, binding } = judged;
      legs.push({ kind: 'authenticate', ...seen, user, domain, binding });
      delete state.negotiate;
      const known = options.username === undefined || options.username === judged.user;
      const bound = options.binding === undefined || (binding?.equals(options.binding) ?? false);
      if (!judged.accepted || !known || !bound)
        return { status: 401, challenge: word, wrong: 'a wrong user name or password' };
      state.user = judged.user;
      return { status: 200, user: judged.user };
    },
  };
}
