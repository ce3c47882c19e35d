import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tokenCipher } from '../../src/auth/tokens/token-cipher.ts';
import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';
import { type KeychainEntry, keychainCipher } from '../../src/cli/keychain-cipher.ts';
import { FileTokenStore, openTokenStore } from '../../src/cli/token-store.ts';

const record: TokenRecord = {
  key: 'abc123',
  name: 'acme',
  scheme: 'oauth2',
  issuer: 'https://login.example.com',
  tokenType: 'Bearer',
  accessToken: 'access-secret',
  refreshToken: 'refresh-secret',
  obtainedAt: 1,
  config: {},
  usedBy: [],
};

describe('the command line’s token store', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'countersign-tokens-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const inside = (): string => join(directory, 'countersign', 'tokens');

  it('keeps tokens in files that only the user can read, and says so', async () => {
    const { store, description, encrypted } = await openTokenStore({
      XDG_CONFIG_HOME: directory,
      COUNTERSIGN_KEYCHAIN: 'off',
    });
    await store.set(record);
    assert.equal(encrypted, false);
    assert.match(description, /unencrypted .* which only you can read/);
    assert.equal((await stat(inside())).mode & 0o777, 0o700);
    assert.equal((await stat(join(inside(), 'abc123.json'))).mode & 0o777, 0o600);
    assert.deepEqual(await store.list(), [record]);
    await store.delete(record.key);
    assert.deepEqual(await store.list(), []);
  });

  it('encrypts with a key from the keychain, and reads nothing with another', async () => {
    const held: string[] = [];
    const entry: KeychainEntry = {
      getPassword: async () => held[0],
      setPassword: async password => {
        held[0] = password;
      },
    };
    const cipher = await keychainCipher(async () => entry);
    const store = new FileTokenStore(directory, cipher);
    await store.set(record);
    const text = await readFile(join(directory, 'abc123.json'), 'utf8');
    assert.doesNotMatch(text, /secret|acme/);
    assert.deepEqual(
      await new FileTokenStore(directory, await keychainCipher(async () => entry)).get('abc123'),
      record,
    );
    assert.equal(await new FileTokenStore(directory, tokenCipher(new Uint8Array(32))).get('abc123'), undefined);
    assert.equal(await new FileTokenStore(directory).get('abc123'), undefined);
  });

  it('does without a keychain where there is none', async () => {
    assert.equal(await keychainCipher(() => Promise.reject(new Error('no session bus'))), undefined);
  });

  it('passes over files that are no tokens', async () => {
    const store = new FileTokenStore(directory);
    await writeFile(join(directory, 'broken.json'), '{"key":');
    await writeFile(join(directory, 'other.json'), '{"key":"other"}');
    await store.set(record);
    assert.deepEqual(await store.list(), [record]);
  });

  it('does not leave its directory, whatever the key', async () => {
    const store = new FileTokenStore(join(directory, 'inner'));
    await store.set({ ...record, key: '../escaped' });
    assert.deepEqual(await readdir(directory), ['inner']);
  });

  it('tells of changes by others', async () => {
    const store = new FileTokenStore(directory);
    await store.set(record);
    const { promise, resolve } = Promise.withResolvers<string>();
    const listening = store.onDidChange(resolve);
    await new FileTokenStore(directory).set({ ...record, key: 'def456' });
    assert.equal(await promise, 'def456');
    listening.dispose();
  });

  it('keeps nothing unencrypted beside what is encrypted while the keychain is locked, and says so', async () => {
    const key = tokenCipher(new Uint8Array(32));
    const env = { XDG_CONFIG_HOME: directory };
    const open = (keychain?: typeof key) => openTokenStore(env, async () => keychain);
    await (await open(key)).store.set(record);
    const { store, description, encrypted } = await open();
    assert.equal(encrypted, false);
    assert.match(description, /is it locked\?.* can’t be read, and new ones are not kept/);
    await assert.rejects(store.set(record), { code: 'io', hint: /Unlock it/ });
    assert.deepEqual(await store.list(), []);
    assert.deepEqual(await (await open(key)).store.list(), [record]);
    const off = await openTokenStore({ ...env, COUNTERSIGN_KEYCHAIN: 'off' }, async () => key);
    await off.store.set(record);
    assert.deepEqual(await off.store.list(), [record]);
  });

  it('does without a lock where no folder can be made for it', async () => {
    const path = join(directory, 'file');
    await writeFile(path, '');
    const store = new FileTokenStore(join(path, 'tokens'));
    assert.equal(await store.lock('k', async () => 'done'), 'done');
    assert.equal(await store.get('k'), undefined);
    await assert.rejects(store.set(record), { code: 'io', message: /can.*not be kept/ });
    await assert.rejects(
      store.lock('k', () => Promise.reject(new Error('mine'))),
      /mine/,
    );
  });

  it('lets one holder at a time into a lock, and takes over one that a dead process left', async () => {
    const [one, other] = [new FileTokenStore(directory), new FileTokenStore(directory)];
    await one.lock('k', async () => {});
    // No process has this number: Linux ends at 2^22.
    await writeFile(join(directory, 'locks', 'k'), `4194305 ${(await import('node:os')).hostname()} left`);
    let inside = 0;
    let most = 0;
    const enter = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(resolve => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all([one, other, one, other].map(store => store.lock('k', enter)));
    assert.equal(most, 1);
    assert.deepEqual(await readdir(join(directory, 'locks')), []);
  });

  it('stops waiting for a lock when that is cancelled', async () => {
    const [one, other] = [new FileTokenStore(directory), new FileTokenStore(directory)];
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const holding = one.lock('k', () => held);
    const controller = new AbortController();
    const waiting = other.lock('k', async () => {}, controller.signal);
    controller.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
    release();
    await holding;
  });
});
