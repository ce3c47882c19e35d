import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import type { Check } from '../demo-api/check.ts';
import { arrived } from '../demo-api/verifiers/arrived.ts';
import { createDigestVerifier } from '../demo-api/verifiers/digest.ts';
import { createAcceptor } from '../demo-api/verifiers/ntlm.ts';
import {
  createPipeline,
  type DocumentFolder,
  documentFolder,
  type Pipeline,
  type WireServer,
  wireServer,
} from './pipeline.ts';

/** What is remembered between requests of one host, over its real connections. */
describe('What is remembered on the wire', () => {
  let server: WireServer;
  let folder: DocumentFolder;
  let pipeline: Pipeline;
  before(async () => {
    server = await wireServer();
    folder = documentFolder({});
  });
  after(async () => {
    await server.close();
    folder.remove();
  });
  beforeEach(() => {
    pipeline = createPipeline({ url: server.url }, folder.path);
  });
  afterEach(() => pipeline.close());

  const send = (auth: string, path: string, environment = '') =>
    pipeline.run(`# @auth ${auth}\nPOST {{url}}/${path}\n\n{"a":1}\n`, { environment });
  const statuses = async (results: readonly ReturnType<typeof send>[]) =>
    (await Promise.all(results)).map(({ response }) => response?.status);
  const digestCheck = (verifier: ReturnType<typeof createDigestVerifier>): Check => {
    return request => {
      const { status, headers, wrong } = verifier.judge(arrived(request));
      return { ok: wrong === undefined, status, headers, detail: wrong ?? '' };
    };
  };
  const ntlmCheck = (acceptor: ReturnType<typeof createAcceptor>): Check => {
    return ({ socket, headers, body }) => {
      const { status, challenge, wrong } = acceptor.judge(socket, headers.authorization as string, body.length);
      const challenges = challenge === undefined ? {} : { headers: [['WWW-Authenticate', challenge]] as const };
      return { ok: status === 200, status, detail: wrong ?? '', ...challenges };
    };
  };

  it('digest: twenty requests at once on one nonce never give a count twice', async () => {
    const verifier = createDigestVerifier({ algorithm: 'SHA-256', qop: 'auth-int' });
    server.judge(digestCheck(verifier));
    const auth = 'digest username=Mufasa password="Circle of Life"';
    assert.equal((await send(auth, 'first')).response?.status, 200);
    const nonce = verifier.seen.at(-1)?.nonce;
    verifier.seen.length = 0;
    const results = await statuses(Array.from({ length: 20 }, (_, index) => send(auth, `${index}`)));
    assert.deepEqual(results, Array(20).fill(200));
    const counts = verifier.seen.filter(seen => seen.nonce === nonce).map(({ nc = '' }) => nc);
    assert.equal(counts.length, 20);
    assert.deepEqual(
      counts.sort(),
      Array.from({ length: 20 }, (_, index) => (index + 2).toString(16).padStart(8, '0')),
    );
    const uses = verifier.seen.filter(seen => seen.nonce).map(({ nonce: used, nc }) => `${used} ${nc}`);
    assert.equal(new Set(uses).size, uses.length);
  });

  it('digest: twenty requests at once with no nonce yet are all answered', async () => {
    const verifier = createDigestVerifier();
    server.judge(digestCheck(verifier));
    const auth = 'digest username=Mufasa password="Circle of Life"';
    const results = await statuses(Array.from({ length: 20 }, (_, index) => send(auth, `${index}`)));
    assert.deepEqual(results, Array(20).fill(200));
    const uses = verifier.seen.filter(seen => seen.nonce).map(({ nonce, nc }) => `${nonce} ${nc}`);
    assert.equal(new Set(uses).size, uses.length);
  });

  it('digest: no nonce goes to another environment, and a wrong password of one user spoils none of another', async () => {
    const verifier = createDigestVerifier();
    server.judge(digestCheck(verifier));
    const auth = 'digest username=Mufasa password="Circle of Life"';
    await send(auth, 'a', 'test');
    const other = await send(auth, 'b', 'production');
    assert.equal(other.attempts.length, 2);
    const wrong = await send('digest username=Mufasa password=no', 'c', 'test');
    assert.deepEqual(
      wrong.attempts.map(({ response }) => response?.status),
      [401, 401],
    );
    assert.equal((await send(auth, 'd', 'test')).attempts.length, 1);
  });

  it('ntlm: requests at once of two users in two environments keep to their connections, legs unmixed', async () => {
    const acceptor = createAcceptor({ password: 'x', timestamp: true });
    server.judge(ntlmCheck(acceptor));
    const people = [
      ['ALPHA\\ada', ''],
      ['ALPHA\\bob', ''],
      ['ALPHA\\ada', 'production'],
    ] as const;
    const results = await statuses(
      Array.from({ length: 18 }, (_, index) => {
        const [user, environment] = people[index % 3] ?? people[0];
        return send(`ntlm username=${user} password=x`, `${index}`, environment);
      }),
    );
    assert.deepEqual(results, Array(18).fill(200));
    const bySocket = Map.groupBy(acceptor.legs, leg => leg.socket);
    assert.equal(bySocket.size, 3);
    for (const legs of bySocket.values()) {
      assert.deepEqual(
        legs.map(({ kind }) => kind),
        ['negotiate', 'authenticate', ...Array(5).fill('bare')],
      );
    }
  });

  it('ntlm: logs in anew once the server closed the connection meanwhile, and says so where it closes it midway', async () => {
    const acceptor = createAcceptor({ password: 'x' });
    server.judge(ntlmCheck(acceptor));
    const auth = 'ntlm username=ALPHA\\ada password=x';
    // The client may learn of it only as it sends: then only a GET may be sent once more.
    const get = (stated: string, path: string) => pipeline.run(`# @auth ${stated}\nGET {{url}}/${path}\n`);
    const lose = async (socket: Socket | undefined) => {
      const closed = new Promise(resolve => socket?.once('close', resolve));
      socket?.destroy();
      await closed;
    };
    assert.equal((await get(auth, 'a')).attempts.length, 2);
    assert.equal((await get(auth, 'b')).attempts.length, 1);
    await lose(acceptor.legs.at(-1)?.socket);
    const again = await get(auth, 'c');
    assert.deepEqual(
      again.attempts.map(({ response }) => response?.status),
      [401, 401, 200],
    );
    await lose(acceptor.legs.at(-1)?.socket);
    const judge = ntlmCheck(acceptor);
    server.judge(request => {
      const verdict = judge(request);
      const { kind } = acceptor.legs.at(-1) ?? {};
      if (kind === 'negotiate') setImmediate(() => request.socket.destroy());
      return verdict;
    });
    const midway = await get(auth, 'd');
    assert.equal(midway.error?.code, 'connection-lost');
    server.judge(judge);
    assert.equal((await get(auth, 'e')).response?.status, 200);
  });

  it('ntlm: a wrong password is tried once, also for requests at once and after one that was right', async () => {
    const acceptor = createAcceptor({ password: 'x' });
    server.judge(ntlmCheck(acceptor));
    await send('ntlm username=ALPHA\\ada password=x', 'a');
    const results = await statuses([1, 2, 3].map(index => send('ntlm username=ALPHA\\ada password=no', `${index}`)));
    assert.deepEqual(results, [401, 401, 401]);
    assert.equal(acceptor.legs.filter(({ kind }) => kind === 'authenticate').length, 4);
  });
});
