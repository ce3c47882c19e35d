import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';
import { SecretTokenStore } from '../../src/extension/tokens/token-store.ts';
import { LaggingSecrets } from './lagging-secrets.ts';

const record = (rest: Partial<TokenRecord> = {}): TokenRecord => ({
  key: 'k1',
  name: 'mine',
  scheme: 'oauth2',
  issuer: 'https://login.example.com',
  tokenType: 'Bearer',
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  obtainedAt: Date.now(),
  config: {},
  usedBy: [],
  ...rest,
});

describe('tokens where the secret storage lags behind', () => {
  let folder: string;
  let shared: Map<string, string>;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-host-'));
    shared = new Map();
    await new SecretTokenStore(new LaggingSecrets(shared), folder).set(record());
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const window = () => {
    const secrets = new LaggingSecrets(shared);
    return { secrets, store: new SecretTokenStore(secrets, folder) };
  };
  const relay = (): string => join(folder, 'relay');

  it('are read as another window has left them, which tells so', async () => {
    const [one, other] = [window().store, window().store];
    const { promise: told, resolve } = Promise.withResolvers<string>();
    const subscription = other.onDidChange(resolve);
    assert.equal((await other.list())[0]?.refreshToken, 'refresh-1');
    await one.set(record({ refreshToken: 'refresh-2' }));
    assert.equal((await other.get('k1'))?.refreshToken, 'refresh-2');
    assert.equal(await told, 'k1');
    await other.set(record({ refreshToken: 'refresh-3' }));
    assert.equal((await one.get('k1'))?.refreshToken, 'refresh-3');
    subscription.dispose();
  });

  it('are gone where another window has deleted them, and come back when they are got anew', async () => {
    const [one, other] = [window(), window()];
    await one.store.delete('k1');
    assert.deepEqual(await other.store.list(), []);
    assert.equal(await other.store.get('k1'), undefined);
    await other.store.set(record({ accessToken: 'access-2' }));
    assert.equal((await other.store.get('k1'))?.accessToken, 'access-2');
  });

  it('survive the end of a window whose storage was not written out', async () => {
    const before = new Map(shared);
    await window().store.set(record({ refreshToken: 'refresh-2' }));
    shared = before;
    assert.equal((await window().store.get('k1'))?.refreshToken, 'refresh-2');
  });

  it('are read from the storage where that is ahead, as another machine has left them', async () => {
    const { secrets, store } = window();
    await store.set(record({ refreshToken: 'refresh-2' }));
    const elsewhere = mkdtempSync(join(tmpdir(), 'countersign-host-'));
    try {
      await new SecretTokenStore(new LaggingSecrets(shared), elsewhere).set(record({ refreshToken: 'refresh-3' }));
      assert.equal((await store.get('k1'))?.refreshToken, 'refresh-2');
      secrets.catchUp();
      assert.equal((await store.get('k1'))?.refreshToken, 'refresh-3');
    } finally {
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });

  it('lie in files that only the user can read, and that tell nothing without the secret storage', async () => {
    await window().store.set(record({ refreshToken: 'refresh-2' }));
    const names = readdirSync(relay());
    assert.equal(names.length, 1);
    const path = join(relay(), names[0] ?? '');
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
    const text = readFileSync(path, 'latin1');
    assert.doesNotMatch(text + names, /refresh|access|mine|example/);
    assert.equal(JSON.stringify(await window().store.get('k1')).includes('relay'), false);
  });

  it('are read from the storage where a file was tampered with, or the folder can’t be written', async () => {
    await window().store.set(record({ refreshToken: 'refresh-2' }));
    for (const name of readdirSync(relay())) writeFileSync(join(relay(), name), 'tampered');
    assert.equal((await window().store.get('k1'))?.refreshToken, 'refresh-2');
    rmSync(relay(), { recursive: true });
    writeFileSync(relay(), 'no folder');
    await window().store.set(record({ refreshToken: 'refresh-3' }));
    assert.equal((await window().store.get('k1'))?.refreshToken, 'refresh-3');
  });

  it('leave files behind for ninety days', async () => {
    await window().store.set(record({ refreshToken: 'refresh-2' }));
    const [old = ''] = readdirSync(relay()).map(name => join(relay(), name));
    const then = new Date(Date.now() - 91 * 86_400_000);
    utimesSync(old, then, then);
    const { store } = window();
    await store.set(record({ key: 'k2' }));
    await store.set(record({ key: 'k2' }));
    assert.equal(
      readdirSync(relay())
        .map(name => join(relay(), name))
        .includes(old),
      false,
    );
    assert.equal((await store.get('k1'))?.refreshToken, 'refresh-2');
  });
});
