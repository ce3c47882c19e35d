import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createGzip, gzipSync } from 'node:zlib';
import type { CountersignError } from '../../src/core/errors.ts';
import { decodeContent } from '../../src/http/content-decoding.ts';

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function sizeOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of body) size += chunk.byteLength;
  return size;
}

describe('compressed responses', function () {
  this.timeout(30_000);
  const megabytes = 300;
  let bomb: Buffer;
  before(async () => {
    const gzip = createGzip({ level: 1 });
    const packed = buffer(gzip.pipe(new PassThrough()));
    const zeros = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < megabytes; count++) {
      if (!gzip.write(zeros)) await new Promise(resolve => gzip.once('drain', resolve));
    }
    gzip.end();
    bomb = await packed;
  });

  it('that unpack to a hundred times their size and more than a disk’s worth are given up, told, and resumable', async () => {
    await assert.rejects(sizeOf(decodeContent(once(bomb), ['gzip'])), (error: CountersignError) => {
      assert.equal(error.code, 'too-large');
      assert.match(error.message, /unpacks to more than 100 times what came \(1\.\d MiB\)/);
      assert.match(error.hint ?? '', /# @no-response-limit/);
      return true;
    });
    assert.equal(await sizeOf(decodeContent(once(bomb), ['gzip'], true)), megabytes * 1024 * 1024);
  });

  it('are told from what packs well and is small', async () => {
    const packed = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    assert.equal(await sizeOf(decodeContent(once(packed), ['gzip'])), 20 * 1024 * 1024);
  });

  it('are undone five times over, and not more', async () => {
    const layered = (count: number): Buffer => {
      let bytes = Buffer.from('here');
      for (let layer = 0; layer < count; layer++) bytes = gzipSync(bytes);
      return bytes;
    };
    const names = (count: number) => Array.from({ length: count }, () => 'gzip');
    assert.equal(await sizeOf(decodeContent(once(layered(5)), names(5))), 4);
    await assert.rejects(sizeOf(decodeContent(once(layered(6)), names(6))), /encoded 6 times over/);
  });
});
