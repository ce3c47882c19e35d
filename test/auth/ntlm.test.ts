import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { hmacMd5, userKey } from '../../src/auth/ntlm/keys.ts';
import { authenticateMessage, negotiateMessage, parseChallengeMessage } from '../../src/auth/ntlm/messages.ts';
import { challengeFor } from '../demo-api/verifiers/ntlm.ts';
import { chunkedBody, createAuthClient, type Loopback, listen, readAll, sentHeader } from './exchange.ts';
import { createNtlmServer, type NtlmServerOptions } from './ntlm-server.ts';

const require = createRequire(import.meta.url);
const vector = JSON.parse(readFileSync(new URL('data/ms-nlmp-4.2.4.json', import.meta.url), 'utf8'));
const credentials = { username: 'ALPHA\\User', password: 'Pässwörd' };

/** A server of ours and a client for one test. */
async function withServer<T>(
  listener: RequestListener,
  run: (url: string, client: ReturnType<typeof createAuthClient>) => Promise<T>,
): Promise<T> {
  const client = createAuthClient();
  const server: Loopback = await listen(listener);
  try {
    return await run(server.url, client);
  } finally {
    client.close();
    await server.close();
  }
}

function withAcceptor<T>(
  options: Partial<NtlmServerOptions>,
  run: (
    url: string,
    client: ReturnType<typeof createAuthClient>,
    legs: ReturnType<typeof createNtlmServer>['legs'],
  ) => Promise<T>,
): Promise<T> {
  const acceptor = createNtlmServer({ password: 'Pässwörd', ...options });
  return withServer(acceptor.listener, (url, client) => run(url, client, acceptor.legs));
}

describe('NTLM', () => {
  describe('the published example (MS-NLMP 4.2.4)', () => {
    it('gives the user’s key and the session key', async () => {
      const key = await userKey(vector.user, vector.password, vector.userDomain);
      assert.equal(Buffer.from(key).toString('hex'), vector.ntowfv2);
      const sessionKey = hmacMd5(key, Buffer.from(vector.ntProof, 'hex'));
      assert.equal(Buffer.from(sessionKey).toString('hex'), vector.sessionBaseKey);
    });

    it('gives the whole message through the scheme’s own fields, in the preview', async () => {
      const { request, pending } = await createAuthClient().preview(
        'ntlm',
        {
          username: `${vector.userDomain}\\${vector.user}`,
          password: vector.password,
          workstation: vector.workstation,
          challenge: Buffer.from(vector.challengeMessage, 'hex').toString('base64'),
          clientChallenge: vector.clientChallenge,
          sessionKey: vector.randomSessionKey,
          timestamp: vector.timeInSecondsSince1970,
        },
        { url: 'http://server.example/' },
      );
      const [word, message = ''] = request.headers.at(-1)?.value.split(' ') ?? [];
      assert.equal(word, 'NTLM');
      const hex = Buffer.from(message, 'base64').toString('hex');
      assert.equal(hex, vector.authenticateMessage);
      for (const part of ['lmv2Response', 'ntProof', 'encryptedSessionKey']) assert.ok(hex.includes(vector[part]));
      assert.deepEqual(pending, []);
      assert.equal(request.headers.at(-1)?.masked, 'NTLM •••');
    });
  });

  it('computes the response that @node-ntlm/core computes, for its time and client challenge', async () => {
    const core = require('@node-ntlm/core');
    const challenge = challengeFor({});
    const theirs = Buffer.from(
      core
        .createType3Message(core.parseType2Message(`NTLM ${challenge.toString('base64')}`), {
          username: 'User',
          password: 'Pässwörd',
          domain: 'ALPHA',
          workstation: 'HERE',
        })
        .split(' ')[1],
      'base64',
    );
    const response = (message: Buffer): Buffer => {
      const offset = message.readUInt32LE(24);
      return message.subarray(offset, offset + message.readUInt16LE(20));
    };
    const blob = response(theirs).subarray(16);
    const parsed = parseChallengeMessage(challenge);
    assert.ok(parsed);
    const ours = await authenticateMessage(
      parsed,
      { username: 'User', password: 'Pässwörd', domain: 'ALPHA', workstation: 'HERE' },
      {
        clientChallenge: blob.subarray(16, 24),
        sessionKey: Buffer.alloc(16),
        now: Number(blob.readBigUInt64LE(8) / 10_000n - 11_644_473_600_000n),
        service: '',
        negotiate: negotiateMessage(),
      },
    );
    assert.equal(response(ours).toString('hex'), response(theirs).toString('hex'));
  });

  it('asks with the 40 bytes that carry a version, and names nobody', () => {
    const message = negotiateMessage();
    assert.equal(message.length, 40);
    assert.equal(message.subarray(32).toString('hex'), '0501280a0000000f');
    assert.equal(message.readUInt16LE(16) + message.readUInt16LE(24), 0);
  });

  it('never throws on what a server may send as challenge', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, signed) => {
        const head = signed ? Buffer.from('NTLMSSP\0\x02\0\0\0', 'latin1') : Buffer.alloc(0);
        parseChallengeMessage(Buffer.concat([head, bytes]));
      }),
    );
  });

  for (const timestamp of [false, true]) {
    const how = timestamp ? 'with an integrity code where the server sends its clock' : 'without an integrity code';
    it(`is accepted on one connection, ${how}`, () =>
      withAcceptor({ timestamp }, async (url, client, legs) => {
        const answer = await client.send('ntlm', credentials, { method: 'POST', url, body: '{"ä":1}' });
        assert.equal(answer.text, 'User sent 8');
        assert.equal(answer.outcome?.verdict, 'accepted');
        assert.deepEqual(
          legs.map(leg => [leg.kind, leg.length]),
          [
            ['negotiate', 0],
            ['authenticate', 8],
          ],
        );
        assert.equal(new Set(legs.map(leg => leg.socket)).size, 1);
      }));
  }

  it('sends any body and method once, with the answer, however long it is', () =>
    withAcceptor({}, async url => {
      const bodies = [
        { method: 'PUT', body: 'a=1&b=%C3%A4', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
        {
          method: 'PATCH',
          body: '--x\r\n\r\nß\r\n--x--',
          headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
        },
        { method: 'POST', body: '' },
        { method: 'DELETE' },
        { method: 'GET' },
        { method: 'POST', body: new Uint8Array(10_000_000) },
        {
          method: 'POST',
          body: chunkedBody(new Uint8Array(70_000), true),
          headers: { 'Transfer-Encoding': 'chunked' },
        },
      ];
      for (const target of bodies) {
        const fresh = createAuthClient();
        const answer = await fresh.send('ntlm', credentials, { ...target, url: `${url}/%C3%A4?b=2&a=%20&a=;+` });
        fresh.close();
        const { body } = target;
        const length =
          typeof body === 'string'
            ? Buffer.byteLength(body)
            : body instanceof Uint8Array
              ? body.length
              : body
                ? 70_000
                : 0;
        assert.equal(answer.text, `User sent ${length}`);
      }
    }));

  it('adds nothing on a connection that is authenticated, and says so in the preview', () =>
    withAcceptor({}, async (url, client, legs) => {
      await client.send('ntlm', credentials, { url });
      const preview = await client.preview('ntlm', credentials, { url });
      assert.match(preview.pending[0] ?? '', /already authenticated/);
      const answer = await client.send('ntlm', credentials, { method: 'POST', url, body: 'again' });
      assert.equal(answer.text, 'User sent 5');
      assert.deepEqual(
        legs.map(leg => leg.kind),
        ['negotiate', 'authenticate', 'bare'],
      );
    }));

  it('logs in anew where the authenticated connection is gone', () =>
    withAcceptor({}, async (url, client) => {
      await client.send('ntlm', credentials, { url });
      client.close();
      const answer = await client.send('ntlm', credentials, { url });
      assert.equal(answer.text, 'User sent 0');
      assert.equal(answer.attempts.length, 3);
    }));

  it('logs in each time where the server says that a login counts for one request', () =>
    withAcceptor({ headers: { 'Persistent-Auth': 'false' } }, async (url, client) => {
      for (let round = 0; round < 2; round++) {
        assert.equal((await client.send('ntlm', credentials, { url })).attempts.length, 2);
      }
    }));

  it('never lends a connection to another user or environment', () =>
    withAcceptor({}, async (url, client, legs) => {
      await client.send('ntlm', credentials, { url }, 'test');
      await client.send('ntlm', credentials, { url }, 'production');
      const other = await client.send('ntlm', { ...credentials, username: 'ALPHA\\Other' }, { url }, 'test');
      assert.equal(other.text, 'Other sent 0');
      assert.equal(new Set(legs.map(leg => leg.socket)).size, 3);
      assert.ok(legs.every(leg => leg.kind !== 'bare'));
    }));

  it('lets requests at the same time wait for one another’s legs', () =>
    withAcceptor({}, async (url, client) => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => client.send('ntlm', credentials, { url })));
      assert.ok(answers.every(answer => answer.status === 200));
    }));

  it('speaks Negotiate where the server offers nothing else', () =>
    withAcceptor({ word: 'Negotiate', timestamp: true }, async (url, client) => {
      const answer = await client.send('ntlm', credentials, { method: 'POST', url, body: 'x' });
      assert.equal(answer.text, 'User sent 1');
      assert.match(sentHeader(answer.attempts.at(-1), 'authorization') ?? '', /^Negotiate T/);
    }));

  it('sends user@domain whole and DOMAIN\\user in two', () =>
    withAcceptor({ headers: { 'Persistent-Auth': 'false' } }, async (url, client, legs) => {
      const { password } = credentials;
      await client.send('ntlm', { username: 'user@alpha.example', password }, { url });
      await client.send('ntlm', { username: 'Beta\\straße', password }, { url });
      await client.send('ntlm', { username: 'user', domain: 'Gamma', password }, { url });
      assert.deepEqual(
        legs.filter(leg => leg.kind === 'authenticate').map(leg => [leg.domain, leg.user]),
        [
          ['', 'user@alpha.example'],
          ['Beta', 'straße'],
          ['Gamma', 'user'],
        ],
      );
    }));

  describe('refused', () => {
    it('tries a wrong password once and names what can be wrong', () =>
      withAcceptor({}, async (url, client, legs) => {
        const answer = await client.send('ntlm', { ...credentials, password: 'wrong' }, { url });
        assert.equal(answer.status, 401);
        assert.equal(answer.outcome?.verdict, 'refused');
        assert.match(
          answer.outcome?.explanation ?? '',
          /“ALPHA\\User”: the user name, the password or the domain is wrong/,
        );
        assert.equal(legs.filter(leg => leg.kind === 'authenticate').length, 1);
      }));

    it('names the server’s domain where none was given', () =>
      withAcceptor({ domain: 'CORP' }, async (url, client) => {
        const answer = await client.send('ntlm', { username: 'User', password: 'wrong' }, { url });
        assert.match(answer.outcome?.explanation ?? '', /the domain is missing \(the server belongs to “CORP”\)/);
      }));

    it('refuses a message that was changed on the way', async () => {
      const acceptor = createNtlmServer({ password: 'Pässwörd', timestamp: true });
      const server = await listen(acceptor.listener);
      const client = createAuthClient({
        tamper: request => ({
          ...request,
          headers: request.headers.map(header => {
            const message = Buffer.from(header.value.slice(5), 'base64');
            if (header.name !== 'Authorization' || message.readUInt32LE(8) !== 3) return header;
            message[60] = (message[60] ?? 0) ^ 0x10;
            return { ...header, value: `NTLM ${message.toString('base64')}` };
          }),
        }),
      });
      const answer = await client.send('ntlm', credentials, { url: server.url });
      client.close();
      await server.close();
      assert.equal(answer.outcome?.verdict, 'refused');
    });

    const cases: [string, Record<string, string | string[]>, RegExp][] = [
      ['offers other schemes', { 'WWW-Authenticate': ['Basic realm=x', 'Digest realm=y'] }, /it offers Basic, Digest/],
      ['offers nothing', {}, /without offering any way/],
      ['sends no challenge', { 'WWW-Authenticate': 'NTLM' }, /did not answer with a challenge/],
      ['sends something else', { 'WWW-Authenticate': 'NTLM YIGe' }, /other than an NTLM challenge/],
    ];
    for (const [what, headers, explanation] of cases) {
      it(`explains a server that ${what}`, () =>
        withServer(
          (_request, response) => void response.writeHead(401, headers).end(),
          async (url, client) => {
            const answer = await client.send('ntlm', credentials, { url });
            assert.equal(answer.outcome?.verdict, 'refused');
            assert.match(answer.outcome?.explanation ?? '', explanation);
            assert.equal(answer.attempts.length, 1);
          },
        ));
    }

    it('explains a server that closes the connection between the legs', () =>
      withAcceptor({ headers: { Connection: 'close' } }, async (url, client) => {
        const answer = await client.send('ntlm', credentials, { url });
        assert.match(answer.outcome?.explanation ?? '', /closes the connection after each response/);
      }));

    it('does not answer the challenge where retrying is disabled', () =>
      withAcceptor({}, async (url, client, legs) => {
        const answer = await client.send('ntlm', { ...credentials, disableRetry: 'true' }, { url });
        assert.match(answer.outcome?.explanation ?? '', /disableRetry/);
        assert.equal(legs.length, 1);
      }));
  });

  it('sends the body after all to a server that asks for nothing', () =>
    withServer(
      async (request, response) => void response.end(`got ${(await readAll(request)).length}`),
      async (url, client) => {
        const answer = await client.send('ntlm', credentials, { method: 'POST', url, body: 'hello' });
        assert.equal(answer.text, 'got 5');
        assert.equal(sentHeader(answer.attempts.at(-1), 'authorization'), undefined);
      },
    ));

  it('goes through the express-ntlm middleware', async () => {
    const middleware = require('express-ntlm')({});
    await withServer(
      (request, response) => {
        Object.assign(response, {
          locals: {},
          sendStatus: (status: number) => response.writeHead(status).end(),
        });
        middleware(request, response, () => response.end(JSON.stringify((request as { ntlm?: unknown }).ntlm)));
      },
      async (url, client) => {
        for (let round = 0; round < 2; round++) {
          const answer = await client.send('ntlm', { ...credentials, workstation: 'HERE' }, { url });
          assert.deepEqual(JSON.parse(answer.text), {
            DomainName: 'ALPHA',
            UserName: 'User',
            Workstation: 'HERE',
            Authenticated: true,
          });
          assert.equal(answer.attempts.length, round === 0 ? 2 : 1);
        }
      },
    );
  });

  it('sends nothing where its fields contradict one another', async () => {
    const client = createAuthClient();
    const bad: [Record<string, string>, RegExp][] = [
      [{ domain: 'BETA' }, /leave one of them out/],
      [{ clientChallenge: 'xyz' }, /16 hexadecimal/],
      [{ sessionKey: '00' }, /32 hexadecimal/],
      [{ challenge: 'TlRMTQ==' }, /no NTLM challenge/],
    ];
    for (const [fields, message] of bad) {
      await assert.rejects(
        client.preview('ntlm', { ...credentials, ...fields }, { url: 'http://x.example/' }),
        message,
      );
    }
  });
});
