import { randomBytes } from 'node:crypto';
import type { TokenExchangeRecord } from '../../../src/auth/oauth2/exchange-record.ts';
import { createOAuth2Flow } from '../../../src/auth/oauth2/oauth2-flow.ts';
import type { OAuth2Ports } from '../../../src/auth/oauth2/server-session.ts';
import type { Token, TokenRequest } from '../../../src/auth/token-source.ts';
import { MemoryTokenStore } from '../../../src/auth/tokens/memory-store.ts';
import {
  createTokenSource,
  type StoredTokenSource,
  type TokenSourceOptions,
} from '../../../src/auth/tokens/stored-token-source.ts';
import type { TokenRecord } from '../../../src/auth/tokens/token-record.ts';
import type { TokenStore } from '../../../src/auth/tokens/token-store.ts';
import type { HttpRequest } from '../../../src/core/request.ts';
import { createTransport } from '../../../src/http/transport.ts';

export const request: HttpRequest = {
  method: 'GET',
  url: 'https://api.example.com/things',
  query: [],
  headers: [],
  cookies: [],
  body: undefined,
  overridden: [],
};

/** A clock that a test moves. */
export class TestClock {
  offset = 0;
  now(): number {
    return Date.now() + this.offset;
  }
}

export interface Engine {
  readonly source: StoredTokenSource;
  readonly store: TokenStore;
  readonly clock: TestClock;
  readonly records: TokenExchangeRecord[];
  readonly warnings: string[];
  get(values: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<Token>;
  kept(): Promise<TokenRecord>;
  close(): Promise<void>;
}

export const never = new AbortController().signal;

/** Waits that end at once, except for those a test takes over. */
export async function noWait(_milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise(resolve => setImmediate(resolve));
}

/** Resolves only by the signal: a deadline that never comes. */
export function endless(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}

const deadline = 300_000;

export function engine(ports: Partial<OAuth2Ports> = {}, options: Partial<TokenSourceOptions> = {}): Engine {
  const clock = new TestClock();
  const records: TokenExchangeRecord[] = [];
  const warnings: string[] = [];
  const transport = createTransport();
  const store = options.store ?? new MemoryTokenStore();
  const flow = createOAuth2Flow({
    transport,
    clock,
    random: { bytes: length => randomBytes(length) },
    env: {},
    observe: record => records.push(record),
    wait: (milliseconds, signal) => (milliseconds >= deadline ? endless(signal) : noWait(milliseconds, signal)),
    interactionTimeout: deadline,
    ...ports,
  });
  const source = createTokenSource({
    store,
    clock,
    flows: [flow],
    warn: message => warnings.push(message),
    ...options,
  });
  const wanted = (values: Readonly<Record<string, unknown>>): TokenRequest => ({ scheme: 'oauth2', values, request });
  return {
    source,
    store,
    clock,
    records,
    warnings,
    get: (values, signal = never) => source.in(undefined).get(wanted(values), signal),
    async kept() {
      const [record, ...more] = await store.list();
      if (!record || more.length > 0) throw new Error(`expected one token, found ${more.length + (record ? 1 : 0)}`);
      return record;
    },
    close: async () => transport.close?.(),
  };
}
