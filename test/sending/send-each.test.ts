import assert from 'node:assert/strict';
import { sendEach } from '../../src/sending/send-each.ts';

describe('Sending several requests', () => {
  it('sends them one after another, and counts those that were tried', async () => {
    const events: string[] = [];
    const count = await sendEach(
      ['passed', 'failed', undefined, 'passed'] as const,
      async state => {
        events.push(`send ${state}`);
        await Promise.resolve();
        events.push(`sent ${state}`);
        return state;
      },
      new AbortController().signal,
      (state, index) => events.push(`${index} ${state}`),
    );
    assert.deepEqual(count, { passed: 2, failed: 1, cancelled: false });
    const steps = ['passed', 'failed', 'undefined', 'passed'].map((state, index) => [
      ...[`${index} ${state}`, `send ${state}`, `sent ${state}`],
    ]);
    assert.deepEqual(events, steps.flat());
  });

  it('sends no more once it is cancelled, and counts the one on its way as neither', async () => {
    const controller = new AbortController();
    const sent: number[] = [];
    const send = async (request: number): Promise<'passed' | 'failed'> => {
      sent.push(request);
      if (request < 2) return 'passed';
      controller.abort();
      return 'failed';
    };
    assert.deepEqual(await sendEach([1, 2, 3], send, controller.signal, () => {}), {
      passed: 1,
      failed: 0,
      cancelled: true,
    });
    assert.deepEqual(sent, [1, 2]);
  });

  it('counts a response that came in spite of it, and sends nothing where it was cancelled before', async () => {
    const controller = new AbortController();
    const send = async (): Promise<'passed'> => {
      controller.abort();
      return 'passed';
    };
    assert.deepEqual(await sendEach([1, 2], send, controller.signal, () => {}), {
      passed: 1,
      failed: 0,
      cancelled: true,
    });
    const never = () => assert.fail('It was sent.');
    assert.deepEqual(await sendEach([1], never, controller.signal, never), { passed: 0, failed: 0, cancelled: true });
  });

  it('was not cancelled where all had been sent by then', async () => {
    const controller = new AbortController();
    const send = async (): Promise<'passed'> => {
      controller.abort();
      return 'passed';
    };
    const count = await sendEach([1], send, controller.signal, () => {});
    assert.deepEqual(count, { passed: 1, failed: 0, cancelled: false });
  });

  it('ends with what sending throws', async () => {
    const send = async () => Promise.reject(new Error('broken'));
    await assert.rejects(
      sendEach([1, 2], send, new AbortController().signal, () => {}),
      /broken/,
    );
  });
});
