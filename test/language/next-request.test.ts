import assert from 'node:assert/strict';
import { parse } from '../../src/language/parser.ts';

/** Method and target of each request. */
const requestsOf = (text: string): string[] =>
  parse(text).blocks.flatMap(({ block: { request } }) =>
    request ? [`${request.method?.text ?? ''} ${request.target.text}`] : [],
  );

const bodiesOf = (text: string): string[] =>
  parse(text).blocks.flatMap(({ block: { request } }) =>
    request ? [(request.body?.parts ?? []).map(part => (part.kind === 'text' ? part.text : '')).join('')] : [],
  );

describe('a request without a separator above it', () => {
  const two: readonly (readonly [name: string, text: string])[] = [
    ['below a request line', 'GET http://x.test/1\nGET /b\n'],
    ['below headers', 'GET /a\nAccept: a/b\nGET /b\n'],
    ['below an empty line', 'GET /a\n\nGET /b\n'],
    ['below several, blanks in them', 'GET /a\n \n\t\nGET /b\n'],
    ['below a complete JSON body', 'POST /a\nContent-Type: application/json\n\n{"a": 1}\nGET /b\n'],
    ['below JSON without a content type', 'POST /a\n\n[1]\n\nGET /b\n'],
    ['below XML', 'POST /a\nContent-Type: application/xml\n\n<a/>\nGET /b\n'],
    ['below a form', 'POST /a\nContent-Type: application/x-www-form-urlencoded\n\na=b\n\nGET /b\n'],
    ['below a GraphQL operation', 'GRAPHQL /a\n\nquery { me }\n\nGET /b\n'],
    ['below a file', 'POST /a\nContent-Type: application/octet-stream\n\n< ./x.bin\n\nGET /b\n'],
    ['below a recorded response', 'GET /a\n\nHTTP/1.1 200 OK\nA: b\n\n{"x": 1}\n\nGET /b\n'],
    ['below an assertion', 'POST /a\nContent-Type: text/plain\n\nhello\n\n?? status == 200\nGET /b\n'],
    ['below a response script', 'GET /a\n\n> {%\nclient.log("GET /no");\n%}\nGET /b\n'],
    ['with a comment above', 'GET /a\n\n# second\nGET /b\n'],
    ['with a variable and an empty line above', 'GET /a\n\n@v = 1\n\nGET /b\n'],
    ['with other line ends', 'GET /a\r\n\r\nGET /b\r\n'],
  ];
  for (const [name, text] of two) {
    it(`begins ${name}`, () => {
      const [first, second] = requestsOf(text);
      assert.match(first ?? '', / (?:http:\/\/x\.test\/1|\/a)$/);
      assert.equal(second, 'GET /b');
      assert.equal(requestsOf(text).length, 2);
    });
  }

  for (const target of ['https://x.test', '/x HTTP/1.1', '{{host}}/x', '{{ host }}/x', 'x.test/y', 'localhost:80/x']) {
    it(`begins with the target ${target}`, () => assert.equal(requestsOf(`GET /a\n\nPOST ${target}\n`).length, 2));
  }

  const one: readonly (readonly [name: string, text: string])[] = [
    ['plain text', 'POST /a\nContent-Type: text/plain\n\nhello\n\nGET /b\n'],
    ['text that nothing says a type of', 'POST /a\n\nhello\n\nGET /b\n'],
    ['a batch', 'POST /a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nGET /b HTTP/1.1\n\n--b--\n'],
    ['a message', 'POST /a\nContent-Type: message/http\n\nGET /b HTTP/1.1\n'],
    ['a comment of several lines', 'GET /a\n\n/*\nGET /b\n*/\n'],
    ['a script', 'GET /a\n\n> {%\nGET /b\n%}\n'],
    ['prose', 'POST /a\n\n{"a": 1}\n\nGET /b if you can\n'],
    ['an indented line', 'POST /a\n\n{\n  GET /b\n}\n'],
    ['a word in lower case', 'POST /a\n\n{}\n\nget /b\n'],
    ['a recorded response of no request', 'HTTP/1.1 200 OK\n\nGET /b\n'],
  ];
  for (const [name, text] of one) {
    it(`does not begin in ${name}`, () => assert.ok(requestsOf(text).length <= 1));
  }

  it('leaves the body above as it would be with a separator', () => {
    for (const [, text] of two) {
      assert.equal(bodiesOf(text)[0], bodiesOf(text.replace(/(?=(?:[#@].*\r?\n\r?\n?)?GET \/b)/, '###\n'))[0]);
    }
  });

  it('has the directives above it, and says that a separator is missing', () => {
    const tree = parse('GET /a\n\n# @name second\n# @auth bearer token=x\nGET /b\n');
    const { block } = tree.blocks[1] ?? assert.fail();
    assert.deepEqual([block.name?.text, block.auth?.scheme.text], ['second', 'bearer']);
    const [{ code, fixes = [] } = assert.fail()] = block.diagnostics;
    assert.equal(code, 'request-without-separator');
    assert.deepEqual(fixes[0]?.edits, [{ start: 0, end: 0, text: '###\n' }]);
  });
});
