import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redactor } from '../../src/core/redaction.ts';
import { isCredentialHeader, isSecretName } from '../../src/core/secret-names.ts';
import { commandLineSecrets, firstSecret, resolveSecret, secretEnvironmentName } from '../../src/core/secrets.ts';
import { failure } from './variables-setup.ts';

describe('secrets', () => {
  it('come from --secret first, then from the environment of the process', async () => {
    const store = commandLineSecrets(new Map([['a-b', 'given']]), {
      COUNTERSIGN_SECRET_A_B: 'env',
      COUNTERSIGN_SECRET_C: 'c',
    });
    assert.equal(secretEnvironmentName('a-b.c'), 'COUNTERSIGN_SECRET_A_B_C');
    assert.equal(await store.get('a-b'), 'given');
    assert.equal(await store.get('c'), 'c');
    assert.equal(await store.get('d'), undefined);
    assert.equal(await firstSecret([commandLineSecrets(new Map(), {}), store]).get('c'), 'c');
  });

  it('that are missing are an error that says how to give them', async () => {
    const error = await failure(() => resolveSecret(undefined, 'acme-password', { file: '/a', line: 1 }));
    assert.equal(error.code, 'missing-secret');
    assert.match(error.hint ?? '', /--secret acme-password=.*COUNTERSIGN_SECRET_ACME_PASSWORD/);
    assert.equal((await failure(() => resolveSecret(undefined, ''))).code, 'invalid-value');
  });

  it('are told by the names that people give them', () => {
    for (const name of [
      'password',
      'DB_PASSWORD',
      'accessToken',
      'api-key',
      'apiKey',
      'aws_secret_access_key',
      'clientSecret',
      'x.response.body.$.access_token',
      'response.headers.Set-Cookie',
    ]) {
      assert.ok(isSecretName(name), name);
    }
    for (const name of ['tokenUrl', 'passwordless', 'key', 'keyId', 'user', 'secretary', 'monkey', '', 'accessKeyId']) {
      assert.ok(!isSecretName(name), name);
    }
  });

  it('are headers by the names that services give their keys, sessions and signatures', () => {
    for (const name of [
      ...[
        'Authorization',
        'proxy-authorization',
        'Authentication',
        'Cookie',
        'X-Api-Key',
        'X-Functions-Key',
        'X-Auth-Key',
      ],
      ...['X-RapidAPI-Key', 'DD-APPLICATION-KEY', 'DD-API-KEY', 'X-Session-Id', 'X-SessionId', 'X-Signature', 'DPoP'],
      ...['X-Hub-Signature-256', 'Ocp-Apim-Subscription-Key', 'X-Auth', 'X-Amz-Security-Token', 'X-Access-Key'],
    ]) {
      assert.ok(isCredentialHeader(name), name);
    }
    for (const name of [
      ...['Accept', 'Key', 'Sec-WebSocket-Key', 'Idempotency-Key', 'Surrogate-Key', 'X-Request-Id', 'Author', 'ETag'],
      ...['WWW-Authenticate', 'Signature-Input', 'Content-Type', 'Keep-Alive', 'X-Monkey', 'X-Session-Timeout'],
    ]) {
      assert.ok(!isCredentialHeader(name), name);
    }
  });
});

describe('redaction', () => {
  const redactor = new Redactor();
  redactor.add('s3cr&t "q"/ü+');

  it('leaves text alone while nothing is known', () => assert.equal(new Redactor().redact('any'), 'any'));

  for (const [form, text] of [
    ['as it is', 's3cr&t "q"/ü+'],
    ['percent-encoded', encodeURIComponent('s3cr&t "q"/ü+')],
    ['percent-encoded in small letters', encodeURIComponent('s3cr&t "q"/ü+').toLowerCase()],
    ['in a form', new URLSearchParams({ a: 's3cr&t "q"/ü+' }).toString().slice(2)],
    ['in a URL', new URL('http://h/?q=s3cr&t "q"/ü+').search.slice(3)],
    ['in JSON', JSON.stringify('s3cr&t "q"/ü+').slice(1, -1)],
    ['in XML', 's3cr&amp;t &quot;q&quot;/ü+'],
    ['in base64', Buffer.from('s3cr&t "q"/ü+').toString('base64')],
    ['in base64url', Buffer.from('s3cr&t "q"/ü+').toString('base64url')],
    ['in hexadecimal', Buffer.from('s3cr&t "q"/ü+').toString('hex')],
  ] as const) {
    it(`masks a secret ${form}`, () => {
      const redacted = redactor.redact(`<${text}> and <${text}>`);
      assert.equal(redacted, '<•••> and <•••>');
    });
  }

  it('does not blot out what is shorter than four characters', () => {
    const short = new Redactor();
    short.add('abc');
    short.add('   ');
    assert.equal(short.redact('abc   abcd'), 'abc   abcd');
  });

  it('masks the longest of secrets that hold one another', () => {
    const several = new Redactor();
    several.add('abcd');
    several.add('abcdefgh');
    assert.equal(several.redact('abcdefgh abcd'), '••• •••');
    several.add('ghijk');
    assert.equal(several.redact('-abcdefghijk-'), '-•••-');
  });

  it('masks any secret inside of any credentials, in whatever form', () => {
    const secret = fc.string({ minLength: 8, maxLength: 30, unit: 'grapheme' }).filter(text => text.trim().length >= 8);
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (raw, before, after) => {
        const value = raw.trim();
        const one = new Redactor();
        one.add(value);
        const plain = `${before}${value}${after}`;
        assert.ok(
          !one.redact(plain).includes(value) || '•••'.includes(value) || `${before}•••${after}`.includes(value),
        );
        const encoded = one.redact(Buffer.from(plain).toString('base64'));
        assert.ok(encoded.includes('•••'), encoded);
        const json = one.redact(JSON.stringify({ value }));
        assert.ok(json.includes('•••'), json);
        assert.ok(one.redact(`?q=${new URLSearchParams({ value })}`).includes('•••'));
      }),
    );
  });
});
