import assert from 'node:assert/strict';
import type { Transport } from '../../src/core/ports.ts';
import { MASK, textBody } from '../../src/core/request.ts';
import type { WireRecord } from '../../src/core/wire-record.ts';
import { rawDump, rawRequest } from '../../src/features/presentation/raw-dump.ts';
import { createProxyResolver } from '../../src/http/proxies.ts';
import { recordTransport } from '../../src/http/recorded-transport.ts';
import { createTransport, type TransportOptions } from '../../src/http/transport.ts';
import {
  closeAll,
  failure,
  header,
  request,
  sending,
  serve,
  serveHttp2,
  serveRaw,
  serveTls,
  text,
  whenDone,
} from './loopback.ts';

interface Recorded {
  readonly transport: Transport;
  /** The last of each exchange. */
  records(): readonly WireRecord[];
}

function recorded(options: TransportOptions = {}, bodyLimit = 1000): Recorded {
  const created = createTransport(options);
  whenDone(() => created.close?.());
  const seen = new Map<number, WireRecord>();
  const transport = recordTransport(created, { bodyLimit, record: record => void seen.set(record.id, record) });
  return { transport, records: () => [...seen.values()] };
}

describe('the record of what went over the wire', () => {
  afterEach(closeAll);

  it('is what the server received, byte for byte, and what it sent', async () => {
    let received = '';
    const base = await serveRaw(socket => {
      socket.on('data', chunk => {
        received += chunk.toString('utf8');
        if (received.endsWith('äö')) socket.end('HTTP/1.1 200 Fine\r\nX-b: 1\r\nx-A: 2\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    const { transport, records } = recorded();
    const headers = [header('X-Two', 'ü'), header('aCCept', '*/*'), header('X-Two', '2')];
    const cookies = [header('a', '1'), header('b', '2')];
    const response = await transport.send(
      request(`${base}/path?q=1`, { method: 'POST', headers, cookies, body: textBody('äö') }),
      sending(),
    );
    assert.equal(text(await response.bytes()), 'ok');
    const [record] = records();
    assert.ok(record);
    assert.equal(rawRequest(record, { reveal: true }).trimEnd(), received.replaceAll('\r\n', '\n'));
    assert.match(
      rawDump(record, { reveal: true }),
      /\nHTTP\/1\.1 200 Fine\nX-b: 1\nx-A: 2\nContent-Length: 2\n\nok\n$/,
    );
    assert.equal(record.connection?.address, '127.0.0.1');
    assert.equal(record.connection?.family, 'IPv4');
    assert.equal(record.ended, true);
  });

  it('shows the fields of HTTP/2 as the server received them', async () => {
    let fields: readonly string[] = [];
    const base = await serveHttp2((message, response) => {
      fields = message.rawHeaders;
      response.end('ok');
    });
    const { transport, records } = recorded();
    const headers = [header('X-B', '1'), header('X-A', '2'), header('X-B', '3')];
    const response = await transport.send(request(`${base}/p?q=1`, { headers }), sending({ insecure: true }));
    await response.bytes();
    const [record] = records();
    assert.equal(record?.httpVersion, '2');
    assert.deepEqual(
      record?.fields.flatMap(({ name, value }) => [name, value]),
      fields,
    );
    assert.equal(record?.connection?.tls?.alpn, 'h2');
  });

  it('tells TLS, the chain with its expiry, and a connection that is used again', async () => {
    const base = await serveTls((_, response) => response.end('ok'));
    const { transport, records } = recorded();
    for (let count = 0; count < 2; count++) {
      await (await transport.send(request(`${base}/`), sending({ insecure: true }))).bytes();
    }
    const [first, second] = records();
    assert.equal(first?.connection?.reused, false);
    assert.equal(second?.connection?.reused, true);
    const tls = first?.connection?.tls;
    assert.equal(tls?.version, 'TLSv1.3');
    assert.match(tls?.cipher ?? '', /^TLS_/);
    assert.equal(tls?.verified, false);
    assert.ok(tls?.problem);
    assert.match(tls?.chain[0]?.subject ?? '', /CN=/);
    assert.ok((tls?.chain[0]?.validTo ?? 0) > Date.now());
    // Ten thousand exchanges of one connection hold its chain once.
    assert.equal(second?.connection?.tls, tls);
  });

  it('has secrets only where they are asked for', async () => {
    const base = await serve((_, response) => {
      response.setHeader('Set-Cookie', 'sid=abcdef; Path=/');
      response.end('hello s3cret-two');
    });
    const { transport, records } = recorded();
    const masked = { name: 'Authorization', value: 'Basic c2VjcmV0', masked: `Basic ${MASK}` };
    const response = await transport.send(
      request(`${base}/a?key=written-key`, {
        maskedUrl: `${base}/a?key=${MASK}`,
        headers: [{ ...masked, origin: { by: 'client' } }],
        cookies: [{ name: 'c', value: 'cookie-secret', masked: MASK, origin: { by: 'client' } }],
        query: [{ name: 'token', value: 'query-secret', masked: MASK, origin: { by: 'client' } }],
        body: textBody('body-secret', MASK),
        method: 'POST',
      }),
      sending(),
    );
    await response.bytes();
    const [record] = records();
    assert.ok(record);
    const shown = rawDump(record, { redact: words => words.replaceAll('s3cret-two', MASK) });
    assert.doesNotMatch(shown, /c2VjcmV0|written-key|cookie-secret|query-secret|body-secret|abcdef|s3cret-two/);
    assert.match(shown, /^POST \/a\?key=•••&token=••• HTTP\/1\.1\n/);
    assert.match(shown, /\nContent-Length: 11\n/);
    const revealed = rawDump(record, { reveal: true });
    for (const secret of ['c2VjcmV0', 'written-key', 'cookie-secret', 'query-secret', 'body-secret', 'abcdef']) {
      assert.ok(revealed.includes(secret), secret);
    }
  });

  it('keeps the start of a body, and counts the rest', async () => {
    const base = await serve((_, response) => response.end('x'.repeat(5_000_000)));
    const { transport, records } = recorded({}, 100);
    await (await transport.send(request(`${base}/`), sending())).bytes();
    const [record] = records();
    assert.equal(record?.response?.body?.size, 5_000_000);
    assert.equal(record?.response?.body?.start.byteLength, 100);
    assert.ok(record);
    assert.match(rawDump(record, {}), /\n\[the start of 5000000 bytes\]\n$/);
  });

  it('is there for what failed', async () => {
    const base = await serveRaw(socket => socket.destroy());
    const { transport, records } = recorded();
    await failure(transport.send(request(`${base}/x`, { method: 'POST' }), sending()), 'connection-lost');
    const [record] = records();
    assert.equal(record?.error?.code, 'connection-lost');
    assert.equal(record?.ended, true);
    assert.match(record ? rawDump(record, {}) : '', /^POST \/x HTTP\/1\.1\nHost: .*\n\n\n?\[connection-lost: /);
  });

  it('asks a proxy for the whole URL, as it did', async () => {
    let received = '';
    const proxy = await serveRaw(socket => {
      socket.on('data', chunk => {
        received += chunk.toString();
        if (received.endsWith('\r\n\r\n')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    });
    const { transport, records } = recorded({
      proxy: createProxyResolver({ proxy: proxy.replace('//', '//me:pass@') }),
    });
    await (await transport.send(request('http://example.test/x'), sending())).bytes();
    const [record] = records();
    assert.ok(record);
    assert.equal(record.connection?.proxy, proxy);
    assert.equal(
      rawRequest(record, {}).trimEnd(),
      received
        .replaceAll('\r\n', '\n')
        .replace(/Basic .*/, MASK)
        .trimEnd(),
    );
  });
});
