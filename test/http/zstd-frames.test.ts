import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { ZstdFrames } from '../../src/http/zstd-frames.ts';

const { ZSTD_c_checksumFlag: checksum, ZSTD_c_contentSizeFlag: contentSize } = constants;

function isComplete(...parts: readonly Uint8Array[]): boolean {
  const frames = new ZstdFrames();
  for (const part of parts) frames.push(part);
  return frames.complete;
}

describe('the end of Zstandard frames', () => {
  const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const samples: readonly (readonly [string, Buffer])[] = [
    ['nothing', zstdCompressSync('')],
    ['text', zstdCompressSync('content '.repeat(50))],
    ['text with a checksum', zstdCompressSync('content '.repeat(50), { params: { [checksum]: 1 } })],
    ['text of unstated size', zstdCompressSync('content '.repeat(50), { params: { [contentSize]: 0 } })],
    ['one byte over and over', zstdCompressSync(Buffer.alloc(1000))],
    ['two frames', Buffer.concat([zstdCompressSync('one'), zstdCompressSync('two')])],
    ['a frame to skip', Buffer.concat([skippable, zstdCompressSync('one')])],
  ];

  for (const [name, bytes] of samples) {
    it(`is seen in ${name}, however it is cut into chunks`, () => {
      assert.ok(isComplete(bytes));
      for (let at = 0; at <= bytes.byteLength; at++) assert.ok(isComplete(bytes.subarray(0, at), bytes.subarray(at)));
      assert.ok(isComplete(...Array.from(bytes, byte => Uint8Array.of(byte))));
    });
  }

  it('is missed in every beginning of a frame', () => {
    for (const [name, bytes] of samples.slice(0, 5)) {
      for (let at = 1; at < bytes.byteLength; at++) assert.ok(!isComplete(bytes.subarray(0, at)), `${name} at ${at}`);
    }
  });

  it('is found over several blocks, stored and compressed', () => {
    const bytes = zstdCompressSync(Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000, 'text ')]));
    assert.ok(isComplete(bytes));
    for (let at = 1; at < bytes.byteLength; at += 997) assert.ok(!isComplete(bytes.subarray(0, at)));
  });

  it('is not looked for in what is no Zstandard', () => {
    assert.ok(isComplete(Buffer.from('x is never a good start')));
  });
});
