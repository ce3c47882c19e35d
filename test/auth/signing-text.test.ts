import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endpointOf } from '../../src/auth/aws/endpoint.ts';
import { parseIni } from '../../src/auth/ini.ts';
import { jsonProblem, parseJsonObject, withMembers } from '../../src/auth/jwt/claims.ts';
import { normalizedPairs, normalizeEncoding } from '../../src/auth/percent-encoding.ts';
import { basicTimestamp, parseTimestamp } from '../../src/auth/timestamp.ts';
import { percentEncode } from '../../src/core/request.ts';

const text = fc.string({ unit: 'grapheme' });

describe('Normalizing percent-encoding', () => {
  it('gives the one encoding of a text, however it is encoded', () => {
    fc.assert(
      fc.property(text, value => {
        const encoded = percentEncode(value);
        assert.equal(normalizeEncoding(encoded), encoded);
        assert.equal(
          normalizeEncoding(encoded.toLowerCase().replaceAll('%20', '+')).toLowerCase(),
          encoded.toLowerCase(),
        );
        assert.equal(
          normalizeEncoding(encodeURI(value).replaceAll('+', '%2B')),
          percentEncode(decodeURIComponent(encodeURI(value))),
        );
      }),
    );
  });

  it('never throws, and is at its end after one step', () => {
    fc.assert(
      fc.property(fc.string(), value => {
        const once = normalizeEncoding(value);
        assert.match(once, /^(?:[\w.~-]|%[0-9A-F]{2})*$/);
        assert.equal(normalizeEncoding(once), once);
      }),
    );
  });

  it('reads forms as URLSearchParams does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), text)), pairs => {
        const query = new URLSearchParams(pairs).toString();
        const encoded = [...new URLSearchParams(query)].map(([name, value]) => [
          percentEncode(name),
          percentEncode(value),
        ]);
        assert.deepEqual(normalizedPairs(query), encoded);
      }),
    );
  });

  it('keeps bytes that are no UTF-8, and a percent sign that begins nothing', () => {
    assert.equal(normalizeEncoding('%e9%41%zz%'), '%E9A%25zz%25');
    assert.deepEqual(normalizedPairs('a;b=1&&c&=d&e==f'), [
      ['a%3Bb', '1'],
      ['c', ''],
      ['', 'd'],
      ['e', '%3Df'],
    ]);
  });
});

describe('What signing schemes read', () => {
  it('never throws where it does not say so', () => {
    fc.assert(
      fc.property(fc.string(), value => {
        parseIni(value);
        parseTimestamp(value);
        endpointOf(value);
        jsonProblem(value, 'payload');
      }),
    );
  });

  it('reads a written section back', () => {
    const name = fc.stringMatching(/^[a-z_]{1,12}$/);
    const value = fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/);
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.dictionary(name, value, { noNullPrototype: true }), { noNullPrototype: true }),
        sections => {
          const written = Object.entries(sections).map(([section, values]) =>
            [`[${section}] # comment`, ...Object.entries(values).map(([key, v]) => `${key} = ${v} ; comment`)].join(
              '\r\n',
            ),
          );
          const read = parseIni(written.join('\n\n'));
          for (const [section, values] of Object.entries(sections)) {
            assert.deepEqual(Object.fromEntries(read.get(section) ?? []), values);
          }
        },
      ),
    );
  });

  it('reads times in each way that people write them', () => {
    const time = Date.UTC(2026, 0, 31, 12, 5, 9);
    for (const written of [
      '20260131T120509Z',
      '20260131T12:05:09+0000',
      '2026-01-31T12:05:09Z',
      '2026-01-31T13:05:09+01:00',
      '1769861109',
    ]) {
      assert.equal(parseTimestamp(written), time, written);
    }
    assert.equal(basicTimestamp(time + 999), '20260131T120509Z');
    for (const written of ['', 'now', '12', '20261331T000000Z', 'Sat'])
      assert.equal(parseTimestamp(written), undefined, written);
  });

  it('adds members to a JSON object and leaves the rest alone', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }),
        fc.dictionary(text, fc.integer(), { noNullPrototype: true }),
        (own, added) => {
          const object = parseJsonObject(JSON.stringify(own, undefined, 1), 'payload');
          for (const place of ['front', 'back'] as const) {
            const merged: unknown = JSON.parse(withMembers(object, added, place));
            assert.deepEqual(merged, JSON.parse(JSON.stringify({ ...added, ...own })));
          }
        },
      ),
    );
  });
});
