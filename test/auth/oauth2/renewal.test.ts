import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryTokenStore } from '../../../src/auth/tokens/memory-store.ts';
import { FileTokenStore } from '../../../src/cli/token-store.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { type Engine, engine, never, request } from './engine.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

describe('renewal of tokens', () => {
  let server: TokenServer;
  let engines: Engine[] = [];
  let count: number;

  beforeEach(async () => {
    server = await startTokenServer();
    count = 0;
    let current = 'r0';
    // A server that ends the login when a refresh token is used twice.
    server.answer = ({ form }) => {
      count += 1;
      if (form.get('grant_type') === 'refresh_token' && form.get('refresh_token') !== current) {
        return { status: 400, body: { error: 'invalid_grant', error_description: 'used twice' } };
      }
      current = `r${count}`;
      return { body: { access_token: `a${count}`, token_type: 'Bearer', expires_in: 600, refresh_token: current } };
    };
  });
  afterEach(async () => {
    await Promise.all(engines.map(each => each.close()));
    engines = [];
    await server.close();
  });

  function start(...parts: Parameters<typeof engine>): Engine {
    const made = engine(...parts);
    engines.push(made);
    return made;
  }
  const password = () => ({
    grantType: 'password',
    tokenUrl: `${server.origin}/token`,
    clientId: 'c',
    username: 'ada',
    password: 'p',
  });

  it('uses a kept token until it is about to end, the leeway a tenth of a short life', async () => {
    const { get, clock } = start();
    server.answer = () => ({ body: { access_token: `a${++count}`, token_type: 'Bearer', expires_in: 100 } });
    await get(password());
    clock.offset = 85_000;
    assert.equal((await get(password())).accessToken, 'a1');
    clock.offset = 92_000;
    assert.equal((await get(password())).accessToken, 'a2');
  });

  it('fetches once for however many requests ask at the same time', async () => {
    const { get, clock } = start();
    const first = await Promise.all(Array.from({ length: 20 }, () => get(password())));
    assert.deepEqual(new Set(first.map(token => token.accessToken)), new Set(['a1']));
    clock.offset = 601_000;
    const second = await Promise.all(Array.from({ length: 20 }, () => get(password())));
    assert.deepEqual(new Set(second.map(token => token.accessToken)), new Set(['a2']));
    assert.equal(server.received.length, 2);
  });

  it('goes on for the others when one of several waiting requests is cancelled', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    server.answer = () => ({ body: { access_token: 'late', token_type: 'Bearer' }, after: gate });
    const { get } = start();
    const controller = new AbortController();
    const [cancelled, other] = [get(password(), controller.signal), get(password())];
    controller.abort();
    await assert.rejects(cancelled, { code: 'cancelled' });
    open();
    assert.equal((await other).accessToken, 'late');
    assert.equal(server.received.length, 1);
  });

  it('refreshes once where two windows share a store', async () => {
    const store = new MemoryTokenStore();
    const [one, other] = [start({}, { store }), start({}, { store })];
    await one.get(password());
    one.clock.offset = other.clock.offset = 601_000;
    const tokens = await Promise.all([one.get(password()), other.get(password())]);
    assert.deepEqual(
      tokens.map(token => token.accessToken),
      ['a2', 'a2'],
    );
    assert.equal(server.received.length, 2);
  });

  it('refreshes a rotating token with one request to the server from two processes', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'countersign-two-'));
    try {
      const store = new FileTokenStore(directory);
      const { get } = start({}, { store });
      await get(password());
      const [kept] = await store.list();
      assert.ok(kept);
      await store.set({ ...kept, expiresAt: kept.obtainedAt });
      const script = join(import.meta.dirname, 'refreshing-process.ts');
      const processes = [1, 2].map(() =>
        spawn(process.execPath, [script, directory, JSON.stringify(password())], {
          stdio: ['pipe', 'pipe', 'inherit'],
        }),
      );
      await Promise.all(processes.map(each => once(each.stdout, 'data')));
      const said = processes.map(each => once(each.stdout, 'data').then(([chunk]) => String(chunk).trim()));
      for (const each of processes) each.stdin.end('go\n');
      assert.deepEqual(await Promise.all(said), ['a2', 'a2']);
      await Promise.all(processes.map(each => each.exitCode ?? once(each, 'exit')));
      assert.deepEqual(
        server.received.map(({ form }) => form.get('grant_type')),
        ['password', 'refresh_token'],
      );
      assert.equal((await store.list())[0]?.refreshToken, 'r2');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('goes on with what a refresh does not speak of: the refresh token, the scope and the ID token', async () => {
    const idToken = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada"}')}.`;
    const whole = { refresh_token: 'once', scope: 'a', id_token: idToken };
    server.answer = ({ form }) => {
      count += 1;
      const first = form.get('grant_type') === 'password' ? whole : {};
      return { body: { access_token: `a${count}`, token_type: 'Bearer', expires_in: 600, ...first } };
    };
    const { get, clock, kept } = start();
    const resource = 'https://one.example https://two.example';
    for (const offset of [0, 601_000, 1_202_000]) {
      clock.offset = offset;
      await get({ ...password(), scope: 'a b', resource });
    }
    const { accessToken, refreshToken, scopeGranted, idToken: said, idTokenProof } = await kept();
    assert.deepEqual([accessToken, refreshToken, scopeGranted, said], ['a3', 'once', 'a', idToken]);
    assert.deepEqual(idTokenProof, { verified: false, reason: 'issuer-unknown' });
    assert.deepEqual(
      server.received.map(({ form }) => [form.get('refresh_token'), form.getAll('resource').length]),
      [
        [null, 2],
        ['once', 2],
        ['once', 2],
      ],
    );
  });

  it('stores a rotated refresh token before anybody uses the access token', async () => {
    const order: string[] = [];
    const store = new MemoryTokenStore();
    const set = store.set.bind(store);
    store.set = async record => {
      await new Promise(resolve => setImmediate(resolve));
      order.push(`stored ${record.refreshToken}`);
      await set(record);
    };
    const { get, clock } = start({}, { store });
    await get(password());
    clock.offset = 601_000;
    order.push(`used ${(await get(password())).accessToken}`);
    assert.deepEqual(order, ['stored r1', 'stored r2', 'used a2']);
  });

  it('keeps a token that the store cannot take for as long as the process lives, and says so', async () => {
    const store = new MemoryTokenStore();
    store.set = () => Promise.reject(new CountersignError('io', 'the keychain is locked'));
    const { get, warnings, clock } = start({}, { store });
    await get(password());
    clock.offset = 601_000;
    assert.equal((await get(password())).accessToken, 'a2');
    assert.match(warnings[0] ?? '', /could not be stored .* the keychain is locked/);
  });

  it('keeps the refresh token when the server fails, and uses an access token to its end', async () => {
    const { get, clock, kept, warnings } = start();
    await get(password());
    server.answer = () => ({ status: 503, body: 'maintenance' });
    clock.offset = 580_000;
    assert.equal((await get(password())).accessToken, 'a1');
    assert.match(warnings[0] ?? '', /used to its end/);
    clock.offset = 601_000;
    await assert.rejects(get(password()), { code: 'token-failed', message: /503/ });
    assert.equal((await kept()).refreshToken, 'r1');
  });

  it('does not fetch anew when the client itself is refused', async () => {
    const { get, clock } = start();
    await get(password());
    server.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    clock.offset = 601_000;
    await assert.rejects(get(password()), /invalid_client/);
    assert.equal(server.received.length, 2);
  });

  it('refreshes at once after the server of the request refused the token', async () => {
    const { get, source } = start();
    const values = password();
    const token = await get(values);
    const tokens = source.in(undefined);
    const wanted = { scheme: 'oauth2', values, request };
    await tokens.reject(wanted, token);
    assert.match(JSON.stringify(await tokens.peek(wanted)), /the expired token will be refreshed at http/);
    assert.equal((await get(values)).accessToken, 'a2');
    // Rejecting the old one again does not touch its successor.
    await tokens.reject(wanted, token);
    assert.equal((await tokens.peek(wanted)).kind, 'available');
  });

  it('takes a token for expired when the clock was set back below its beginning', async () => {
    const { get, clock } = start();
    clock.offset = 3_600_000;
    await get(password());
    clock.offset = 0;
    assert.equal((await get(password())).accessToken, 'a2');
  });

  it('keeps tokens apart by user, scope, audience, client and environment, and shares the rest', async () => {
    const { get, source, store } = start();
    const base = { ...password(), scope: 'a b' };
    await get(base);
    const manners = { tokenParams: [['prompt', 'login']] };
    for (const other of [{ scope: 'b a' }, { password: 'changed' }, { prefix: 'Token' }, manners])
      await get({ ...base, ...other });
    assert.equal(server.received.length, 1);
    for (const other of [
      { username: 'bob' },
      { scope: 'a' },
      { audience: 'x' },
      { clientId: 'd' },
      { tokenName: 'n' },
      { tokenParams: [['audience', 'y']] },
    ]) {
      await get({ ...base, ...other });
    }
    const production = source.in('production');
    await production.get({ scheme: 'oauth2', values: base, request }, never);
    assert.equal(server.received.length, 8);
    assert.equal((await store.list()).length, 8);
  });

  it('keeps tokens apart that are exchanged for another kind, or for another actor', async () => {
    const { get, store } = start();
    const tokenUrl = `${server.origin}/token`;
    const base = { grantType: 'token_exchange', clientId: 'c', tokenUrl, subjectToken: 's' };
    const jwt = { requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt' };
    for (const more of [{}, jwt, { actorToken: 'a' }, { actorToken: 'b' }, { subjectToken: 't' }]) {
      await get({ ...base, ...more });
      await get({ ...base, ...more });
    }
    assert.equal(server.received.length, 5);
    assert.equal((await store.list()).length, 5);
  });

  it('never fetches to peek', async () => {
    const { source } = start();
    const state = await source.in(undefined).peek({ scheme: 'oauth2', values: password(), request });
    assert.deepEqual(state, { kind: 'pending', pending: `a token will be fetched from ${server.origin}/token` });
    assert.equal(server.received.length, 0);
  });

  describe('is bound to where the token came from', () => {
    let thief: TokenServer;
    beforeEach(async () => {
      thief = await startTokenServer();
      thief.answer = () => ({ body: { access_token: 'theirs', token_type: 'Bearer', expires_in: 600 } });
    });
    afterEach(() => thief.close());
    const stated = () => ({ ...password(), issuer: server.origin, tokenName: 'acme' });
    const metadata = (tokenEndpoint: string): object => ({
      issuer: server.origin,
      token_endpoint: tokenEndpoint,
      revocation_endpoint: tokenEndpoint.replace(/token$/, 'revoke'),
    });
    const withMetadata = (endpoint: () => string): void => {
      const { answer } = server;
      server.answer = received =>
        received.url?.includes('.well-known') ? { body: metadata(endpoint()) } : answer(received);
    };

    for (const field of ['tokenUrl', 'refreshUrl', 'revokeUrl', 'authUrl', 'deviceUrl', 'parUrl'] as const) {
      it(`another ${field} beside the right issuer is another token`, async () => {
        withMetadata(() => `${server.origin}/token`);
        const { get, clock, store } = start();
        await get(stated());
        const stolen = await get({ ...stated(), [field]: `${thief.origin}/token` }).catch(() => undefined);
        assert.notEqual(stolen?.accessToken, 'a1');
        clock.offset = 601_000;
        await get({ ...stated(), [field]: `${thief.origin}/token` }).catch(() => undefined);
        const refreshed = thief.received.filter(({ form }) => form.get('refresh_token')?.startsWith('r1'));
        assert.deepEqual(refreshed, []);
        const kept = (await store.list()).find(({ accessToken }) => accessToken === 'a1');
        assert.deepEqual(kept?.origins, [server.origin]);
      });
    }

    it('goes nowhere else where the issuer’s metadata name another endpoint by then', async () => {
      let endpoint = `${server.origin}/token`;
      withMetadata(() => endpoint);
      const { tokenUrl: _, ...discovered } = stated();
      const { get, source, clock, kept } = start({}, { credentials: async () => ({ values: discovered }) });
      await get(discovered);
      endpoint = `${thief.origin}/token`;
      clock.offset = 3_600_000;
      const { key } = await kept();
      const { host } = new URL(thief.origin);
      await assert.rejects(source.renew(key, never), error => {
        assert.match(String(error), new RegExp(`its refresh token is not sent to http://${host}`));
        return true;
      });
      await assert.rejects(source.revoke(key, never), /it is not sent to/);
      await assert.rejects(get(discovered), /not sent to/);
      assert.deepEqual(thief.received, []);
      assert.equal((await kept()).refreshToken, 'r1');
    });
  });

  it('sends its secrets to no address but those that are stated', async () => {
    const stated = { ...password(), tokenName: 'acme', clientSecret: 's' };
    const { get, source, store } = start({}, { credentials: async () => ({ values: stated }) });
    await get(stated);
    const [record] = await store.list();
    assert.ok(record);
    await store.set({ ...record, config: { ...record.config, refreshUrl: `${server.origin}/elsewhere` } });
    await source.renew(record.key, never);
    assert.deepEqual([...new Set(server.received.map(({ url }) => url))], ['/token']);
    assert.equal((await store.get(record.key))?.config.refreshUrl, undefined);
  });

  it('finds a token by its name, renews it with the secrets that its files hold, and keeps its new name', async () => {
    const stated = { ...password(), tokenName: 'acme', clientSecret: 's' };
    const { get, source, store, clock } = start({}, { credentials: async () => ({ values: stated }) });
    await get(stated);
    assert.equal((await source.named('acme', undefined, never)).token.accessToken, 'a1');
    clock.offset = 601_000;
    assert.equal((await source.named('acme', undefined, never)).token.accessToken, 'a2');
    assert.match(server.received.at(-1)?.headers.authorization ?? '', /^Basic /);
    const [record] = await store.list();
    assert.ok(record);
    await store.set({ ...record, name: 'renamed' });
    const renewed = await source.renew(record.key, never);
    assert.deepEqual([renewed.name, renewed.accessToken, renewed.user], ['renamed', 'a3', 'ada']);
    await assert.rejects(source.named('acme', undefined, never), /no token named “acme”/);
  });

  it('notes which files use a token', async () => {
    const { source, kept } = start();
    const tokens = source.in(undefined);
    for (const usedBy of ['/a.http', '/b.http', '/a.http']) {
      await tokens.get({ scheme: 'oauth2', values: password(), request, usedBy }, never);
    }
    assert.deepEqual((await kept()).usedBy, ['/a.http', '/b.http']);
    assert.equal(server.received.length, 1);
  });
});
