import assert from 'node:assert/strict';
import { wireToCurl } from '../../../src/convert/curl/wire-curl.ts';
import type { ReceivedResponse, Transport } from '../../../src/core/ports.ts';
import { MASK } from '../../../src/core/request.ts';
import type { WireRecord } from '../../../src/core/wire-record.ts';
import { consoleDetail, consoleFilter, consoleRow } from '../../../src/features/presentation/console-model.ts';
import { ExchangeLog } from '../../../src/features/presentation/exchange-log.ts';
import { harText } from '../../../src/features/presentation/har.ts';
import { recordTransport } from '../../../src/http/recorded-transport.ts';
import { request, sending } from '../../http/loopback.ts';

function exchange(id: number, rest: Partial<WireRecord> = {}): WireRecord {
  return {
    id,
    ...{ reason: 'request', startedAt: 0, method: 'GET', httpVersion: '1.1', ended: true, timing: { total: 5 } },
    url: { name: '', value: 'https://api.test/a?token=secret-1', masked: `https://api.test/a?token=${MASK}` },
    target: { name: '', value: '/a?token=secret-1', masked: `/a?token=${MASK}` },
    fields: [
      { name: 'Host', value: 'api.test' },
      { name: 'Authorization', value: 'Bearer secret-2', masked: `Bearer ${MASK}` },
    ],
    response: {
      ...{
        status: 401,
        statusText: 'Unauthorized',
        headers: [
          ['X-Request-Id', 'R7'],
          ['Set-Cookie', 'sid=secret-3'],
        ],
      },
      body: { start: Buffer.from('no such person'), size: 14 },
    },
    ...rest,
  };
}

const buffer = new Uint8Array(64 * 1024);
const withBody = (id: number, bytes: number): WireRecord =>
  exchange(id, { body: { start: buffer.subarray(0, bytes), size: bytes } });

describe('the exchanges of the console', () => {
  it('are the last ten thousand, in bounded memory', () => {
    const log = new ExchangeLog();
    const piece = 64 * 1024;
    for (let id = 1; id <= 12_000; id++) log.put(withBody(id, piece));
    assert.equal(log.size, 10_000);
    assert.ok(log.bodyBytes <= 64 * 1024 * 1024);
    assert.equal(log.get(2000), undefined);
    assert.equal(log.get(2001)?.body?.start.byteLength, 0);
    assert.equal(log.get(2001)?.body?.size, piece);
    assert.equal(log.get(12_000)?.body?.start.byteLength, piece);
  });

  it('take the place of what they were, and count once', () => {
    const log = new ExchangeLog({ records: 2, bodyBytes: 100 });
    log.put(withBody(1, 40));
    log.put(withBody(1, 50));
    assert.equal(log.bodyBytes, 50 + 14);
    log.put(exchange(2));
    assert.deepEqual(log.put(exchange(3)), [1]);
    assert.equal(log.bodyBytes, 2 * 14);
    log.clear();
    assert.deepEqual([log.size, log.bodyBytes], [0, 0]);
  });

  it('leave memory where it was after a response of 1 GB', async () => {
    const chunk = new Uint8Array(1024 * 1024);
    async function* gigabyte(): AsyncGenerator<Uint8Array> {
      for (let count = 0; count < 1024; count++) yield chunk;
    }
    const response = { status: 200, statusText: '', httpVersion: '1.1', headers: [], body: gigabyte() };
    const direct = { send: async () => ({ ...response, timing: () => ({ total: 1 }) }) as unknown as ReceivedResponse };
    const log = new ExchangeLog();
    const transport = recordTransport(direct as Transport, { bodyLimit: 65_536, record: record => log.put(record) });
    const before = process.memoryUsage().arrayBuffers;
    let bytes = 0;
    for await (const piece of (await transport.send(request('http://a.test/'), sending())).body) bytes += piece.length;
    assert.equal(bytes, 2 ** 30);
    assert.ok(process.memoryUsage().arrayBuffers - before < 4 * 1024 * 1024);
    assert.equal(log.bodyBytes, 65_536);
    assert.equal([...log.all()][0]?.response?.body?.size, 2 ** 30);
  });

  it('are found by every word of a filter, and not by secrets', () => {
    const finds = (text: string): boolean => consoleFilter(text)(exchange(1));
    for (const text of ['', '401', 'api.test get', 'r7', 'NO SUCH', '-204', '401 -favicon'])
      assert.ok(finds(text), text);
    for (const text of ['204', 'secret-1', 'secret-2', 'secret-3', '-401', '401 nowhere'])
      assert.ok(!finds(text), text);
  });

  it('show no secret in a line, in full, as cURL or as HAR, until it is revealed', () => {
    const record = exchange(1);
    const shown = [
      JSON.stringify(consoleRow(record, {}, true)),
      JSON.stringify(consoleDetail(record, {})),
      wireToCurl(record, { shell: 'sh', secrets: false }),
      harText([record], {}, '1'),
    ];
    for (const text of shown) assert.doesNotMatch(text, /secret-/);
    const revealed = [
      JSON.stringify(consoleDetail(record, { reveal: true })),
      wireToCurl(record, { shell: 'sh', secrets: true }),
      harText([record], { reveal: true }, '1'),
    ];
    for (const text of revealed) for (const secret of ['secret-1', 'secret-2']) assert.ok(text.includes(secret), text);
    assert.equal(JSON.parse(harText([record], {}, '1')).log.entries.length, 1);
  });

  it('mask tokens in the answer to a token request', () => {
    const start = Buffer.from('{"access_token":"at-1","expires_in":5}');
    const response = { status: 200, statusText: 'OK', headers: [], body: { start, size: start.length } };
    const detail = consoleDetail(exchange(1, { reason: 'token', response }), {});
    assert.doesNotMatch(detail.response, /at-1/);
    assert.match(detail.response, /expires_in/);
  });
});
