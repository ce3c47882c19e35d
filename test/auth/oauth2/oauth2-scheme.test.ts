import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { type AuthInForce, previewAuthorized, sendAuthorized } from '../../../src/auth/driver.ts';
import { newDpopKey } from '../../../src/auth/oauth2/dpop.ts';
import { oauth2 } from '../../../src/auth/schemes/oauth2.ts';
import type { Token, TokenSource, TokenState } from '../../../src/auth/token-source.ts';
import { fieldApplies, resolveValues, statementProblems } from '../../../src/auth/values.ts';
import { conditionsOf } from '../../../src/core/fields.ts';
import { type HttpRequest, headerValue, maskedRequestUrl, requestUrl } from '../../../src/core/request.ts';
import { fixedPorts, fixedTime, plainRequest, response } from '../ports.ts';

const place = { file: '/project/a.http', line: 1 };
const machine = {
  grantType: 'client_credentials',
  tokenUrl: 'https://as.example/token',
  clientId: 'c',
  clientSecret: 's',
};

async function inForce(fields: Readonly<Record<string, string>>): Promise<AuthInForce> {
  const stated = Object.entries(fields).map(([name, value]) => ({ name, value, fromFile: false, place }));
  const statement = { scheme: 'oauth2', fields: stated, place };
  const resolved = await resolveValues(statement, { resolve: text => text, readFile: async () => '' });
  return { resolved: { ...resolved, scheme: oauth2 as never }, level: 'request' };
}

/** A source that hands out these tokens in turn, and remembers what was refused. */
function source(tokens: Token[], state?: TokenState): TokenSource & { readonly rejected: string[] } {
  const rejected: string[] = [];
  return {
    rejected,
    peek: async () => state ?? assert.fail('peeked'),
    get: async () => tokens.shift() ?? assert.fail('nothing more to fetch'),
    reject: async (_request, { accessToken }) => void rejected.push(accessToken),
  };
}

const old = { tokenType: 'Bearer', obtainedAt: fixedTime - 1000 };

async function send(
  fields: Readonly<Record<string, string>>,
  tokens: TokenSource,
  answers: ReturnType<typeof response>[],
): Promise<{ readonly sent: HttpRequest[]; readonly explanation: string | undefined; readonly status: number }> {
  const sent: HttpRequest[] = [];
  const { response: last, outcome } = await sendAuthorized(
    plainRequest(),
    await inForce(fields),
    fixedPorts({ tokens }),
    new AbortController().signal,
    async request => {
      sent.push(request);
      return answers.shift() ?? response(200);
    },
  );
  return { sent, explanation: outcome?.explanation, status: last.status };
}

const authorizations = (sent: readonly HttpRequest[]) => sent.map(request => headerValue(request, 'Authorization'));

describe('the oauth2 scheme', () => {
  it('sends the token in the header, with the prefix that is asked for', async () => {
    const token = { accessToken: 't', ...old };
    const plain = await send(machine, source([token]), []);
    assert.deepEqual(authorizations(plain.sent), ['Bearer t']);
    const other = await send({ ...machine, prefix: 'Token' }, source([token]), []);
    assert.deepEqual(authorizations(other.sent), ['Token t']);
    const bare = await send({ ...machine, prefix: '' }, source([token]), []);
    assert.deepEqual(authorizations(bare.sent), ['t']);
  });

  it('sends the token in the query, masked where it is shown', async () => {
    const { sent } = await send(
      { ...machine, addTo: 'query', queryKey: 'auth' },
      source([{ accessToken: 'a/b', ...old }]),
      [],
    );
    assert.equal(sent[0] && requestUrl(sent[0]), 'https://api.example.com/users?page=2&auth=a%2Fb');
    assert.equal(sent[0] && maskedRequestUrl(sent[0]), 'https://api.example.com/users?page=2&auth=•••');
  });

  it('sends a token that is given, and fetches nothing, whatever else is missing', async () => {
    const given = await send({ token: 'mine' }, source([]), [response(401)]);
    assert.deepEqual(authorizations(given.sent), ['Bearer mine']);
    assert.match(given.explanation ?? '', /refused the access token that is given/);
  });

  it('fetches once more after a 401, and retries once', async () => {
    const tokens = source([
      { accessToken: 'a', ...old },
      { accessToken: 'b', ...old },
    ]);
    const { sent, status, explanation } = await send(machine, tokens, [response(401), response(200)]);
    assert.deepEqual(authorizations(sent), ['Bearer a', 'Bearer b']);
    assert.deepEqual([tokens.rejected, status, explanation], [['a'], 200, undefined]);
    const both = source([
      { accessToken: 'a', ...old },
      { accessToken: 'b', ...old },
    ]);
    const challenge: [string, string][] = [
      ['WWW-Authenticate', 'Bearer error="invalid_token", error_description="who?"'],
    ];
    const refused = await send(machine, both, [response(401), response(401, challenge)]);
    assert.equal(refused.sent.length, 2);
    assert.match(refused.explanation ?? '', /in its place too\. It says: invalid_token: who\?\.$/);
  });

  it('does not ask again for a token that was fetched just now', async () => {
    const tokens = source([{ accessToken: 'a', tokenType: 'Bearer', obtainedAt: fixedTime }]);
    const { sent, explanation } = await send(machine, tokens, [response(401)]);
    assert.equal(sent.length, 1);
    assert.match(explanation ?? '', /fetched just now: check scope and audience/);
  });

  it('keeps the server’s answer where no other token can be got', async () => {
    const tokens = source([{ accessToken: 'a', ...old }]);
    const { status, explanation } = await send(machine, tokens, [response(401)]);
    assert.equal(status, 401);
    assert.match(explanation ?? '', /there is no other: nothing more to fetch/);
  });

  it('shows in a preview what will be sent, or where the token will come from, and never a token', async () => {
    const preview = async (state: TokenState) =>
      previewAuthorized(
        plainRequest(),
        await inForce(machine),
        fixedPorts({ tokens: source([], state) }),
        new AbortController().signal,
      );
    const known = await preview({ kind: 'available', token: { accessToken: 't', ...old } });
    assert.deepEqual([headerValue(known.request, 'Authorization'), known.pending], ['Bearer t', []]);
    assert.equal(known.request.headers.at(-1)?.masked, 'Bearer •••');
    const unknown = await preview({ kind: 'pending', pending: 'a token will be fetched from x' });
    assert.deepEqual(unknown.pending, ['a token will be fetched from x']);
    assert.equal(headerValue(unknown.request, 'Authorization'), 'Bearer •••');
  });

  it('proves possession of a DPoP token’s key, and takes up the server’s nonce', async () => {
    const dpopKey = newDpopKey();
    const tokens = source([{ accessToken: 'bound', tokenType: 'DPoP', obtainedAt: fixedTime - 1000, dpopKey }]);
    const nonce: [string, string][] = [
      ['DPoP-Nonce', 'n-1'],
      ['WWW-Authenticate', 'DPoP error="use_dpop_nonce"'],
    ];
    const { sent, status } = await send(machine, tokens, [response(401, nonce), response(200)]);
    assert.equal(status, 200);
    assert.deepEqual(authorizations(sent), ['DPoP bound', 'DPoP bound']);
    assert.deepEqual(tokens.rejected, []);
    const proofs = sent.map(request => headerValue(request, 'DPoP') ?? '');
    const { jwk } = decodeProtectedHeader(proofs[1] ?? '');
    assert.equal(JSON.stringify(jwk).includes(String(dpopKey.d)), false);
    const { payload } = await jwtVerify(proofs[1] ?? '', await importJWK(jwk ?? {}, 'ES256'), {
      typ: 'dpop+jwt',
      currentDate: new Date(fixedTime),
    });
    assert.deepEqual(
      [payload.htm, payload.htu, payload.nonce, payload.ath],
      ['GET', 'https://api.example.com/users', 'n-1', createHash('sha256').update('bound').digest('base64url')],
    );
    assert.notEqual(proofs[0], proofs[1]);
  });

  it('names what is missing for a grant, and what is risky', () => {
    const problems = (fields: Readonly<Record<string, string>>) => {
      const stated = Object.entries(fields).map(([name, value]) => ({ name, value, fromFile: false, place }));
      return statementProblems({ scheme: 'oauth2', fields: stated, place }).map(
        ({ severity, field }) => `${severity} ${field}`,
      );
    };
    assert.deepEqual(problems({}), ['error authUrl', 'error tokenUrl', 'error clientId']);
    assert.deepEqual(problems({ issuer: 'https://as.example', clientId: 'c' }), []);
    assert.deepEqual(problems(machine), []);
    assert.deepEqual(problems({ grantType: 'device_code', clientId: 'c' }), ['error deviceUrl', 'error tokenUrl']);
    assert.deepEqual(problems({ ...machine, clientAuthentication: 'private_key_jwt' }), [
      'information clientSecret',
      'error privateKey',
    ]);
    assert.deepEqual(problems({ ...machine, grantType: 'password' }), ['error username']);
    assert.deepEqual(problems({ ...machine, tokenUrl: 'http://as.example/token' }), ['warning tokenUrl']);
    assert.deepEqual(problems({ ...machine, tokenUrl: 'http://localhost:1/token' }), []);
    assert.deepEqual(problems({ ...machine, tokenUrl: 'as.example/token' }), ['error tokenUrl']);
    assert.deepEqual(problems({ token: 't', addTo: 'query' }), ['warning addTo']);
    assert.deepEqual(problems({ token: 'a\nb' }), ['error token']);
  });

  it('lets only those fields count that the grant and the client’s authentication take', () => {
    const defaults = oauth2.fields.flatMap((field): [string, string][] =>
      'default' in field ? [[field.name, field.default]] : [],
    );
    const watched = ['tokenUrl', 'clientSecret', 'username', 'password', 'assertion', 'subjectToken', 'privateKey'];
    watched.push('keyId', 'clientAssertion', 'assertionAudience', 'ciVariable', 'refreshUrl');
    const counting = (given: Readonly<Record<string, string>>): string => {
      const values = new Map([...defaults, ...Object.entries(given)]);
      const fields = oauth2.fields.filter(field => watched.includes(field.name) && fieldApplies(field, values));
      return fields.map(({ name }) => name).join(' ');
    };
    const key = { clientAuthentication: 'private_key_jwt' };
    const bearer = { grantType: 'jwt_bearer' };
    const signed = { assertionFrom: 'key' };
    assert.equal(counting({}), 'tokenUrl clientSecret refreshUrl');
    assert.equal(counting({ grantType: 'implicit' }), 'clientSecret');
    assert.equal(counting({ clientAuthentication: 'none' }), 'tokenUrl refreshUrl');
    assert.equal(counting({ grantType: 'password' }), 'tokenUrl clientSecret username password refreshUrl');
    assert.equal(
      counting({ clientAuthentication: 'client_secret_jwt' }),
      'tokenUrl clientSecret keyId assertionAudience refreshUrl',
    );
    assert.equal(counting(key), 'tokenUrl privateKey keyId assertionAudience refreshUrl');
    assert.equal(counting({ ...key, clientAssertionFrom: 'value' }), 'tokenUrl clientAssertion refreshUrl');
    assert.equal(counting({ ...key, clientAssertionFrom: 'ci' }), 'tokenUrl assertionAudience ciVariable refreshUrl');
    assert.equal(counting({ clientAssertionFrom: 'value' }), 'tokenUrl clientSecret refreshUrl');
    assert.equal(counting({ ...bearer, clientAuthentication: 'none' }), 'tokenUrl assertion refreshUrl');
    assert.equal(
      counting({ ...bearer, ...signed, clientAuthentication: 'none' }),
      'tokenUrl username privateKey keyId assertionAudience refreshUrl',
    );
    assert.equal(
      counting({ ...bearer, ...signed, clientAuthentication: 'none', assertionAlgorithm: 'HS256' }),
      'tokenUrl clientSecret username privateKey keyId assertionAudience refreshUrl',
    );
    assert.equal(counting({ grantType: 'token_exchange' }), 'tokenUrl clientSecret subjectToken refreshUrl');
    assert.equal(counting(signed), counting({}));
    assert.equal(counting({ ...bearer, assertionFrom: '{{from}}' }).includes('privateKey'), true);
  });

  it('has a label, a sentence of help and a known condition for every field', () => {
    const names = new Set<string>(oauth2.fields.map(field => field.name));
    assert.equal(names.size, oauth2.fields.length);
    for (const field of oauth2.fields) {
      assert.match(field.label, /^[A-Z]/);
      assert.match(field.help, /\.$/);
      const conditions = 'when' in field ? conditionsOf(field.when) : [];
      for (const condition of conditions) assert.ok(names.has(condition.field), field.name);
    }
  });
});
