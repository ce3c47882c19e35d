import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { type AuthInForce, type DriverPorts, previewAuthorized, sendAuthorized } from '../../src/auth/driver.ts';
import { createAuthMemories } from '../../src/auth/memories.ts';
import type { AnyScheme } from '../../src/auth/scheme.ts';
import { findScheme } from '../../src/auth/schemes/index.ts';
import type { ReceivedResponse } from '../../src/core/ports.ts';
import { bodyBytes, type HttpRequest, maskedRequestUrl, requestUrl } from '../../src/core/request.ts';
import { BODIES, completeRequest, contextOf, METHODS, QUERIES, valuesOf } from './signing.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const SECRET = 'hide-me-hide-me-hide-me-hide-me-';
const given: readonly [scheme: string, values: Record<string, unknown>][] = [
  ['awsv4', { accessKey: 'AKID', secretKey: SECRET, sessionToken: SECRET, service: 's3' }],
  ['awsv4', { accessKey: 'AKID', secretKey: SECRET, sessionToken: SECRET, service: 'sqs', addTo: 'query' }],
  ['oauth1', { consumerKey: 'ck', consumerSecret: SECRET, token: 't', tokenSecret: SECRET, includeBodyHash: true }],
  ['oauth1', { consumerKey: 'ck', consumerSecret: SECRET, signatureMethod: 'PLAINTEXT', addTo: 'body-or-url' }],
  ['jwt', { secret: SECRET, expiresIn: 60, includeJwtId: true }],
  ['jwt', { secret: SECRET, addTo: 'query' }],
  ['asap', { iss: 'us', aud: 'them', kid: 'us/1', privateKey }],
  ['edgegrid', { accessToken: 'a', clientToken: 'c', clientSecret: SECRET }],
];

/** What a person would see on the wire. */
async function wire(request: HttpRequest): Promise<unknown> {
  const headers = request.headers.map(({ name, value }) => `${name}: ${value}`);
  return [request.method, requestUrl(request), headers, Buffer.from(await bodyBytes(request.body)).toString('base64')];
}

function shown(request: HttpRequest): string {
  const headers = request.headers.map(({ name, value, masked }) => `${name}: ${masked ?? value}`);
  return [maskedRequestUrl(request), ...headers, request.body?.masked ?? request.body?.text ?? ''].join('\n');
}

describe('The preview of a signing scheme', () => {
  for (const [id, values] of given) {
    it(`shows exactly what is sent, secrets hidden: ${id}${values.addTo ? ` in ${values.addTo}` : ''}`, async () => {
      const scheme = findScheme(id) as AnyScheme;
      const auth: AuthInForce = {
        level: 'file',
        resolved: {
          scheme,
          values: valuesOf(scheme, values as never),
          statement: { scheme: id, fields: [], place: { file: '/project/api/a.http', line: 3 } },
        },
      };
      const { clock, files, env, tokens, signal } = contextOf(completeRequest({ url: 'http://a/' }), {
        now: 1_800_000_000_000,
      });
      const ports: DriverPorts = {
        ...{ clock, files, env, tokens, memories: createAuthMemories(), environment: '' },
        random: { bytes: length => new Uint8Array(length).fill(7) },
      };
      for (const method of METHODS) {
        for (const query of Object.values(QUERIES)) {
          for (const body of method === 'GET' ? [{}] : Object.values(BODIES)) {
            const request = completeRequest({ method, url: `https://api.example.com/a/b${query}`, ...body });
            const preview = await previewAuthorized(request, auth, ports, signal);
            let sent: HttpRequest | undefined;
            await sendAuthorized(request, auth, ports, signal, async attempt => {
              sent = attempt;
              return { status: 200, headers: [], discard: async () => {} } as unknown as ReceivedResponse;
            });
            assert.deepEqual(preview.pending, []);
            assert.deepEqual(await wire(preview.request), await wire(sent as HttpRequest));
            const wrote = shown(preview.request);
            assert.ok(!wrote.includes(SECRET) && !/ey\w+\.ey/.test(wrote), wrote);
            const added = [...preview.request.headers, ...preview.request.query].filter(
              part => part.origin.by === 'auth',
            );
            assert.ok(added.length > 0 || preview.request.body?.text?.includes('oauth_signature='));
          }
        }
      }
    });
  }
});
