import type { DriverPorts } from '../../src/auth/driver.ts';
import { createAuthMemories } from '../../src/auth/memories.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { ReceivedResponse } from '../../src/core/ports.ts';
import type { HttpRequest, Part } from '../../src/core/request.ts';

/** 2026-01-02T03:04:05Z. */
export const fixedTime = 1_767_323_045_000;

/** Ports with a fixed clock and counted "randomness"; nothing can be fetched or read. */
export function fixedPorts(overrides: Partial<DriverPorts> = {}): DriverPorts {
  const nothing = (path: string): never => {
    throw new CountersignError('missing-file', `There is no file ${path}.`);
  };
  let counter = 0;
  return {
    clock: { now: () => fixedTime },
    random: { bytes: length => Uint8Array.from({ length }, () => counter++ % 256) },
    files: { read: async path => nothing(path), size: async path => nothing(path), open: path => nothing(path) },
    env: {},
    memories: createAuthMemories(),
    tokens: {
      peek: async () => ({ kind: 'pending', pending: 'a token will be fetched' }),
      get: async () => ({ accessToken: 'fetched', tokenType: 'Bearer' }),
      reject: async () => {},
    },
    environment: '',
    ...overrides,
  };
}

export function plainRequest(
  url = 'https://api.example.com/users?page=2',
  overrides: Partial<HttpRequest> = {},
): HttpRequest {
  const host: Part = { name: 'Host', value: new URL(url).host, origin: { by: 'client' } };
  return { method: 'GET', url, query: [], headers: [host], cookies: [], body: undefined, overridden: [], ...overrides };
}

/** A response as the transport gives it; counts how often it was discarded. */
export function response(
  status: number,
  headers: readonly (readonly [string, string])[] = [],
  body = '',
): ReceivedResponse & { discarded: number } {
  const bytes = new TextEncoder().encode(body);
  const received = {
    status,
    statusText: '',
    httpVersion: '1.1',
    headers,
    discarded: 0,
    body: (async function* () {
      yield bytes;
    })(),
    bytes: async () => bytes,
    discard: async () => void received.discarded++,
    timing: () => ({ total: 1 }),
  };
  return received;
}
