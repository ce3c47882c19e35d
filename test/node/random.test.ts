import assert from 'node:assert/strict';
import { nodeRandom } from '../../src/node/random.ts';

describe('Random bytes', () => {
  it('come in every length, and never twice', () => {
    const seen = new Set<string>();
    for (let round = 0; round < 2000; round++) {
      const bytes = nodeRandom.bytes(16);
      assert.equal(bytes.byteLength, 16);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
    assert.equal(seen.size, 2000);
    for (const length of [0, 1, 4095, 4096, 4097, 100_000]) assert.equal(nodeRandom.bytes(length).byteLength, length);
    assert.ok(nodeRandom.bytes(4096).some(byte => byte !== 0));
  });

  it('are their receiver’s alone', () => {
    const first = nodeRandom.bytes(32);
    const copy = Uint8Array.from(first);
    for (let round = 0; round < 1000; round++) nodeRandom.bytes(32).fill(0);
    assert.deepEqual(first, copy);
  });
});
