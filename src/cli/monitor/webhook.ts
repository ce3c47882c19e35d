import { CountersignError } from '../../core/errors.ts';
import type { HttpRequest } from '../../core/request.ts';
import type { CliEngine } from '../engine.ts';
import { failureNames, type Turn } from './turn.ts';

/** Milliseconds that a webhook may take. */
const patience = 10_000;

/**
 * Tells a webhook that the requests fail, or that they are well again: JSON with `text`, which Slack, Mattermost and Teams
 * show, and what it is made of for others. The address is never printed: it often holds a key.
 * @throws CountersignError
 */
export async function tellWebhook(url: string, turn: Turn, engine: CliEngine, signal: AbortSignal): Promise<void> {
  const { at, ok, requests, failed, failures, error } = turn;
  const text = ok
    ? `Countersign: recovered, ${requests} ${requests === 1 ? 'request' : 'requests'} passed`
    : `Countersign: ${error ?? `${failed} of ${requests} failed: ${failureNames(failures)}`}`;
  const state = ok ? 'recovered' : 'failing';
  const body = JSON.stringify({ text, state, at, requests, failed, failures, ...(error ? { error } : {}) });
  const bytes = Buffer.from(body);
  const origin = { by: 'client' } as const;
  const request: HttpRequest = {
    method: 'POST',
    url,
    ...{ query: [], cookies: [], overridden: [] },
    headers: [
      { name: 'Content-Type', value: 'application/json', origin },
      { name: 'User-Agent', value: engine.ports.userAgent, origin },
    ],
    body: {
      length: bytes.length,
      text: body,
      async *open() {
        yield bytes;
      },
    },
  };
  try {
    const response = await engine.ports.transport.send(request, { signal, timeout: patience });
    await response.discard();
    if (response.status >= 300) {
      throw new CountersignError('protocol', `it answered ${response.status}.`);
    }
  } finally {
    await engine.close();
  }
}
