import assert from 'node:assert/strict';
import type { Transport } from '../../src/core/ports.ts';
import { type HttpRequest, MASK, type Part, textBody } from '../../src/core/request.ts';
import { createTransport } from '../../src/http/transport.ts';
import { followRedirects, type RedirectFacts, redirect } from '../../src/sending/redirects.ts';
import { closeAll, failure, fromAuth, header, request, sending, serve, text, whenDone } from '../http/loopback.ts';

function transport(): Transport {
  const created = createTransport();
  whenDone(() => created.close?.());
  return created;
}

const names = (parts: readonly Part[]): string[] => parts.map(part => part.name);

/** A server that redirects `/from` and shows what else it gets. */
const redirecting = (status: number, location: (own: string) => string) =>
  serve(async (message, response) => {
    let body = '';
    for await (const chunk of message) body += chunk;
    if (message.url?.startsWith('/from')) {
      response.writeHead(status, { Location: location(`http://${message.headers.host}`) }).end('moved');
    } else {
      response.end(JSON.stringify({ method: message.method, url: message.url, headers: message.headers, body }));
    }
  });

async function follow(first: HttpRequest, credentials: readonly Part[] = []) {
  const client = transport();
  const hops: { from: HttpRequest; to: HttpRequest; dropped: readonly Part[]; facts: RedirectFacts }[] = [];
  const send = followRedirects((next, options) => client.send(next, options), {
    credentials: () => credentials,
    onRedirect: (from, to, _response, dropped, facts) => hops.push({ from, to, dropped, facts }),
  });
  const response = await send(first, sending());
  const body = text(await response.bytes());
  return { status: response.status, seen: body.startsWith('{') ? JSON.parse(body) : body, hops };
}

describe('redirects', () => {
  afterEach(closeAll);

  for (const [status, method, expected] of [
    [301, 'GET', 'GET'],
    [301, 'POST', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'POST', 'GET'],
    [302, 'DELETE', 'DELETE'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [308, 'PATCH', 'PATCH'],
  ] as const) {
    it(`follows ${status} of ${method} with ${expected}`, async () => {
      const base = await redirecting(status, () => '/to');
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const headers = [
        header('X-Kept', '1'),
        ...(hasBody ? [header('Content-Type', 'text/plain'), header('Content-Length', '3')] : []),
      ];
      const {
        status: final,
        seen,
        hops,
      } = await follow(request(`${base}/from`, { method, headers, body: hasBody ? textBody('abc') : undefined }));
      assert.equal(final, 200);
      assert.equal(hops.length, 1);
      assert.deepEqual(hops[0]?.facts, { crossOrigin: false, downgraded: false });
      if (expected === 'HEAD') return;
      assert.equal(seen.method, expected);
      assert.equal(seen.headers['x-kept'], '1');
      const keepsBody = hasBody && expected === method;
      assert.equal(seen.body, keepsBody ? 'abc' : '');
      assert.equal(seen.headers['content-type'], keepsBody ? 'text/plain' : undefined);
    });
  }

  for (const status of [200, 300, 304, 305, 306, 404]) {
    it(`does not follow ${status}`, async () => {
      const base = await redirecting(status, () => '/to');
      assert.equal((await follow(request(`${base}/from`))).status, status);
    });
  }

  it('does not follow an empty Location', async () => {
    for (const location of ['', '  ']) {
      const base = await redirecting(302, () => location);
      const { status, seen, hops } = await follow(request(`${base}/from`));
      assert.deepEqual([status, seen, hops.length], [302, 'moved', 0]);
    }
  });

  it('does not follow a redirect without Location', async () => {
    const base = await serve((_, response) => response.writeHead(302).end('here'));
    assert.equal((await follow(request(base))).seen, 'here');
  });

  it('resolves relative locations, drops the fragment, and the added query with them', async () => {
    const base = await redirecting(302, () => '../x?y=1#frag');
    const { seen } = await follow(request(`${base}/from/b`, { query: [header('added', '1')] }));
    assert.equal(seen.url, '/x?y=1');
  });

  it('stops after the limit, and says when it went in a circle', async () => {
    const circle = await serve((_, response) => response.writeHead(302, { Location: '/' }).end());
    assert.match((await failure(follow(request(`${circle}/`)), 'too-many-redirects')).message, /circle/);
    let count = 0;
    const long = await serve((_, response) => response.writeHead(302, { Location: `/${++count}` }).end());
    assert.match((await failure(follow(request(`${long}/`)), 'too-many-redirects')).message, /More than 20/);
    assert.equal(count, 21);
  });

  for (const target of ['ftp://h/x', 'file:///etc/passwd', 'javascript:alert(1)', 'http://[::1/', 'data:,x']) {
    it(`does not follow ${target}`, async () => {
      const base = await redirecting(302, () => target);
      await failure(follow(request(`${base}/from`)), 'invalid-url');
    });
  }

  describe('to another origin', () => {
    const headers = [
      header('Host', 'set-below'),
      header('X-Plain', '1'),
      header('Authorization', 'Basic eA=='),
      header('proxy-authorization', 'x'),
      header('Cookie', 'session=1'),
      header('X-Api-Key', 'from-scheme', fromAuth),
      { ...header('X-Secret', 'hunter22'), masked: MASK },
    ];

    it('drops everything that is a credential, and says so', async () => {
      const other = await redirecting(200, () => '/');
      const base = await redirecting(307, () => `${other}/to`);
      const [, ...rest] = headers;
      const { seen, hops } = await follow(
        request(`${base}/from`, {
          headers: [header('Host', base.slice(7)), ...rest],
          cookies: [header('c', '1'), header('jar', '2', { by: 'cookie-jar' })],
          query: [header('api_key', 'in-the-query', fromAuth)],
        }),
      );
      assert.equal(seen.headers['x-plain'], '1');
      assert.equal(seen.headers.host, other.slice(7));
      for (const name of ['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-secret']) {
        assert.equal(seen.headers[name], undefined, name);
      }
      assert.deepEqual(hops[0]?.facts, { crossOrigin: true, downgraded: false });
      assert.deepEqual(names(hops[0]?.dropped ?? []), [
        'Authorization',
        'proxy-authorization',
        'Cookie',
        'X-Api-Key',
        'X-Secret',
        'c',
        'api_key',
      ]);
    });

    it('drops keys, sessions and signatures by the names that services give them', () => {
      const written = ['X-Functions-Key', 'X-Auth-Key', 'X-RapidAPI-Key', 'DD-APPLICATION-KEY', 'X-Session-Id'].concat([
        'Authentication',
        'X-Signature',
      ]);
      const from = request('http://h/', { headers: [...written, 'Idempotency-Key'].map(name => header(name, 'v')) });
      const { request: to, dropped } = redirect(from, 307, 'http://g/', []);
      assert.deepEqual(names(to.headers), ['Idempotency-Key']);
      assert.deepEqual(names(dropped), written);
    });

    it('drops what a scheme or a secret put into any header, after a redirect within the origin too', () => {
      const from = request('http://h/', {
        headers: [header('X-Any', 'from-scheme', fromAuth), { ...header('X-Other', 'hunter22'), masked: MASK }],
      });
      const within = redirect(from, 307, 'http://h/next', []).request;
      assert.deepEqual(names(within.headers), ['X-Any', 'X-Other']);
      assert.deepEqual(names(redirect(within, 307, 'http://g/', []).request.headers), []);
    });

    it('never brings a credential back on the way home', async () => {
      let home = '';
      const other = await serve((_, response) => response.writeHead(307, { Location: `${home}/to` }).end());
      home = await redirecting(307, () => `${other}/`);
      const { seen } = await follow(request(`${home}/from`, { headers: headers.slice(1) }));
      assert.equal(seen.headers.authorization, undefined);
      assert.equal(seen.headers['x-api-key'], undefined);
    });

    it('keeps them on the same origin, written with its default port or not', () => {
      const from = request('http://h/from', { headers });
      const { request: to, facts, dropped } = redirect(from, 302, 'http://H:80/to', []);
      assert.equal(facts.crossOrigin, false);
      assert.deepEqual(names(to.headers), names(headers));
      assert.deepEqual(dropped, []);
    });

    it('treats another scheme, host or port as another origin, and a subdomain too', () => {
      for (const [from, to, downgraded] of [
        ['https://h/', 'http://h/', true],
        ['http://h/', 'https://h/', false],
        ['http://h/', 'http://h:81/', false],
        ['http://h/', 'http://api.h/', false],
        ['http://h/', '//g/', false],
      ] as const) {
        const { request: next, facts } = redirect(request(from, { headers }), 302, to, []);
        assert.deepEqual(facts, { crossOrigin: true, downgraded });
        assert.deepEqual(names(next.headers), ['Host', 'X-Plain']);
      }
    });

    it('removes credentials that the server writes into the Location', () => {
      const credentials = [header('api_key', 'k&y'), header('Authorization', 'Bearer abcdefgh12345')];
      const location = 'http://g/?a=1&api_key=k%26y&token=abcdefgh12345&b=k%26y';
      const cross = redirect(request('http://h/'), 302, location, credentials);
      assert.equal(cross.request.url, 'http://g/?a=1&b=k%26y');
      assert.deepEqual(names(cross.dropped), ['api_key', 'Authorization']);
      const same = redirect(request('http://g/'), 302, location, credentials);
      assert.equal(same.request.url, 'http://g/?a=1&token=abcdefgh12345&b=k%26y');
    });

    describe('a body', () => {
      const json = (body: string): readonly Part[] => [
        header('Content-Type', 'application/json'),
        header('Content-Length', String(body.length)),
      ];
      const form = [header('Content-Type', 'application/x-www-form-urlencoded')];
      const posted = (body: HttpRequest['body'], headers: readonly Part[] = []) =>
        request('http://h/', { method: 'POST', headers, body });
      const file = { length: 3, file: '/etc/key.pem', open: async function* () {} };
      const refused: readonly [what: string, from: HttpRequest, added?: readonly Part[]][] = [
        ['with a secret', posted(textBody('{"a":"hunter22"}', `{"a":"${MASK}"}`))],
        ['with a secret in XML', posted(textBody('<a>hunter22</a>', `<a>${MASK}</a>`))],
        ['that is a file', posted(file)],
        ['with a file among its parts', posted({ ...file, pieces: [{ text: '--b' }, { file: '/etc/key.pem' }] })],
        ['with a field of a credential’s name', posted(textBody('grant_type=password&password=x'), form)],
        ['with a member of a credential’s name', posted(textBody('{"user":"a","api_key":"x"}'), json('x'))],
        ['with a field that a scheme added', posted(textBody('a=1&sig=abcd'), form), [header('sig', 'abcd')]],
      ];
      for (const [what, from, added = []] of refused) {
        for (const status of [307, 308]) {
          it(`${what} does not follow ${status}, unless the request says so`, () => {
            assert.throws(
              () => redirect(from, status, 'http://g/', added),
              (error: Error & { hint?: string }) => {
                assert.match(error.message, /redirects the request \(30[78]\) to http:\/\/g, and its body (holds|is) /);
                assert.match(error.hint ?? '', /# @follow-body/);
                return true;
              },
            );
            assert.ok(redirect(from, status, 'http://g/', added, true).request.body);
            assert.ok(redirect(from, status, 'http://h/other', added).request.body, 'the same origin gets it');
          });
        }
        it(`${what} is not in the way of a 303`, () => {
          assert.equal(redirect(from, 303, 'http://g/', added).request.body, undefined);
        });
      }

      it('without anything confidential goes along', () => {
        const from = posted(textBody('{"keyboard":"qwerty","token_count":3}'), json('x'));
        assert.equal(redirect(from, 307, 'http://g/', []).request.body, from.body);
      });
    });

    it('removes form fields that a scheme added from the body that goes along', () => {
      const from = request('http://h/', {
        method: 'POST',
        headers: [header('Content-Type', 'application/x-www-form-urlencoded'), header('Content-Length', '17')],
        body: textBody('a=1&client_secret=s'),
      });
      const { request: to, dropped } = redirect(from, 307, 'http://g/', [header('client_secret', 's')], true);
      assert.equal(to.body?.text, 'a=1');
      assert.equal(to.headers[1]?.value, '3');
      assert.deepEqual(names(dropped), ['client_secret']);
    });

    it('drops a name and password in the Location', () => {
      assert.equal(redirect(request('http://h/'), 302, 'http://u:p@g/x', []).request.url, 'http://g/x');
    });
  });

  it('masks secrets that the server repeats in the Location', () => {
    const from = request('http://h/hunter22/x', { maskedUrl: `http://h/${MASK}/x` });
    const { request: to } = redirect(from, 302, '/y/hunter22', []);
    assert.equal(to.maskedUrl, `http://h/y/${MASK}`);
  });

  it('finds the secrets of a masked text in linear time', () => {
    const text = (count: number) => 'a'.repeat(count);
    const masked = (count: number) => Array.from({ length: count / 100 }, () => MASK).join('a');
    const time = (count: number): number => {
      const from = request(`http://h/?${text(count)}b`, { maskedUrl: `http://h/?${masked(count)}c` });
      const startedAt = performance.now();
      redirect(from, 302, '/y', []);
      return performance.now() - startedAt;
    };
    time(1000);
    assert.ok(time(40_000) < 1000, 'several secrets in a URL end in time');
  });

  it('masks several secrets, side by side or apart', () => {
    const from = request('http://h/alpha-secretbeta-secret/x?k=gamma-secret', {
      maskedUrl: `http://h/${MASK}${MASK}/x?k=${MASK}`,
    });
    const { request: to } = redirect(from, 302, '/y/alpha-secretbeta-secret?q=gamma-secret', []);
    assert.equal(to.maskedUrl, `http://h/y/${MASK}?q=${MASK}`);
  });
});
