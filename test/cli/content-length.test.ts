import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { countersign, folderWith } from './countersign.ts';

/** A server that keeps what came on each connection, and answers each request whose head is complete. */
async function rawServer() {
  const connections: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    const index = connections.push('') - 1;
    let answered = 0;
    socket.on('data', chunk => {
      connections[index] += chunk.toString('latin1');
      const heads = connections[index]?.split('\r\n\r\n').length ?? 0;
      for (; answered < heads - 1; answered++) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = (): Promise<void> =>
    new Promise(resolve => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, connections, close };
}

describe('a written Content-Length', function () {
  this.timeout(20_000);
  let server: Awaited<ReturnType<typeof rawServer>>;
  let remove = (): void => {};
  beforeEach(async () => {
    server = await rawServer();
  });
  afterEach(async () => {
    remove();
    await server.close();
  });
  const run = (text: string) => {
    const project = folderWith({ 'a.http': text.replaceAll('{{at}}', server.url) });
    remove = project.remove;
    return countersign(project.folder, ['run', 'a.http', '--json']);
  };

  for (const [written, body] of [
    ['3', 'hello'],
    ['50', 'hello'],
    ['4', ''],
    ['5', 'hällo'],
  ] as const) {
    it(`of ${written} for “${body}” is an error at its line, and nothing is sent`, async () => {
      const { status, json } = await run(`POST {{at}}/a\nContent-Length: ${written}\n\n${body}\n`);
      assert.equal(status, 1);
      const [result] = json() as { error: { code: string; message: string; line: number } }[];
      assert.equal(result?.error.code, 'invalid-header');
      assert.match(result?.error.message ?? '', /Content-Length header says \d+, but the body has \d+ bytes?\./);
      assert.equal(result?.error.line, 2);
      assert.deepEqual(server.connections, []);
    });
  }

  it('that is right goes out as written', async () => {
    const { status } = await run('POST {{at}}/a\ncontent-length: 6\n\nhällo\n');
    assert.equal(status, 0);
    assert.match(server.connections[0] ?? '', /content-length: 6\r\n/);
  });

  it('goes out with # @raw-length, on a connection that no other request uses', async () => {
    const next = '# @auth basic username=ada password=hunter22\nGET {{at}}/next\n';
    const { status, stdout, stderr } = await run(
      `GET {{at}}/first\n\n###\n# @raw-length\nPOST {{at}}/raw\nContent-Length: 3\n\nhello\n\n###\n${next}`,
    );
    assert.equal(status, 0, stdout + stderr);
    assert.equal(stderr, '');
    assert.equal(server.connections.length, 2);
    const [plain = '', raw = ''] = server.connections;
    assert.match(raw, /^POST \/raw HTTP\/1\.1\r\n[\s\S]*Content-Length: 3\r\n[\s\S]*\r\n\r\nhello$/);
    assert.match(plain, /^GET \/first [\s\S]*GET \/next [\s\S]*Authorization: Basic /);
  });
});
