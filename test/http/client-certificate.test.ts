import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import type { CertificateFile } from '../../src/http/client-certificate.ts';
import { readClientCertificate } from '../../src/http/client-certificate.ts';
import { createTlsResolver } from '../../src/http/tls.ts';
import { certificate } from './loopback.ts';

const file = (name: string, bytes: Uint8Array = certificate(name)): CertificateFile => ({ file: `/c/${name}`, bytes });
const pem = file('client.pem');
const key = file('client-key.pem');
const privateKey = createPrivateKey(certificate('client-key.pem'));
const encrypted = { cipher: 'aes-256-cbc', passphrase: 'test-only' } as const;

const forms: Readonly<Record<string, readonly [CertificateFile, CertificateFile | undefined, string?]>> = {
  'PEM, the key beside it': [pem, key],
  'PEM, the key in the same file': [
    file('both.pem', Buffer.concat([key.bytes, Buffer.from('\n'), pem.bytes])),
    undefined,
  ],
  'PEM, an encrypted key': [pem, file('client-key-encrypted.pem'), 'test-only'],
  'a chain of PEM': [file('chain.pem', Buffer.concat([pem.bytes, certificate('ca.pem')])), key],
  DER: [
    file('client.der', new X509Certificate(pem.bytes).raw),
    file('key.der', privateKey.export({ format: 'der', type: 'pkcs8' })),
  ],
  'DER, the key in SEC 1': [pem, file('key.der', privateKey.export({ format: 'der', type: 'sec1' }))],
  'DER, an encrypted key': [
    pem,
    file('key.der', privateKey.export({ format: 'der', type: 'pkcs8', ...encrypted })),
    'test-only',
  ],
  'PKCS #12': [file('client.p12'), undefined, 'test-only'],
};

describe('a client certificate', () => {
  for (const [form, [of, beside, passphrase]] of Object.entries(forms)) {
    it(`is read from ${form}`, () => {
      const identity = readClientCertificate(of, beside, passphrase);
      assert.ok(identity);
      assert.equal(identity.file, of.file);
      assert.ok(createTlsResolver({})({ hostname: 'h', port: 443 }, identity).secureContext);
    });
  }

  it('asks for a passphrase where there is none', () => {
    for (const [of, beside, passphrase] of Object.values(forms)) {
      if (passphrase !== undefined) assert.equal(readClientCertificate(of, beside, undefined), undefined);
    }
  });

  it('does not ask for one that is not needed', () => {
    assert.ok(readClientCertificate(pem, key, 'whatever'));
  });

  it('says that a passphrase is wrong, and not which', () => {
    for (const [of, beside, passphrase] of Object.values(forms)) {
      if (passphrase === undefined) continue;
      assert.throws(
        () => readClientCertificate(of, beside, 'hunter22'),
        (error: Error) => {
          assert.match(error.message, /^The passphrase does not open \/c\//);
          assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /hunter22/);
          return true;
        },
      );
    }
  });

  for (const [what, of, beside, message] of [
    ['a key of another', pem, file('server-key.pem'), /client\.pem does not belong to the key in .*server-key\.pem/],
    ['no key', pem, undefined, /client\.pem holds no private key/],
    ['no certificate', key, key, /client-key\.pem holds no certificate/],
    ['nonsense', file('x.pem', Buffer.from('nonsense')), undefined, /x\.pem holds no certificate/],
    ['an empty file', file('x.pem', Buffer.alloc(0)), undefined, /x\.pem holds no certificate/],
    ['a nonsensical key', pem, file('x.key', Buffer.from('nonsense')), /x\.key holds no private key that can be read/],
    [
      'broken PEM',
      file('x.pem', Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')),
      key,
      /x\.pem holds no certificate that can be read/,
    ],
    ['a key beside PKCS #12', file('client.p12'), key, /client-key\.pem is not wanted/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      assert.throws(() => readClientCertificate(of, beside, undefined), { code: 'certificate', message });
    });
  }

  it('keeps its key out of copies and logs', () => {
    const identity = readClientCertificate(pem, key, undefined);
    const line = String(privateKey.export({ format: 'pem', type: 'pkcs8' })).split('\n')[1] ?? '';
    assert.ok(identity?.material().key?.includes(line));
    for (const shown of [JSON.stringify(identity), inspect(identity, { depth: 9, showHidden: true })]) {
      assert.ok(!shown.includes(line));
    }
  });

  it('has a digest of its own', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    assert.throws(() =>
      readClientCertificate(pem, file('k', Buffer.from(other.export({ format: 'pem', type: 'pkcs8' }))), undefined),
    );
    const digests = new Set(
      [pem, file('self-signed.pem'), file('server.pem')].map(
        (of, index) =>
          readClientCertificate(of, [key, file('self-signed-key.pem'), file('server-key.pem')][index], undefined)
            ?.digest,
      ),
    );
    assert.equal(digests.size, 3);
  });
});
