import fc from 'fast-check';

/** Lines that mean something to the parser, alone or after one another. */
const lines = [
  ...[
    '',
    ' ',
    '###',
    '### Title',
    '#### four',
    '# comment',
    '// comment',
    '## @name twice',
    '# @name one',
    '#@title T',
  ],
  ...[
    '# @auth basic username={{user}} password="a \\" b"',
    '# @auth',
    '# @auth none',
    '// @auth bearer',
    '# @foo = bar',
  ],
  ...['#   token = {{t}}', '//   key = < ./key.pem', '#   ', '#   broken', '# @auth x a= b=c d', '# @auth x a="open'],
  ...['@host = https://a.example', '@broken', '@ = ', 'GET https://a.example/b c', 'Post {{host}}/x HTTP/1.1', 'get'],
  ...[
    '{{host}}/y',
    '    ?a=1',
    '&b=2',
    '    /more HTTP/2',
    '?? status == 200',
    'Accept: */*',
    'no colon',
    'Bad Name: 1',
  ],
  ...['Content-Type: application/x-www-form-urlencoded', '{"a": 1}', '< ./file', '<@ ./file', '<@latin1 ./file', 'a=1'],
  ...['> {%', '%}', '> {% one %}', '< {%', '{{', '}}', '{{+init', '>> out.json', '<> log.json', 'HTTP/1.1 200 OK'],
  ...[
    '/*',
    '*/',
    '<!--',
    '-->',
    '/* one */',
    'import ./a.http',
    'run #x',
    'curl -v x',
    '\ufeff',
    '\ufeff###',
    '\ud800',
  ],
  ...[
    'GRAPHQL https://a.example',
    'WS wss://a.example',
    '# @ref login',
    'GET http://x',
    'DELETE /a HTTP/1.1',
    '# @import x',
  ],
];

const lineEnd = fc.constantFrom('\n', '\n', '\r\n', '\r');

/** Documents made of the language's own lines, with some noise. */
export const documentText: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...lines) }, fc.string({ unit: 'binary' })), lineEnd),
    {
      maxLength: 30,
    },
  )
  .chain(parts => {
    const text = parts.map(([line, end]) => line + end).join('');
    return fc.constantFrom(text, text.replace(/[\r\n]+$/, ''));
  });

/** Pieces of text that edits put in. */
export const insertedText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '#',
    '##',
    '###',
    '\n',
    '\r',
    '\r\n',
    '\n###\n',
    '/*',
    '*/',
    '\n/*\n',
    '\n*/\n',
    '<!--',
    '-->',
    '{{',
    '"',
  ),
  documentText,
  fc.string({ maxLength: 3 }),
);
