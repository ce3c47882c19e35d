import assert from 'node:assert/strict';
import { CompactEncrypt } from 'jose';
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

  it('are refused where they were changed on their way, or hold something else', async () => {
    const passphrase = 'correct horse battery';
    const parts = (await shareToken(record, passphrase)).split('.');
    for (const at of parts.keys()) {
      const part = parts[at] ?? '';
      const middle = Math.floor(part.length / 2);
      const changed = part.slice(0, middle) + (part[middle] === 'A' ? 'B' : 'A') + part.slice(middle + 1);
      await assert.rejects(openSharedToken(parts.with(at, changed).join('.'), passphrase), { code: 'invalid-value' });
    }
    for (const content of ['no JSON', 'null', '[]', '{"key":"k"}']) {
      const sealed = await new CompactEncrypt(new TextEncoder().encode(content))
        .setProtectedHeader({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM' })
        .encrypt(new TextEncoder().encode(passphrase));
      const message = 'This text holds no token of Countersign.';
      await assert.rejects(openSharedToken(sealed, passphrase), { code: 'invalid-value', message }, content);
    }
  });

  it('need a passphrase that deserves the name', () => assert.rejects(shareToken(record, 'short'), /at least 12/));
});
