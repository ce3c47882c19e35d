import assert from 'node:assert/strict';
import type { RunResult } from '../../src/sending/runner.ts';
import {
  createPipeline,
  type DocumentFolder,
  documentFolder,
  type Pipeline,
  type WireServer,
  type World,
  wireBytes,
  wireServer,
} from './pipeline.ts';
import { wireFiles, wireRequestsFor } from './wire-requests.ts';
import { wireKeyFiles, wireSchemes, wireVariables } from './wire-schemes.ts';

const accepted = ({ response }: RunResult): boolean => response?.status === 200;
const told = ({ error, explanation, response }: RunResult): string =>
  error?.message ?? explanation ?? `status ${response?.status}`;
const withAuth = (auth: string, text: string): string => `# @auth ${auth}\n${text}`;
const statuses = ({ attempts }: RunResult): string => attempts.map(({ response }) => response?.status).join(' ');

/** The same clock and random numbers each time it is made of the same seed. */
function worldOf(seed: number, now: number): World {
  let next = seed * 31;
  return { now: () => now, random: length => new Uint8Array(length).map(() => (next = (next * 75 + 74) % 65537)) };
}

/** Whether it is an answer that can be wrong: NTLM's first message is none. */
function tries(authorization: string): boolean {
  const message = /^NTLM (.+)$/.exec(authorization)?.[1];
  return message === undefined ? authorization !== '' : Buffer.from(message, 'base64').readUInt32LE(8) === 3;
}

/** An ECDSA signature is another one each time. */
function withoutEcdsa(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/\b(eyJ0?e?[\w-]*\.ey[\w-]+)\.[\w-]{86}\b/, '$1');
}

describe('From the document to the wire', () => {
  let server: WireServer;
  let other: WireServer;
  let folder: DocumentFolder;
  let pipeline: Pipeline;
  before(async () => {
    [server, other] = await Promise.all([wireServer(), wireServer()]);
    folder = documentFolder({ ...wireFiles, ...wireKeyFiles });
  });
  after(async () => {
    await Promise.all([server.close(), other.close()]);
    folder.remove();
  });
  beforeEach(() => {
    pipeline = createPipeline({ ...wireVariables, url: server.url }, folder.path);
  });
  afterEach(() => pipeline.close());

  for (const [place, scheme] of wireSchemes.entries()) {
    const { name, auth, check, wrong, replay, challenges, variant } = scheme;
    describe(name, () => {
      it('accepted by the counterpart and byte for byte as previewed: every method, query, path and body', async () => {
        server.judge(check);
        const now = Date.now();
        if (challenges) {
          const first = await pipeline.run(withAuth(auth, `GET {{url}}/first\nX-Case: ${name}\n`));
          assert.ok(accepted(first), told(first));
        }
        const table = wireRequestsFor(scheme);
        for (const [index, { what, text }] of table.entries()) {
          const document = withAuth(auth, text);
          // What a challenge calls for is remembered: the next client nonce is drawn already.
          const world = () => (challenges ? { now: () => now } : worldOf(place * 1000 + index, now));
          const { request, pending } = await pipeline.preview(document, world());
          server.arrivals.length = 0;
          const result = await pipeline.run(document, world());
          assert.ok(accepted(result), `${what}: ${told(result)}`);
          assert.equal(server.arrivals.length, 1, what);
          const raw = server.arrivals[0]?.raw ?? Buffer.of();
          const shown = await wireBytes(request);
          assert.ok(
            shown.equals(raw) || withoutEcdsa(shown) === withoutEcdsa(raw),
            `${what}\n${shown.subarray(0, 900)}\n${raw.subarray(0, 900)}`,
          );
          assert.equal(pending.length, name === 'ntlm' ? 1 : 0);
        }
        assert.ok(table.length > (variant ? 25 : 90));
      });

      it('accepted through redirects before and after, authorized anew for each address', async () => {
        server.judge(check);
        const large = challenges ? ['< ./ten-megabytes.bin', 10_485_760] : ['< ./bytes.bin', 70_000];
        for (const [status, [body, length], method] of [
          [307, large, 'POST'],
          [302, ['{"a":1}', 7], 'GET'],
          [303, ['{"a":1}', 7], 'GET'],
          [308, ['{"a":1}', 7], 'POST'],
        ] as const) {
          for (const when of ['early', 'late']) {
            server.arrivals.length = 0;
            const line = `POST {{url}}/${when}-${status}/there?b=2&a=%20+&x=ü`;
            const text = `${line}\nX-Case: ${name} ${when} ${status}\nContent-Type: application/json\n\n${body}\n`;
            const result = await pipeline.run(withAuth(auth, text));
            assert.ok(accepted(result), `${when} ${status}: ${told(result)} after ${statuses(result)}`);
            const last = server.arrivals.at(-1);
            assert.equal(last?.target.split(/[?&](?:X-Amz|oauth_|api_key|token=)/)[0], '/there?b=2&a=%20+&x=%C3%BC');
            assert.equal(last.method, method);
            assert.equal(last.body.length, method === 'POST' ? length : 0);
          }
        }
      });

      it('keeps what it adds from another origin', async () => {
        other.judge(() => ({ ok: true, detail: '' }));
        server.judge(async request => {
          const verdict = await check(request);
          const headers = [['Location', `${other.url}/elsewhere?x=1`]] as const;
          return verdict.ok ? { ok: false, status: 307, detail: '', headers } : verdict;
        });
        const form = 'Content-Type: application/x-www-form-urlencoded\n\na=1\n';
        const result = await pipeline.run(withAuth(auth, `POST {{url}}/away?x=1\nX-Case: ${name} away\n${form}`));
        assert.ok(accepted(result), told(result));
        const [seen] = other.arrivals;
        assert.equal(seen?.target, '/elsewhere?x=1');
        assert.equal(seen.body.toString(), 'a=1');
        const names = Object.keys(seen.headers).filter(header => /^(authorization|cookie|x-amz|x-api)/.test(header));
        assert.deepEqual(names, []);
      });

      const request = (what: string): string =>
        `POST {{url}}/${what.replaceAll(' ', '-')}?q=1\nX-Case: ${name}\nContent-Type: application/json\n\n{"a":1}\n`;
      for (const [what, replace, world, words] of wrong) {
        it(`refused by the counterpart, tried once and explained: ${what}`, async () => {
          server.judge(check);
          const stated = replace ? auth.replace(...replace) : auth;
          assert.ok(!replace || stated !== auth);
          const result = await pipeline.run(withAuth(stated, request(what)), world);
          assert.ok((result.response?.status ?? 0) >= 400, statuses(result));
          assert.match(told(result), words);
          const tried = server.arrivals.filter(({ headers }) => tries(String(headers.authorization ?? '')));
          assert.ok(tried.length <= 1, statuses(result));
        });
      }

      if (replay) {
        it('refused by the counterpart, tried once and explained: the same request a second time', async () => {
          server.judge(check);
          const [stated, words] = replay;
          const now = Date.now();
          const document = withAuth(stated, request('replay'));
          const first = await pipeline.run(document, { now: () => now });
          assert.ok(accepted(first), told(first));
          const again = await pipeline.run(document, { now: () => now });
          assert.ok(!accepted(again));
          assert.equal(again.attempts.length, 1);
          assert.match(told(again), words);
        });
      }
    });
  }
});
