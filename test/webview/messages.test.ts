import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatDuration, formatSize } from '../../src/features/presentation/units.ts';
import { fromPanel, isPanelState, toPanel } from '../../src/webview/response/messages.ts';

const body = { type: 'body', id: 1, charset: 'utf-8', secrets: 'none', whole: true };

describe('messages of the response panel', () => {
  it('lets a message of the agreed shape through as it is', () => {
    const message = { type: 'goto', file: '/a.http', line: 3 };
    assert.equal(fromPanel(message), message);
    assert.ok(toPanel({ ...body, bytes: new Uint8Array(2) }));
  });

  it('refuses unknown types and members of another kind', () => {
    assert.equal(fromPanel({ type: 'goto', file: '/a.http', line: '3' }), undefined);
    assert.equal(fromPanel({ type: 'run-anything' }), undefined);
    assert.equal(fromPanel({ type: 'action', action: 'format-disk' }), undefined);
    assert.equal(fromPanel({ type: 'constructor' }), undefined);
    assert.equal(toPanel({ ...body, bytes: { type: 'Buffer', data: [] } }), undefined);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        fromPanel(value);
        toPanel(value);
        isPanelState(value);
      }),
    );
  });

  it('says sizes and times as people do', () => {
    assert.deepEqual([0, 1023, 1024, 10 * 1024 * 1024, 1024 ** 2 - 1].map(formatSize), [
      ...['0 B', '1023 B', '1.00 KB', '10.0 MB', '1.00 MB'],
    ]);
    assert.deepEqual([0.42, 7.25, 117.4, 2500, 61_000].map(formatDuration), [
      ...['0.42 ms', '7.3 ms', '117 ms', '2.50 s', '1 min 1 s'],
    ]);
  });
});
