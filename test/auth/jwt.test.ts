import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { decodeProtectedHeader, type JWTPayload, jwtVerify } from 'jose';
import { type JwtAlgorithm, privateKeyFor, secretKey, signJwt } from '../../src/auth/jwt/sign.ts';
import { asap } from '../../src/auth/schemes/asap.ts';
import { jwt } from '../../src/auth/schemes/jwt.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { requestUrl } from '../../src/core/request.ts';
import { verifyJwt } from '../demo-api/verifiers/jwt.ts';
import { judging, requestTable, sign } from './signing.ts';

interface Vector {
  source: string;
  algorithm: JwtAlgorithm;
  header: string;
  payload: string;
  secretBase64url?: string;
  jwk?: string;
  token: string;
}

const { vectors } = JSON.parse(readFileSync(new URL('data/jwt-vectors.json', import.meta.url), 'utf8')) as {
  vectors: Vector[];
};
const SECRET = 'a secret of at least sixty-four bytes, which is what HS512 asks for: é';
type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
function keyPairs(): Readonly<Record<string, Pair>> & { readonly RS256: Pair; readonly ES256: Pair } {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
}
const PAIRS = keyPairs();
const OTHERS = keyPairs();
const { RS256: rsa, ES256: p256 } = PAIRS;
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8'): string =>
  key.export({ type, format: 'pem' }).toString();
const bearer = (header: string | undefined): string => header?.replace('Bearer ', '') ?? '';
const payloadOf = (token: string): JWTPayload =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

const keyOf = (alg: string): KeyObject | undefined =>
  alg.startsWith('HS') ? createSecretKey(SECRET, 'utf8') : PAIRS[alg]?.publicKey;

describe('JWT: published vectors', () => {
  for (const { source, algorithm, header, payload, secretBase64url, jwk, token } of vectors) {
    it(source, async () => {
      const key = secretBase64url ? secretKey(secretBase64url, true) : privateKeyFor(algorithm, jwk ?? '');
      assert.equal(signJwt(header, payload, algorithm, key), token);
      if (!secretBase64url) return;
      const signed = await sign(
        jwt,
        { algorithm: 'HS256', headers: header, payload, secret: secretBase64url, secretBase64: true },
        { url: 'http://a/' },
      );
      assert.equal(bearer(signed.header('authorization')), token);
    });
  }
});

describe('JWT on the wire', () => {
  let server: Awaited<ReturnType<typeof judging>>;
  before(async () => {
    server = await judging(verifyJwt(keyOf));
  });
  after(() => server.close());
  const given = { expiresIn: 60, includeJwtId: true, payload: '{"sub": "Ada é"}' };

  for (const addTo of ['header', 'query'] as const) {
    for (const algorithm of ['HS256', 'HS384', 'HS512', ...Object.keys(PAIRS)] as JwtAlgorithm[]) {
      it(`is accepted with the right key, and refused with another, expired, used twice or changed: ${algorithm} in ${addTo}`, async () => {
        const key = PAIRS[algorithm] ? { privateKey: pem(PAIRS[algorithm].privateKey) } : { secret: SECRET };
        const said = async (values: object, change = (token: string) => token) => {
          const { request } = await sign(
            jwt,
            { ...given, ...key, algorithm, addTo, ...values },
            { url: `${server.origin}/?a=1` },
          );
          const edit = <T extends { value: string }>(part: T): T => ({ ...part, value: change(part.value) });
          return (
            await server.send({
              ...request,
              query: request.query.map(edit),
              headers: request.headers.map(h => (h.name === 'Authorization' ? edit(h) : h)),
            })
          ).said;
        };
        assert.equal(await said({}), '');
        const wrong = OTHERS[algorithm] ? { privateKey: pem(OTHERS[algorithm].privateKey) } : { secret: `${SECRET}.` };
        assert.equal(await said(wrong), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
        assert.equal(await said({ timestamp: '2020-01-01T00:00:00Z' }), 'ERR_JWT_EXPIRED');
        assert.equal(await said({ payload: `{"jti":"${addTo}${algorithm}"}` }), '');
        assert.equal(await said({ payload: `{"jti":"${addTo}${algorithm}"}` }), 'replay');
        const changed = (text: string) =>
          text.replace(
            /\.(\w+)\./,
            (_, payload) =>
              `.${Buffer.from(Buffer.from(payload, 'base64url').toString().replace('Ada', 'Eve')).toString('base64url')}.`,
          );
        assert.equal(await said({}, changed), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
      });
    }
  }
  it('goes with every request', async () => {
    for (const { what, ...plain } of requestTable(server.origin)) {
      const { request } = await sign(
        jwt,
        { ...given, secret: SECRET, addTo: what.includes('DELETE') ? 'query' : 'header' },
        plain,
      );
      assert.deepEqual(await server.send(request), { status: 200, said: '' }, what);
    }
  });
});

describe('JWT', () => {
  const url = 'http://a/';
  const token = async (values: object, now = 1_700_000_000_500) =>
    bearer(
      (await sign(jwt, { secret: SECRET, ...values }, { url }, { now, random: n => new Uint8Array(n) })).header(
        'authorization',
      ),
    );
  const claims = async (values: object) => payloadOf(await token(values));

  it('adds times and an id on request, and what the payload states wins', async () => {
    assert.deepEqual(await claims({}), {});
    assert.deepEqual(await claims({ expiresIn: 300 }), { iat: 1_700_000_000, exp: 1_700_000_300 });
    assert.deepEqual(await claims({ expiresIn: 300, payload: '{"iat": 1000}' }), { iat: 1000, exp: 1300 });
    assert.deepEqual(await claims({ expiresIn: 300, payload: '{"exp": 7}' }), { iat: 1_700_000_000, exp: 7 });
    assert.deepEqual(await claims({ includeIssuedAt: true, timestamp: '5000000000' }), { iat: 5_000_000_000 });
    assert.deepEqual(await claims({ includeJwtId: true }), { jti: '0'.repeat(32) });
    assert.deepEqual(await claims({ includeJwtId: true, payload: '{"jti": "mine"}' }), { jti: 'mine' });
  });

  it('keeps the payload and headers as written, down to the digits', async () => {
    const text = Buffer.from(
      (await token({ payload: '{"n": 12345678901234567890}', expiresIn: 1 })).split('.')[1] ?? '',
      'base64url',
    ).toString();
    assert.equal(text, '{"n": 12345678901234567890,"iat":1700000000,"exp":1700000001}');
    assert.deepEqual(decodeProtectedHeader(await token({ headers: '{"kid": "a", "typ": "at+jwt"}' })), {
      alg: 'HS256',
      kid: 'a',
      typ: 'at+jwt',
    });
  });

  it('takes the place, prefix and parameter it is given, and masks the token', async () => {
    const header = await sign(jwt, { secret: SECRET, prefix: '' }, { url });
    assert.match(header.header('authorization') ?? '', /^eyJ/);
    const query = await sign(jwt, { secret: SECRET, addTo: 'query', queryKey: 'access' }, { url });
    assert.match(requestUrl(query.request), /^http:\/\/a\/\?access=eyJ[\w.-]+$/);
    for (const { attempt } of [header, query]) assert.match(attempt.edits[0]?.masked ?? '', /^(Bearer )?•••$/);
    const unnamed = await sign(jwt, { secret: SECRET, addTo: 'query', queryKey: '' }, { url });
    assert.match(requestUrl(unnamed.request), /\?token=eyJ/);
    assert.equal(await token({ secret: Buffer.from(SECRET).toString('base64'), secretBase64: true }), await token({}));
  });

  it('reads keys in every common form', async () => {
    const forms = [
      pem(rsa.privateKey),
      pem(rsa.privateKey, 'pkcs1'),
      pem(rsa.privateKey).replaceAll('\n', ' '),
      pem(rsa.privateKey).trim().replaceAll('\n', '\\n'),
      JSON.stringify(rsa.privateKey.export({ format: 'jwk' })),
      `data:application/pkcs8;kid=a%2Fb;base64,${encodeURIComponent(rsa.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'))}`,
    ];
    const tokens = await Promise.all(forms.map(privateKey => token({ algorithm: 'RS256', privateKey })));
    assert.equal(new Set(tokens).size, 1);
    await jwtVerify(await token({ algorithm: 'ES256', privateKey: pem(p256.privateKey, 'sec1') }), p256.publicKey);
  });

  it('finds the private key in a file that holds more', async () => {
    const right = await token({ algorithm: 'ES256', privateKey: pem(p256.privateKey) });
    const header = (text: string) => text.split('.')[0];
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    for (const text of [
      parameters + pem(p256.privateKey, 'sec1'),
      (parameters + pem(p256.privateKey, 'sec1')).replaceAll('\n', ' '),
      `Bag Attributes\n    friendlyName: x\n${certificate}${pem(p256.privateKey)}`.replaceAll('\n', ' '),
      pem(p256.privateKey) + certificate,
    ]) {
      const made = await token({ algorithm: 'ES256', privateKey: text });
      assert.equal(header(made), header(right));
      await jwtVerify(made, p256.publicKey);
    }
  });

  it('says what a text is that is no private key, and what to do', () => {
    const refusal = (text: string): string => {
      try {
        privateKeyFor('RS256', text);
        return 'accepted';
      } catch (error) {
        const { message, hint } = error as CountersignError;
        return `${message} ${hint}`;
      }
    };
    const jwk = rsa.privateKey.export({ format: 'jwk' });
    const { kty, n, e } = jwk;
    const traditional = rsa.privateKey
      .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
      .toString();
    const cases: [string, RegExp][] = [
      [traditional, /encrypted.*openssl pkey/],
      [traditional.replaceAll('\n', ' '), /encrypted/],
      [JSON.stringify({ kty, n, e }), /public key/],
      [JSON.stringify({ keys: [jwk] }), /set of keys.*one of/],
      [JSON.stringify({ kty: 'oct', k: 'abc' }), /symmetric/],
      [JSON.stringify(jwk).slice(0, -9), /JWK that is not whole/],
      [
        '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----',
        /OpenSSH.*ssh-keygen -p -m PKCS8/,
      ],
      ['./keys/my key.pem', /path.*privateKey = < \.\/key\.pem/],
      ['\u0030\ufffd\u0004\ufffd', /binary.*openssl pkey -inform DER/],
      ['hello', /cannot be read/],
    ];
    for (const [text, words] of cases) assert.match(refusal(text), words);
    assert.ok(!cases.some(([text]) => refusal(text).includes(String(jwk.d))));
  });

  it('sends nothing where the token cannot be made', async () => {
    const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const encrypted = rsa.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    const cases: [object, RegExp][] = [
      [{ secret: '' }, /needs a secret/],
      [{ algorithm: 'RS256' }, /needs a private key/],
      [{ payload: '{"a": }' }, /“payload” is not JSON/],
      [{ payload: '[1]' }, /must be a JSON object/],
      [{ headers: '{"alg": "none"}' }, /alg “none”/],
      [{ secret: 'no base64!', secretBase64: true }, /not base64/],
      [{ algorithm: 'RS256', privateKey: pem(p256.privateKey) }, /RS256 needs an RSA key/],
      [{ algorithm: 'ES384', privateKey: pem(p256.privateKey) }, /curve P-384/],
      [{ algorithm: 'EdDSA', privateKey: pem(rsa.privateKey) }, /Ed25519/],
      [{ algorithm: 'PS256', privateKey: pem(short.privateKey) }, /2048 bits/],
      [{ algorithm: 'RS256', privateKey: encrypted }, /encrypted/],
      [{ timestamp: 'now' }, /not a time/],
    ];
    for (const [values, words] of cases) {
      await assert.rejects(
        token(values),
        (error: unknown) => error instanceof CountersignError && words.test(error.message),
        String(words),
      );
    }
    assert.deepEqual(
      jwt.check?.({ payload: '{', headers: '1', timestamp: '?', prefix: 'a\n' }).map(p => p.field),
      ['payload', 'headers', 'timestamp', 'prefix'],
    );
    assert.equal(jwt.check?.({ algorithm: 'HS256', secret: 'short' })[0]?.severity, 'warning');
  });

  it('says why the server refused', async () => {
    const refused = async (values: object, headers: [string, string][]) =>
      (await (await sign(jwt, { secret: SECRET, ...values }, { url }, { now: 0 })).respond({ status: 401, headers }))
        ?.explanation ?? '';
    assert.match(
      await refused({}, [['WWW-Authenticate', 'Bearer error="invalid_token", error_description="bad aud"']]),
      /bad aud/,
    );
    assert.match(
      await refused({ expiresIn: 60 }, [['Date', 'Thu, 01 Jan 1970 00:02:00 GMT']]),
      /had expired.*120 s ahead/,
    );
    assert.match(await refused({}, []), /does not say why/);
  });
});

describe('ASAP', () => {
  const given = { kid: 'us/key-1', iss: 'us', aud: 'them', privateKey: pem(rsa.privateKey) };

  it('is accepted by a verifier of its rules, and refused with a wrong key, audience, clock, or twice', async () => {
    const server = await judging(verifyJwt(keyOf, { audience: 'them' }));
    try {
      const said = async (values: object, world = {}) =>
        (
          await server.send(
            (
              await sign(asap, { ...given, ...values }, { method: 'POST', url: `${server.origin}/`, body: 'é' }, world)
            ).request,
          )
        ).said;
      for (const alg of ['RS256', 'PS384', 'ES256', 'ES384', 'ES512'] as const) {
        assert.equal(await said({ alg, privateKey: pem(PAIRS[alg]?.privateKey as KeyObject) }), '', alg);
      }
      assert.equal(await said({ privateKey: pem(OTHERS.RS256.privateKey) }), 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED');
      assert.equal(await said({ aud: 'others' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED');
      assert.equal(await said({ aud: 'others, them' }), '');
      assert.equal(await said({}, { now: Date.now() - 7_200_000 }), 'ERR_JWT_EXPIRED');
      assert.equal(await said({}, { now: Date.now() + 7_200_000 }), 'ERR_JWT_CLAIM_VALIDATION_FAILED');
      assert.equal(await said({ jwtId: 'once' }), '');
      assert.equal(await said({ jwtId: 'once' }), 'replay');
    } finally {
      await server.close();
    }
  });

  it('fills the claims that the specification asks for, and the claims given win', async () => {
    const token = async (values: object) =>
      bearer(
        (
          await sign(asap, { ...given, jwtId: 'j', ...values }, { url: 'http://a/' }, { now: 1_700_000_000_000 })
        ).header('authorization'),
      );
    const times = { iat: 1_700_000_000, nbf: 1_700_000_000, exp: 1_700_003_600 };
    assert.deepEqual(payloadOf(await token({})), { iss: 'us', sub: 'us', aud: 'them', jti: 'j', ...times });
    assert.deepEqual(decodeProtectedHeader(await token({})), { typ: 'JWT', alg: 'RS256', kid: 'us/key-1' });
    const more = payloadOf(await token({ sub: 'ada', expiresIn: 60, claims: '{"iss": "other", "x": [1]}' }));
    assert.deepEqual(more, { iss: 'other', x: [1], sub: 'ada', aud: 'them', jti: 'j', ...times, exp: 1_700_000_060 });
  });

  it('warns of what servers refuse, and sends nothing with broken claims', async () => {
    assert.deepEqual(
      asap.check?.({ ...given, kid: 'key', expiresIn: 7200, claims: '{' }).map(p => [p.field, p.severity]),
      [
        ['claims', undefined],
        ['kid', 'warning'],
        ['expiresIn', 'warning'],
      ],
    );
    await assert.rejects(sign(asap, { ...given, claims: 'x' }, { url: 'http://a/' }), CountersignError);
    await assert.rejects(sign(asap, { ...given, privateKey: 'x' }, { url: 'http://a/' }), CountersignError);
    const { attempt } = await sign(asap, given, { url: 'http://a/' });
    assert.equal(attempt.edits[0]?.masked, 'Bearer •••');
  });
});
