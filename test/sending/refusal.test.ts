import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { WithheldCookie } from '../../src/cookies/withheld-cookie.ts';
import type { HttpRequest, Origin, Part } from '../../src/core/request.ts';
import { explainRefusal } from '../../src/sending/refusal/explain-refusal.ts';
import type { Refusal } from '../../src/sending/refusal/refusal.ts';

const now = Date.UTC(2026, 10, 26);
const seconds = now / 1000;
const fromFile: Origin = { by: 'file', file: '/w/a.http', line: 4 };
const part = (name: string, value: string, origin: Origin = fromFile): Part => ({ name, value, origin });
const byAuth = (scheme: string): Origin => ({ by: 'auth', scheme, level: 'request', file: '/w/a.http', line: 2 });

interface Given {
  readonly headers?: readonly Part[];
  readonly query?: readonly Part[];
  readonly url?: string;
  readonly overridden?: readonly Part[];
  readonly status?: number;
  readonly answer?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly scheme?: string;
  readonly method?: string;
  readonly cookies?: readonly Part[];
  readonly withheld?: Refusal['withheld'];
  readonly declined?: readonly string[];
  readonly before?: { readonly url: string; readonly headers?: readonly Part[]; readonly status: number };
}

function refusal(given: Given): Refusal {
  const { headers = [], query = [], url = 'https://api.acme.test/x', overridden = [], status = 401 } = given;
  const { method = 'GET', cookies = [] } = given;
  const request: HttpRequest = { method, url, query, headers, cookies, body: undefined, overridden };
  const answer = Object.entries(given.answer ?? {});
  const head = (code: number) => ({ status: code, statusText: '', httpVersion: '1.1', headers: answer });
  const { before } = given;
  const first = before && { ...request, url: before.url, headers: before.headers ?? [] };
  const place = { file: '/w/a.http', line: 2 };
  return {
    attempts: [
      ...(first ? [{ reason: 'request', request: first, startedAt: now, response: head(before.status) } as const] : []),
      { reason: first ? 'redirect' : 'request', request, startedAt: now, response: head(status) },
    ],
    request,
    status,
    headers: answer,
    body: given.body ?? '',
    decision: {
      statement: given.scheme === undefined ? undefined : { scheme: given.scheme, fields: [], place },
      from: undefined,
      trail: [],
    } as never,
    withheld: given.withheld ?? [],
    declined: given.declined ?? [],
    now,
  };
}

const bearer = (token: string): Given => ({
  scheme: 'bearer',
  headers: [part('Authorization', `Bearer ${token}`, byAuth('bearer'))],
});
const basic = (text: string): Given => ({
  scheme: 'basic',
  headers: [part('Authorization', `Basic ${Buffer.from(text).toString('base64')}`, byAuth('basic'))],
});
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims: object, head: object = { alg: 'RS256' }): Given =>
  bearer(`${encoded(head)}.${encoded(claims)}.c2ln`);
const asks = (text: string): Given => ({ answer: { 'WWW-Authenticate': text } });
const says = (body: string, status = 403): Given => ({ body, status });
const key = part('X-Api-Key', 'k3y-good-one', byAuth('apikey'));
const withKey: Given = { scheme: 'apikey', headers: [key] };

const lost = (reason: WithheldCookie['reason'], name = 'sessionid'): Given => ({
  withheld: [{ name, domain: 'acme.test', path: '/app', hostOnly: true, expiresAt: now, reason }],
});
const post: Given = { method: 'POST', status: 403 };
const cookie = (name: string): Given => ({
  cookies: [{ ...part(name, 'a1b2c3', { by: 'cookie-jar' }), masked: '•••' }],
});

/** cause → a refusal of that kind, made as the specification or the server's documentation says. */
const table: readonly (readonly [id: string, ...given: Given[]])[] = [
  ['proxy-asks', { status: 407, answer: { 'Proxy-Authenticate': 'Basic realm="p"' } }],
  ['no-credential', asks('Bearer')],
  ['scheme-not-offered', basic('a:b'), asks('Digest realm="r", nonce="n"')],
  ['scheme-not-offered', bearer('abc.def.ghi'), asks('DPoP algs="ES256"')],
  [
    'insufficient-scope',
    bearer('tok-1'),
    { status: 403 },
    asks('Bearer error="insufficient_scope", scope="users:write"'),
  ],
  ['invalid-token', bearer('tok-1'), asks('Bearer error="invalid_token"')],
  ['invalid-request', bearer('tok-1'), asks('Bearer error="invalid_request"')],
  ['dpop-proof', bearer('tok-1'), asks('DPoP error="use_dpop_nonce"')],
  ['step-up', bearer('tok-1'), asks('Bearer error="insufficient_user_authentication", acr_values="gold", max_age="5"')],
  [
    'resource-metadata',
    bearer('tok-1'),
    asks('Bearer resource_metadata="https://api.acme.test/.well-known/oauth-protected-resource"'),
  ],
  ['empty-credential', { scheme: 'bearer', headers: [part('Authorization', 'Bearer ')] }],
  ['empty-credential', { scheme: 'apikey', headers: [part('X-Api-Key', '')] }],
  ['empty-credential', basic(':')],
  ['unresolved-variable', bearer('{{token}}')],
  ['unresolved-variable', bearer('undefined')],
  ['unresolved-variable', { scheme: 'apikey', query: [part('api_key', 'null')] }],
  ['placeholder', bearer('<your token>')],
  ['placeholder', { scheme: 'apikey', headers: [part('X-Api-Key', 'YOUR_API_KEY')] }],
  ['doubled-prefix', bearer('Bearer abc')],
  ['quoted-credential', bearer('"abc"')],
  ['blank-in-credential', bearer('abc\tdef')],
  ['basic-as-bearer', bearer(Buffer.from('ada:pa55').toString('base64'))],
  ['basic-not-base64', { scheme: 'basic', headers: [part('Authorization', 'Basic ada:pa55')] }],
  ['base64-twice', basic(Buffer.from('ada:pa55').toString('base64'))],
  ['basic-no-colon', basic('ada')],
  ['token-in-basic', basic(`x:${encoded({ alg: 'none' })}.${encoded({})}.x`)],
  ['empty-password', basic('ada:')],
  ['blank-around-credential', basic('ada:pa55\n')],
  ['not-ascii', basic('ada:pä55')],
  ['overridden', bearer('tok-1'), { overridden: [part('Authorization', 'Bearer mine')] }],
  ['other-key', says('{"message":"Missing required header X-API-Key"}', 401)],
  ['other-key', says('Access denied due to missing subscription key: provide Ocp-Apim-Subscription-Key.', 401)],
  ['expired-token', jwt({ exp: seconds - 600 })],
  ['early-token', jwt({ nbf: seconds + 600 })],
  ['future-token', jwt({ iat: seconds + 3600, exp: seconds + 7200 })],
  ['other-audience', jwt({ aud: 'https://other.test/api', exp: seconds + 60 })],
  ['refresh-token', jwt({ typ: 'Refresh', exp: seconds + 60 })],
  ['id-token', jwt({ nonce: 'n', at_hash: 'h', exp: seconds + 60 })],
  [
    'missing-scope',
    jwt({ scope: 'read', exp: seconds + 60 }),
    { status: 403 },
    asks('Bearer error="insufficient_scope", scope="write"'),
  ],
  ['unsigned-token', jwt({ exp: seconds + 60 }, { alg: 'none' })],
  ['opaque-token', bearer('opaque-1'), says('{"error":"jwt malformed"}', 401)],
  [
    'clock-skew',
    { scheme: 'awsv4', headers: [key], answer: { Date: new Date(now - 3_600_000).toUTCString() }, status: 403 },
  ],
  [
    'stripped-by-redirect',
    { url: 'https://cdn.test/x', before: { url: 'https://api.acme.test/x', headers: [key], status: 302 } },
  ],
  [
    'sign-in-page',
    {
      status: 200,
      url: 'https://acme.test/login?next=/x',
      answer: { 'Content-Type': 'text/html' },
      before: { url: 'https://acme.test/x', status: 302 },
    },
  ],
  ['sign-in-page', { status: 302, answer: { Location: '/users/sign_in' } }],
  ['client-certificate-wanted', says('<center>No required SSL certificate was sent</center>', 400)],
  ['client-certificate-refused', says('<title>400 The SSL certificate error</title>', 400)],
  ['cookie-path', lost('path')],
  ['cookie-domain', lost('domain', 'JSESSIONID')],
  ['cookie-secure', lost('secure', 'connect.sid')],
  ['cookie-expired', lost('expired', 'auth_token')],
  ['cookie-expired', lost('expired'), { status: 302, answer: { Location: '/users/sign_in' } }],
  ['cookie-set-in-clear', lost('set-in-clear')],
  ['cookie-set-for-other', lost('set-for-other')],
  ['cookie-too-large', lost('too-large')],
  ['cookie-jar-off', { declined: ['theme', 'sessionid'] }],
  ['csrf-token-missing', post, cookie('XSRF-TOKEN')],
  ['csrf-token-missing', post, cookie('csrftoken'), says('CSRF Failed: CSRF token missing.')],
  ['csrf-token-refused', post, { headers: [part('X-CSRF-Token', 'old-token-1')] }, says('Invalid CSRF token')],
  ['csrf-token', post, { status: 419 }],
  ['csrf-token', withKey, says('CSRF verification failed. Request aborted.')],
  ['csrf-token', withKey, { status: 403, answer: { 'X-CSRF-Token': 'Required' } }],
  ['bot-check', withKey, { status: 403, answer: { 'cf-mitigated': 'challenge', Server: 'cloudflare' } }],
  ['user-agent', withKey, says('Request forbidden. Please make sure your request has a User-Agent header')],
  [
    'single-sign-on',
    bearer('tok-1'),
    { status: 403, answer: { 'X-GitHub-SSO': 'required; url=https://github.com/orgs/acme/sso?x=1' } },
  ],
  ['rate-limit', bearer('tok-1'), { status: 403, answer: { 'X-RateLimit-Remaining': '0' } }],
  ['aws-no-route', withKey, { status: 403, answer: { 'x-amzn-ErrorType': 'MissingAuthenticationTokenException' } }],
  [
    'aws-permission',
    withKey,
    says('{"Message":"User: arn:aws:iam::1:user/a is not authorized to perform: s3:GetObject on x"}'),
  ],
  ['google-reason', withKey, says('{"error":{"details":[{"reason":"API_KEY_INVALID"}]}}', 400)],
  [
    'entra-error',
    withKey,
    says('{"error_description":"AADSTS50105: The signed in user is not assigned. Trace ID: 1"}', 401),
  ],
  ['server-says', withKey, says('{"error":{"message":"Resource not accessible by this key"}}')],
];

describe('why a response refuses', () => {
  for (const [id, ...given] of table) {
    const all: Given = Object.assign({}, ...given);
    it(`explains ${id}: ${all.status ?? 401} ${JSON.stringify(all.answer ?? all.body ?? all.headers?.[0]?.name ?? '').slice(0, 60)}`, () => {
      const causes = explainRefusal(refusal(all));
      const found = causes.find(cause => cause.id === id);
      assert.ok(found, JSON.stringify(causes));
      assert.ok(/[.”]$/.test(found.text) && found.evidence !== '', found.text);
    });
  }

  it('knows at least forty causes', () => {
    assert.ok(new Set(table.map(([id]) => id)).size >= 40);
  });

  it('says nothing of a refusal for a reason that cannot be known', () => {
    const sound: readonly Given[] = [
      basic('ada:correct horse'),
      bearer('opaque-token-1234'),
      withKey,
      jwt({ exp: seconds + 600, iat: seconds - 10, aud: 'https://api.acme.test', scope: 'read' }),
      jwt({ exp: seconds + 600, aud: 'api://11111111-2222-3333-4444-555555555555' }),
      { ...withKey, ...lost('path') },
      { ...lost('path', 'theme'), ...basic('ada:correct horse') },
      { ...bearer('opaque-token-1234'), ...cookie('XSRF-TOKEN'), method: 'POST' },
      { ...withKey, scheme: 'awsv4', answer: { Date: new Date(now - 30_000).toUTCString() } },
    ];
    const answers: readonly Given[] = [
      { body: '' },
      { body: '<html><title>403 Forbidden</title><h1>Forbidden</h1></html>', status: 403 },
      { body: 'Unauthorized', answer: { 'Content-Type': 'text/plain' } },
      { body: '{"status":403,"code":1234}', status: 403 },
      { body: '{"ok":false}', status: 401 },
      { body: '{"error":{"code":7}}', status: 403, answer: { 'X-RateLimit-Remaining': '12' } },
      { status: 400, body: '{"message":"name must not be blank"}' },
      { status: 302, answer: { Location: '/users/42' } },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...sound),
        fc.constantFrom(...answers),
        fc.stringMatching(/^\/[a-z]{0,8}$/),
        (one, other, path) => {
          const answer = { ...one.answer, ...other.answer };
          const causes = explainRefusal(refusal({ ...one, ...other, answer, url: `https://api.acme.test${path}` }));
          assert.deepEqual(causes, []);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('shows nothing of a credential, and takes time in proportion to what it reads', () => {
    for (const [, ...given] of table) {
      const all: Given = Object.assign({}, ...given);
      const told = JSON.stringify(explainRefusal(refusal(all)));
      for (const { value } of [...(all.headers ?? []), ...(all.query ?? [])]) {
        const credential = value.replace(/^\S+\s/, '');
        if (credential.length > 12) assert.ok(!told.includes(credential), told);
      }
    }
    const long = 'missing key '.repeat(6000);
    const started = performance.now();
    explainRefusal(
      refusal({
        ...bearer('a'.repeat(60_000)),
        body: long,
        answer: { 'WWW-Authenticate': `Bearer ${' '.repeat(50_000)}x` },
      }),
    );
    assert.ok(performance.now() - started < 1000);
  });
});
