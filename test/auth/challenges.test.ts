import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findChallenge, parseAuthParams, parseChallenges } from '../../src/auth/challenges.ts';

const parse = (...values: string[]) =>
  parseChallenges(values.map(value => ['WWW-Authenticate', value] as const)).map(({ scheme, token68, params }) => ({
    scheme,
    ...(token68 === undefined ? {} : { token68 }),
    ...Object.fromEntries(params),
  }));

describe('parseChallenges', () => {
  it('reads one challenge with quoted and unquoted parameters', () => {
    assert.deepEqual(parse('Digest realm="a b", nonce=abc/+=:x, algorithm=MD5, stale=FALSE'), [
      { scheme: 'Digest', realm: 'a b', nonce: 'abc/+=:x', algorithm: 'MD5', stale: 'FALSE' },
    ]);
  });

  it('reads several challenges in one field and in several, in order', () => {
    assert.deepEqual(parse('Negotiate, NTLM, Basic realm="x, y", Digest realm="z", qop="auth,auth-int"', 'Bearer'), [
      { scheme: 'Negotiate' },
      { scheme: 'NTLM' },
      { scheme: 'Basic', realm: 'x, y' },
      { scheme: 'Digest', realm: 'z', qop: 'auth,auth-int' },
      { scheme: 'Bearer' },
    ]);
  });

  it('tells a bare token from a parameter', () => {
    assert.deepEqual(parse('NTLM TlRMTVNTUAACAAAA==, Basic realm = "x"'), [
      { scheme: 'NTLM', token68: 'TlRMTVNTUAACAAAA==' },
      { scheme: 'Basic', realm: 'x' },
    ]);
  });

  it('undoes backslashes, keeps the first of two values, lowers names and survives stray commas', () => {
    assert.deepEqual(parse(', ,Digest Realm="a \\"b\\" \\\\c",, realm=second , ,'), [
      { scheme: 'Digest', realm: 'a "b" \\c' },
    ]);
  });

  it('keeps an unquoted qop list together', () => {
    assert.deepEqual(parse('Digest qop=auth,auth-int, nonce="n"'), [
      { scheme: 'Digest', qop: 'auth,auth-int', nonce: 'n' },
    ]);
  });

  it('takes an unterminated quote to the end, and parameters without a scheme as nothing', () => {
    assert.deepEqual(parse('Digest realm="open, nonce=x'), [{ scheme: 'Digest', realm: 'open, nonce=x' }]);
    assert.deepEqual(parse('realm="x", Basic realm=y'), [{ scheme: 'Basic', realm: 'y' }]);
  });

  it('reads the fields of the name asked for, whatever their case', () => {
    const headers = [
      ['proxy-authenticate', 'Basic realm=p'],
      ['WWW-AUTHENTICATE', 'Basic realm=w'],
    ] as const;
    assert.equal(parseChallenges(headers, 'proxy-authenticate')[0]?.params.get('realm'), 'p');
    assert.equal(findChallenge(parseChallenges(headers), 'BASIC')?.params.get('realm'), 'w');
  });

  it('reads the list of Authentication-Info', () => {
    assert.deepEqual(Object.fromEntries(parseAuthParams('qop=auth, rspauth="ab", nc=00000001')), {
      qop: 'auth',
      rspauth: 'ab',
      nc: '00000001',
    });
  });

  it('never throws and always ends, whatever the text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'Basic ', 'qop', 'auth', '\t', 'é', '/') }),
    );
    fc.assert(
      fc.property(text, value => {
        for (const challenge of parseChallenges([['www-authenticate', value]])) assert.notEqual(challenge.scheme, '');
      }),
    );
  });

  it('reads back every list it could have been given', () => {
    const token = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_.!'), minLength: 1, maxLength: 8 });
    const challenge = fc.record({
      scheme: token,
      params: fc.uniqueArray(fc.tuple(token, fc.string({ unit: 'binary-ascii' })), {
        minLength: 1,
        maxLength: 4,
        selector: ([name]) => name.toLowerCase(),
      }),
    });
    const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), list => {
        const text = list.map(
          ({ scheme, params }) => `${scheme} ${params.map(([name, value]) => `${name}=${quote(value)}`).join(', ')}`,
        );
        const read = parseChallenges([['www-authenticate', text.join(', ')]]);
        assert.deepEqual(
          read.map(({ scheme, params }) => [scheme, ...params]),
          list.map(({ scheme, params }) => [scheme, ...params.map(([name, value]) => [name.toLowerCase(), value])]),
        );
      }),
    );
  });
});
