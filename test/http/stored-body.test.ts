import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CountersignError } from '../../src/core/errors.ts';
import { storeBody } from '../../src/http/stored-body.ts';
import { failure, text } from './loopback.ts';

async function* chunks(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(size, 97 + (index % 26));
}

/** What is only waiting to be collected is not held. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

describe('stored body', () => {
  let directory = '';
  const { signal } = new AbortController();
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('holds a small body in memory', async () => {
    const body = await storeBody({ body: chunks(3, 4) }, { signal, directory, memoryLimit: 12 });
    assert.equal(body.size, 12);
    assert.equal(text(body.bytes ?? new Uint8Array()), 'aaaabbbbcccc');
    assert.equal(text(await body.start(5)), 'aaaab');
    assert.deepEqual(readdirSync(directory), []);
    const empty = await storeBody({ body: chunks(0, 0) }, { signal, directory });
    assert.equal(empty.size, 0);
    assert.equal((await empty.start(10)).byteLength, 0);
  });

  it('moves a larger one to a file that only this user can read, until disposed of', async () => {
    const body = await storeBody({ body: chunks(200, 10_000) }, { signal, directory, memoryLimit: 50_000 });
    assert.equal(body.size, 2_000_000);
    assert.equal(body.bytes, undefined);
    const file = body.file ?? '';
    assert.equal(statSync(file).size, 2_000_000);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(text(await body.start(4)), 'aaaa');
    assert.equal((await body.start(9_000_000)).byteLength, 2_000_000);
    const [read, made] = [createHash('sha256'), createHash('sha256')];
    for await (const chunk of body.open()) read.update(chunk);
    for await (const chunk of chunks(200, 10_000)) made.update(chunk);
    assert.equal(read.digest('hex'), made.digest('hex'));
    await body.dispose();
    await body.dispose();
    assert.equal(existsSync(file), false);
    await failure(body.start(1), 'io');
    await failure(body.open()[Symbol.asyncIterator]().next(), 'io');
  });

  it('never holds more than it may', async () => {
    const limit = 64 * 1024 * 1024;
    const before = process.memoryUsage().arrayBuffers;
    const held = (): number => process.memoryUsage().arrayBuffers - before;
    let most = 0;
    async function* watched(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks(400, 256 * 1024)) {
        if (held() > limit / 4) collectGarbage();
        most = Math.max(most, held());
        yield chunk;
      }
    }
    const body = await storeBody({ body: watched() }, { signal, directory });
    assert.equal(body.size, 100 * 1024 * 1024);
    assert.ok(most < limit, `${most} bytes`);
    await body.dispose();
  });

  it('removes what a process that was killed left behind, once it is old', async () => {
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const orphan = `countersign-${dead}-${id}.body`;
    const young = `countersign-${dead}-f${id.slice(1)}.body`;
    const owned = `countersign-${process.pid}-${id}.body`;
    const other = 'countersign-notes.body';
    const twoHoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const name of [orphan, young, owned, other]) {
      writeFileSync(join(directory, name), 'x');
      if (name !== young) utimesSync(join(directory, name), twoHoursAgo, twoHoursAgo);
    }
    const body = await storeBody({ body: chunks(2, 10) }, { signal, directory, memoryLimit: 1 });
    while (existsSync(join(directory, orphan))) await setImmediate();
    await body.dispose();
    assert.deepEqual(readdirSync(directory).sort(), [young, owned, other].sort());
  });

  it('stops an endless body at its limit or when cancelled, and leaves nothing behind', async () => {
    const endless = () => chunks(Number.POSITIVE_INFINITY, 65_536);
    await failure(
      storeBody({ body: endless() }, { signal, directory, memoryLimit: 1000, limit: 1_000_000 }),
      'too-large',
    );
    const controller = new AbortController();
    async function* cancelling(): AsyncGenerator<Uint8Array> {
      let count = 0;
      for await (const chunk of endless()) {
        if (++count === 50) controller.abort();
        yield chunk;
      }
    }
    await failure(
      storeBody({ body: cancelling() }, { signal: controller.signal, directory, memoryLimit: 1000 }),
      'cancelled',
    );
    assert.deepEqual(readdirSync(directory), []);
  });

  it('keeps what came of a body that breaks off or is cancelled where it is asked to, in memory and on disk', async () => {
    async function* breaking(count: number): AsyncGenerator<Uint8Array> {
      yield* chunks(count, 1000);
      throw new CountersignError('connection-lost', 'The connection broke off.');
    }
    for (const memoryLimit of [1000, 1_000_000]) {
      const body = await storeBody({ body: breaking(9) }, { signal, directory, memoryLimit, keepStart: true });
      assert.equal(body.size, 9000);
      assert.equal(body.broken?.code, 'connection-lost');
      assert.equal((await body.start(10_000)).length, 9000);
      await body.dispose();
      const controller = new AbortController();
      async function* cancelling(): AsyncGenerator<Uint8Array> {
        yield* chunks(3, 1000);
        controller.abort();
        yield* chunks(Number.POSITIVE_INFINITY, 1000);
      }
      const options = { signal: controller.signal, directory, memoryLimit, keepStart: true };
      const cancelled = await storeBody({ body: cancelling() }, options);
      assert.deepEqual([cancelled.size, cancelled.broken?.code], [3000, 'cancelled']);
      await cancelled.dispose();
    }
    // Of nothing there is no start.
    await failure(storeBody({ body: breaking(0) }, { signal, directory, keepStart: true }), 'connection-lost');
    assert.deepEqual(readdirSync(directory), []);
  });

  it('says when the disk refuses', async () => {
    const missing = join(directory, 'nowhere');
    await failure(storeBody({ body: chunks(9, 1000) }, { signal, directory: missing, memoryLimit: 10 }), 'io');
  });
});
