import assert from 'node:assert/strict';
import fc from 'fast-check';
import { faultOf, targets } from './targets.ts';

/** Pieces that make careless expressions and loops slow when they are repeated. */
const pieces: readonly string[] = [
  ...[
    ' ',
    '\t',
    '\n',
    '\r\n',
    'a',
    '0',
    '.',
    ',',
    ';',
    '=',
    '"',
    "'",
    '`',
    '\\',
    '/',
    '-',
    '%',
    '#',
    '&',
    '+',
    '*',
    '_',
  ],
  ...[
    '(',
    '[',
    '{',
    '<',
    '{{',
    '}}',
    '{{a',
    '{{{{',
    '//',
    '/*',
    '*/',
    '<!--',
    '-->',
    '###\n',
    '# @',
    '\n#',
    '\n\n',
    '\\\n',
  ],
  ...[
    '%2',
    '%20',
    'a=',
    'a=a,',
    '"a',
    'a b',
    'a a=a ',
    '\n@a = ',
    '\nGET ',
    'http://',
    '://',
    '?a',
    'a:b@',
    '•••',
    '\ud800',
  ],
  ...[
    '[(',
    '](',
    '![',
    '$(',
    '{"a":',
    '[[',
    '{"',
    ', Basic ',
    'Digest a="',
    '-H ',
    "-d '",
    '\\"',
    '^\n',
    "$'",
    '; path=',
  ],
];

const short = 2_000;
const times = 8;
/** Milliseconds within which nothing is told: less than a collector's pause. */
const negligible = 120;

describe('what reads text of strangers', function () {
  this.timeout(120_000);

  for (const target of targets) {
    it(`${target.name}: takes time in proportion to the length`, () => {
      for (const piece of pieces) {
        for (const [before, after] of [
          ['', ''],
          ['"a', 'x!'],
        ] as const) {
          const text = (length: number) => before + piece.repeat(Math.ceil(length / piece.length)) + after;
          const time = (length: number): number => {
            const of = text(length);
            const startedAt = performance.now();
            faultOf(target, of);
            return performance.now() - startedAt;
          };
          const long = time(short * times);
          if (long < negligible) continue;
          // Once more, both: something else may have been at work.
          const ratio = Math.min(time(short * times), long) / Math.max(1, time(short));
          assert.ok(
            ratio < times * 3,
            `${JSON.stringify(piece)} repeated: ${Math.round(long)} ms, ${ratio.toFixed(1)} times that of an eighth of it`,
          );
        }
      }
    });

    it(`${target.name}: is read, or refused in words`, () => {
      const text = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map(parts => parts.join('')),
      );
      fc.assert(
        fc.property(text, given => {
          const fault = faultOf(target, given);
          if (fault !== undefined) throw fault;
        }),
        { numRuns: 40 },
      );
    });
  }
});
