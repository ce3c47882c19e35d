import assert from 'node:assert/strict';
import { findScheme } from '../../../src/auth/schemes/index.ts';
import type { TokenRequest } from '../../../src/auth/token-source.ts';
import type { TokenRecord } from '../../../src/auth/tokens/token-record.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { remainingTime } from '../../../src/features/presentation/remaining-time.ts';
import { tokenModel, untilChange } from '../../../src/features/presentation/token-model.ts';
import { parse } from '../../../src/language/parser.ts';
import { statedToken } from '../../../src/sending/stated-token.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object): string => `${part({ alg: 'RS256' })}.${part(claims)}.c2ln`;

const record = (rest: Partial<TokenRecord> = {}): TokenRecord => ({
  key: 'k',
  name: 'mine',
  scheme: 'oauth2',
  issuer: 'https://login.example.com/realm',
  tokenType: 'Bearer',
  accessToken: 'opaque',
  obtainedAt: now,
  config: { grantType: 'client_credentials' },
  usedBy: ['/w/a.http'],
  ...rest,
});

describe('a token as people look at it', () => {
  it('tells scopes that were granted, refused, and granted without being asked for', () => {
    const { scopes } = tokenModel(record({ scopeAsked: 'read write', scopeGranted: 'read extra' }), now);
    assert.deepEqual(scopes, [
      { name: 'read', asked: true, granted: true },
      { name: 'write', asked: true, granted: false },
      { name: 'extra', asked: false, granted: true },
    ]);
  });

  it('takes commas between granted scopes for blanks, as GitHub and Slack mean them', () => {
    const { scopes } = tokenModel(record({ scopeAsked: 'repo gist', scopeGranted: 'repo,user' }), now);
    assert.deepEqual(scopes, [
      { name: 'repo', asked: true, granted: true },
      { name: 'gist', asked: true, granted: false },
      { name: 'user', asked: false, granted: true },
    ]);
    const own = tokenModel(record({ scopeAsked: 'a,b', scopeGranted: 'a,b' }), now).scopes;
    assert.deepEqual(own, [{ name: 'a,b', asked: true, granted: true }]);
  });

  it('says whether the signature of the ID token was verified, and of none other', () => {
    const accessToken = jwt({ sub: 'ada' });
    const proof = { verified: false, reason: 'no-keys' } as const;
    const { jwts } = tokenModel(record({ accessToken, idToken: jwt({ sub: 'ada' }), idTokenProof: proof }), now);
    assert.deepEqual(
      jwts.map(({ of, proof: shown }) => [of, shown]),
      [
        ['access', undefined],
        ['id', proof],
      ],
    );
  });

  it('takes what was asked for as granted where the server says nothing', () => {
    const { scopes } = tokenModel(record({ scopeAsked: 'read' }), now);
    assert.deepEqual(scopes, [{ name: 'read', asked: true, granted: true }]);
  });

  it('holds the claims of JWTs, dates as instants, and no part that could be sent', () => {
    const accessToken = jwt({ sub: 'ada', exp: 1767323045, roles: ['a'] });
    const model = tokenModel(
      record({ accessToken, refreshToken: 'the-refresh-token', idToken: jwt({ email: 'a@b.c' }) }),
      now,
    );
    assert.deepEqual(model.jwts[0]?.claims, [
      { name: 'sub', value: 'ada' },
      { name: 'exp', value: '1767323045', instant: 1767323045000 },
      { name: 'roles', value: '["a"]' },
    ]);
    assert.equal(model.account, 'a@b.c');
    const text = JSON.stringify(model);
    for (const secret of [accessToken, 'c2ln', 'the-refresh-token']) assert.ok(!text.includes(secret), secret);
  });

  it('takes texts with dots that are no JWT for opaque', () => {
    assert.deepEqual(tokenModel(record({ accessToken: 'a.b.c' }), now).jwts, []);
  });

  it('changes every second in its last five minutes, every minute before, and never after', () => {
    assert.equal(untilChange(record({ expiresAt: now + 100_000 }), now), 1000);
    assert.equal(untilChange(record({ expiresAt: now + 600_000 + 5_000 }), now), 5_050);
    assert.equal(untilChange(record({ expiresAt: now - 1 }), now), undefined);
    assert.equal(untilChange(record(), now), undefined);
  });

  const times: [number, string][] = [
    [-5, '0 s'],
    [59_999, '59 s'],
    [250_000, '4 min 10 s'],
    [3_599_000, '59 min'],
    [7_500_000, '2 h 5 min'],
    [7_200_000, '2 h'],
    [90_000_000, '1 d 1 h'],
    [1_000_000_000, '11 d'],
  ];
  for (const [milliseconds, text] of times) {
    it(`writes ${milliseconds} ms as ${text}`, () => assert.equal(remainingTime(milliseconds), text));
  }
});

describe('where a token is stated', () => {
  const values = (clientId: string, scope: string) => ({ clientId, scope, tokenUrl: 'https://t.example/token' });
  const statedIn = async (text: string, wanted: TokenRecord) => {
    const tree = parse(text);
    const stated = await statedToken(wanted, {
      workspace: { tree: file => (file === '/w/a.http' ? tree : undefined), root: () => '/w' },
      async request({ file, block }) {
        const fields = tree.blocks[block]?.block.auth?.fields ?? [];
        const given = Object.fromEntries(fields.map(({ name, value }) => [name.text, value.text]));
        return { scheme: 'oauth2', values: given, request: undefined as never, usedBy: file };
      },
      key: request => `${request.values.clientId} ${request.values.scope}`,
    });
    return stated?.request.values.scope;
  };
  const text = `### One
# @auth oauth2 clientId=c tokenUrl=https://t.example/token scope=a
GET /
### Two
# @auth oauth2 clientId=c tokenUrl=https://t.example/token scope=b
GET /
`;

  it('is found by its key', async () => {
    assert.equal(await statedIn(text, record({ key: 'c b', clientId: 'c', config: values('c', 'b') })), 'b');
  });

  it('is found by its client where the statement has changed since', async () => {
    assert.equal(await statedIn(text, record({ key: 'c old', clientId: 'c', config: values('c', 'old') })), 'a');
  });

  it('is not looked for at another client or another server', async () => {
    assert.equal(await statedIn(text, record({ key: 'd b', clientId: 'd', config: values('d', 'b') })), undefined);
    const elsewhere = { ...values('c', 'b'), tokenUrl: 'https://other.example/token' };
    assert.equal(await statedIn(text, record({ key: 'x', clientId: 'c', config: elsewhere })), undefined);
  });

  it('asks for a missing secret only where nothing else will do, of the likely statement, once', async () => {
    const tree = parse(text.replaceAll('scope=', 'clientSecret={{$secret s}} scope=').replace('=c ', '=other '));
    const missing = () => Promise.reject(new CountersignError('missing-secret', 'There is no secret “s”.'));
    const asked: number[] = [];
    const look = (answer: (block: number) => Promise<TokenRequest>) =>
      statedToken(record({ key: 'c b', clientId: 'c', config: values('c', 'b') }), {
        workspace: { tree: file => (file === '/w/a.http' ? tree : undefined), root: () => '/w' },
        request: missing,
        asked({ block }) {
          asked.push(block);
          return answer(block);
        },
        key: request => `${request.values.clientId} ${request.values.scope}`,
      });
    const found = await look(async () => ({ scheme: 'oauth2', values: values('c', 'b'), request: undefined as never }));
    assert.equal(found?.target.block, 1);
    await assert.rejects(look(missing), { code: 'missing-secret' });
    assert.deepEqual(asked, [1, 1]);
  });

  it('is obtained where the statement holds no token itself', () => {
    const obtainsToken = (scheme: string, values: Readonly<Record<string, string>>): boolean =>
      findScheme(scheme)?.obtainsTokens?.(values) ?? false;
    assert.equal(obtainsToken('oauth2', {}), true);
    assert.equal(obtainsToken('oauth2', { token: 't' }), false);
    assert.equal(obtainsToken('oauth1', {}), false);
    assert.equal(obtainsToken('oauth1', { requestTokenUrl: 'https://a' }), true);
    assert.equal(obtainsToken('bearer', {}), false);
  });
});
