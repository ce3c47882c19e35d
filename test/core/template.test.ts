import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isPlain, parseTemplate, references, type Template } from '../../src/core/template.ts';

/** A template in short: literals as they are, references in angle brackets. */
function short(template: Template): string[] {
  return template.map(part =>
    part.kind === 'literal' ? part.text : `<${part.inner ? short(part.inner).join('') : part.expression}>`,
  );
}

describe('template', () => {
  const cases: readonly (readonly [what: string, text: string, parts: readonly string[]])[] = [
    ['no text has no parts', '', []],
    ['text without references is one literal', 'a {b} c', ['a {b} c']],
    ['a reference stands between literals', 'a{{b}}c', ['a', '<b>', 'c']],
    ['blanks inside the braces do not count', '{{  b\t}}', ['<b>']],
    ['arguments belong to the expression', '{{$dotenv %NAME}}', ['<$dotenv %NAME>']],
    ['a call keeps its parentheses', '{{$random.integer(1, 5)}}', ['<$random.integer(1, 5)>']],
    [
      'a path into a response is one expression',
      '{{a.response.body.$.b[?(@.c=={d:1})].e}}',
      ['<a.response.body.$.b[?(@.c=={d:1})].e>'],
    ],
    ['braces of JSON around a reference stay', '{"a":{"b":{{c}}}}', ['{"a":{"b":', '<c>', '}}']],
    ['of three braces the innermost two count', '{{{a}}}', ['{', '<a>', '}']],
    ['references nest', '{{a_{{b}}_c}}', ['<a_<b>_c>']],
    ['an unclosed reference is literal', 'a {{b', ['a {{b']],
    ['a reference inside an unclosed one still counts', '{{a {{b}}', ['{{a ', '<b>']],
    ['a reference does not go on over a line end', '{{a\n}} {{b}}', ['{{a\n}} ', '<b>']],
    ['nothing between the braces is literal', '{{}} {{ }}', ['{{}} {{ }}']],
    ['escaped braces are literal braces', '\\{\\{a\\}\\} {{b}}', ['{{a}}', ' ', '<b>']],
    ['a lone escaped brace is left alone', '\\{a\\} \\{\\{', ['\\{a\\} \\{\\{']],
  ];
  for (const [what, text, parts] of cases) {
    it(what, () => assert.deepEqual(short(parseTemplate(text)), parts));
  }

  it('lists references with nested ones after the one that holds them', () => {
    const found = references('{{a_{{b}}}} {{c}}');
    assert.deepEqual(
      found.map(part => [part.expression, part.start, part.end]),
      [
        ['a_{{b}}', 0, 11],
        ['b', 4, 9],
        ['c', 12, 17],
      ],
    );
  });

  const texts = fc.array(fc.constantFrom('{', '}', '{{', '}}', '\\{', '\\}', 'a', ' ', '\n', '$x y', '%'), {
    maxLength: 40,
  });

  it('covers every text with contiguous parts whose expressions lie between their braces', () => {
    fc.assert(
      fc.property(texts, pieces => {
        const text = pieces.join('');
        const visit = (template: Template, start: number, end: number): void => {
          let at = start;
          for (const part of template) {
            assert.equal(part.start, at);
            assert.ok(part.end > part.start);
            at = part.end;
            if (part.kind === 'literal') {
              const written = text.slice(part.start, part.end);
              assert.equal(part.text, written.startsWith('\\{\\{') && part.text.startsWith('{{') ? part.text : written);
              continue;
            }
            assert.equal(text.slice(part.start + 2, part.end - 2).trim(), part.expression);
            assert.notEqual(part.expression, '');
            if (part.inner) visit(part.inner, part.start + 2, part.end - 2);
          }
          assert.equal(at, end);
        };
        visit(parseTemplate(text), 0, text.length);
        if (isPlain(text)) assert.deepEqual(references(text), []);
      }),
    );
  });

  it('takes time linear in the text, however many braces are open', () => {
    // One that is not linear does not come to an end.
    parseTemplate('{{a'.repeat(100_000));
    parseTemplate('{'.repeat(500_000));
    const deep = parseTemplate(`${'{{a'.repeat(50_000)}${'}}'.repeat(50_000)}`);
    assert.equal(deep.filter(part => part.kind === 'reference').length, 1);
    parseTemplate('\\{\\{'.repeat(100_000));
  });
});
