import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { type AuthInForce, previewAuthorized } from '../../src/auth/driver.ts';
import type { AuthStatement } from '../../src/auth/inheritance.ts';
import { resolveValues } from '../../src/auth/values.ts';
import { nodeRandom } from '../../src/node/random.ts';
import { fixedPorts, plainRequest } from '../auth/ports.ts';
import { challengeFor } from '../demo-api/verifiers/ntlm.ts';
import type { Row } from './measure.ts';

const rounds = 400;
/** Milliseconds that a round of calls takes. */
const round = 3;

/**
 * Microseconds a call of each, the best of many short rounds, taken in turn so that a slow moment of the machine hits
 * all of them alike.
 */
async function perCall(works: readonly (() => unknown)[]): Promise<readonly number[]> {
  const take = async (work: () => unknown, calls: number): Promise<number> => {
    const started = performance.now();
    for (let call = 0; call < calls; call++) await work();
    return (performance.now() - started) / calls;
  };
  const best = works.map(() => Number.POSITIVE_INFINITY);
  const calls = works.map(() => 100);
  for (let turn = 0; turn < rounds; turn++) {
    for (const [index, work] of works.entries()) {
      const time = await take(work, calls[index] ?? 1);
      best[index] = Math.min(best[index] ?? time, time);
      calls[index] = Math.max(5, Math.round(round / (best[index] ?? time)));
    }
  }
  return best.map(time => time * 1000);
}

const place = { file: 'bench.http', line: 1 };

function statement(scheme: string, fields: Readonly<Record<string, string>>): AuthStatement {
  return {
    scheme,
    fields: Object.entries(fields).map(([name, value]) => ({ name, value, fromFile: false, place })),
    place,
  };
}

interface Case {
  readonly scheme: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly url?: string;
  /** The same header by the library that people would call themselves. */
  readonly library?: { readonly name: string; call(): unknown };
}

async function cases(): Promise<readonly Case[]> {
  const { default: aws4 } = await import('aws4');
  const { default: OAuth } = await import('oauth-1.0a');
  const { default: hawk } = await import('hawk' as string);
  const { SignJWT } = await import('jose');
  const { DigestClient } = await import('digest-fetch' as string);
  const require = createRequire(import.meta.url);
  const ntlm = require('@node-ntlm/core');
  // Its HTTP client is not wanted, only what signs.
  const akamai = require(require.resolve('akamai-edgegrid').replace('index.js', 'src/auth.js'));
  const digest = new DigestClient('ada', 'lovelace', { algorithm: 'SHA-256' });
  digest.parseAuth('Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256');
  const challenge = challengeFor({ timestamp: true });
  const key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const oauth = new OAuth({
    consumer: { key: 'consumer', secret: 'consumer-secret' },
    signature_method: 'HMAC-SHA1',
    hash_function: (base, signingKey) => createHmac('sha1', signingKey).update(base).digest('base64'),
  });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const secret = new TextEncoder().encode('a-secret-of-more-than-thirty-two-bytes');
  const url = 'https://api.example.com/users?page=2';
  return [
    { scheme: 'apikey', fields: { key: 'X-API-Key', value: 'abc' } },
    { scheme: 'bearer', fields: { token: 'abc' } },
    { scheme: 'basic', fields: { username: 'ada', password: 'lovelace' } },
    {
      scheme: 'digest',
      fields: { username: 'ada', password: 'lovelace', realm: 'r', nonce: 'n', qop: 'auth', algorithm: 'SHA-256' },
      library: { name: 'digest-fetch', call: () => digest.addAuth(url, { method: 'GET' }) },
    },
    {
      scheme: 'ntlm',
      fields: { username: 'ALPHA\\ada', password: 'lovelace', challenge: challenge.toString('base64') },
      library: {
        name: '@node-ntlm/core',
        call: () =>
          ntlm.createType3Message(ntlm.parseType2Message(`NTLM ${challenge.toString('base64')}`), {
            username: 'ada',
            password: 'lovelace',
            domain: 'ALPHA',
            workstation: '',
          }),
      },
    },
    {
      scheme: 'oauth1',
      fields: { consumerKey: 'consumer', consumerSecret: 'consumer-secret', token: 't', tokenSecret: 'ts' },
      library: {
        name: 'oauth-1.0a',
        call: () => oauth.toHeader(oauth.authorize({ url, method: 'GET' }, { key: 't', secret: 'ts' })),
      },
    },
    {
      scheme: 'hawk',
      fields: { authId: 'id', authKey: 'werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn' },
      library: {
        name: 'hawk',
        call: () =>
          hawk.client.header(url, 'GET', {
            credentials: { id: 'id', key: 'werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn', algorithm: 'sha256' },
          }),
      },
    },
    {
      scheme: 'awsv4',
      fields: { accessKey: 'AKIDEXAMPLE', secretKey: key, region: 'us-east-1', service: 'execute-api' },
      library: {
        name: 'aws4',
        call: () =>
          aws4.sign(
            { host: 'api.example.com', path: '/users?page=2', service: 'execute-api', region: 'us-east-1' },
            { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: key },
          ),
      },
    },
    {
      scheme: 'edgegrid',
      fields: { accessToken: 'at', clientToken: 'ct', clientSecret: 'cs' },
      library: {
        name: 'akamai-edgegrid',
        call: () =>
          akamai.generateAuth({ path: '/users?page=2', method: 'GET' }, 'ct', 'cs', 'at', 'https://api.example.com'),
      },
    },
    {
      scheme: 'jwt',
      fields: { algorithm: 'HS256', secret: 'a-secret-of-more-than-thirty-two-bytes', payload: '{"sub":"ada"}' },
      library: {
        name: 'jose',
        call: () => new SignJWT({ sub: 'ada' }).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret),
      },
    },
    {
      scheme: 'asap',
      fields: { kid: 'k', iss: 'i', aud: 'a', privateKey: pem },
      library: {
        name: 'jose',
        call: () =>
          new SignJWT({ iss: 'i', sub: 'i', aud: 'a', jti: 'x' })
            .setProtectedHeader({ alg: 'RS256', kid: 'k', typ: 'JWT' })
            .setIssuedAt()
            .setExpirationTime('1h')
            .sign(privateKey),
      },
    },
  ];
}

/** What authorizing a request costs over an unauthorized one: the driver, the scheme and its edits. */
export async function measureSchemes(): Promise<readonly Row[]> {
  const group = 'a signed request over an unsigned one';
  const rows: Row[] = [];
  const signal = new AbortController().signal;
  const ports = { ...fixedPorts(), clock: { now: Date.now }, random: nodeRandom };
  for (const { scheme, fields, library } of await cases()) {
    const resolved = await resolveValues(statement(scheme, fields), {
      resolve: text => text,
      readFile: async () => '',
    });
    const inForce: AuthInForce = { resolved, level: 'request' };
    const request = plainRequest();
    const signed = (): unknown => previewAuthorized(request, inForce, ports, signal);
    const [ours = Number.NaN, bare] = await perCall(library ? [signed, library.call] : [signed]);
    rows.push({ group, name: scheme, value: ours, unit: 'µs', ...(bare === undefined ? {} : { floor: bare }) });
    if (bare !== undefined) {
      rows.push({ group, name: `${scheme}, over ${library?.name}`, value: ours / bare, unit: '×', target: 1.3 });
    }
  }
  return rows;
}
