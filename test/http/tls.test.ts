import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Transport } from '../../src/core/ports.ts';
import { textBody } from '../../src/core/request.ts';
import { createTlsResolver, fitsHost, type TlsSettings } from '../../src/http/tls.ts';
import { createTransport } from '../../src/http/transport.ts';
import { transportError } from '../../src/http/transport-error.ts';
import {
  certificate,
  closeAll,
  failure,
  header,
  pair,
  request,
  sending,
  serve,
  serveHttp2,
  serveTls,
  text,
  whenDone,
} from './loopback.ts';

const ca = certificate('ca.pem').toString();

function transport(settings: TlsSettings = { extraCa: [ca] }): Transport {
  const created = createTransport({ tls: createTlsResolver(settings) });
  whenDone(() => created.close?.());
  return created;
}

const get = async (client: Transport, url: string, options = sending()): Promise<string> =>
  text(await (await client.send(request(url), options)).bytes());

describe('TLS', () => {
  afterEach(closeAll);

  it('trusts an extra authority', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    assert.equal(await get(transport(), base), 'ok');
    assert.equal(await get(transport(), base.replace('localhost', '127.0.0.1')), 'ok');
    const error = await failure(get(transport({}), base), 'certificate');
    assert.match(error.message, /^The certificate of localhost:\d+ is signed by an authority/);
    assert.match(error.hint ?? '', /@insecure/);
  });

  for (const [name, message] of [
    ['self-signed', /is self-signed/],
    ['expired', /has expired/],
    ['other-host', /is for another host/],
  ] as const) {
    it(`says that a certificate is wrong (${name}), and lets it pass when insecure`, async () => {
      const base = await serveTls((_, response) => response.end('ok'), pair(name));
      const client = transport();
      const error = await failure(get(client, base), 'certificate');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', /@insecure/);
      assert.equal(await get(client, base, sending({ insecure: true })), 'ok');
      await failure(get(client, base), 'certificate');
    });
  }

  it('says when a server does not speak TLS', async () => {
    const base = await serve((_, response) => response.end('ok'));
    const error = await failure(get(transport(), base.replace('http:', 'https:')), 'protocol');
    assert.match(error.hint ?? '', /http:\/\//);
  });

  it('says when plain http is sent to a TLS server', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    await failure(get(transport(), base.replace('https:', 'http:')), 'connection-lost');
  });

  describe('client certificates', () => {
    const asking = { ...pair('server'), requestCert: true, rejectUnauthorized: true, ca };
    const named = (message: IncomingMessage): string =>
      String((message.socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody');
    const start = () => serveTls((message, response) => response.end(named(message)), asking);
    const cert = certificate('client.pem');

    for (const [name, files] of [
      ['a key', { cert, key: certificate('client-key.pem') }],
      ['an encrypted key', { cert, key: certificate('client-key-encrypted.pem'), passphrase: 'test-only' }],
      ['a PKCS #12 file', { pfx: certificate('client.p12'), passphrase: 'test-only' }],
    ] as const) {
      it(`presents the one for the host, from ${name}`, async () => {
        const base = await start();
        const host = base.slice('https://'.length);
        const settings = { extraCa: [ca], clientCertificates: [{ host: 'elsewhere' }, { host, ...files }] };
        assert.equal(await get(transport(settings), base), 'test-only client');
      });
    }

    it('says that a certificate is asked for', () => {
      const alert = Object.assign(new Error('alert'), { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' });
      const error = transportError(alert, 'h:1');
      assert.equal(error.code, 'certificate');
      assert.match(error.hint ?? '', /client certificate/);
    });

    it('says that a passphrase is wrong, without showing it', async () => {
      const wrong = { host: '*', pfx: certificate('client.p12'), passphrase: 'hunter22' };
      const error = await failure(get(transport({ clientCertificates: [wrong] }), await start()), 'certificate');
      assert.match(error.hint ?? '', /passphrase/);
      assert.doesNotMatch(`${error.message}${error.hint}${error.cause}`, /hunter22/);
    });

    it('fits hosts by pattern', () => {
      const target = { hostname: 'api.Example.com', port: 443 };
      for (const pattern of ['api.example.com', '*.example.com', '*', 'api.example.com:443', '*:443']) {
        assert.ok(fitsHost(pattern, target), pattern);
      }
      for (const pattern of ['example.com', '*.api.example.com', 'api.example.com:8443', '*.ample.com', 'com']) {
        assert.ok(!fitsHost(pattern, target), pattern);
      }
      assert.ok(fitsHost('[::1]:8443', { hostname: '::1', port: 8443 }));
    });
  });

  for (const [said, message] of [
    ['EE certificate key too weak', /has a key that is too weak to be trusted/],
    ['CA certificate key too weak', /from an authority whose key is too weak/],
    ['CA signature digest algorithm too weak', /signed with a digest that is too weak/],
  ] as const) {
    it(`says what is weak where Node says UNSPECIFIED and OpenSSL “${said}”`, () => {
      const error = transportError(Object.assign(new Error(said), { code: 'UNSPECIFIED' }), 'h:443');
      assert.equal(error.code, 'certificate');
      assert.match(error.message, message);
      assert.match(error.hint ?? '', /--insecure/);
    });
  }

  it('says that an extra authority is no certificate', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    await failure(get(transport({ extraCa: ['nonsense'] }), base), 'certificate');
  });
});

describe('HTTP/2', () => {
  afterEach(closeAll);

  it('is used where the server offers it, on one connection', async () => {
    const sessions = new Set<unknown>();
    const base = await serveHttp2(async (message, response) => {
      sessions.add(message.stream.session);
      let body = '';
      for await (const chunk of message) body += chunk;
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end(JSON.stringify({ headers: message.headers, body }));
    });
    const client = transport();
    const headers = [
      header('Host', base.slice(8)),
      header('X-Mixed', 'Zoë'),
      header('Connection', 'keep-alive'),
      header('Cookie', 'a=1'),
    ];
    const first = await client.send(
      request(`${base}/p?q`, { method: 'POST', headers, body: textBody('hé') }),
      sending(),
    );
    assert.equal(first.httpVersion, '2');
    assert.equal(first.remoteAddress, '127.0.0.1');
    const seen = JSON.parse(text(await first.bytes()));
    assert.equal(seen.body, 'hé');
    assert.equal(seen.headers[':authority'], base.slice(8));
    assert.equal(seen.headers[':path'], '/p?q');
    assert.equal(Buffer.from(seen.headers['x-mixed'], 'latin1').toString(), 'Zoë');
    assert.equal(seen.headers['content-length'], '3');
    assert.deepEqual(
      first.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
      ['a=1', 'b=2'],
    );
    assert.ok((first.timing().tls ?? -1) >= 0);
    const many = await Promise.all(Array.from({ length: 20 }, () => client.send(request(base), sending())));
    for (const response of many) await response.discard();
    assert.equal(sessions.size, 1);
  });

  it('is not used for requests that need one connection', async () => {
    const base = await serveHttp2((message, response) => response.end(message.httpVersion));
    assert.equal(await get(transport(), base, sending({ connection: 'k' })), '1.1');
  });

  it('cancels one stream and keeps the others', async () => {
    const base = await serveHttp2((message, response) => {
      if (message.url === '/slow') response.write('x');
      else response.end('ok');
    });
    const client = transport();
    assert.equal(await get(client, base), 'ok');
    const controller = new AbortController();
    const slow = await client.send(request(`${base}/slow`), { signal: controller.signal });
    const reading = slow.bytes();
    controller.abort();
    await failure(reading, 'cancelled');
    assert.equal(await get(client, base), 'ok');
  });
});
