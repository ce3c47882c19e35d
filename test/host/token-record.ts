import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';

/** A token as a store keeps it, valid without an end. */
export const record = (rest: Partial<TokenRecord> = {}): TokenRecord => ({
  key: 'k1',
  name: 'mine',
  scheme: 'oauth2',
  issuer: 'https://login.example.com',
  tokenType: 'Bearer',
  accessToken: 'a1',
  obtainedAt: Date.now(),
  config: {},
  usedBy: [],
  ...rest,
});
