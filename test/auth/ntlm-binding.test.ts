import assert from 'node:assert/strict';
import { createHash, type Hash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { channelBindings, endPointHash } from '../../src/auth/ntlm/channel-binding.ts';
import { authenticateMessage, negotiateMessage, parseChallengeMessage } from '../../src/auth/ntlm/messages.ts';
import { challengeFor } from '../demo-api/verifiers/ntlm.ts';
import { certificate, closeAll, serve, serveTls } from '../http/loopback.ts';
import { createNtlmServer, type NtlmServerOptions } from './ntlm-server.ts';
import { createPipeline, documentFolder } from './pipeline.ts';

const vectors = JSON.parse(readFileSync(new URL('data/channel-bindings.json', import.meta.url), 'utf8')) as {
  endPointHash: string;
  channelBindings: string;
  signatureAlgorithms: readonly { readonly name: string; readonly der: string; readonly hash: string | null }[];
};

/** What a server with Extended Protection expects, computed here from the certificate that it has. */
function expected(der: Buffer): Buffer {
  const hash: Hash = createHash('sha256').update(der);
  const data = Buffer.concat([Buffer.from('tls-server-end-point:'), hash.digest()]);
  const struct = Buffer.alloc(20);
  struct.writeUInt32LE(data.length, 16);
  return createHash('md5').update(struct).update(data).digest();
}

const sequence = (...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length = content.length < 128 ? [content.length] : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([0x30, ...length]), content]);
};

describe('NTLM: channel binding (Extended Protection)', () => {
  after(closeAll);

  it('gives the published example', () => {
    const binding = channelBindings(Buffer.from(vectors.endPointHash, 'hex'));
    assert.equal(Buffer.from(binding).toString('hex'), vectors.channelBindings);
  });

  for (const { name, der, hash } of vectors.signatureAlgorithms) {
    it(`hashes a certificate signed with ${name} with ${hash ?? 'nothing'}`, () => {
      const body = sequence(Buffer.alloc(300));
      const made = sequence(body, Buffer.from(der, 'hex'), Buffer.from('030100', 'hex'));
      const found = endPointHash(made);
      assert.equal(
        found && Buffer.from(found).toString('hex'),
        hash === null ? undefined : createHash(hash).update(made).digest('hex'),
      );
    });
  }

  it('takes bytes that are no certificate for none', () => {
    for (const text of ['', '30', '3003020101', '30820fff30', 'ff'.repeat(40), '3080']) {
      assert.equal(endPointHash(Buffer.from(text, 'hex')), undefined, text);
    }
  });

  const world = async (
    options: Partial<NtlmServerOptions>,
    secure: boolean,
  ): Promise<{
    status: number | undefined;
    explanation: string | undefined;
    bound: readonly (string | undefined)[];
  }> => {
    const server = createNtlmServer({ password: 'pw', timestamp: true, ...options });
    const url = await (secure ? serveTls : serve)(server.listener);
    const folder = documentFolder({});
    const pipeline = createPipeline({ url }, folder.path);
    try {
      const auth = '# @auth ntlm username=User password=pw\n# @insecure\n';
      const first = await pipeline.run(`${auth}POST {{url}}/\n\nbody`);
      const second = await pipeline.run(`${auth}GET {{url}}/`);
      assert.equal(first.response?.status, second.response?.status, second.error?.message);
      const bound = server.legs.filter(({ kind }) => kind === 'authenticate').map(leg => leg.binding?.toString('hex'));
      return { status: first.response?.status, explanation: first.explanation, bound };
    } finally {
      await pipeline.close();
      folder.remove();
    }
  };
  const binding = expected(new X509Certificate(certificate('server.pem')).raw);

  it('is accepted by a server that demands it over TLS, with its time or without', async () => {
    for (const timestamp of [true, false]) {
      const { status, bound } = await world({ timestamp, binding }, true);
      assert.equal(status, 200);
      assert.deepEqual(bound, [binding.toString('hex')]);
    }
  });

  it('binds nothing without TLS, and says so to a server that asks for it by zeros', async () => {
    const { status, bound } = await world({}, false);
    assert.equal(status, 200);
    assert.deepEqual(bound, ['0'.repeat(32)]);
  });

  it('is refused where somebody on the way has another certificate, and says what may be the cause', async () => {
    const { status, explanation } = await world({ binding: expected(certificate('ca.pem')) }, true);
    assert.equal(status, 401);
    assert.match(explanation ?? '', /something on the way opens the encryption.*Extended Protection/);
  });

  it('adds nothing to a challenge that names no target', async () => {
    const challenge = parseChallengeMessage(challengeFor({}).subarray(0, 32));
    assert.ok(challenge);
    const bare = { ...challenge, flags: challenge.flags & ~0x00800000, targetInfo: [] };
    const given = {
      clientChallenge: Buffer.alloc(8),
      sessionKey: Buffer.alloc(16),
      now: 0,
      service: 'HTTP/x',
      negotiate: negotiateMessage(),
    };
    const user = { username: 'u', password: 'p', domain: '', workstation: '' };
    assert.deepEqual(
      await authenticateMessage(bare, user, { ...given, channelBindings: binding }),
      await authenticateMessage(bare, user, given),
    );
  });
});
