import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Transport } from '../../src/core/ports.ts';
import { type Body, textBody } from '../../src/core/request.ts';
import { createTransport } from '../../src/http/transport.ts';
import { closeAll, failure, header, request, sending, serve, serveRaw, text, whenDone } from './loopback.ts';

function transport(): Transport {
  const created = createTransport();
  whenDone(() => created.close?.());
  return created;
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  let received = '';
  for await (const chunk of message) received += chunk;
  return received;
}

const echo = () =>
  serve(async (message, response) => {
    const body = await bodyOf(message);
    response.end(JSON.stringify({ method: message.method, url: message.url, headers: message.rawHeaders, body }));
  });

function streamed(chunks: readonly string[], length: number | undefined): Body {
  return {
    length,
    async *open() {
      for (const chunk of chunks) yield Buffer.from(chunk);
    },
  };
}

describe('transport', () => {
  afterEach(closeAll);

  it('writes exactly the headers of the request, in their order and case', async () => {
    const base = await echo();
    const headers = [
      header('X-One', '1'),
      header('hOST', 'other.example'),
      header('x-one', '2'),
      header('Connection', 'keep-alive'),
    ];
    const response = await transport().send(request(`${base}/`, { headers }), sending());
    assert.deepEqual(JSON.parse(text(await response.bytes())).headers, [
      'X-One',
      '1',
      'hOST',
      'other.example',
      'x-one',
      '2',
      'Connection',
      'keep-alive',
    ]);
  });

  it('adds Host and the framing of the body only where they are missing', async () => {
    const base = await echo();
    const sent = transport();
    const bare = await sent.send(request(base, { method: 'POST', body: textBody('héllo') }), sending());
    assert.deepEqual(JSON.parse(text(await bare.bytes())).headers, ['Host', base.slice(7), 'Content-Length', '6']);
    const given = [header('Content-Length', '6'), header('Host', 'h')];
    const full = await sent.send(request(base, { method: 'POST', body: textBody('héllo'), headers: given }), sending());
    assert.deepEqual(JSON.parse(text(await full.bytes())).headers, ['Content-Length', '6', 'Host', 'h']);
  });

  it('sends path and query as they are written, dot segments included, and no fragment', async () => {
    const base = await echo();
    const query = [{ name: 'a b', value: 'ç&', origin: { by: 'client' } as const }];
    const response = await transport().send(request(`${base}/a/../b//?x=1;y#frag`, { query }), sending());
    assert.equal(JSON.parse(text(await response.bytes())).url, '/a/../b//?x=1;y');
    const added = await transport().send(request(`${base}/a/../b`, { query }), sending());
    assert.equal(JSON.parse(text(await added.bytes())).url, '/a/../b?a%20b=%C3%A7%26');
  });

  for (const [name, chunks, length, sent] of [
    ['of known length', ['ab', 'cd'], 4, 'Content-Length'],
    ['of unknown length', ['ab', 'cd'], undefined, 'Transfer-Encoding'],
    ['of unknown length that is empty', [], undefined, 'Transfer-Encoding'],
  ] as const) {
    for (const method of ['POST', 'DELETE']) {
      it(`streams a body ${name} with ${method}`, async () => {
        const base = await echo();
        const client = transport();
        for (let round = 0; round < 2; round++) {
          const response = await client.send(request(base, { method, body: streamed(chunks, length) }), sending());
          const seen = JSON.parse(text(await response.bytes()));
          assert.equal(seen.body, chunks.join(''));
          assert.deepEqual(
            seen.headers.filter((_: string, index: number) => index % 2 === 0),
            ['Host', sent],
          );
        }
      });
    }
  }

  it('sends a large streamed body without holding it', async () => {
    let received = 0;
    const base = await serve((message, response) => {
      message.on('data', (chunk: Buffer) => {
        received += chunk.byteLength;
      });
      message.on('end', () => response.end('ok'));
    });
    const chunk = Buffer.alloc(1024 * 1024, 1);
    let ahead = 0;
    let produced = 0;
    const body: Body = {
      length: 80 * chunk.byteLength,
      async *open() {
        for (let index = 0; index < 80; index++) {
          produced += chunk.byteLength;
          ahead = Math.max(ahead, produced - received);
          yield chunk;
        }
      },
    };
    const response = await transport().send(request(base, { method: 'PUT', body }), sending());
    assert.equal(text(await response.bytes()), 'ok');
    assert.equal(received, produced);
    assert.ok(ahead < 32 * chunk.byteLength, `${ahead} bytes ahead`);
  });

  it('joins cookies with a written Cookie header, which wins over the jar', async () => {
    const base = await echo();
    const cookies = [header('b', '2'), header('a', 'from the jar', { by: 'cookie-jar' })];
    const headers = [header('Host', 'h'), header('Cookie', 'a=1;'), header('X-Last', '1')];
    const response = await transport().send(request(base, { headers, cookies }), sending());
    assert.deepEqual(JSON.parse(text(await response.bytes())).headers, [
      'Host',
      'h',
      'Cookie',
      'a=1; b=2',
      'X-Last',
      '1',
    ]);
  });

  it('writes header values beyond ASCII as UTF-8 and reads them back', async () => {
    const base = await serve((message, response) => {
      response.setHeader('X-Back', message.headers['x-name'] ?? '');
      response.end();
    });
    const response = await transport().send(request(base, { headers: [header('X-Name', 'Zoë 字')] }), sending());
    await response.discard();
    assert.equal(new Map(response.headers).get('X-Back'), 'Zoë 字');
  });

  it('keeps the order, case and repetition of response headers', async () => {
    const base = await serveRaw(socket =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 418 I am\r\nx-B: 1\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nX-b: 3\r\n\r\nhi'),
      ),
    );
    const response = await transport().send(request(base), sending());
    assert.equal(text(await response.bytes()), 'hi');
    assert.equal(response.status, 418);
    assert.equal(response.statusText, 'I am');
    assert.equal(response.httpVersion, '1.1');
    assert.equal(response.remoteAddress, '127.0.0.1');
    assert.deepEqual(response.headers, [
      ['x-B', '1'],
      ['Set-Cookie', 'a=1'],
      ['set-cookie', 'b=2'],
      ['X-b', '3'],
    ]);
  });

  it('passes over interim responses', async () => {
    const base = await serveRaw(socket =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
      ),
    );
    const response = await transport().send(request(base), sending());
    assert.equal(response.status, 200);
    assert.equal(text(await response.bytes()), 'ok');
  });

  it('uses one connection for requests in a row, HEAD apart', async () => {
    const ports = new Set<number | undefined>();
    const base = await serve((message, response) => {
      ports.add(message.socket.remotePort);
      response.end('x');
    });
    const client = transport();
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'GET']) {
      await (await client.send(request(base, { method, headers: [header('Content-Length', '0')] }), sending())).bytes();
    }
    assert.equal(ports.size, 1);
  });

  it('sends many requests at once', async () => {
    const base = await echo();
    const client = transport();
    const urls = Array.from({ length: 60 }, (_, index) => `${base}/${index}`);
    const seen = await Promise.all(
      urls.map(async url => JSON.parse(text(await (await client.send(request(url), sending())).bytes())).url),
    );
    assert.deepEqual(
      seen,
      urls.map(url => url.slice(base.length)),
    );
  });

  it('tries an idempotent request once more when a kept connection turns out to be closed', async () => {
    for (const [method, expected] of [
      ['GET', undefined],
      ['POST', 'connection-lost'],
    ] as const) {
      let count = 0;
      const base = await serveRaw(socket => {
        let served = 0;
        socket.on('data', () => {
          count++;
          if (served++ === 0) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          else socket.destroy();
        });
      });
      const client = transport();
      const post = request(base, { method, body: method === 'POST' ? textBody('x') : undefined });
      await (await client.send(post, sending())).bytes();
      const again = client.send(post, sending());
      if (expected) await failure(again, expected);
      else assert.equal((await again).status, 200);
      assert.equal(count, method === 'GET' ? 3 : 2);
    }
  });

  it('closes the connection after a request that says so', async () => {
    const ports = new Set<number | undefined>();
    const base = await serve((message, response) => {
      ports.add(message.socket.remotePort);
      response.end(message.headers.connection);
    });
    const client = transport();
    for (let round = 0; round < 2; round++) {
      const response = await client.send(request(base, { headers: [header('Connection', 'close')] }), sending());
      assert.equal(text(await response.bytes()), 'close');
    }
    assert.equal(ports.size, 2);
  });

  it('cancels what is under way when it is closed', async () => {
    const client = transport();
    const base = await serve(() => void client.close?.());
    await failure(client.send(request(base), sending()), 'cancelled');
  });

  it('reports how long each phase took', async () => {
    const base = (await echo()).replace('127.0.0.1', 'localhost');
    const client = transport();
    const first = await client.send(request(base), sending());
    await first.bytes();
    const timing = first.timing();
    for (const phase of ['dns', 'connect', 'wait', 'download', 'total'] as const) {
      assert.ok((timing[phase] ?? -1) >= 0, `${phase}: ${timing[phase]}`);
    }
    const second = await client.send(request(base), sending());
    await second.discard();
    assert.deepEqual(Object.keys(second.timing()), ['wait', 'download', 'total']);
  });

  it('refuses to read a body beyond a limit', async () => {
    const base = await serve((_, response) => response.end('x'.repeat(5000)));
    const response = await transport().send(request(base), sending());
    await failure(response.bytes(1000), 'too-large');
  });

  it('slows the server down while nobody reads', async () => {
    let written = 0;
    const base = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const fill = (): void => {
        while (written < 64 * 1024 * 1024) {
          written += chunk.byteLength;
          if (!response.write(chunk)) return void response.once('drain', fill);
        }
        response.end();
      };
      fill();
    });
    const response = await transport().send(request(base), sending());
    for (let before = -1; before !== written; ) {
      before = written;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
    assert.ok(written < 32 * 1024 * 1024, `${written} bytes`);
    let size = 0;
    for await (const chunk of response.body) size += chunk.byteLength;
    assert.equal(size, 64 * 1024 * 1024);
  });

  describe('on one connection', () => {
    const ports = async (sockets: Socket[]) =>
      serve((message, response) => {
        sockets.push(message.socket);
        response.end('x');
      });

    it('keeps every request with the same key together and to itself', async () => {
      const sockets: Socket[] = [];
      const base = await ports(sockets);
      const client = transport();
      for (const connection of ['a', 'b', 'a', undefined, 'a']) {
        const options = connection === undefined ? sending() : sending({ connection });
        const method = sockets.length === 2 ? 'HEAD' : 'GET';
        await (await client.send(request(base, { method }), options)).discard();
      }
      const [first, other, again, free, last] = sockets.map(socket => socket.remotePort);
      assert.equal(first, again);
      assert.equal(first, last);
      assert.equal(new Set([first, other, free]).size, 3);
    });

    it('opens another after the release and after the server closed it, but not to continue on', async () => {
      const sockets: Socket[] = [];
      const base = await ports(sockets);
      const client = transport();
      const send = async (continues = false) =>
        (await client.send(request(base, { method: 'POST' }), sending({ connection: 'k', continues }))).bytes();
      const lose = (socket: Socket | undefined) => {
        const closed = new Promise(resolve => socket?.once('close', resolve));
        socket?.destroy();
        return closed;
      };
      await send();
      client.release?.('k');
      await send();
      assert.equal(new Set(sockets).size, 2);
      await lose(sockets[1]);
      await failure(send(true), 'connection-lost');
      await send();
      await send(true);
      assert.equal(new Set(sockets).size, 3);
    });

    it('opens another where the first could not be opened', async () => {
      const server = createServer((_, response) => void response.end('x'));
      const listen = async (port: number) => {
        await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
        return (server.address() as AddressInfo).port;
      };
      const port = await listen(0);
      await new Promise(resolve => server.close(resolve));
      const client = transport();
      const sent = request(`http://127.0.0.1:${port}`);
      await failure(client.send(sent, sending({ connection: 'k' })), 'connection-refused');
      await listen(port);
      whenDone(async () => server.close());
      assert.equal(text(await (await client.send(sent, sending({ connection: 'k' }))).bytes()), 'x');
    });

    it('survives a response that comes before a file says that it is at its end', async () => {
      const ports = new Set<number | undefined>();
      const base = await serve(async (message, response) => {
        ports.add(message.socket.remotePort);
        await bodyOf(message);
        response.end('x');
      });
      const client = transport();
      let answered = (): void => {};
      const slow: Body = {
        length: 3,
        async *open() {
          yield Buffer.from('abc');
          await new Promise<void>(resolve => {
            answered = resolve;
          });
        },
      };
      for (let round = 0; round < 3; round++) {
        const sent = request(base, { method: 'POST', body: slow });
        assert.equal(text(await (await client.send(sent, sending({ connection: 'k' }))).bytes()), 'x');
        answered();
      }
      assert.equal(ports.size, 1);
    });
  });
});
