import assert from 'node:assert/strict';
import {
  environmentLayers,
  environmentTls,
  readEnvironments,
  restClientEnvironments,
} from '../../src/core/environments.ts';
import type { SslConfiguration } from '../../src/core/ssl-configuration.ts';
import { memoryFiles } from './variables-setup.ts';

const path = '/w/http-client.private.env.json';

async function read(configuration: string, environment = 'dev') {
  const text = `{\n  "${environment}": {\n    "host": "h",\n    "SSLConfiguration": ${configuration}\n  }\n}`;
  return readEnvironments('/w', '/w', memoryFiles({ [path]: text }));
}

async function stated(configuration: string, environment = 'dev'): Promise<SslConfiguration | undefined> {
  const environments = await read(configuration, environment);
  assert.deepEqual(environments.problems, []);
  return environmentTls(environments, 'dev');
}

describe('SSLConfiguration', () => {
  it('is read in the forms of JetBrains’ documentation', async () => {
    const plain = await stated('{ "clientCertificate": "cert.pem", "clientCertificateKey": "MyFolder/key.pem" }');
    assert.equal(plain?.certificate?.text, 'cert.pem');
    assert.equal(plain?.key?.text, 'MyFolder/key.pem');
    assert.deepEqual(plain?.certificate?.place, { file: path, line: 4, column: 48 });
    assert.equal(plain?.verify, true);
    assert.equal(plain?.passphrase, undefined);
    assert.deepEqual(plain?.hosts, []);
    const objects = await stated(
      '{ "clientCertificate": { "path": "file.crt", "format": "PEM" }, "clientCertificateKey": { "path": "file.key", "format": "DER" } }',
    );
    assert.equal(objects?.certificate?.text, 'file.crt');
    assert.equal(objects?.key?.text, 'file.key');
    const passphrase = await stated('{ "clientCertificate": "file.crt", "hasCertificatePassphrase": true }');
    assert.equal(passphrase?.passphrase?.text, '{{$secret dev-certificate-passphrase}}');
    assert.equal((await stated('{ "verifyHostCertificate": false }'))?.verify, false);
  });

  it('takes which secret holds the passphrase, and whom the certificate is for', async () => {
    const own = await stated(
      '{ "clientCertificate": "c.p12", "certificatePassphrase": "{{$secret acme}}", "hosts": ["*.acme.test", "h:8443"] }',
    );
    assert.equal(own?.passphrase?.text, '{{$secret acme}}');
    assert.deepEqual(own?.hosts, ['*.acme.test', 'h:8443']);
    assert.deepEqual((await stated('{ "hosts": "h" }'))?.hosts, ['h']);
  });

  it('is no variable', async () => {
    const environments = await read('{ "clientCertificate": "cert.pem" }');
    const names = environmentLayers(environments, 'dev').flatMap(layer =>
      [...layer.definitions()].map(({ name }) => name),
    );
    assert.deepEqual(names, ['host']);
  });

  it('is the first file’s whole: private before public, then what all share', async () => {
    const environments = await readEnvironments(
      '/w',
      '/w',
      memoryFiles({
        '/w/http-client.env.json':
          '{ "dev": { "SSLConfiguration": { "clientCertificate": "public.pem", "verifyHostCertificate": false } }, "prod": {}, "$shared": { "SSLConfiguration": { "clientCertificate": "shared.pem" } } }',
        [path]: '{ "dev": { "SSLConfiguration": { "clientCertificate": "private.pem" } } }',
      }),
    );
    const of = (name?: string) => environmentTls(environments, name);
    assert.equal(of('dev')?.certificate?.text, 'private.pem');
    assert.equal(of('dev')?.verify, true);
    assert.equal(of('prod')?.certificate?.text, 'shared.pem');
    assert.equal(of()?.certificate?.text, 'shared.pem');
  });

  it('is not read from a person’s settings', () => {
    const inSettings = restClientEnvironments({ dev: { SSLConfiguration: { clientCertificate: 'c.pem' } } });
    assert.equal(environmentTls(inSettings, 'dev'), undefined);
  });

  it('names the secret of an environment whatever that is called', async () => {
    const odd = await readEnvironments(
      '/w',
      '/w',
      memoryFiles({
        [path]:
          '{ "my dev (eu)": { "SSLConfiguration": { "clientCertificate": "c", "hasCertificatePassphrase": true } } }',
      }),
    );
    assert.equal(environmentTls(odd, 'my dev (eu)')?.passphrase?.text, '{{$secret my-dev-eu--certificate-passphrase}}');
  });

  for (const [configuration, message, hint] of [
    ['"cert.pem"', /is not a JSON object/, /\{/],
    ['{ "clientCertifcate": "c" }', /has no “clientCertifcate”/, /“clientCertificate”/],
    ['{ "host": "h" }', /has no “host”/, /“hosts”/],
    ['{ "clientCertificate": 1 }', /“clientCertificate” is not a text/, /quotes/],
    ['{ "clientCertificate": { "format": "PEM" } }', /has no “path”/, /path/],
    ['{ "clientCertificate": { "path": "c", "format": "JKS" } }', /format that is not known/, /PEM, DER/],
    ['{ "clientCertificateKey": "k" }', /key without a certificate/, /clientCertificate/],
    ['{ "verifyHostCertificate": "false" }', /neither true nor false/, /quotes/],
    ['{ "hosts": [] }', /names no host/, /leave it out/],
    [
      '{ "clientCertificate": "c", "certificatePassphrase": "hunter22" }',
      /A passphrase is not written into a file/,
      /\{\{\$secret dev-certificate-passphrase\}\}/,
    ],
  ] as const) {
    it(`is a problem at its place: ${configuration}`, async () => {
      const { problems } = await read(configuration);
      assert.equal(problems.length, 1);
      const [problem] = problems;
      assert.equal(problem?.code, 'invalid-value');
      assert.equal(problem?.place?.line, 4);
      assert.match(problem?.message ?? '', message);
      assert.match(problem?.hint ?? '', hint);
      assert.doesNotMatch(`${problem?.message}${problem?.hint}`, /hunter22/);
    });
  }

  it('may hold what is not known here', async () => {
    assert.ok(await stated('{ "enabledProtocols": ["TLSv1.3"], "clientCertificate": "c" }'));
  });
});
