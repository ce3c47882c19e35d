import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maskedHeader, maskedUrls } from '../../src/core/credential-text.ts';

describe('credentials in logged text', () => {
  for (const [name, value, masked] of [
    ['Set-Cookie', 'sid=abc; Path=/', 'sid=•••; Path=/'],
    ['Location', 'https://a/cb?code=abc&state=s', 'https://a/cb?code=•••&state=s'],
    ['Location', '/cb#access_token=abc&token_type=bearer', '/cb#access_token=•••&token_type=bearer'],
    ['Location', 'https://u:p@a/x', 'https://•••@a/x'],
    ['Location', '/x?sig=abc&sv=1&X-Amz-Signature=f00', '/x?sig=•••&sv=1&X-Amz-Signature=•••'],
    ['Link', '<https://a/?page=2&api_key=abc>; rel="next"', '<https://a/?page=2&api_key=•••>; rel="next"'],
    ['Refresh', '0; url=https://a/?token=abc', '0; url=https://a/?token=•••'],
    ['Authorization', 'Bearer abc', 'Bearer •••'],
    ['Authorization', 'abc', '•••'],
    ['Authorization', 'Basic •••', 'Basic •••'],
    ['X-Auth-Token', 'abc', '•••'],
    ['X-Functions-Key', 'abc', '•••'],
    ['Authentication-Info', 'rspauth="abc"', '•••'],
    ['WWW-Authenticate', 'Digest nonce="abc"', 'Digest nonce="abc"'],
    ['Content-Type', 'text/html; charset=utf-8', 'text/html; charset=utf-8'],
    ['Location', '/users?page=2&sort=name', '/users?page=2&sort=name'],
  ] as const) {
    it(`writes ${name}: ${value} as ${masked}`, () => assert.equal(maskedHeader(name, value), masked));
  }

  it('leaves no value of a parameter that is a secret by name, whatever stands around it', () => {
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(around, around, (before, after) => {
        assert.doesNotMatch(maskedUrls(`${before}&token=s3cr3t-value&${after}`), /s3cr3t-value/);
      }),
    );
  });

  it('takes no longer than the text is long', () => {
    const started = performance.now();
    for (const piece of ['/', '//', '?', '&a', '=', '//a', '?a=']) maskedUrls(piece.repeat(50_000));
    assert.ok(performance.now() - started < 2000);
  });
});
