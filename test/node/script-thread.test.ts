import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { ScriptThread } from '../../src/node/script-thread.ts';
import type { Face, LogLevel, ScriptHost, ScriptOutcome, ScriptRequest } from '../../src/scripting/script.ts';

/** A host that keeps variables and answers with one body. */
class Host implements ScriptHost {
  readonly values = new Map<string, unknown>();
  readonly printed: string[] = [];
  body = '{"id": 7, "list": [{"id": 1}, {"id": 2}]}';

  async call(method: string, argument: unknown): Promise<unknown> {
    const { name = '', value, text } = (argument ?? {}) as { name?: string; value?: unknown; text?: string };
    switch (method) {
      case 'variable.get':
        return this.values.has(name) ? { value: this.values.get(name) } : undefined;
      case 'variable.set':
        return void this.values.set(name, value);
      case 'variable.unset':
        return void this.values.delete(name);
      case 'variable.all':
        return Object.fromEntries(this.values);
      case 'substitute':
        return text;
      case 'response.body':
        return this.body;
      case 'send':
        return {
          status: 201,
          statusText: 'Created',
          httpVersion: '1.1',
          headers: [],
          size: 2,
          durationMs: 1,
          body: '{}',
        };
      default:
        throw new Error(`no ${method}`);
    }
  }

  log(_: LogLevel, text: string): void {
    this.printed.push(text);
  }
}

describe('the sandbox of scripts', function () {
  this.timeout(30_000);
  const thread = new ScriptThread({ time: 1000, memory: 32 * 1024 * 1024, output: 4000 });
  let host: Host;
  beforeEach(() => {
    host = new Host();
  });
  after(() => thread.close());

  const request: ScriptRequest = {
    method: 'POST',
    url: 'https://api.example.com/a?b=1',
    headers: [['X-A', '1']],
    body: 'text',
  };
  const run = (face: Face, text: string, after = true, signal = new AbortController().signal): Promise<ScriptOutcome> =>
    thread.run(
      {
        script: { text, place: { file: '/x/api.http', line: 5, column: 6 }, face, phase: after ? 'after' : 'before' },
        request,
        ...(after
          ? {
              response: {
                ...{ status: 200, statusText: 'OK', httpVersion: '1.1', size: 9, durationMs: 12 },
                headers: [
                  ['Content-Type', 'application/json'],
                  ['X-Twice', 'one'],
                  ['X-Twice', 'two'],
                ],
              },
            }
          : {}),
        info: { name: 'one', id: '1', iteration: 2, iterationCount: 3, environment: 'dev' },
      },
      host,
      signal,
    );

  const failing = (text: string) => async () => (await run('jetbrains', text)).failure?.message ?? 'no failure';

  describe('ends what does not end, and leaves the next script whole', () => {
    const bad: readonly (readonly [name: string, text: string, message: RegExp])[] = [
      ['a loop', 'while (true) {}', /computes longer than 1 s/],
      [
        'a chain of promises',
        'const f = () => { Promise.resolve().then(f) }; f(); await new Promise(() => {})',
        /computes longer/,
      ],
      ['a regular expression', '/(a+)+$/.test("a".repeat(40) + "b")', /computes longer/],
      ['one long built-in call', 'new Array(2 ** 28).join("ab")', /computes longer|memory/],
      ['recursion', 'function f() { f() } f()', /stack overflow/],
      [
        'nested eval',
        'let s = "1"; for (let i = 0; i < 400; i++) s = "eval(" + JSON.stringify(s) + ")"; eval(s)',
        /memory|stack|string|computes|broke/i,
      ],
      ['memory', 'const all = []; for (;;) all.push(new Array(10000).fill("x"))', /more than 32 MB of memory|computes/],
      ['a long text', 'let s = "x"; for (;;) s += s', /memory|string too long|computes/i],
      ['a promise that never settles', 'await new Promise(() => {})', /never happens/],
      ['timers without end', 'await new Promise(() => { const f = () => setTimeout(f, 0); f() })', /computes longer/],
    ];
    for (const [name, text, message] of bad) {
      it(name, async () => {
        assert.match(await failing(text)(), message);
        assert.deepEqual(
          (await run('jetbrains', 'client.test("whole", () => {})')).tests.map(({ passed }) => passed),
          [true],
        );
      });
    }

    it('promises that wait for each other, by the memory that they take', async () => {
      // So little that it is always used up before the time is.
      const small = new ScriptThread({ time: 60_000, memory: 12 * 1024 * 1024 });
      const text = 'function f() { return Promise.resolve().then(f) } await f()';
      const script = { text, place: { file: '/x/api.http', line: 1 }, face: 'jetbrains', phase: 'after' } as const;
      const info = { name: 'one', id: '1', iteration: 0, iterationCount: 1, environment: '' };
      try {
        const { failure } = await small.run({ script, request, info }, host, new AbortController().signal);
        assert.match(failure?.message ?? '', /more than 12 MB of memory/);
      } finally {
        await small.close();
      }
    });

    it('cuts what prints without end', async () => {
      const outcome = await run('jetbrains', 'for (let i = 0; i < 1000; i++) client.log("line " + i)');
      assert.equal(outcome.failure, undefined);
      assert.ok(host.printed.length < 40);
      assert.match(host.printed.at(-1) ?? '', /prints more than 4000 characters/);
    });

    it('ends with the request that is cancelled', async () => {
      const controller = new AbortController();
      const running = run('jetbrains', 'while (true) {}', true, controller.signal);
      setImmediate(() => controller.abort());
      await assert.rejects(running, { code: 'cancelled' });
      assert.equal((await run('jetbrains', '1')).failure, undefined);
    });

    it('ends with the request that is cancelled while its thread starts', async () => {
      const fresh = new ScriptThread({ time: 1000 });
      const controller = new AbortController();
      const script = { text: 'while (true) {}', place: { file: '/x/api.http', line: 1, column: 1 } };
      const running = fresh.run(
        {
          script: { ...script, face: 'jetbrains', phase: 'before' },
          request,
          info: { name: 'one', id: '1', iteration: 0, iterationCount: 1, environment: '' },
        },
        host,
        controller.signal,
      );
      setImmediate(() => controller.abort());
      await assert.rejects(running, { code: 'cancelled' });
      await fresh.close();
    });
  });

  it('has nothing of the machine in reach, whatever is tried', async () => {
    const attempts = [
      'typeof process',
      'typeof __host',
      'typeof fetch',
      'typeof Deno',
      'typeof globalThis.module',
      '(function () {}).constructor("return typeof process")()',
      '(async function () {}).constructor("return typeof process")().then(String)',
      'this.constructor.constructor("return typeof process")()',
      'Object.getPrototypeOf(client.log).constructor("return typeof process")()',
      'Reflect.getPrototypeOf(async () => {}).constructor("return typeof process")()',
      '(() => { try { null.x } catch (error) { return error.constructor.constructor("return typeof process")() } })()',
      '(() => { Error.prepareStackTrace = (_, frames) => frames; const { stack } = new Error(); return Array.isArray(stack) && stack[0].getThis ? "object" : "undefined" })()',
      '(() => { try { return typeof WebAssembly } catch { return "undefined" } })()',
      'import("node:fs").then(() => "object", () => "undefined")',
      'import("data:text/javascript,1").then(() => "object", () => "undefined")',
    ];
    for (const text of attempts) {
      await run('jetbrains', `client.log(String(await (${text})))`);
      const shown = host.printed.pop();
      assert.match(shown ?? '', /^(?:undefined|\[object Promise\])$/, `${text} gives ${shown}`);
    }
    for (const module of ['fs', 'child_process', 'node:net', 'vm', '../../etc/passwd']) {
      const { failure } = await run('httpyac', `require(${JSON.stringify(module)})`);
      assert.match(failure?.message ?? '', /Scripts can’t have the module/);
    }
  });

  it('does not let one script change what the host sees of the next', async () => {
    await run(
      'jetbrains',
      'Array.prototype.push = () => 0; Object.prototype.passed = true; JSON.stringify = () => "{}"; Promise.prototype.then = 1',
    );
    const { tests } = await run('postman', 'pm.test("false", () => { throw new Error("no") })');
    assert.deepEqual(tests, [{ name: 'false', passed: false, message: 'no', line: 5 }]);
  });

  it('names the line and the column of a mistake', async () => {
    assert.deepEqual((await run('jetbrains', '\n  throw new TypeError("no")')).failure?.place, {
      file: '/x/api.http',
      line: 6,
      column: 22,
    });
    const { failure } = await run('jetbrains', 'let x = ;');
    assert.deepEqual(
      [failure?.message, failure?.place.line, failure?.place.column],
      ["SyntaxError: unexpected token in expression: ';'", 5, 14],
    );
    const { tests } = await run('jetbrains', 'client.test("t", () => {\n\n  client.assert(false, "here");\n})');
    assert.deepEqual(tests, [{ name: 't', passed: false, message: 'here', line: 7 }]);
  });

  describe('in the words of JetBrains', () => {
    it('reads response and request, and sets globals', async () => {
      const { tests, failure } = await run(
        'jetbrains',
        `client.global.set('id', response.body.id);
         client.test('reads', () => {
           client.assert(response.status === 200);
           client.assert(response.contentType.mimeType === 'application/json');
           client.assert(response.headers.valueOf('x-twice') === 'one');
           client.assert(response.headers.valuesOf('X-Twice').join() === 'one,two');
           client.assert(response.headers.valueOf('none') === null);
           client.assert(request.url() === 'https://api.example.com/a?b=1');
           client.assert(request.method === 'POST' && request.body() === 'text');
           client.assert(request.iteration() === 2);
           client.assert(client.global.get('id') === 7 && client.global.get('x') === null);
         });
         client.exit();
         throw new Error('not reached');`,
      );
      assert.deepEqual([tests[0]?.message, failure], [undefined, undefined]);
      assert.equal(host.values.get('id'), 7);
    });

    it('computes digests as RFC 4231 and FIPS 180 have them', async () => {
      await run(
        'jetbrains',
        `client.log(crypto.sha256().updateWithText('abc').digest().toHex());
         client.log(crypto.hmac.sha256().withTextSecret('Jefe').updateWithText('what do ya want for nothing?').digest().toHex());
         client.log(crypto.md5().updateWithHex('616263').digest().toBase64(true));`,
      );
      assert.deepEqual(host.printed, [
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
        'kAFQmDzST7DWlj99KOF_cg',
      ]);
    });

    it('has paths, XML and random values', async () => {
      await run(
        'jetbrains',
        `client.log(jsonPath(response.body, '$.list[*].id'), jsonPath(response.body, '$.id'));
         client.log(xpath('<a><b>text</b></a>', 'string(//b)'));
         client.log(/^[0-9a-f-]{36}$/.test($random.uuid), $random.alphabetic(5).length, $random.integer(3, 4));`,
      );
      assert.deepEqual(host.printed, ['[1, 2] 7', 'text', 'true 5 3']);
    });
  });

  describe('in the words of Postman', () => {
    it('tests at once, waits for callbacks, and knows its assertions', async () => {
      const { tests } = await run(
        'postman',
        `pm.test('status', () => pm.response.to.have.status(200));
         pm.test('wrong status', () => pm.response.to.have.status(404));
         pm.test('ok', () => pm.response.to.be.ok);
         pm.test('not an error', () => pm.response.to.not.be.error);
         pm.test('header', () => pm.response.to.have.header('x-twice', 'two'));
         pm.test('body', () => pm.response.to.have.jsonBody('list[1].id', 2));
         pm.test('schema', () => pm.response.to.have.jsonSchema({ type: 'object', required: ['id'] }));
         pm.test('expect', () => pm.expect(pm.response.json()).to.have.property('id').that.is.a('number'));
         pm.test('eql', () => pm.expect([1, { a: 2 }]).to.eql([1, { a: 3 }]));
         pm.sendRequest('https://api.example.com/b', (error, response) => {
           pm.test('sent', () => pm.expect(response.code).to.equal(201));
         });
         pm.test('later', done => setTimeout(() => done(), 5));
         pm.test('async', async () => { throw new Error('after all'); });
         pm.test.skip('skipped', () => {});
         tests['old'] = responseCode.code === 200 && JSON.parse(responseBody).id === 7;`,
      );
      const results = Object.fromEntries(tests.map(({ name, passed, message }) => [name, message ?? passed]));
      assert.deepEqual(results, {
        status: true,
        'wrong status': 'expected response to have status code 404 but got 200',
        ok: true,
        'not an error': true,
        header: true,
        body: true,
        schema: true,
        expect: true,
        eql: 'expected [ 1, { a: 2 } ] to deeply equal [ 1, { a: 3 } ]',
        sent: true,
        later: true,
        async: 'after all',
        skipped: true,
        old: true,
      });
    });

    it('hands back the request as it was changed', async () => {
      const { request: left } = await run(
        'postman',
        `pm.request.headers.upsert({ key: 'x-a', value: '2' });
         pm.request.headers.add({ key: 'X-Signature', value: CryptoJS.HmacSHA256('a', 'k').toString(CryptoJS.enc.Base64) });
         pm.request.url.query.add({ key: 'c', value: '{{later}}' });
         pm.request.body.raw = 'other';`,
        false,
      );
      assert.deepEqual(left, {
        method: 'POST',
        url: 'https://api.example.com/a?b=1&c={{later}}',
        headers: [
          ['X-A', '2'],
          ['X-Signature', createHmac('sha256', 'k').update('a').digest('base64')],
        ],
        body: 'other',
      });
    });

    it('skips, and says what is next', async () => {
      assert.equal(
        (await run('postman', 'pm.execution.skipRequest(); throw new Error("not reached")', false)).skip,
        true,
      );
      assert.deepEqual((await run('postman', 'postman.setNextRequest("two")')).next, { name: 'two' });
      assert.deepEqual((await run('postman', 'pm.execution.setNextRequest(null)')).next, { name: null });
    });

    it('offers its libraries, and keeps globals from script to script', async () => {
      await run(
        'postman',
        'counter = 1; console.log(_.sum([1, 2]), require("moment").utc(0).year(), tv4.validate(1, { type: "string" }))',
      );
      await run(
        'postman',
        'console.log(++counter, xml2Json("<a><b x=\'1\'>2</b></a>").a.b.$.x, require("uuid").v4().length, cheerio.load("<i>t</i>")("i").text(), require("csv-parse/lib/sync")("a,b")[0][1])',
      );
      assert.deepEqual(host.printed, ['3 1970 false', '2 1 36 t b']);
    });
  });

  describe('in the words of httpYac', () => {
    it('has variables as names, and exports', async () => {
      host.values.set('base', 'x');
      const { tests, failure } = await run(
        'httpyac',
        `exports.both = base + response.parsedBody.id;
         exports.promised = Promise.resolve(3);
         test('fails', () => { throw new Error('no'); });
         test.status(200);
         test.header('content-type', 'application/json');
         const { createHash } = require('crypto');
         console.info(createHash('sha1').update('abc').digest('hex'), Buffer.from('hi').toString('base64'));`,
      );
      assert.equal(failure, undefined);
      assert.deepEqual(
        tests.map(({ name, passed }) => [name, passed]),
        [
          ['fails', false],
          ['response status equals 200', true],
          ['response header content-type equals application/json', true],
        ],
      );
      assert.deepEqual([host.values.get('both'), host.values.get('promised')], ['x7', 3]);
      assert.deepEqual(host.printed, ['a9993e364706816aba3e25717850c26c9cd0d89d aGk=']);
    });

    it('can keep a request from being sent', async () => {
      assert.equal((await run('httpyac', 'exports.$cancel = true', false)).skip, true);
    });
  });
});
