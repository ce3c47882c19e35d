import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { endpointOf } from '../../src/auth/aws/endpoint.ts';
import type { AnyScheme } from '../../src/auth/scheme.ts';
import { findScheme } from '../../src/auth/schemes/index.ts';
import { bodyBytes, type HttpRequest, requestUrl } from '../../src/core/request.ts';
import { type Plain, requestTable, sign } from '../auth/signing.ts';
import { type InteropCase, program } from './case.ts';

/** The signing schemes, judged by the libraries of another language. */

const pythons = [program('python3'), '/usr/bin/python3'].filter(path => path !== undefined);

/** The Python that has a module: the one in the path and Debian's own may have different ones. */
function pythonWith(module: string, condition = 'True'): string | undefined {
  const script = `import sys, ${module}; sys.exit(0 if ${condition} else 1)`;
  return pythons.find(path => spawnSync(path, ['-c', script]).status === 0);
}

function missing(module: string): string | undefined {
  return pythonWith(module) ? undefined : `python3-${module}`;
}

/** An older one lists services that are gone, and signs some by the names of then. */
const recent = 'tuple(map(int, botocore.__version__.split(".")[:2])) >= (1, 43)';

interface Judged {
  readonly what: string;
  readonly line: string;
}

async function prepare(
  judge: string,
  scheme: string,
  values: Record<string, unknown>,
  plain: Plain & { readonly what: string },
  more: Record<string, unknown>,
  change: (request: HttpRequest) => HttpRequest = request => request,
): Promise<Judged> {
  const request = change((await sign(findScheme(scheme) as AnyScheme, values as never, plain)).request);
  const headers = Object.fromEntries(request.headers.map(({ name, value }) => [name.toLowerCase(), value]));
  const body = Buffer.from(await bodyBytes(request.body)).toString('base64');
  const { method } = request;
  return {
    what: [plain.what, values.signatureMethod, values.addTo].filter(Boolean).join(', '),
    line: JSON.stringify({ judge, method, url: requestUrl(request), headers, body, ...more }),
  };
}

/** What the judge, a Python module, says of each; empty where it found nothing wrong. */
function judge(module: string, cases: readonly Judged[]): readonly string[] {
  const input = cases.map(({ line }) => line).join('\n');
  const script = join(import.meta.dirname, 'verify.py');
  const { stdout, stderr } = spawnSync(pythonWith(module) ?? '', [script], { input, encoding: 'utf8', maxBuffer: 1e8 });
  const lines = stdout.split('\n').slice(0, -1);
  assert.equal(lines.length, cases.length, stderr);
  return lines;
}

function expect(module: string, cases: readonly Judged[], right: boolean): number {
  judge(module, cases).forEach((wrong, index) => {
    assert.equal(wrong === '', right, `${cases[index]?.what}: ${wrong || 'accepted'}`);
  });
  return cases.length;
}

const small = (plain: Plain): boolean => typeof plain.body === 'string' || plain.body === undefined;
const table = requestTable('http://api.example.com').filter(small);
const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
const other = (request: HttpRequest): HttpRequest => ({ ...request, url: request.url.replace('/things', '/thing') });

async function oauthlib(): Promise<string> {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secrets = { consumerSecret: 'cs/+é', tokenSecret: 'ts=&' };
  const more = { secret: secrets.consumerSecret, tokenSecret: secrets.tokenSecret, key: pem(rsa.publicKey) };
  const right: Judged[] = [];
  const wrong: Judged[] = [];
  const methods = ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512', 'PLAINTEXT'];
  for (const signatureMethod of methods) {
    for (const addTo of ['header', 'body-or-url']) {
      // Outside the header it decodes parameters twice, which a PLAINTEXT signature with encoded secrets does not survive.
      if (signatureMethod === 'PLAINTEXT' && addTo !== 'header') continue;
      const values = {
        consumerKey: 'ck & co',
        token: 'to ken',
        ...secrets,
        signatureMethod,
        addTo,
        privateKey: pem(rsa.privateKey),
      };
      for (const plain of table) {
        right.push(await prepare('oauthlib', 'oauth1', values, plain, more));
        if (signatureMethod !== 'PLAINTEXT')
          wrong.push(await prepare('oauthlib', 'oauth1', values, plain, more, other));
      }
    }
  }
  return `${expect('oauthlib', right, true)} requests accepted, ${expect('oauthlib', wrong, false)} changed ones refused`;
}

async function botocore(): Promise<string> {
  const right: Judged[] = [];
  const wrong: Judged[] = [];
  // It signs a query as it is written, and so only knows those that are written in the canonical way.
  const canonical = table.filter(({ url }) => !/[+;!*'()@$,]|%7E|%2f|:@/.test(url.slice(url.indexOf('?') + 1)));
  for (const service of ['execute-api', 's3']) {
    const values = { accessKey: 'AKID', secretKey: 'secret', region: 'eu-west-1', service };
    for (const plain of canonical) {
      right.push(await prepare('botocore', 'awsv4', values, plain, { secret: 'secret' }));
      wrong.push(await prepare('botocore', 'awsv4', values, plain, { secret: 'another' }));
      wrong.push(await prepare('botocore', 'awsv4', values, plain, { secret: 'secret' }, other));
    }
  }
  return `${expect('botocore', right, true)} requests accepted, ${expect('botocore', wrong, false)} wrong ones refused`;
}

/** Every host that AWS's own library knows, with the service and the region that it signs for. */
async function awsEndpoints(): Promise<string> {
  const script = join(import.meta.dirname, 'endpoints.py');
  const { stdout, stderr } = spawnSync(pythonWith('botocore', recent) ?? '', [script], {
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const lines = stdout.split('\n').slice(0, -1);
  assert.ok(lines.length > 1000, stderr);
  for (const line of lines) {
    const [host = '', service, region] = line.split(' ');
    const read = endpointOf(host);
    assert.equal(read.service, service, host);
    // Buckets everywhere answer at this one.
    if (host !== 's3.amazonaws.com') assert.equal(read.region, region, host);
  }
  return `${lines.length} hosts read as it reads them`;
}

async function pyjwt(): Promise<string> {
  const secret = 'a secret of at least sixty-four bytes, which is what HS512 asks for';
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pairs: Record<string, { publicKey: KeyObject; privateKey: KeyObject }> = {
    ...{ RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa },
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
  const right: Judged[] = [];
  const wrong: Judged[] = [];
  const plain = { what: '', url: 'http://api.example.com/' };
  for (const algorithm of ['HS256', 'HS384', 'HS512', ...Object.keys(pairs)]) {
    const pair = pairs[algorithm];
    const key = pair ? pem(pair.publicKey) : secret;
    const values = { algorithm, secret, privateKey: pair ? pem(pair.privateKey) : '', expiresIn: 60 };
    for (const addTo of ['header', 'query']) {
      const what = { ...plain, what: `${algorithm} in ${addTo}` };
      right.push(await prepare('jwt', 'jwt', { ...values, addTo }, what, { key, algorithm }));
      wrong.push(await prepare('jwt', 'jwt', { ...values, addTo, timestamp: '1000000000' }, what, { key, algorithm }));
    }
    if (!pair || algorithm === 'EdDSA') continue;
    const asap = { alg: algorithm, iss: 'us', aud: 'them', kid: 'us/1', privateKey: pem(pair.privateKey) };
    const what = { ...plain, what: `ASAP with ${algorithm}` };
    right.push(await prepare('jwt', 'asap', asap, what, { key, algorithm, audience: 'them' }));
    wrong.push(await prepare('jwt', 'asap', asap, what, { key, algorithm, audience: 'others' }));
  }
  return `${expect('jwt', right, true)} tokens accepted, ${expect('jwt', wrong, false)} wrong ones refused`;
}

export const signingCases: readonly InteropCase[] = [
  { name: 'OAuth 1.0: oauthlib', missing: () => missing('oauthlib'), run: oauthlib },
  { name: 'AWS Signature: botocore', missing: () => missing('botocore'), run: botocore },
  {
    name: 'AWS endpoints: botocore',
    missing: () => (pythonWith('botocore', recent) ? undefined : 'botocore 1.43 or later'),
    run: awsEndpoints,
  },
  { name: 'JWT and ASAP: PyJWT', missing: () => missing('jwt'), run: pyjwt },
];
