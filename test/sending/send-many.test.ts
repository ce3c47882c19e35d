import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from '../../src/language/parser.ts';
import { enabledRequests, sendMany } from '../../src/sending/send-many.ts';
import type { RequestTarget } from '../../src/sending/workspace.ts';
import { MemoryWorkspace } from '../features/memory-workspace.ts';

function targetsOf(text: string, file = '/w/a.http'): readonly RequestTarget[] {
  const tree = parse(text);
  return tree.blocks.flatMap(({ block }, index) => (block.request ? [{ file, tree, block: index }] : []));
}

const plain = (count: number): readonly RequestTarget[] =>
  targetsOf(Array.from({ length: count }, (_, index) => `### ${index}\nGET http://h/${index}\n`).join('\n'));

describe('Sending several requests', () => {
  it('sends them one after another, and counts those that were tried', async () => {
    const events: string[] = [];
    const states = ['passed', 'failed', undefined, 'passed'] as const;
    const requests = plain(4);
    const count = await sendMany(requests, {
      signal: new AbortController().signal,
      send: async request => {
        const state = states[requests.indexOf(request)];
        events.push(`send ${state}`);
        await Promise.resolve();
        events.push(`sent ${state}`);
        return state;
      },
      onNext: (_, index) => events.push(`${index} ${states[index]}`),
    });
    assert.deepEqual(count, { passed: 2, failed: 1, cancelled: false });
    const steps = states.map((state, index) => [...[`${index} ${state}`, `send ${state}`, `sent ${state}`]]);
    assert.deepEqual(events, steps.flat());
  });

  it('sends no more once it is cancelled, and counts the one on its way as neither', async () => {
    const controller = new AbortController();
    const requests = plain(3);
    const sent: number[] = [];
    const send = async (request: RequestTarget): Promise<'passed' | 'failed'> => {
      sent.push(requests.indexOf(request));
      if (sent.length < 2) return 'passed';
      controller.abort();
      return 'failed';
    };
    assert.deepEqual(await sendMany(requests, { send, signal: controller.signal }), {
      passed: 1,
      failed: 0,
      cancelled: true,
    });
    assert.deepEqual(sent, [0, 1]);
  });

  it('counts a response that came in spite of it, and sends nothing where it was cancelled before', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const send = async (): Promise<'passed'> => {
      controller.abort();
      return 'passed';
    };
    assert.deepEqual(await sendMany(plain(2), { send, signal }), { passed: 1, failed: 0, cancelled: true });
    const never = () => assert.fail('It was sent.');
    const none = await sendMany(plain(1), { send: never, signal, onNext: never });
    assert.deepEqual(none, { passed: 0, failed: 0, cancelled: true });
  });

  it('was not cancelled where all had been sent by then', async () => {
    const controller = new AbortController();
    const send = async (): Promise<'passed'> => {
      controller.abort();
      return 'passed';
    };
    const count = await sendMany(plain(1), { send, signal: controller.signal });
    assert.deepEqual(count, { passed: 1, failed: 0, cancelled: false });
  });

  it('ends with what sending throws', async () => {
    const send = async () => Promise.reject(new Error('broken'));
    await assert.rejects(sendMany(plain(2), { send, signal: new AbortController().signal }), /broken/);
  });

  it('lets a request wait for the earlier one whose response it reads, and no other', async () => {
    const requests = targetsOf(
      '### a\n# @name login\nGET http://h/a\n\n### b\nGET http://h/{{login.response.body.id}}\n\n### c\nGET http://h/c\n',
    );
    const login = Promise.withResolvers<void>();
    const events: string[] = [];
    const send = async (request: RequestTarget): Promise<'passed'> => {
      const index = requests.indexOf(request);
      events.push(`send ${index}`);
      if (index === 0) await login.promise;
      if (index === 2) login.resolve();
      events.push(`sent ${index}`);
      return 'passed';
    };
    await sendMany(requests, { send, signal: new AbortController().signal, parallel: 3 });
    assert.deepEqual(events.slice(0, 2), ['send 0', 'send 2']);
    assert.ok(events.indexOf('sent 0') < events.indexOf('send 1'), events.join());
  });

  it('stops after the first failure on request', async () => {
    let sent = 0;
    const send = async (): Promise<'failed'> => {
      sent++;
      return 'failed';
    };
    await sendMany(plain(5), { send, signal: new AbortController().signal, bail: true });
    assert.equal(sent, 1);
  });
});

describe('Requests that are switched off', () => {
  const said = fc.constantFrom(undefined, '# @disabled', '# @Disabled', '// @DISABLED', '# @disabled false');
  /** By the rule alone: the innermost level that says something decides. */
  const isOff = (levels: readonly (string | undefined)[]): boolean =>
    !(levels.findLast(text => text !== undefined) ?? 'false').endsWith('false');
  const textOf = (directive: string | undefined, rest: string): string => (directive ? `${directive}\n` : '') + rest;

  it('are those that the nearest of request, file, folder and collection switches off, in any case', async () => {
    const level = fc.tuple(said, said, said, said);
    await fc.assert(
      fc.asyncProperty(level, async ([collection, folder, file, request]) => {
        const text = `${textOf(file, '')}\n### One\n${textOf(request, 'GET http://h/')}\n`;
        const workspace = new MemoryWorkspace({
          '/w/collection.http': textOf(collection, ''),
          '/w/sub/folder.http': textOf(folder, ''),
        });
        const enabled = await enabledRequests(targetsOf(text, '/w/sub/a.http'), workspace);
        assert.equal(enabled.length === 0, isOff([collection, folder, file, request]));
      }),
    );
  });

  it('are left out whatever else their directives say, and kept where something is wrong with those that are on', async () => {
    const text = '### a\n# @disabled\n# @timeout soon\nGET http://h/a\n\n### b\n# @timeout soon\nGET http://h/b\n';
    const enabled = await enabledRequests(targetsOf(text), new MemoryWorkspace({}));
    assert.deepEqual(
      enabled.map(({ block }) => block),
      [1],
    );
  });
});
