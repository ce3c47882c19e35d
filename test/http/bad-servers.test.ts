import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Transport } from '../../src/core/ports.ts';
import { textBody } from '../../src/core/request.ts';
import { createTransport } from '../../src/http/transport.ts';
import { closeAll, failure, header, request, sending, serve, serveRaw, text, whenDone } from './loopback.ts';

function transport(): Transport {
  const created = createTransport();
  whenDone(() => created.close?.());
  return created;
}

const answering = (answer: string | Buffer, end = true) =>
  serveRaw(socket => socket.once('data', () => (end ? socket.end(answer) : socket.write(answer))));

describe('transport with bad input and bad servers', () => {
  afterEach(closeAll);

  it('says that a host was not found', async () => {
    const error = await failure(transport().send(request('http://nothing.invalid/x'), sending()), 'host-not-found');
    assert.equal(error.message, 'The host nothing.invalid could not be found.');
    assert.ok(error.hint);
  });

  it('says that the connection was refused', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise(resolve => server.close(resolve));
    const error = await failure(
      transport().send(request(`http://127.0.0.1:${port}/`), sending()),
      'connection-refused',
    );
    assert.equal(error.message, `127.0.0.1:${port} refused the connection.`);
  });

  for (const [name, answer, code] of [
    ['garbage', 'SSH-2.0-OpenSSH_9.6\r\n', 'protocol'],
    ['binary garbage', Buffer.from([0, 1, 2, 255, 254, 13, 10]), 'protocol'],
    ['nothing', '', 'connection-lost'],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-', 'connection-lost'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'protocol'],
    ['fewer bytes than promised', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'connection-lost'],
    [
      'a chunked body that breaks off',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'connection-lost',
    ],
    [
      'a protocol nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
      'protocol',
    ],
    ['a million header bytes', `HTTP/1.1 200 OK\r\n${'X-Header: 0123456789\r\n'.repeat(50_000)}\r\n`, 'protocol'],
    ['a header that never ends', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(1_000_000)}`, 'protocol'],
  ] as const) {
    it(`says ${code} of a server that sends ${name}`, async () => {
      const base = await answering(answer);
      const received = transport()
        .send(request(base), sending())
        .then(response => response.bytes());
      const error = await failure(received, code);
      assert.match(error.message, /127\.0\.0\.1|headers/);
      assert.ok(error.hint);
    });
  }

  it('gives up on a server that never answers after the timeout', async () => {
    const base = await serveRaw(() => {});
    const error = await failure(transport().send(request(base), sending({ timeout: 40 })), 'timeout');
    assert.match(error.message, /within 40 ms/);
  });

  it('counts the body into the timeout', async () => {
    const base = await answering('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', false);
    const response = await transport().send(request(base), sending({ timeout: 500 }));
    await failure(response.bytes(), 'timeout');
  });

  it('gives up on a connection that is not established in time', async () => {
    // TLS towards a server that accepts and stays silent.
    const base = await serveRaw(() => {});
    const error = await failure(
      transport().send(request(base.replace('http:', 'https:')), sending({ connectionTimeout: 40 })),
      'timeout',
    );
    assert.match(error.message, /No connection/);
  });

  it('is cancelled before, while waiting, and in the middle of an endless body', async () => {
    const before = new AbortController();
    before.abort();
    await failure(transport().send(request('http://127.0.0.1:9/'), { signal: before.signal }), 'cancelled');

    const waiting = new AbortController();
    const silent = await serveRaw(socket => socket.once('data', () => waiting.abort()));
    await failure(transport().send(request(silent), { signal: waiting.signal }), 'cancelled');

    let closed!: () => void;
    const gone = new Promise<void>(resolve => {
      closed = resolve;
    });
    const endless = await serve((_, response) => {
      const chunk = Buffer.alloc(16_384);
      const fill = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', fill);
      response.on('close', closed);
      fill();
    });
    const middle = new AbortController();
    const response = await transport().send(request(endless), { signal: middle.signal });
    let size = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of response.body) {
        size += chunk.byteLength;
        if (size > 1_000_000) middle.abort();
      }
    };
    await failure(read(), 'cancelled');
    await gone;
  });

  it('ends the connection of an endless body that is discarded or left', async () => {
    let closed!: () => void;
    for (const leave of ['discard', 'break']) {
      const gone = new Promise<void>(resolve => {
        closed = resolve;
      });
      const endless = await serve((_, response) => {
        const fill = (): void => {
          while (!response.destroyed && response.write('x'.repeat(16_384)));
        };
        response.on('drain', fill);
        response.on('close', closed);
        fill();
      });
      const response = await transport().send(request(endless), sending());
      if (leave === 'discard') await response.discard();
      else for await (const _ of response.body) break;
      await gone;
    }
  });

  it('fails with the error of a request body that cannot be read', async () => {
    const base = await serve((message, response) => {
      message.resume();
      message.on('end', () => response.end());
    });
    const body = {
      length: 10,
      async *open(): AsyncGenerator<Uint8Array> {
        yield Buffer.from('abc');
        throw new Error('disk gone');
      },
    };
    await failure(transport().send(request(base, { method: 'POST', body }), sending()), 'internal');
  });

  for (const [name, headers, body, code] of [
    ['a line break in a value', [header('X-A', 'a\r\nX-B: b')], undefined, 'invalid-header'],
    ['a NUL in a value', [header('X-A', 'a\0')], undefined, 'invalid-header'],
    ['a blank in a name', [header('X A', 'a')], undefined, 'invalid-header'],
    ['a line break in a name', [header('X\r\nA', 'a')], undefined, 'invalid-header'],
    ['Host twice', [header('Host', 'a'), header('host', 'b')], undefined, 'invalid-header'],
    ['a Content-Length that is no number', [header('Content-Length', '1e3')], undefined, 'invalid-header'],
    ['a Content-Length that does not fit', [header('Content-Length', '99')], textBody('abc'), 'invalid-header'],
    [
      'both framings',
      [header('Content-Length', '3'), header('Transfer-Encoding', 'chunked')],
      textBody('abc'),
      'invalid-header',
    ],
    ['another transfer coding', [header('Transfer-Encoding', 'gzip')], textBody('abc'), 'invalid-header'],
  ] as const) {
    it(`sends nothing with ${name}`, async () => {
      let reached = false;
      const base = await serve((_, response) => {
        reached = true;
        response.end();
      });
      const error = await failure(transport().send(request(base, { method: 'POST', headers, body }), sending()), code);
      assert.ok(error.hint);
      assert.equal(reached, false);
    });
  }

  it('names the place of a bad header', async () => {
    const part = header('X-A', 'a\nb', { by: 'file', file: '/f.http', line: 3 });
    const error = await failure(
      transport().send(request('http://h/', { headers: [part] }), sending()),
      'invalid-header',
    );
    assert.deepEqual(error.place, { file: '/f.http', line: 3 });
  });

  for (const url of [
    '',
    'nonsense',
    'ftp://h/',
    'http://',
    'http://h:99999/',
    'http://a b/',
    'http://[::1/',
    'http://h/a\r\nb',
  ]) {
    it(`refuses ${JSON.stringify(url)} as a URL`, async () => {
      await failure(transport().send(request(url), sending()), 'invalid-url');
    });
  }

  it('shows no secret of a URL in an error', async () => {
    const url = 'http://s3cret.invalid/s3cret?k=s3cret';
    const masked = url.replaceAll('s3cret', '•••');
    const error = await failure(transport().send(request(url, { maskedUrl: masked }), sending()), 'host-not-found');
    assert.equal(error.message, 'The host •••.invalid could not be found.');
  });

  describe('content encodings', () => {
    const plain = 'content '.repeat(5000);
    for (const [encoding, bytes] of [
      ['gzip', gzipSync(plain)],
      ['X-Gzip', gzipSync(plain)],
      ['deflate', deflateSync(plain)],
      ['deflate', deflateRawSync(plain)],
      ['br', brotliCompressSync(plain)],
      ['zstd', zstdCompressSync(plain)],
      ['identity', Buffer.from(plain)],
      ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ] as const) {
      const respond = (body: Buffer) =>
        serve((message, response) => {
          response.setHeader('Content-Encoding', encoding);
          response.end(message.method === 'HEAD' ? undefined : body);
        });

      it(`undoes ${encoding}`, async () => {
        const response = await transport().send(request(await respond(bytes)), sending());
        assert.equal(text(await response.bytes()), plain);
      });

      it(`reads no body with ${encoding}`, async () => {
        const client = transport();
        const base = await respond(Buffer.alloc(0));
        for (const method of ['HEAD', 'GET']) {
          assert.equal((await (await client.send(request(base, { method }), sending())).bytes()).byteLength, 0);
        }
      });

      if (encoding !== 'identity') {
        it(`says protocol of broken and cut ${encoding}`, async () => {
          for (const bad of [bytes.subarray(0, bytes.byteLength >> 1), Buffer.from('x is never a good start')]) {
            const response = await transport().send(request(await respond(bad)), sending());
            const error = await failure(response.bytes(), 'protocol');
            assert.match(error.message, /is not valid|ends too soon/);
          }
        });
      }
    }

    it('leaves a body with an unknown encoding as it is', async () => {
      const base = await serve((_, response) => {
        response.setHeader('Content-Encoding', 'gzip, secret-sauce');
        response.end('raw');
      });
      assert.equal(text(await (await transport().send(request(base), sending())).bytes()), 'raw');
    });

    it('does not inflate a bomb beyond the limit', async () => {
      const base = await serve((_, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
      });
      const response = await transport().send(request(base), sending());
      await failure(response.bytes(1024 * 1024), 'too-large');
    });
  });
});
