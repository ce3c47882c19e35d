import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServerSession } from '../../src/auth/oauth2/server-session.ts';
import type { ClientTls } from '../../src/core/client-tls.ts';
import { CountersignError } from '../../src/core/errors.ts';
import type { Transport } from '../../src/core/ports.ts';
import type { SslConfiguration } from '../../src/core/ssl-configuration.ts';
import { statedTls } from '../../src/http/stated-tls.ts';
import { createTlsResolver } from '../../src/http/tls.ts';
import { createTransport } from '../../src/http/transport.ts';
import { nodeFiles } from '../../src/node/files.ts';
import { redirect } from '../../src/sending/redirects.ts';
import { askingServer, certificatePath } from '../cli/tls-server.ts';
import { certificate, closeAll, request, sending, whenDone } from './loopback.ts';

const place = { file: '/w/a.http', line: 1 };

function configuration(name: string | undefined, rest: Partial<SslConfiguration> = {}): SslConfiguration {
  return {
    ...{ source: name ?? 'none', hosts: [], verify: true },
    ...(name === undefined
      ? {}
      : {
          certificate: { text: certificatePath(`${name}.pem`) },
          key: { text: certificatePath(`${name}-key.pem`) },
        }),
    ...rest,
  };
}

function tls(...stated: readonly SslConfiguration[]): ClientTls {
  return statedTls(stated, { files: nodeFiles, value: async text => text, place });
}

const presented = async (made: ClientTls, url: string): Promise<string | undefined> =>
  /([\w-]+)\.pem$/.exec((await made.for(url))?.identity?.file ?? '')?.[1];

describe('what is stated about TLS', () => {
  afterEach(closeAll);

  it('holds for hosts by name, before what holds for all', async () => {
    const made = tls(
      configuration('client'),
      configuration('self-signed', { hosts: ['*.acme.test'] }),
      configuration('server', { hosts: ['api.acme.test:8443'] }),
    );
    assert.equal(await presented(made, 'https://other.test/'), 'client');
    assert.equal(await presented(made, 'https://api.acme.test/'), 'self-signed');
    assert.equal(await presented(made.elsewhere, 'https://api.acme.test/'), 'self-signed');
    assert.equal(await presented(made.elsewhere, 'https://other.test/'), undefined);
    assert.equal(await presented(made.elsewhere.elsewhere, 'https://api.acme.test/'), 'self-signed');
    const ported = tls(configuration('server', { hosts: ['[::1]:8443'] }));
    assert.equal(await presented(ported, 'https://[::1]:8443/'), 'server');
    assert.equal(await presented(ported, 'https://[::1]/'), undefined);
  });

  it('says nothing about plain http, and reads nothing for it', async () => {
    const made = tls(configuration('there-is-none'));
    assert.equal(await made.for('http://h/'), undefined);
    await assert.rejects(made.for('https://h/'), { code: 'missing-file', place });
  });

  it('keeps a certificate of the command line and the environment’s verification apart', async () => {
    const made = tls(configuration('client'), configuration(undefined, { verify: false }));
    const { identity, insecure } = (await made.for('https://h/')) ?? {};
    assert.ok(identity?.file.endsWith('client.pem'));
    assert.equal(insecure, true);
  });

  it('goes along with a redirect within an origin, and not to another', async () => {
    const first = { ...request('https://h/a'), tls: tls(configuration('client')) };
    const to = (location: string) => redirect(first, 307, location, []).request.tls;
    assert.equal(await presented(to('/b') ?? assert.fail(), 'https://h/b'), 'client');
    for (const other of ['https://h:8443/', 'https://i/', 'https://sub.h/', '//i/']) {
      const made = to(other) ?? assert.fail();
      assert.equal(await made.for(new URL(other, 'https://h').href), undefined, other);
    }
  });

  it('is for authorization servers, and neither for a CI system nor for whoever keeps their keys', async () => {
    const sent: [string, string | undefined][] = [];
    const refused = new CountersignError('connection-refused', 'Nobody there.');
    const transport: Transport = {
      async send({ url, tls: given }) {
        sent.push([url, given && (await presented(given, url))]);
        throw refused;
      },
    };
    const ports = { clock: { now: () => 0 }, random: { bytes: () => new Uint8Array() }, env: {}, wait: async () => {} };
    const made = tls(configuration('client'), configuration('server', { hosts: ['ci.test'] }));
    const session = new ServerSession({ ...ports, transport }, sending().signal, made, {});
    const exchanges = [
      ['ci-token', 'https://github.test/', undefined],
      ['ci-token', 'https://ci.test/', 'server'],
      ['discovery', 'https://id.test/.well-known', 'client'],
      ['token', 'https://mtls.id.test/token', 'client'],
      ['keys', 'https://mtls.id.test/keys', 'client'],
      ['keys', 'https://cdn.test/keys', undefined],
      ['revocation', 'https://id.test/revoke', 'client'],
    ] as const;
    for (const [purpose, url] of exchanges) {
      await assert.rejects(session.exchange({ purpose, method: 'GET', url, headers: [] }), refused);
    }
    assert.deepEqual(
      sent,
      exchanges.map(([, url, who]) => [url, who]),
    );
  });

  it('never lets a connection serve a request of another client', async function () {
    this.timeout(60_000);
    const server = await askingServer();
    const transport = createTransport({
      tls: createTlsResolver({ extraCa: [String(certificate('ca.pem'))] }),
    });
    whenDone(() => transport.close?.());
    const names = { client: 'test-only client', 'self-signed': '', 'other-host': '' };
    for (const name of Object.keys(names) as (keyof typeof names)[]) {
      const made = tls(configuration(name));
      await (await transport.send({ ...request(`${server.url}/`), tls: made }, sending())).discard();
      names[name] = server.seen.at(-1)?.client ?? '';
    }
    assert.equal(names.client, 'test-only client');
    assert.equal(new Set(Object.values(names)).size, 3);
    const client = fc.constantFrom(undefined, 'nobody', ...(Object.keys(names) as (keyof typeof names)[]));
    const step = fc.record({ client, insecure: fc.boolean(), kept: fc.boolean() });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async steps => {
        // All at once, so that connections are shared and waited for in every order.
        await Promise.all(
          steps.map(async ({ client: who, insecure, kept }) => {
            const path = `/${count++}`;
            const made = who === undefined ? undefined : tls(configuration(who === 'nobody' ? undefined : who));
            const sent = { ...request(`${server.url}${path}`), ...(made ? { tls: made } : {}) };
            const options = sending({ insecure, ...(kept ? { connection: path } : {}) });
            await (await transport.send(sent, options)).discard();
            transport.release?.(path);
            const expected = who === undefined || who === 'nobody' ? 'nobody' : names[who];
            assert.equal(server.seen.find(one => one.path === path)?.client, expected);
          }),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('keeps one connection per key only for the same client', async () => {
    const server = await askingServer();
    const transport = createTransport({ tls: createTlsResolver({ extraCa: [String(certificate('ca.pem'))] }) });
    whenDone(() => transport.close?.());
    const send = async (made?: ClientTls) => {
      const sent = { ...request(`${server.url}/`), ...(made ? { tls: made } : {}) };
      await (await transport.send(sent, sending({ connection: 'k' }))).discard();
    };
    const made = tls(configuration('client'));
    for (const one of [made, undefined, tls(configuration('client'))]) await send(one);
    assert.deepEqual(
      server.seen.map(({ client }) => client),
      ['test-only client', 'nobody', 'test-only client'],
    );
  });
});
