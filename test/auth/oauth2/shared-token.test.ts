import assert from 'node:assert/strict';
import { openSharedToken, shareToken } from '../../../src/auth/tokens/shared-token.ts';
import type { TokenRecord } from '../../../src/auth/tokens/token-record.ts';

describe('shared tokens', () => {
  const record: TokenRecord = {
    key: 'k',
    name: 'acme',
    scheme: 'oauth2',
    issuer: 'https://as.example',
    tokenType: 'Bearer',
    accessToken: 'access-secret',
    obtainedAt: 1,
    config: {},
    usedBy: ['/home/ada/private.http'],
  };

  it('open with their passphrase alone, and tell nothing of the sharer’s files', async () => {
    const shared = await shareToken(record, 'correct horse battery');
    assert.doesNotMatch(shared, /secret|acme/);
    assert.deepEqual(await openSharedToken(`${shared}\n`, 'correct horse battery'), { ...record, usedBy: [] });
    await assert.rejects(openSharedToken(shared, 'incorrect horse'), { code: 'invalid-value' });
    await assert.rejects(openSharedToken('no token', 'correct horse battery'), { code: 'invalid-value' });
  });

  it('need a passphrase that deserves the name', () => assert.rejects(shareToken(record, 'short'), /at least 12/));
});
