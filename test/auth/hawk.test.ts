import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import type { HttpRequest } from '../../src/core/request.ts';
import { type AuthClient, chunkedBody, createAuthClient, listen, sentHeader } from './exchange.ts';
import { createHawkListener, type HawkServerOptions } from './hawk-server.ts';

const vectors: {
  source: string;
  method: string;
  url: string;
  contentType?: string;
  body?: string;
  fields: Record<string, string>;
  header: string;
}[] = JSON.parse(readFileSync(new URL('data/hawk-vectors.json', import.meta.url), 'utf8'));
const me = { authId: 'me', authKey: 'secret key' };

async function withServer(
  listener: RequestListener,
  run: (url: string, client: AuthClient) => Promise<void>,
  world: Parameters<typeof createAuthClient>[0] = {},
) {
  const server = await listen(listener);
  const client = createAuthClient(world);
  try {
    await run(server.url, client);
  } finally {
    client.close();
    await server.close();
  }
}

const withHawk = (
  options: HawkServerOptions,
  run: (url: string, client: AuthClient) => Promise<void>,
  world?: Parameters<typeof createAuthClient>[0],
) => withServer(createHawkListener(options), run, world);

describe('Hawk', () => {
  for (const { source, method, url, contentType, body, fields, header } of vectors) {
    it(`gives the header of ${source}`, async () => {
      const { request, pending } = await createAuthClient().preview('hawk', fields, {
        ...{ method, url },
        ...(contentType === undefined ? {} : { headers: { 'Content-Type': contentType } }),
        ...(body === undefined ? {} : { body }),
      });
      assert.equal(request.headers.at(-1)?.value, header);
      assert.match(request.headers.at(-1)?.masked ?? '', /mac="•••"$/);
      assert.deepEqual(pending, []);
    });
  }

  for (const algorithm of ['sha256', 'sha1']) {
    for (const includePayloadHash of ['false', 'true']) {
      it(`is accepted with ${algorithm}${includePayloadHash === 'true' ? ' and the payload’s hash' : ''} for any method, address and body`, () =>
        withHawk({ algorithm }, async (url, client) => {
          const targets = [
            { url: `${url}/%C3%A4%2F?b=2&a=%20&a=&c=;+&d` },
            { url: `${url}?` },
            { url, method: 'POST', body: '{"ä":"ß"}', headers: { 'Content-Type': 'Application/JSON; charset=utf-8' } },
            {
              url,
              method: 'POST',
              body: 'a=1&b=%C3%A4',
              headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            },
            {
              url,
              method: 'PATCH',
              body: '--x\r\n\r\nß\r\n--x--',
              headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
            },
            { url, method: 'POST', body: '' },
            { url, method: 'DELETE' },
            { url, method: 'PUT', body: new Uint8Array(10_000_000).fill(200) },
            {
              url,
              method: 'PUT',
              body: chunkedBody(new Uint8Array(70_000), true),
              headers: { 'Transfer-Encoding': 'chunked' },
            },
          ];
          for (const target of targets) {
            const answer = await client.send('hawk', { ...me, algorithm, includePayloadHash, user: 'Steve' }, target);
            assert.equal(answer.status, 200, answer.outcome?.explanation);
            assert.match(answer.outcome?.explanation ?? '', /right, for the body too/);
            assert.doesNotMatch(sentHeader(answer.attempts[0], 'authorization') ?? '', /Steve/);
          }
        }));
    }
  }

  it('signs app, delegation and extra data', () =>
    withHawk({}, async (url, client) => {
      const fields = { ...me, app: 'a1', delegation: 'd1', extraData: 'x=1; y' };
      const answer = await client.send('hawk', fields, { url });
      assert.equal(answer.status, 200);
      assert.match(
        sentHeader(answer.attempts[0], 'authorization') ?? '',
        /ext="x=1; y", mac="[^"]+", app="a1", dlg="d1"$/,
      );
    }));

  it('signs the host that the Host header names', () =>
    withHawk({}, async (url, client) => {
      const answer = await client.send('hawk', me, { url, headers: { Host: 'API.example:8443' } });
      assert.equal(answer.status, 200);
    }));

  describe('what the server signs', () => {
    it('accepts a signature without the body, and none at all', async () => {
      await withHawk({ sign: 'head' }, async (url, client) => {
        assert.match((await client.send('hawk', me, { url })).outcome?.explanation ?? '', /does not cover the body/);
      });
      await withHawk({ sign: 'nothing' }, async (url, client) => {
        assert.equal((await client.send('hawk', me, { url })).outcome, undefined);
      });
    });

    const cases: [string, HawkServerOptions, RegExp][] = [
      ['a body that was changed', { signedText: 'other' }, /not the one that the server signed/],
      [
        'a wrong signature',
        { answer: headers => ({ ...headers, 'Server-Authorization': 'Hawk mac="abc", hash="x"' }) },
        /does not know the key/,
      ],
      ['another scheme', { answer: headers => ({ ...headers, 'Server-Authorization': 'Eagle x=1' }) }, /not Hawk/],
    ];
    for (const [what, options, explanation] of cases) {
      it(`calls ${what} unverified`, () =>
        withHawk(options, async (url, client) => {
          const { outcome, text } = await client.send('hawk', me, { url });
          assert.equal(outcome?.verdict, 'unverified');
          assert.match(outcome.explanation, explanation);
          assert.equal(text, 'fine');
        }));
    }
  });

  describe('the clock', () => {
    it('is corrected once from the server’s signed time, and stays so for that server', () =>
      withHawk({ ahead: 3_600_000 }, async (url, client) => {
        const first = await client.send('hawk', me, { method: 'POST', url, body: 'x' });
        assert.deepEqual(
          first.attempts.map(attempt => attempt.status),
          [401, 200],
        );
        assert.equal((await client.send('hawk', me, { url })).attempts.length, 1);
      }));

    it('is not corrected from a time that is not signed with the key', () =>
      withHawk(
        {
          ahead: 3_600_000,
          answer: headers =>
            Object.fromEntries(
              Object.entries(headers).map(([name, value]) => [name, value.replace(/tsm="./, 'tsm="-')]),
            ),
        },
        async (url, client) => {
          const answer = await client.send('hawk', me, { url });
          assert.equal(answer.attempts.length, 1);
          assert.match(answer.outcome?.explanation ?? '', /not signed with this key/);
        },
      ));

    it('is not corrected where the timestamp is given, and the error says how far off it is', () =>
      withHawk({}, async (url, client) => {
        const timestamp = String(Math.floor(Date.now() / 1000) - 1000);
        const answer = await client.send('hawk', { ...me, timestamp }, { url });
        assert.equal(answer.attempts.length, 1);
        assert.match(answer.outcome?.explanation ?? '', /“timestamp” is 100\d seconds behind the server’s clock/);
      }));

    it('is corrected no second time', () => {
      let now = Date.now();
      return withHawk(
        {},
        async (url, client) => {
          const answer = await client.send('hawk', me, { url });
          assert.equal(answer.attempts.length, 2);
          assert.match(answer.outcome?.explanation ?? '', /even after the clock was corrected/);
        },
        {
          now: () => {
            now -= 1_000_000;
            return now;
          },
        },
      );
    });
  });

  describe('refused', () => {
    const cases: [string, Record<string, string>, HawkServerOptions, RegExp][] = [
      ['a wrong key', { authKey: 'wrong' }, {}, /the key or the algorithm is wrong/],
      ['a wrong algorithm', { algorithm: 'sha1' }, {}, /the key or the algorithm is wrong/],
      ['an unknown id', { authId: 'you' }, {}, /knows no key “you”/],
      ['a missing payload hash', {}, { wantsPayloadHash: true }, /set “includePayloadHash”/],
    ];
    for (const [what, fields, options, explanation] of cases) {
      it(`explains ${what}, after one attempt`, () =>
        withHawk(options, async (url, client) => {
          const { outcome, attempts } = await client.send(
            'hawk',
            { ...me, ...fields },
            { method: 'POST', url, body: 'x' },
          );
          assert.equal(outcome?.verdict, 'refused');
          assert.match(outcome.explanation, explanation);
          assert.equal(attempts.length, 1);
        }));
    }

    it('explains a replayed nonce', () =>
      withHawk({}, async (url, client) => {
        const fields = { ...me, nonce: 'abc' };
        assert.equal((await client.send('hawk', fields, { url })).status, 200);
        assert.match(
          (await client.send('hawk', fields, { url })).outcome?.explanation ?? '',
          /takes the request for a replay/,
        );
      }));

    const changes: [string, (request: HttpRequest) => HttpRequest, RegExp][] = [
      ['body', request => ({ ...request, body: chunkedBody(Buffer.from('y')) }), /did not arrive as it was signed/],
      ['method', request => ({ ...request, method: 'PUT' }), /changed method, address/],
      ['address', request => ({ ...request, url: `${request.url}/x` }), /changed method, address/],
    ];
    for (const [what, tamper, explanation] of changes) {
      it(`explains a ${what} that was changed on the way`, () =>
        withHawk(
          {},
          async (url, client) => {
            const fields = { ...me, includePayloadHash: 'true' };
            const { outcome } = await client.send('hawk', fields, { method: 'POST', url, body: 'x' });
            assert.match(outcome?.explanation ?? '', explanation);
          },
          { tamper },
        ));
    }

    it('names what a server offers in place of Hawk', () =>
      withServer(
        (_request, response) => void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm=x' }).end(),
        async (url, client) => {
          assert.match((await client.send('hawk', me, { url })).outcome?.explanation ?? '', /it offers Basic/);
        },
      ));
  });

  it('sends nothing where a field cannot be written into the header', async () => {
    for (const [name, value] of [
      ['extraData', 'a "b"'],
      ['authId', 'ä'],
      ['nonce', 'a\\b'],
      ['app', 'a\nb'],
    ]) {
      const fields = { ...me, [name ?? '']: value ?? '' };
      await assert.rejects(
        createAuthClient().preview('hawk', fields, { url: 'http://x.example/' }),
        /may only hold ASCII/,
      );
    }
    await assert.rejects(
      createAuthClient().preview('hawk', { ...me, delegation: 'd' }, { url: 'http://x.example/' }),
      /only counts with “app”/,
    );
  });
});
