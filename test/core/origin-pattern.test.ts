import assert from 'node:assert/strict';
import { matchesOrigin, originPattern } from '../../src/core/origin-pattern.ts';

describe('origins that a person allows', () => {
  for (const [text, canonical] of [
    ['api.acme.com', 'https://api.acme.com'],
    ['https://API.acme.com/', 'https://api.acme.com'],
    ['https://api.acme.com:443', 'https://api.acme.com'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['[::1]:8080', 'https://[::1]:8080'],
    ['*.acme.com', 'https://*.acme.com'],
    ['http://*.acme.com:81', 'http://*.acme.com:81'],
    ['bücher.example', 'https://xn--bcher-kva.example'],
    ['*.com', undefined],
    ['*', undefined],
    ['a*.acme.com', undefined],
    ['https://user@acme.com', undefined],
    ['https://acme.com/path', undefined],
    ['https://acme.com?x', undefined],
    ['ftp://acme.com', undefined],
    ['', undefined],
  ] as const) {
    it(`${JSON.stringify(text)} is ${canonical}`, () => assert.equal(originPattern(text), canonical));
  }

  it('match whole, or below a star', () => {
    assert.ok(matchesOrigin('https://api.acme.com', 'https://api.acme.com'));
    assert.ok(!matchesOrigin('https://api.acme.com', 'https://api.acme.com.evil.test'));
    assert.ok(matchesOrigin('https://*.acme.com', 'https://a.b.acme.com'));
    assert.ok(!matchesOrigin('https://*.acme.com', 'https://.acme.com'));
    assert.ok(!matchesOrigin('https://*.acme.com', 'https://acme.com'));
    assert.ok(!matchesOrigin('https://*.acme.com', 'https://evilacme.com'));
  });
});
