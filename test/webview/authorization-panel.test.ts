import assert from 'node:assert/strict';
import fc from 'fast-check';
import { offered, openReference } from '../../src/webview/authorization/completion.ts';
import { fromPanel, isPanelState, toPanel } from '../../src/webview/authorization/messages.ts';

describe('messages of the Authorization panel', () => {
  it('lets messages of the agreed shape through as they are', () => {
    const change = { type: 'change', edit: 1, change: { type: 'field', name: 'username', value: 'ada' } };
    assert.equal(fromPanel(change), change);
    assert.ok(fromPanel({ type: 'change', edit: 2, change: { type: 'pairs', name: 'p', pairs: [['a', 'b']] } }));
    assert.ok(fromPanel({ type: 'undo' }));
    assert.ok(toPanel({ type: 'revealed', field: 'password', value: 'x' }));
    assert.ok(isPanelState({ tab: 'headers', subject: { file: '/a.http', level: 'request', title: 'A', line: 3 } }));
  });

  it('refuses changes that are none, and numbers that are no index', () => {
    assert.equal(fromPanel({ type: 'change', edit: 1, change: { type: 'delete-everything' } }), undefined);
    assert.equal(
      fromPanel({
        type: 'change',
        edit: 1,
        change: { type: 'set-row', list: 'headers', index: -1, name: 'a', value: '' },
      }),
      undefined,
    );
    assert.equal(fromPanel({ type: 'change', edit: 1.5, change: { type: 'method', method: 'GET' } }), undefined);
    assert.equal(fromPanel({ type: 'change', edit: 1, change: { type: 'scheme', scheme: 7 } }), undefined);
    assert.equal(toPanel({ type: 'model', edit: 1, unsaved: false, model: { level: 'request' } }), undefined);
    assert.ok(!isPanelState({ tab: 'nowhere' }));
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        fromPanel(value);
        fromPanel({ type: 'change', edit: 1, change: value });
        toPanel(value);
        isPanelState(value);
      }),
    );
  });
});

describe('the completion of variables', () => {
  it('knows the reference that is being typed', () => {
    assert.deepEqual(openReference('{{us', 4), { start: 2, word: 'us' });
    assert.deepEqual(openReference('a{{b}}{{ c', 10), { start: 8, word: 'c' });
    assert.deepEqual(openReference('{{$secret pw}}', 10), { start: 2, word: '$secret ' });
    for (const [text, caret] of [
      ['{{us}}', 6],
      ['us', 2],
      ['{{', 1],
      ['{{a\nb', 5],
    ] as const) {
      assert.equal(openReference(text, caret), undefined, text);
    }
  });

  it('offers what begins with the word before what holds it', () => {
    const all = ['baseUrl', 'user', '$uuid', 'superuser'].map(name => ({ name, origin: '', detail: '' }));
    assert.deepEqual(
      offered('u', all, 10).map(({ name }) => name),
      ['user', '$uuid', 'baseUrl', 'superuser'],
    );
    assert.deepEqual(
      offered('USER', all, 1).map(({ name }) => name),
      ['user'],
    );
    assert.deepEqual(offered('nothing', all, 10), []);
  });
});
