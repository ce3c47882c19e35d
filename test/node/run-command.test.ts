import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { runCommand } from '../../src/node/run-command.ts';

const node = JSON.stringify(process.execPath);
const { signal } = new AbortController();

describe('Running a command', () => {
  it('gives what the command prints', async () => {
    assert.equal(await runCommand(`${node} -e "process.stdout.write(process.argv[1])" "a b"`, signal), 'a b');
  });

  it('says why it failed, and not what it printed', async () => {
    const command = `${node} -e "console.log('the-secret'); console.error('no such role'); process.exit(3)"`;
    await assert.rejects(runCommand(command, signal), (error: Error & { code: string }) => {
      assert.equal(error.code, 'io');
      assert.match(error.message, /status 3\. It said: no such role/);
      assert.doesNotMatch(error.message, /the-secret/);
      return true;
    });
  });

  it('ends when it is cancelled, and what the shell has started with it', async () => {
    const { promise: connected, resolve } = Promise.withResolvers<Socket>();
    const server = createServer(resolve).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const controller = new AbortController();
    try {
      const { port } = server.address() as AddressInfo;
      const stays = `require('net').connect(${port}, '127.0.0.1'); setInterval(() => {}, 1000)`;
      const running = runCommand(`${node} -e "${stays}" && echo done`, controller.signal);
      const socket = (await connected).on('error', () => undefined).resume();
      const ended = once(socket, 'close');
      controller.abort();
      await assert.rejects(running, { code: 'cancelled' });
      await ended;
    } finally {
      server.close();
    }
  });

  it('does not begin when it is cancelled already', async () => {
    await assert.rejects(runCommand(`${node} -e ""`, AbortSignal.abort()), { code: 'cancelled' });
  });
});
