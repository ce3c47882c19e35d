import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CountersignError } from '../../src/core/errors.ts';
import { createProxyResolver } from '../../src/http/proxies.ts';
import { splitUrl, writeHead } from '../../src/http/request-head.ts';
import { header, request } from './loopback.ts';

/** Text with the characters that break heads and URLs far more often than chance would have them. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\r', '\n', '\0', ' ', ':', ';', '=', '#', '?', '/', '@', '[', ']', 'é', '字'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});

function orRefused<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    assert.ok(error instanceof CountersignError, String(error));
    return undefined;
  }
}

describe('request head', () => {
  const target = splitUrl(request('http://h/'));

  it('has one line per header whatever the names, values and cookies, or is refused', () => {
    fc.assert(
      fc.property(text, text, text, (name, value, cookie) => {
        const part = { ...request('http://h/'), headers: [header(name, value)], cookies: [header('c', cookie)] };
        const head = orRefused(() => writeHead(part, target));
        if (!head) return;
        assert.match(head.lines, /^(?:[^\r\n\0]+\r\n)+$/);
        assert.ok(head.lines.split('\r\n').length <= 4);
        assert.doesNotMatch(head.lines, /[^\t\r\n\x20-\x7e\x80-\xff]/);
      }),
    );
  });

  it('has a path without blanks and line breaks whatever the URL, or is refused', () => {
    fc.assert(
      fc.property(text, text, (host, path) => {
        const split = orRefused(() => splitUrl(request(`http://${host}/${path}`)));
        if (split) assert.match(split.path, /^\/[\x21-\x7e]*$/);
      }),
    );
  });

  it('splits a URL by text, its user name left out', () => {
    assert.deepEqual(splitUrl(request('HTTPS://u:p@H.example:443/A/../b?c#d')), {
      origin: 'https://h.example',
      secure: true,
      hostname: 'h.example',
      port: 443,
      authority: 'h.example',
      path: '/A/../b?c',
      shown: 'H.example:443',
    });
    assert.equal(splitUrl(request('http://[::1]:8080?x')).hostname, '::1');
    assert.equal(splitUrl(request('http://[::1]:8080?x')).path, '/?x');
  });

  for (const method of ['CONNECT', 'GE T', '', 'GET\r\n']) {
    it(`refuses the method ${JSON.stringify(method)}`, () => {
      assert.throws(() => writeHead(request('http://h/', { method }), target), { code: 'invalid-request' });
    });
  }
});

describe('proxy settings', () => {
  it('are used or refused, whatever they say, and shown without their password', () => {
    fc.assert(
      fc.property(text, text, text, (scheme, address, rules) => {
        const resolver = createProxyResolver({ proxy: `${scheme}${address}`, noProxy: [rules] });
        orRefused(() => resolver({ secure: true, hostname: 'h.example', port: 443 }));
      }),
    );
    const proxy = createProxyResolver({ proxy: 'http://ada:hunter22@proxy:8080' });
    assert.equal(proxy({ secure: true, hostname: 'h.example', port: 443 })?.shown, 'proxy:8080');
  });
});
