import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { createDigestServer, type DigestServer, type DigestServerOptions } from './digest-server.ts';
import { type AuthClient, chunkedBody, createAuthClient, listen, readAll, sentHeader } from './exchange.ts';

const require = createRequire(import.meta.url);
const vectors: Record<string, string>[] = JSON.parse(
  readFileSync(new URL('data/digest-vectors.json', import.meta.url), 'utf8'),
);
const mufasa = { username: 'Mufasa', password: 'Circle of Life' };

async function withServer(listener: RequestListener, run: (url: string, client: AuthClient) => Promise<void>) {
  const server = await listen(listener);
  const client = createAuthClient();
  try {
    await run(server.url, client);
  } finally {
    client.close();
    await server.close();
  }
}

function withDigest(
  options: DigestServerOptions,
  run: (url: string, client: AuthClient, server: DigestServer) => Promise<void>,
) {
  const server = createDigestServer(options);
  return withServer(server.listener, (url, client) => run(url, client, server));
}

const authorization = (answer: Awaited<ReturnType<AuthClient['send']>>): string =>
  sentHeader(answer.attempts.at(-1), 'authorization') ?? '';
const responseIn = (header: string): string | undefined => /response="([0-9a-f]+)"/.exec(header)?.[1];

describe('Digest', () => {
  describe('published vectors', () => {
    for (const vector of vectors) {
      it(`${vector.source}, from the challenge`, () =>
        withServer(
          (request, response) => {
            if (request.headers.authorization) return void response.end();
            response.writeHead(401, { 'WWW-Authenticate': vector.challenge ?? '' }).end();
          },
          async (url, client) => {
            const { username = '', password = '', clientNonce = '' } = vector;
            const answer = await client.send(
              'digest',
              { username, password, clientNonce },
              { url: `${url}${vector.path}` },
            );
            const header = authorization(answer);
            assert.equal(responseIn(header), vector.response);
            assert.notEqual(responseIn(header), vector.notTheErroneous);
            if (vector.userhash) assert.ok(header.includes(`username="${vector.userhash}"`));
            assert.equal(header.includes('userhash=true'), vector.userhash !== undefined);
            assert.equal(header.includes('nc='), !vector.source?.includes('2069'));
          },
        ));
    }

    it('RFC 7616 §3.9.1 from the advanced fields alone, whole and in the preview', async () => {
      const { request, pending } = await createAuthClient().preview(
        'digest',
        {
          ...mufasa,
          realm: 'http-auth@example.org',
          nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
          opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
          clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
          nonceCount: '1',
          algorithm: 'SHA-256',
          qop: 'auth',
        },
        { url: 'http://www.example.org/dir/index.html' },
      );
      assert.equal(
        request.headers.at(-1)?.value,
        'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
          'uri="/dir/index.html", algorithm=SHA-256, qop=auth, nc=00000001, ' +
          'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ' +
          'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", ' +
          'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
      );
      assert.match(request.headers.at(-1)?.masked ?? '', /response="•••"/);
      assert.deepEqual(pending, []);
    });
  });

  describe('beside other implementations', () => {
    for (const algorithm of ['MD5', 'MD5-sess', 'SHA-256', 'SHA-256-sess', 'SHA-512-256', 'SHA-512-256-sess']) {
      it(`computes the ${algorithm} response that digest-fetch computes`, async () => {
        const { DigestClient } = await import('digest-fetch');
        const theirs = new DigestClient('Jäsøn', 'gehëim', { algorithm });
        theirs.parseAuth('Digest realm="test", nonce="abc=", qop="auth", opaque="o"');
        const url = 'http://a.example/dir/x.json?b=2&a=1&a=';
        const { headers } = theirs.addAuth(url, { method: 'PUT' });
        const { request } = await createAuthClient().preview(
          'digest',
          {
            ...{ username: 'Jäsøn', password: 'gehëim', realm: 'test', nonce: 'abc=', qop: 'auth', algorithm },
            clientNonce: /cnonce="([^"]+)"/.exec(headers.Authorization)?.[1] ?? '',
            nonceCount: /nc=(\d+)/.exec(headers.Authorization)?.[1] ?? '',
          },
          { method: 'PUT', url },
        );
        assert.equal(responseIn(request.headers.at(-1)?.value ?? ''), responseIn(headers.Authorization));
      });
    }

    for (const [algorithm, qop] of [
      ['MD5', 'auth'],
      ['MD5-sess', 'auth'],
      ['MD5', 'none'],
    ]) {
      it(`is accepted by http-auth with ${algorithm} and qop ${qop}, and a wrong password is not`, () => {
        const ha1 = createHash('md5').update('Mufasa:Simon:Circle of Life').digest('hex');
        const server = require('http-auth').digest(
          { realm: 'Simon', algorithm, qop },
          (_: string, done: (hash: string) => void) => done(ha1),
        );
        const listener: RequestListener = async (request, response) => {
          const body = await readAll(request);
          server.check(() => response.end(`ok ${body.length}`))(request, response);
        };
        return withServer(listener, async (url, client) => {
          for (const target of [
            { url: `${url}/a?b=2&a=%20&a=&c=;+%C3%A4` },
            { url: `${url}?x`, method: 'POST', body: '{"ä":1}' },
            { url, method: 'PUT', body: new Uint8Array(10_000_000) },
            { url, method: 'DELETE' },
          ]) {
            const answer = await client.send('digest', mufasa, target);
            const length = target.body === undefined ? 0 : Buffer.byteLength(target.body);
            assert.equal(answer.text, `ok ${length}`);
          }
          const wrong = await client.send('digest', { ...mufasa, password: 'no' }, { url });
          assert.equal(wrong.status, 401);
          assert.equal(wrong.outcome?.verdict, 'refused');
        });
      });
    }

    it('is accepted by passport-http, with a second request on the same nonce', () => {
      const { DigestStrategy } = require('passport-http');
      const counts: string[] = [];
      const listener: RequestListener = (request, response) => {
        const strategy = new DigestStrategy(
          { qop: 'auth', realm: 'R', algorithm: 'MD5', opaque: 'o"p'.replace('"', '') },
          (name: string, done: (error: null, user: string, password: string) => void) =>
            done(null, name, mufasa.password),
          (params: { nc: string }, done: (error: null, valid: boolean) => void) => {
            counts.push(params.nc);
            done(null, true);
          },
        );
        strategy.success = (user: string) => response.end(user);
        strategy.fail = (challenge: string | number) =>
          typeof challenge === 'number'
            ? response.writeHead(challenge).end()
            : response.writeHead(401, { 'WWW-Authenticate': challenge }).end();
        strategy.error = (error: Error) => response.writeHead(500).end(error.message);
        strategy.authenticate(request);
      };
      return withServer(listener, async (url, client) => {
        for (let round = 0; round < 11; round++) {
          assert.equal((await client.send('digest', mufasa, { url: `${url}/x?y=1` })).text, 'Mufasa');
        }
        assert.deepEqual(counts.slice(-3), ['00000009', '0000000a', '0000000b']);
      });
    });
  });

  describe('choosing a challenge', () => {
    const choose = async (challenges: string[], fields: Record<string, string> = {}) => {
      let answered: Awaited<ReturnType<AuthClient['send']>> | undefined;
      await withServer(
        (request: IncomingMessage, response) =>
          request.headers.authorization
            ? void response.end()
            : void response.writeHead(401, { 'WWW-Authenticate': challenges }).end(),
        async (url, client) => {
          answered = await client.send('digest', { ...mufasa, ...fields }, { method: 'POST', url, body: 'x' });
        },
      );
      assert.ok(answered);
      return { header: authorization(answered), explanation: answered.outcome?.explanation ?? '' };
    };

    it('takes the strongest algorithm it knows, wherever it stands', async () => {
      const { header } = await choose([
        'Digest realm=a, nonce=1, algorithm=MD5, qop="auth", Digest realm=a, nonce=2, algorithm=SHA-512-256, qop="auth"',
        'Basic realm=x',
        'Digest realm=a, nonce=3, algorithm=SHA-256, qop=auth, Digest realm=a, nonce=4, algorithm=SHA-1024, qop=auth',
      ]);
      assert.match(header, /nonce="2".*algorithm=SHA-512-256/);
    });

    it('reads unquoted parameters and names no algorithm where the server named none', async () => {
      const { header } = await choose(['Digest realm=a, nonce=abc/==, qop=auth,auth-int, opaque=z']);
      assert.match(header, /realm="a", nonce="abc\/==", uri="\/", qop=auth, nc=00000001, .*opaque="z"$/);
    });

    it('takes auth from a list, auth-int where it is alone, and none where the server names none', async () => {
      assert.match((await choose(['Digest realm=a, nonce=1, qop="auth-int, auth"'])).header, /qop=auth,/);
      assert.match((await choose(['Digest realm=a, nonce=1, qop="auth-int"'])).header, /qop=auth-int,/);
      assert.doesNotMatch((await choose(['Digest realm=a, nonce=1, qop=""'])).header, /qop|cnonce/);
    });

    it('obeys the fields algorithm and qop, and explains a server that offers otherwise', async () => {
      const both = [
        'Digest realm=a, nonce=1, algorithm=MD5, qop="auth,auth-int", Digest realm=a, nonce=2, algorithm=SHA-256',
      ];
      assert.match((await choose(both, { algorithm: 'MD5', qop: 'auth-int' })).header, /nonce="1".*qop=auth-int/);
      assert.match(
        (await choose(both, { algorithm: 'SHA-512-256' })).explanation,
        /“algorithm” allows SHA-512-256 only/,
      );
      assert.match(
        (await choose([both[0] ?? ''], { algorithm: 'SHA-256', qop: 'auth' })).explanation,
        /“none”, and the field “qop” allows auth only/,
      );
    });

    it('explains what cannot be answered', async () => {
      assert.match(
        (await choose(['Digest realm=a, nonce=1, algorithm=SHA-1'])).explanation,
        /“SHA-1”, which is not known/,
      );
      assert.match((await choose(['Digest realm=a'])).explanation, /no nonce/);
      assert.match((await choose(['Basic realm=a'])).explanation, /does not offer Digest; it offers Basic/);
      assert.match((await choose([])).explanation, /without offering any way/);
    });

    it('writes quotes and backslashes of realm and user as they have to be', async () => {
      const { header } = await choose(['Digest realm="a \\"b\\" \\\\c", nonce=1'], { username: 'DOM\\me' });
      assert.match(header, /username="DOM\\\\me", realm="a \\"b\\" \\\\c"/);
    });
  });

  for (const algorithm of [
    undefined,
    'MD5',
    'MD5-sess',
    'SHA-256',
    'SHA-256-sess',
    'SHA-512-256',
    'SHA-512-256-sess',
  ]) {
    for (const qop of ['', 'auth', 'auth-int']) {
      it(`is accepted with ${algorithm ?? 'no algorithm'} and ${qop || 'no qop'}, again on the same nonce, for any body`, () =>
        withDigest({ ...(algorithm ? { algorithm } : {}), qop }, async (url, client, { seen }) => {
          const targets = [
            { url: `${url}/%C3%A4?b=2&a=%2B+&a=&;=%25` },
            { url, method: 'POST', body: '{"ä":"ß"}' },
            { url, method: 'PATCH', body: '' },
            {
              url,
              method: 'PUT',
              body: chunkedBody(new Uint8Array(100_000), true),
              headers: { 'Transfer-Encoding': 'chunked' },
            },
          ];
          for (const target of targets) {
            const answer = await client.send('digest', mufasa, target);
            assert.equal(answer.status, 200, answer.outcome?.explanation);
          }
          assert.equal(seen.length, targets.length + 1);
          assert.deepEqual(new Set(seen.slice(1).map(params => params.nonce)), new Set(['nonce/1==']));
        }));
    }
  }

  it('accepts non-ASCII users in every form the server asks for', async () => {
    for (const extra of [undefined, 'charset=UTF-8', 'charset=UTF-8, userhash=true']) {
      await withDigest(
        { username: 'Jäsøn Doe', realm: 'Größe', ...(extra ? { extra, algorithm: 'SHA-256' } : {}) },
        async (url, client, { seen }) => {
          const answer = await client.send('digest', { ...mufasa, username: 'Jäsøn Doe' }, { url });
          assert.equal(answer.status, 200);
          assert.equal(seen[1]?.['username*'], extra === 'charset=UTF-8' ? "UTF-8''J%C3%A4s%C3%B8n%20Doe" : undefined);
        },
      );
    }
  });

  it('composes characters for a server that reads UTF-8 (RFC 7616 §4)', () =>
    withDigest({ username: 'J\u00e4s\u00f8n', password: '\u00e9', extra: 'charset=UTF-8' }, async (url, client) => {
      const fields = { username: 'Ja\u0308s\u00f8n', password: 'e\u0301' };
      assert.equal((await client.send('digest', fields, { url })).status, 200);
    }));

  describe('nonces over several requests', () => {
    it('previews exactly what the next request sends, and counts nothing for it', () =>
      withDigest({}, async (url, client) => {
        const asked = await client.preview('digest', mufasa, { url });
        assert.match(asked.pending[0] ?? '', /asked for a challenge/);
        await client.send('digest', mufasa, { url });
        const shown = await client.preview('digest', mufasa, { url });
        await client.preview('digest', mufasa, { url });
        const sent = await client.send('digest', mufasa, { url });
        assert.equal(shown.request.headers.at(-1)?.value, authorization(sent));
        assert.match(authorization(sent), /nc=00000002/);
      }));

    it('answers a stale nonce anew, once', () =>
      withDigest({ uses: 2 }, async (url, client, { seen }) => {
        for (let round = 0; round < 4; round++) {
          assert.equal((await client.send('digest', mufasa, { url })).status, 200);
        }
        assert.deepEqual(
          seen.map(params => `${params.nonce ?? '-'} ${params.nc ?? '-'}`),
          [
            '- -',
            'nonce/1== 00000001',
            'nonce/1== 00000002',
            'nonce/1== 00000003',
            'nonce/2== 00000001',
            'nonce/2== 00000002',
          ],
        );
      }));

    it('explains a server that calls every nonce stale', () =>
      withDigest({ uses: 0 }, async (url, client, { seen }) => {
        const answer = await client.send('digest', mufasa, { url });
        assert.match(answer.outcome?.explanation ?? '', /calls even a fresh nonce stale/);
        assert.equal(seen.length, 3);
      }));

    it('gets over a server that forgot its nonces without saying so', () =>
      withDigest({ silent: true }, async (url, client, server) => {
        await client.send('digest', mufasa, { url });
        server.forgetNonces();
        assert.equal((await client.send('digest', mufasa, { url })).status, 200);
      }));

    it('moves on to nextnonce', () =>
      withDigest({ nextNonce: true }, async (url, client, { seen }) => {
        for (let round = 0; round < 3; round++) await client.send('digest', mufasa, { url });
        assert.deepEqual(
          seen.slice(1).map(params => `${params.nonce} ${params.nc}`),
          ['nonce/1== 00000001', 'nonce/2== 00000001', 'nonce/3== 00000001'],
        );
      }));

    it('keeps to the protection space that the server names', () =>
      withDigest({ extra: 'domain="/api /other"' }, async (url, client, { seen }) => {
        for (const path of ['/api/a', '/api/b', '/elsewhere']) {
          assert.equal((await client.send('digest', mufasa, { url: url + path })).status, 200);
        }
        assert.deepEqual(
          seen.map(params => params.nc ?? '-'),
          ['-', '00000001', '00000002', '-', '00000001'],
        );
      }));

    it('counts for requests at the same time without giving a count twice', () =>
      withDigest({ uses: 100 }, async (url, client, { seen }) => {
        await client.send('digest', mufasa, { url });
        await Promise.all(Array.from({ length: 20 }, () => client.send('digest', mufasa, { url })));
        const counts = seen
          .slice(1)
          .filter(params => params.nonce === 'nonce/1==')
          .map(params => params.nc);
        assert.equal(new Set(counts).size, counts.length);
      }));

    it('shares no nonce between users or environments', () =>
      withDigest({}, async (url, client, { seen }) => {
        await client.send('digest', mufasa, { url }, 'test');
        await client.send('digest', mufasa, { url }, 'production');
        await client.send('digest', { ...mufasa, username: 'other' }, { url }, 'test');
        assert.equal(seen.filter(params => params.nonce === undefined).length, 3);
      }));

    it('holds a long body back until there is a challenge to answer', () =>
      withDigest({ qop: 'auth-int' }, async (url, client, { seen }) => {
        const answer = await client.send('digest', mufasa, { method: 'POST', url, body: new Uint8Array(10_000_000) });
        assert.equal(answer.text, 'ok 10000000');
        assert.deepEqual(
          seen.map(params => params.body),
          ['0', '10000000'],
        );
      }));

    it('sends a long body after all to a server that asks for nothing', () =>
      withServer(
        async (request, response) => void response.end(`got ${(await readAll(request)).length}`),
        async (url, client) => {
          const answer = await client.send('digest', mufasa, { method: 'PUT', url, body: new Uint8Array(2_000_000) });
          assert.equal(answer.text, 'got 2000000');
        },
      ));
  });

  describe('what the server proves of itself', () => {
    for (const [proof, qop] of [
      ['right', 'auth'],
      ['right', 'auth-int'],
    ] as const) {
      it(`accepts a right rspauth with ${qop}`, () =>
        withDigest({ proof, qop, algorithm: 'SHA-256' }, async (url, client) => {
          const answer = await client.send('digest', mufasa, { method: 'POST', url, body: 'x' });
          assert.match(answer.outcome?.explanation ?? '', /proved that it knows the password/);
          assert.equal(answer.text, 'ok 1');
        }));
    }

    it('calls a wrong rspauth unverified', () =>
      withDigest({ proof: 'wrong' }, async (url, client) => {
        assert.equal((await client.send('digest', mufasa, { url })).outcome?.verdict, 'unverified');
      }));
  });

  describe('refused', () => {
    for (const [what, fields] of [
      ['password', { password: 'wrong' }],
      ['user', { username: 'Scar' }],
    ] as const) {
      it(`tries a wrong ${what} once and says what is wrong`, () =>
        withDigest({}, async (url, client, { seen }) => {
          const answer = await client.send('digest', { ...mufasa, ...fields }, { url });
          assert.equal(answer.outcome?.verdict, 'refused');
          assert.match(
            answer.outcome?.explanation ?? '',
            /in the realm “test”: the user name or the password is wrong/,
          );
          assert.equal(seen.length, 2);
        }));
    }

    it('does not answer where retrying is disabled', () =>
      withDigest({}, async (url, client, { seen }) => {
        const answer = await client.send('digest', { ...mufasa, disableRetry: 'true' }, { url });
        assert.match(answer.outcome?.explanation ?? '', /disableRetry/);
        assert.equal(seen.length, 1);
      }));

    const tampered = async (qop: string, change: (client: Parameters<typeof createAuthClient>[0]) => void) => {
      const digest = createDigestServer({ qop });
      const server = await listen(digest.listener);
      const world: { tamper?: (request: never) => never } = {};
      change(world as never);
      const answer = await createAuthClient(world as never).send('digest', mufasa, {
        method: 'POST',
        url: server.url,
        body: 'true',
      });
      await server.close();
      return answer;
    };

    it('has a changed body refused with auth-int, which auth lets pass', async () => {
      const body = {
        length: 4,
        open: async function* () {
          yield Buffer.from('fals');
        },
      };
      const change = (world: Parameters<typeof createAuthClient>[0]) =>
        Object.assign(world ?? {}, { tamper: (request: object) => ({ ...request, body }) });
      assert.equal((await tampered('auth-int', change)).outcome?.verdict, 'refused');
      assert.equal((await tampered('auth', change)).outcome?.verdict, 'accepted');
    });

    it('has a replayed header refused, which the next request gets over', () =>
      withDigest({}, async (url, client) => {
        const fields = { ...mufasa, realm: 'test', nonce: 'nonce/0==', nonceCount: '1', qop: 'auth' };
        const answer = await client.send('digest', fields, { url });
        assert.deepEqual(
          answer.attempts.map(attempt => attempt.status),
          [401, 401, 200].slice(1),
        );
      }));
  });

  it('sends nothing where its fields are wrong', async () => {
    const bad: [Record<string, string>, RegExp][] = [
      [{ username: 'a\nb' }, /“username” contains a line break/],
      [{ nonceCount: 'xyz' }, /hexadecimal/],
      [{ nonce: 'abc' }, /give “realm” too/],
    ];
    for (const [fields, message] of bad) {
      await assert.rejects(
        createAuthClient().preview('digest', { ...mufasa, ...fields }, { url: 'http://x.example/' }),
        message,
      );
    }
  });
});
