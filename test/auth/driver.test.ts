import assert from 'node:assert/strict';
import type { AuthInForce } from '../../src/auth/driver.ts';
import { previewAuthorized, sendAuthorized } from '../../src/auth/driver.ts';
import type { AnyScheme, Attempt, AuthContext } from '../../src/auth/scheme.ts';
import type { HttpRequest } from '../../src/core/request.ts';
import { fixedPorts, plainRequest, response } from './ports.ts';

const statement = { scheme: 'test', fields: [], place: { file: 'c.http', line: 4 } };

function auth(authorize: AnyScheme['authorize'], values: Record<string, unknown> = {}): AuthInForce {
  const scheme: AnyScheme = {
    id: 'test',
    label: 'Test',
    summary: '',
    specification: '',
    fields: [],
    authorize,
  };
  return { resolved: { scheme, values, statement }, level: 'collection' };
}
const header = (value: string): Attempt => ({ edits: [{ in: 'header', name: 'Authorization', value, masked: '•••' }] });
const signal = new AbortController().signal;

describe('The driver', () => {
  it('reads no body that the scheme does not look at, and gives one that it looked at again', async () => {
    const bodies = (looks: boolean): AuthInForce =>
      auth(async function* () {
        const first = yield header('Test 1');
        if (looks) await first.bytes();
        return undefined;
      });
    const untouched = response(200);
    let begun = 0;
    const watched = Object.create(untouched, {
      body: {
        get: () => {
          begun++;
          return untouched.body;
        },
      },
    });
    await sendAuthorized(plainRequest(), bodies(false), fixedPorts(), signal, async () => watched);
    assert.equal(begun, 0);
    const { response: read } = await sendAuthorized(plainRequest(), bodies(true), fixedPorts(), signal, async () => ({
      ...response(200),
      bytes: async () => new TextEncoder().encode('once'),
    }));
    const chunks: Uint8Array[] = [];
    for await (const chunk of read.body) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'once');
  });

  it('gives every response one shape, so that none of them stays for long', async () => {
    const plain = auth(async function* () {
      yield header('Test 1');
      return undefined;
    });
    const send = () => sendAuthorized(plainRequest(), plain, fixedPorts(), signal, async () => response(200));
    const [first, second] = [(await send()).response, (await send()).response];
    assert.equal(Object.getPrototypeOf(first), Object.getPrototypeOf(second));
    for (const name of Object.keys(first)) {
      assert.equal(Object.getOwnPropertyDescriptor(first, name)?.get, undefined, `${name} is a getter of its own`);
    }
  });

  it('stamps every part with the statement it comes from', async () => {
    const inForce = auth(async function* () {
      yield header('Test 1');
      return undefined;
    });
    const sent: HttpRequest[] = [];
    await sendAuthorized(plainRequest(), inForce, fixedPorts(), signal, async request => {
      sent.push(request);
      return response(200);
    });
    assert.deepEqual(sent[0]?.headers.at(-1), {
      name: 'Authorization',
      value: 'Test 1',
      masked: '•••',
      origin: { by: 'auth', scheme: 'test', level: 'collection', file: 'c.http', line: 4 },
    });
  });

  it('answers a challenge, each attempt built on the plain request', async () => {
    const inForce = auth(async function* () {
      const first = yield { edits: [{ in: 'query', name: 'try', value: '1' }] };
      if (first.status === 401) yield header(`Answer ${first.headers[0]?.[1]}`);
      return { verdict: 'accepted', explanation: 'ok' };
    });
    const sent: HttpRequest[] = [];
    const challenge = response(401, [['WWW-Authenticate', 'Test nonce=7']]);
    const { response: last, outcome } = await sendAuthorized(
      plainRequest(),
      inForce,
      fixedPorts(),
      signal,
      async request => {
        sent.push(request);
        return sent.length === 1 ? challenge : response(200);
      },
    );
    assert.equal(last.status, 200);
    assert.equal(outcome?.verdict, 'accepted');
    assert.equal(challenge.discarded, 1);
    assert.deepEqual(sent[1]?.query, []);
    assert.equal(sent[1]?.headers.at(-1)?.value, 'Answer Test nonce=7');
  });

  it('ends a scheme that would ask for ever', async () => {
    let sent = 0;
    const inForce = auth(async function* () {
      for (;;) yield header('again');
    });
    await assert.rejects(
      sendAuthorized(plainRequest(), inForce, fixedPorts(), signal, async () => {
        sent++;
        return response(401);
      }),
      { code: 'auth-too-many-attempts' },
    );
    assert.equal(sent, 5);
  });

  it('sends nothing when the scheme cannot compute its edits, and says where it is stated', async () => {
    const inForce = auth(async function* () {
      throw new TypeError('no such key');
      // biome-ignore lint/correctness/noUnreachable: a generator needs a yield
      yield header('never');
    });
    const never = async () => assert.fail('sent');
    await assert.rejects(sendAuthorized(plainRequest(), inForce, fixedPorts(), signal, never), {
      code: 'auth-failed',
      place: statement.place,
    });
  });

  it('lets the scheme read the last body and the caller read it again', async () => {
    const inForce = auth(async function* () {
      const answer = yield header('Test');
      await answer.bytes();
      return undefined;
    });
    const { response: last } = await sendAuthorized(plainRequest(), inForce, fixedPorts(), signal, async () =>
      response(200, [], 'text'),
    );
    const chunks = [];
    for await (const chunk of last.body) chunks.push(chunk);
    assert.equal(Buffer.concat(chunks).toString(), 'text');
  });

  it('keeps memories apart per server, user and environment', async () => {
    const seen: unknown[] = [];
    const authorize = async function* (_: unknown, { memory }: AuthContext) {
      seen.push(memory.get('count'));
      memory.set('count', ((memory.get('count') as number | undefined) ?? 0) + 1);
      yield header('Test');
      return undefined;
    };
    const ports = fixedPorts();
    const send = (url: string, user: string, environment = '') =>
      sendAuthorized(plainRequest(url), auth(authorize, { user }), { ...ports, environment }, signal, async () =>
        response(200),
      );
    await send('https://a.test/1', 'ada');
    await send('https://a.test/2', 'ada');
    await send('https://b.test/', 'ada');
    await send('https://a.test/', 'bob');
    await send('https://a.test/', 'ada', 'production');
    assert.deepEqual(seen, [undefined, 1, undefined, undefined, undefined]);
  });

  it('gives one connection to all attempts that ask for it, one exchange at a time', async () => {
    const inForce = auth(async function* () {
      yield { edits: [], sameConnection: true };
      yield { edits: [], sameConnection: true };
      return undefined;
    });
    const ports = fixedPorts();
    const log: string[] = [];
    const run = (name: string) =>
      sendAuthorized(plainRequest(), inForce, ports, signal, async (_, connection) => {
        log.push(`${name} ${typeof connection}`);
        await new Promise(resolve => setImmediate(resolve));
        return response(200);
      });
    await Promise.all([run('a'), run('b')]);
    assert.deepEqual(log, ['a string', 'a string', 'b string', 'b string']);
  });

  it('previews the first attempt without sending', async () => {
    const inForce = auth(async function* () {
      yield { ...header('Test'), pending: 'the server will be asked' };
      assert.fail('went on');
    });
    const { request, pending } = await previewAuthorized(plainRequest(), inForce, fixedPorts(), signal);
    assert.equal(request.headers.at(-1)?.value, 'Test');
    assert.deepEqual(pending, ['the server will be asked']);
  });
});
