import assert from 'node:assert/strict';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import { Redactor } from '../../../src/core/redaction.ts';
import { type HttpRequest, type Origin, textBody } from '../../../src/core/request.ts';
import { type HistoryRow, historyEntry } from '../../../src/features/presentation/history-entry.ts';
import { comparedText, historyGroups, historyText, surplus } from '../../../src/features/presentation/history-list.ts';
import { redactCarried } from '../../../src/sending/redacted.ts';

const file: Origin = { by: 'file', file: '/w/users.http', line: 4 };
const auth: Origin = { by: 'auth', scheme: 'basic', level: 'folder', file: '/w/folder.http', line: 1 };
const secret = 'correct-horse';
const redactor = new Redactor();
redactor.add(secret, '$secret acme');

function request(rest: Partial<HttpRequest> = {}): HttpRequest {
  const empty = { query: [], headers: [], cookies: [], body: undefined, overridden: [] };
  return { method: 'POST', url: 'https://api.example.com/users', ...empty, ...rest };
}

function exchange(sent: HttpRequest, body = '', headers: [string, string][] = []): Exchange {
  const head = { status: 200, statusText: 'OK', httpVersion: 'HTTP/1.1', headers };
  const bytes = Buffer.from(body);
  const stored = { size: bytes.length, start: async () => bytes, async *open() {}, async dispose() {} };
  return {
    request: sent,
    attempts: [{ reason: 'request', request: sent, startedAt: 1000, response: head }],
    response: { ...head, body: stored },
    durationMs: 6,
  };
}

const entryOf = (given: Exchange) =>
  historyEntry(
    '1',
    given,
    { title: 'List', file: '/w/users.http', line: 3 },
    {
      nameOf: redactor.nameOf,
      redact: redactCarried(given.attempts, redactor.redact),
    },
  );

describe('an entry of the history', () => {
  it('holds the names that credentials came from in their place', async () => {
    const basic = Buffer.from(`anna:${secret}`).toString('base64');
    const entry = await entryOf(
      exchange(
        request({
          url: `https://api.example.com/${secret}/users?page=2`,
          maskedUrl: 'https://api.example.com/•••/users?page=2',
          query: [{ name: 'sig', value: 'abcdef123456', masked: '•••', origin: auth }],
          headers: [
            { name: 'Accept', value: 'text/plain', origin: file },
            { name: 'X-Api-Key', value: secret, masked: '•••', origin: file },
            { name: 'Authorization', value: `Basic ${basic}`, masked: 'Basic •••', origin: auth },
            { name: 'X-Auth-Token', value: 'written-in-the-file', origin: file },
            { name: 'Cookie', value: 'sid=abcdef; theme=dark', origin: file },
          ],
          cookies: [{ name: 'session', value: 'xyz987654', masked: '•••', origin: { by: 'cookie-jar' } }],
          body: textBody(
            `{"name":"Anna","key":"${secret}","password":"literal-one"}`,
            '{"name":"Anna","key":"•••","password":"literal-one"}',
          ),
        }),
      ),
    );
    assert.equal(entry.url, 'https://api.example.com/{{$secret acme}}/users?page=2&sig=•••');
    assert.deepEqual(entry.request.headers, [
      ['Accept', 'text/plain'],
      ['X-Api-Key', '{{$secret acme}}'],
      ['Authorization', 'Basic <Basic Auth · folder.http:1>'],
      ['X-Auth-Token', '•••'],
      ['Cookie', 'sid=•••; theme=•••'],
      ['Cookie', 'session=<Cookie jar>'],
    ]);
    assert.equal(entry.request.body?.text, '{"name":"Anna","key":"{{$secret acme}}","password":"•••"}');
    for (const gone of [secret, basic, 'abcdef123456', 'written-in', 'xyz987654', 'literal-one']) {
      assert.ok(!JSON.stringify(entry).includes(gone), gone);
    }
  });

  it('holds no credential that a server sent', async () => {
    const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${'s'.repeat(43)}`;
    const body = JSON.stringify({ access_token: 'fresh-token-1', user: 'anna', note: `${secret} ${jwt}` });
    const entry = await entryOf(
      exchange(request(), body, [
        ['Content-Type', 'application/json'],
        ['Set-Cookie', 'session=fresh-cookie; Path=/'],
        ['Location', 'https://a.example/cb?code=fresh-code'],
      ]),
    );
    const text = historyText(entry);
    for (const gone of ['fresh-token-1', 'fresh-cookie', 'fresh-code', secret, jwt])
      assert.ok(!text.includes(gone), gone);
    assert.match(text, /"access_token":"•••","user":"anna"/);
    assert.match(text, /Set-Cookie: session=•••; Path=\//);
    const form = await entryOf(exchange(request(), 'a=1&refresh_token=fresh-two', [['Content-Type', 'text/plain']]));
    assert.equal(form.response?.body.text, 'a=1&refresh_token=•••');
    const xml = await entryOf(exchange(request(), '<a><password>fresh</password></a>', [['Content-Type', 'text/xml']]));
    assert.equal(xml.response?.body.text, '<a><password>•••</password></a>');
  });

  it('keeps the start of a long body, and of what is no text its size', async () => {
    const long = await entryOf(exchange(request(), 'x'.repeat(300_000), [['Content-Type', 'text/plain']]));
    assert.equal(long.response?.body.cut, true);
    assert.equal(long.response?.body.text?.length, 256 * 1024);
    const image = await entryOf(exchange(request(), 'PNG', [['Content-Type', 'image/png']]));
    assert.deepEqual(image.response?.body, { size: 3 });
  });

  it('says why there was no response', async () => {
    const error = new CountersignError('connection-refused', `No ${secret} there`);
    const { response: _, ...none } = exchange(request());
    const entry = await entryOf({ ...none, error });
    assert.equal(entry.message, 'No ••• there');
    assert.match(historyText(entry), /^# List · .*\nPOST .*\n\n# connection-refused\n# No ••• there\n$/);
  });

  it('is held against another without what differs each time', async () => {
    const answer = (date: string): [string, string][] => [
      ['Date', date],
      ['Content-Type', 'application/json'],
    ];
    const one = await entryOf(exchange(request(), '{"a":1}', answer('Mon')));
    const other = await entryOf(exchange(request(), '{ "a": 1 }', answer('Tue')));
    assert.equal(comparedText(one), comparedText(other));
    assert.equal(comparedText(one), 'HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\n  "a": 1\n}\n');
  });
});

describe('the list of the history', () => {
  const row = (id: string, at: number, title: string): HistoryRow & { readonly kept: number } => {
    return { id, at, title, file: '/w/a.http', line: 1, method: 'GET', url: '/', durationMs: 1, kept: 10 };
  };
  const [a, b, c] = [
    row('a', new Date(2026, 0, 1, 23).getTime(), 'One'),
    row('b', new Date(2026, 0, 2, 1).getTime(), 'Two'),
    row('c', new Date(2026, 0, 2, 2).getTime(), 'One'),
  ] as const;

  it('goes by day and by request, the latest first', () => {
    const groups = (by: 'day' | 'request') =>
      historyGroups([a, b, c], by).map(
        ({ key, rows }) => `${key.split('\n').at(-1)}: ${rows.map(({ id }) => id).join()}`,
      );
    assert.deepEqual(groups('day'), ['2026-01-02: c,b', '2026-01-01: a']);
    assert.deepEqual(groups('request'), ['One: c,a', 'Two: b']);
  });

  it('lets the oldest go, by number and by size', () => {
    assert.deepEqual(surplus([a, b, c], 2, 1000), [a]);
    assert.deepEqual(surplus([a, b, c], 10, 15), [a, b]);
    assert.deepEqual(surplus([a, b, c], 10, 30), []);
  });
});
