import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { closeAll } from '../http/loopback.ts';
import { type CallResult, countersign, folderWith } from './countersign.ts';
import { askingServer, certificatePath } from './tls-server.ts';

const passphrase = 'test-only';
const [cert, key, encrypted, p12] = ['client.pem', 'client-key.pem', 'client-key-encrypted.pem', 'client.p12'].map(
  certificatePath,
);
const client = 'test-only client';
const subject = (name: string): string =>
  /CN=(.*)/.exec(new X509Certificate(readFileSync(certificatePath(name))).subject)?.[1] ?? '';

/** Environments, each with that `SSLConfiguration`. */
const environments = (all: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { SSLConfiguration: value }])),
    null,
    2,
  );

describe('client certificates on the command line', function () {
  this.timeout(60_000);
  let remove = (): void => {};
  afterEach(async () => {
    remove();
    await closeAll();
  });

  interface Project {
    readonly text: string;
    /** `SSLConfiguration` of `dev`, in the private file. */
    readonly dev?: unknown;
    readonly files?: Readonly<Record<string, string>>;
    readonly args?: readonly string[];
    readonly env?: Record<string, string>;
  }

  const call = (command: string, { text, dev, files, args = [], env = {} }: Project): Promise<CallResult> => {
    const project = folderWith({
      'a.http': text,
      ...(dev === undefined ? {} : { 'http-client.private.env.json': environments({ dev }) }),
      ...files,
    });
    remove = project.remove;
    const inEnvironment = dev === undefined ? [] : ['--env', 'dev'];
    return countersign(project.folder, [command, 'a.http', '--json', ...inEnvironment, ...args], {
      env: { NODE_EXTRA_CA_CERTS: certificatePath('ca.pem'), ...env },
    });
  };
  const run = (project: Project) => call('run', project);
  const failure = (result: CallResult) =>
    (result.json()[0] as { error: { code: string; message: string; hint?: string; line: number; file?: string } })
      .error;

  describe('from the environment', () => {
    it('are presented to a server that insists on them, and without the environment it refuses', async () => {
      const server = await askingServer(undefined, { rejectUnauthorized: true });
      const text = `GET ${server.url}/`;
      const dev = { clientCertificate: cert, clientCertificateKey: key };
      assert.equal((await run({ text, dev })).status, 0);
      assert.deepEqual(server.seen, [{ path: '/', client }]);
      remove();
      const without = await run({ text });
      assert.equal(without.status, 1);
      assert.match(failure(without).code, /^(certificate|connection-lost)$/);
      assert.equal(server.seen.length, 1);
    });

    it('are found beside the environment file, wherever the request is', async () => {
      const server = await askingServer();
      const [certText, keyText] = [cert, key].map(file => readFileSync(file ?? '', 'utf8'));
      const result = await countersign(
        (() => {
          const project = folderWith({
            'http-client.env.json': environments({
              dev: {
                clientCertificate: 'tls/c.pem',
                clientCertificateKey: { path: '{{folder}}/k.pem', format: 'PEM' },
              },
            }).replace('{', '{"$shared":{"folder":"tls"},'),
            'tls/c.pem': certText ?? '',
            'tls/k.pem': keyText ?? '',
            'requests/deep/a.http': `GET ${server.url}/`,
          });
          remove = project.remove;
          return project.folder;
        })(),
        ['run', 'requests', '--env', 'dev'],
        { env: { NODE_EXTRA_CA_CERTS: certificatePath('ca.pem') } },
      );
      assert.equal(result.status, 0, result.stdout + result.stderr);
      assert.deepEqual(server.seen, [{ path: '/', client }]);
    });

    for (const [what, dev, secret] of [
      [
        'an encrypted key',
        { clientCertificate: cert, clientCertificateKey: encrypted, hasCertificatePassphrase: true },
        'dev-certificate-passphrase',
      ],
      [
        'PKCS #12',
        { clientCertificate: { path: p12, format: 'PKCS12' }, certificatePassphrase: '{{$secret acme}}' },
        'acme',
      ],
    ] as const) {
      it(`take the passphrase of ${what} from a secret, and show it to nobody`, async () => {
        const server = await askingServer();
        const text = `GET ${server.url}/`;
        const good = await run({ text, dev, args: ['--secret', `${secret}=${passphrase}`] });
        assert.equal(good.status, 0, good.stdout);
        remove();
        const name = `COUNTERSIGN_SECRET_${secret.toUpperCase().replaceAll('-', '_')}`;
        assert.equal((await run({ text, dev, env: { [name]: passphrase } })).status, 0);
        assert.deepEqual(
          server.seen.map(one => one.client),
          [client, client],
        );
        remove();
        const none = await run({ text, dev });
        assert.equal(none.status, 1);
        assert.equal(failure(none).code, 'missing-secret');
        assert.match(failure(none).hint ?? '', new RegExp(`--secret ${secret}=`));
        remove();
        const wrong = await run({ text, dev, args: ['--secret', `${secret}=hunter22`] });
        assert.equal(wrong.status, 1);
        assert.equal(failure(wrong).code, 'certificate');
        assert.match(failure(wrong).message, /passphrase does not open/);
        assert.match(failure(wrong).file ?? '', /http-client\.private\.env\.json$/);
        assert.doesNotMatch(wrong.stdout + wrong.stderr, /hunter22/);
        assert.equal(server.seen.length, 2);
      });
    }

    for (const [what, dev, code, message] of [
      ['is not there', { clientCertificate: 'nowhere.pem' }, 'missing-file', /nowhere\.pem does not exist/],
      ['has no key', { clientCertificate: cert }, 'certificate', /client\.pem holds no private key/],
      [
        'has another’s key',
        { clientCertificate: cert, clientCertificateKey: certificatePath('server-key.pem') },
        'certificate',
        /does not belong to the key/,
      ],
      [
        'has an encrypted key, and no passphrase',
        { clientCertificate: cert, clientCertificateKey: encrypted },
        'certificate',
        /is encrypted/,
      ],
      [
        'is named by a variable without a value',
        { clientCertificate: '{{nowhere}}' },
        'unresolved-variable',
        /nowhere/,
      ],
    ] as const) {
      it(`stop the request where one ${what}: an error at its place, and nothing is sent`, async () => {
        const server = await askingServer();
        const result = await run({ text: `GET ${server.url}/`, dev });
        assert.equal(result.status, 1);
        const error = failure(result);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        assert.equal(error.file, 'http-client.private.env.json');
        assert.ok(error.line >= 3);
        assert.deepEqual(server.seen, []);
        remove();
        const preview = await call('preview', { text: `GET ${server.url}/`, dev });
        assert.equal(preview.status, 2);
        assert.match(preview.stderr, /^http-client\.private\.env\.json:\d+:/);
      });
    }

    it('end the call where the configuration cannot be understood', async () => {
      const server = await askingServer();
      const result = await run({ text: `GET ${server.url}/`, dev: { clientCertifcate: cert } });
      assert.equal(result.status, 2);
      assert.match(result.stderr, /^http-client\.private\.env\.json:4: “SSLConfiguration” has no “clientCertifcate”/);
      assert.deepEqual(server.seen, []);
    });

    it('need not be read for plain http', async () => {
      const server = await askingServer();
      const result = await run({
        text: `GET ${server.url.replace('https', 'http')}/`,
        dev: { clientCertificate: 'nowhere.pem' },
      });
      assert.equal(failure(result).code, 'connection-lost');
    });

    it('leave the server’s certificate unverified where it says so', async () => {
      const server = await askingServer();
      const env = { NODE_EXTRA_CA_CERTS: '' };
      const text = `GET ${server.url}/`;
      const verified = await run({ text, dev: { clientCertificate: cert, clientCertificateKey: key }, env });
      assert.equal(failure(verified).code, 'certificate');
      remove();
      const dev = { clientCertificate: cert, clientCertificateKey: key, verifyHostCertificate: false };
      assert.equal((await run({ text, dev, env })).status, 0);
      assert.deepEqual(server.seen, [{ path: '/', client }]);
    });
  });

  describe('and other hosts', () => {
    const redirecting = (to: () => string) =>
      askingServer((request, response) => {
        if (request.url === '/hop') response.writeHead(307, { Location: to() }).end();
        else response.end('{}');
      });

    it('are not shown to an origin that only a redirect names', async () => {
      const elsewhere = await askingServer((request, response) => {
        if (request.url === '/back') response.writeHead(307, { Location: `${server.url}/home` }).end();
        else response.end('{}');
      });
      const server = await redirecting(() => `${elsewhere.url}/back`);
      const dev = { clientCertificate: cert, clientCertificateKey: key };
      const result = await run({ text: `GET ${server.url}/hop`, dev });
      assert.equal(result.status, 0, result.stdout);
      assert.deepEqual(elsewhere.seen, [{ path: '/back', client: 'nobody' }]);
      assert.deepEqual(server.seen, [
        { path: '/hop', client },
        { path: '/home', client },
      ]);
    });

    it('are shown there where the configuration names that host, and to no host that it doesn’t', async () => {
      const elsewhere = await askingServer();
      const server = await redirecting(() => `${elsewhere.url}/`);
      const dev = { clientCertificate: cert, clientCertificateKey: key, hosts: [elsewhere.host] };
      const result = await run({ text: `GET ${server.url}/hop`, dev });
      assert.equal(result.status, 0, result.stdout);
      assert.deepEqual(server.seen, [{ path: '/hop', client: 'nobody' }]);
      assert.deepEqual(elsewhere.seen, [{ path: '/', client }]);
    });

    it('are not taken along by a connection that stands', async () => {
      const server = await askingServer();
      const [a, b] = [
        environments({ dev: { clientCertificate: cert, clientCertificateKey: key } }),
        environments({ dev: {} }),
      ];
      const project = folderWith({
        'one/http-client.env.json': a,
        'one/a.http': `GET ${server.url}/1\n\n###\nGET ${server.url}/2\n`,
        'two/http-client.env.json': b,
        'two/a.http': `GET ${server.url}/3\n`,
        'two/inner/http-client.env.json': environments({
          dev: {
            clientCertificate: certificatePath('self-signed.pem'),
            clientCertificateKey: certificatePath('self-signed-key.pem'),
          },
        }),
        'two/inner/a.http': `GET ${server.url}/4\n`,
      });
      remove = project.remove;
      const result = await countersign(project.folder, ['run', 'one', 'two', '--env', 'dev'], {
        env: { NODE_EXTRA_CA_CERTS: certificatePath('ca.pem') },
      });
      assert.equal(result.status, 0, result.stdout);
      assert.deepEqual(
        server.seen.map(one => [one.path, one.client]),
        [
          ['/1', client],
          ['/2', client],
          ['/4', subject('self-signed.pem')],
          ['/3', 'nobody'],
        ],
      );
    });
  });

  describe('from options', () => {
    it('are presented to the origins that requests name', async () => {
      const elsewhere = await askingServer();
      const server = await askingServer((_, response) => response.writeHead(307, { Location: elsewhere.url }).end());
      const result = await run({ text: `GET ${server.url}/`, args: ['--cert', cert ?? '', '--key', key ?? ''] });
      assert.equal(result.status, 0, result.stdout);
      assert.deepEqual(server.seen, [{ path: '/', client }]);
      assert.deepEqual(elsewhere.seen, [{ path: '/', client: 'nobody' }]);
    });

    it('are chosen by host, before what the environment says', async () => {
      const [one, two] = [await askingServer(), await askingServer()];
      const named = (name: string): string[] => [certificatePath(`${name}.pem`), certificatePath(`${name}-key.pem`)];
      const [otherCert = '', otherKey = ''] = named('self-signed');
      const result = await run({
        text: `GET ${one.url}/\n\n###\nGET ${two.url}/\n`,
        dev: { clientCertificate: cert, clientCertificateKey: key },
        args: ['--cert', `${one.host}=${otherCert}`, '--key', `${one.host}=${otherKey}`],
      });
      assert.equal(result.status, 0, result.stdout);
      assert.equal(one.seen[0]?.client, subject('self-signed.pem'));
      assert.equal(two.seen[0]?.client, client);
    });

    it('take the passphrase from the secret certificate-passphrase, where one is needed', async () => {
      const server = await askingServer();
      const text = `GET ${server.url}/`;
      assert.equal(
        (await run({ text, args: ['--cert', p12 ?? '', '--secret', `certificate-passphrase=${passphrase}`] })).status,
        0,
      );
      remove();
      const none = await run({ text, args: ['--cert', p12 ?? ''] });
      assert.equal(failure(none).code, 'missing-secret');
      assert.match(failure(none).hint ?? '', /--secret certificate-passphrase=/);
      assert.equal(server.seen.length, 1);
    });

    it('trust an authority of --cacert', async () => {
      const server = await askingServer();
      const text = `GET ${server.url}/`;
      const env = { NODE_EXTRA_CA_CERTS: '' };
      assert.equal((await run({ text, env })).status, 1);
      remove();
      assert.equal((await run({ text, env, args: ['--cacert', certificatePath('ca.pem')] })).status, 0);
    });

    for (const [args, message] of [
      [['--cert', 'nowhere.pem'], /^countersign: --cert nowhere\.pem: there is no such file/],
      [['--cacert', 'nowhere.pem'], /^countersign: --cacert nowhere\.pem: there is no such file/],
      [['--cacert', 'a.http'], /^countersign: --cacert a\.http holds no certificate/],
      [['--key', 'a.http'], /^countersign: --key a\.http has no --cert beside it/],
      [['--cert', 'h='], /^countersign: --cert takes a file/],
      [['--cert', 'a.http', '--cert', 'a.http'], /^countersign: --cert is given twice/],
    ] as const) {
      it(`are a mistake of the call: ${args.join(' ')}`, async () => {
        const server = await askingServer();
        const result = await run({ text: `GET ${server.url}/`, args });
        assert.equal(result.status, 2, result.stdout);
        assert.match(result.stderr, message);
        assert.deepEqual(server.seen, []);
      });
    }
  });

  it('prove the client where its tokens come from, are renewed and revoked', async () => {
    const server = await askingServer(
      (request, response) => {
        response.setHeader('Content-Type', 'application/json');
        response.end(request.url === '/token' ? '{"access_token":"t","token_type":"Bearer","expires_in":300}' : '{}');
      },
      { rejectUnauthorized: true },
    );
    const fields = {
      ...{ tokenName: 'mine', grantType: 'client_credentials', clientId: 'm', clientAuthentication: 'tls_client_auth' },
      ...{ tokenUrl: `${server.url}/token`, revokeUrl: `${server.url}/revoke` },
    };
    const auth = Object.entries(fields).map(([name, value]) => `#   ${name} = ${value}`);
    const dev = { clientCertificate: cert, clientCertificateKey: encrypted, hasCertificatePassphrase: true };
    const project = folderWith({
      'a.http': ['# @auth oauth2', ...auth, `GET ${server.url}/api`].join('\n'),
      'http-client.private.env.json': environments({ dev }),
    });
    remove = project.remove;
    const steps = [
      ['run', 'a.http'],
      ['token', 'refresh', 'mine'],
      ['token', 'revoke', 'mine'],
    ];
    for (const words of steps) {
      const args = [...words, '--env', 'dev', '--secret', `dev-certificate-passphrase=${passphrase}`];
      const result = await countersign(project.folder, args, {
        env: {
          ...{ NODE_EXTRA_CA_CERTS: certificatePath('ca.pem'), COUNTERSIGN_KEYCHAIN: 'off' },
          XDG_CONFIG_HOME: `${project.folder}/.config`,
        },
      });
      assert.equal(result.status, 0, `${words}: ${result.stdout}${result.stderr}`);
    }
    assert.deepEqual(
      server.seen,
      ['/token', '/api', '/token', '/revoke'].map(path => ({ path, client })),
    );
  });

  it('show in the preview, and nothing of their key', async () => {
    const text = 'GET https://api.example.test/';
    const dev = { clientCertificate: cert, clientCertificateKey: key, verifyHostCertificate: false };
    const json = await call('preview', { text, dev });
    assert.equal(json.status, 0, json.stderr);
    const { tls } = json.json()[0] as { tls: { certificate: string; verify: boolean; from: unknown } };
    assert.match(tls.certificate, /client\.pem$/);
    assert.equal(tls.verify, false);
    assert.deepEqual(tls.from, { file: 'http-client.private.env.json', line: 3 });
    assert.doesNotMatch(json.stdout, /PRIVATE KEY|BEGIN/);
    remove();
    assert.ok(!('tls' in ((await call('preview', { text })).json()[0] as object)));
  });
});
