import assert from 'node:assert/strict';
import type { Exchange } from '../../src/core/exchange.ts';
import { textBody } from '../../src/core/request.ts';
import { ResponseValues } from '../../src/core/response-values.ts';
import { createVariables } from '../../src/core/variables.ts';
import { withShortExpressions } from './short-expressions.ts';
import { failure, ports } from './variables-setup.ts';

interface Sketch {
  readonly type?: string;
  readonly body?: string | Uint8Array;
  readonly request?: string;
  readonly headers?: readonly (readonly [string, string])[];
}

/** An exchange as a run records it; `body` undefined: no response. */
function exchange({ type, body, request, headers = [] }: Sketch): Exchange {
  const sent = {
    method: 'POST',
    url: 'http://h.test/',
    query: [],
    headers: [{ name: 'X-Sent', value: 'yes', origin: { by: 'client' } as const }],
    cookies: [],
    body: request === undefined ? undefined : textBody(request),
    overridden: [],
  };
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const head = {
    status: 201,
    statusText: 'Created',
    httpVersion: '1.1',
    headers: [...(type === undefined ? [] : [['Content-Type', type] as const]), ...headers],
  };
  return {
    request: sent,
    attempts: [{ reason: 'request', request: sent, startedAt: 0 }],
    ...(bytes
      ? {
          response: {
            ...head,
            body: {
              size: bytes.byteLength,
              start: async limit => bytes.subarray(0, limit),
              async *open() {
                yield bytes;
              },
              dispose: async () => {},
            },
          },
        }
      : {}),
    durationMs: 1,
  };
}

const json = exchange({
  type: 'application/json; charset=utf-8',
  body: '{"token":"t-1","id":9007199254740993,"nothing":null,"no":false,"list":[{"id":1,"name":"a"},{"id":2,"name":"b","big":12345678901234567890}]}',
  request: '{"user":"ada"}',
  headers: [
    ['Location', '/users/1'],
    ['Set-Cookie', 'a=1'],
    ['Set-Cookie', 'b=2'],
    ['Vary', 'A'],
    ['vary', 'B'],
  ],
});
const xml = exchange({
  type: 'application/atom+xml',
  body: '<?xml version="1.0"?><feed xmlns:x="urn:x"><id key="k-1">42</id><entry><b>1</b><b>2</b></entry><x:n>ns</x:n></feed>',
});

describe('values from earlier responses', () => {
  const responses = new ResponseValues(['login', 'later']);
  responses.record('login', json);
  responses.record('feed', xml);
  responses.record('text', exchange({ type: 'text/plain', body: 'just text' }));
  responses.record('latin', exchange({ type: 'text/plain; charset=iso-8859-1', body: Uint8Array.of(0xe9) }));
  responses.record('bom', exchange({ body: '\uFEFF{"a":1}' }));
  responses.record('failed', exchange({}));
  const variables = createVariables([], ports({ responses }));

  const values: readonly (readonly [expression: string, value: string])[] = [
    ['login.response.body.$.token', 't-1'],
    ['login.response.body.$.list[1].name', 'b'],
    ['login.response.body.$.list[?(@.id==2)].name', 'b'],
    ['feed.response.body.//x:n', 'ns'],
    ['feed.response.body.string(/feed/x:n)', 'ns'],
    // RFC 9535 section 2.3.3.3: a negative index counts from the end.
    ['login.response.body.$.list[-1].name', 'b'],
    ['login.response.body.$.list[ -2 ].name', 'a'],
    ["login.response.body.$['list'][-1]['id']", '2'],
    ['login.response.body.$..name', 'a'],
    ['login.response.body.$.list[0]', '{"id":1,"name":"a"}'],
    ['login.response.body.$.nothing', 'null'],
    ['login.response.body.$.no', 'false'],
    ['login.response.body.$.id', '9007199254740993'],
    ['login.response.body.$.list[1]', '{"id":2,"name":"b","big":12345678901234567890}'],
    ['login.response.body.asJson.$.token', 't-1'],
    ['login.response.body.token', 't-1'],
    ['login.token', 't-1'],
    ['login.response.headers.Location', '/users/1'],
    ['login.response.headers.location', '/users/1'],
    ['login.response.headers.Vary', 'A, B'],
    ['login.response.headers.set-cookie', 'a=1'],
    ['login.response.status', '201'],
    ['login.response.statusText', 'Created'],
    ['login.request.body.$.user', 'ada'],
    ['login.request.body.*', '{"user":"ada"}'],
    ['login.request.headers.x-sent', 'yes'],
    ['feed.response.body.//id', '42'],
    ['feed.response.body.//id/@key', 'k-1'],
    ['feed.response.body.//id/text()', '42'],
    ['feed.response.body.string(//id)', '42'],
    ['feed.response.body.count(//b)', '2'],
    ['feed.response.body.//entry', '<b>1</b><b>2</b>'],
    ['feed.response.body.//*[local-name()="n"]', 'ns'],
    ['text.response.body.*', 'just text'],
    ['text.response.body', 'just text'],
    ['latin.response.body.*', 'é'],
    ['bom.response.body.$.a', '1'],
  ];
  for (const [expression, value] of values) {
    it(`give ${expression}`, async () => {
      assert.equal((await variables.resolve(`{{${expression}}}`, { file: '/a', line: 1 })).value, value);
    });
  }

  const failures: readonly (readonly [expression: string, message: RegExp])[] = [
    ['later.response.body.$.a', /has not been sent yet/],
    ['never.response.body.$.a', /no variable “never\.response/],
    ['login.response.body.$.missing', /nothing at “\$\.missing”/],
    ['login.response.body.$.list[?(', /not a valid JSONPath|nothing at/],
    ['login.response.headers.Nope', /no header “Nope”/],
    ['login.response.nope', /names no part/],
    ['text.response.body.$.a', /not JSON/],
    ['feed.response.body.//nope', /nothing at “\/\/nope”/],
    ['feed.response.body.//[', /not a valid XPath/],
    ['text.response.body.//a', /not XML/],
    ['failed.response.body.$.a', /got no response/],
  ];
  for (const [expression, message] of failures) {
    it(`explain why ${expression} has no value`, async () => {
      const error = await failure(() => variables.resolve(`{{${expression}}}`, { file: '/a', line: 3 }));
      assert.equal(error.code, 'unresolved-variable');
      assert.match(error.message, message);
      assert.equal(error.place?.line, 3);
    });
  }

  it('mask tokens', async () => {
    assert.equal((await variables.resolve('{{login.response.body.$.token}}')).masked, '•••');
    assert.equal((await variables.resolve('{{login.response.headers.Location}}')).masked, '/users/1');
  });

  it('never run a filter as JavaScript', async () => {
    const marked = globalThis as { attacked?: boolean };
    for (const filter of [
      '@.constructor.constructor("globalThis.attacked=true")()',
      'this.constructor.constructor("globalThis.attacked=true")()',
      'globalThis.attacked=true',
      '"".sub.constructor("globalThis.attacked=true")()',
      'process.exit()',
    ]) {
      await Promise.allSettled([variables.resolve(`{{login.response.body.$.list[?(${filter})]}}`)]);
    }
    assert.equal(marked.attacked, undefined);
  });

  describe('JSONPath', () => {
    const source = new ResponseValues();
    const document =
      '{"price":1.50,"zero":-0,"big":1e400,"exp":1E2,"neg":-12.0,"access-token":"t","a":{"x-y":[1,2,3]},"list":[{"p":0.10,"n":"aab"},{"p":2}],"w.x":"dot"}';
    source.record('r', exchange({ type: 'application/json', body: document }));
    for (const [path, value] of [
      // Numbers keep the text that they were sent with.
      ['$.price', '1.50'],
      ['$.zero', '-0'],
      ['$.big', '1e400'],
      ['$.exp', '1E2'],
      ['$.neg', '-12.0'],
      ['$.list[0]', '{"p":0.10,"n":"aab"}'],
      ['$.list[?(@.p == 0.1)].p', '0.10'],
      // As people write them, though the standard would have them otherwise.
      ['$.access-token', 't'],
      ['$.a.x-y[0]', '1'],
      ['$..x-y', '[1,2,3]'],
      ['$.list[(@.length-1)].p', '2'],
      ["$['w.x']", 'dot'],
      ['$["access-token"]', 't'],
      ['$.list[?match(@.n, "a+b")].n', 'aab'],
      ['$.list[?@.p > 1].p', '2'],
      ['$.list[*].p', '0.10'],
      ['$.list[::-1].p', '2'],
    ] as const) {
      it(`gives ${path}`, async () => assert.equal(await source.value('r', `response.body.${path}`), value));
    }

    it('ends in time, whatever its regular expressions and the document are', async () => {
      const long = new ResponseValues();
      const deep = `${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`;
      long.record('r', exchange({ type: 'application/json', body: `{"list":["${'a'.repeat(40)}b"]}` }));
      long.record('x', exchange({ type: 'text/xml', body: deep }));
      long.record('d', exchange({ type: 'application/json', body: `${'['.repeat(5000)}${']'.repeat(5000)}` }));
      const startedAt = performance.now();
      await withShortExpressions(async () => {
        for (const [name, path] of [
          ['r', '$.list[?match(@, "(a+)+")]'],
          ['r', '$.list[?search(@, "(a|aa)+$")]'],
          ['x', '//a[count(.//a) > 5000 or .//a[.//a[.//a[.//b]]]]'],
          ['d', '$..[?@..[?@..x]]'],
        ] as const) {
          const error = await failure(() => long.value(name, `response.body.${path}`));
          assert.equal(error.code, 'unresolved-variable', error.message);
        }
      });
      assert.ok(performance.now() - startedAt < 15_000);
    }).timeout(30_000);

    it('cannot change the document', async () => {
      for (const path of ['$.list[?(@.p = 7)]', '$.list[?(@.p = 7)].p', '$.list.push(1)', '$.__proto__.x']) {
        await failure(() => source.value('r', `response.body.${path}`));
      }
      assert.equal(await source.value('r', 'response.body.$.list[0].p'), '0.10');
    });
  });

  it('are of the latest request of a name', async () => {
    const source = new ResponseValues();
    source.record('a', exchange({ type: 'application/json', body: '{"n":1}' }));
    assert.equal(await source.value('a', 'response.body.$.n'), '1');
    source.record('a', exchange({ type: 'application/json', body: '{"n":2}' }));
    assert.equal(await source.value('a', 'response.body.$.n'), '2');
  });
});
