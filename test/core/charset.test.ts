import assert from 'node:assert/strict';
import { charsetOf, decodeText } from '../../src/core/charset.ts';

describe('charset', () => {
  for (const [name, bytes, contentType, expected] of [
    ['UTF-8 by default', [0xc3, 0xa9], undefined, 'é'],
    ['the charset of the Content-Type', [0xe9], 'text/plain; charset=ISO-8859-1', 'é'],
    ['a charset in quotes', [0x83, 0x65], 'text/plain;charset="Shift_JIS"', 'テ'],
    ['an unknown charset as UTF-8', [0xc3, 0xa9], 'text/plain; charset=nonsense', 'é'],
    ['a byte order mark over the charset', [0xef, 0xbb, 0xbf, 0xc3, 0xa9], 'text/plain; charset=latin1', 'é'],
    ['UTF-16 by its mark', [0xff, 0xfe, 0xe9, 0x00], undefined, 'é'],
    ['UTF-16, big end first', [0xfe, 0xff, 0x00, 0xe9], undefined, 'é'],
    ['broken bytes as U+FFFD', [0x61, 0xff], 'text/plain; charset=utf-8', 'a\ufffd'],
  ] as const) {
    it(`reads ${name}`, () => assert.equal(decodeText(Uint8Array.from(bytes), charsetOf(contentType)), expected));
  }
});
