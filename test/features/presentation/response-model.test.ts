import assert from 'node:assert/strict';
import { charsetOf } from '../../../src/core/charset.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import type { HttpRequest } from '../../../src/core/request.ts';
import { attemptLog } from '../../../src/features/presentation/attempt-log.ts';
import { bodyKind, extensionFor, sniffKind } from '../../../src/features/presentation/media-type.ts';
import { previewText } from '../../../src/features/presentation/preview-text.ts';
import { requestModel, responseModel } from '../../../src/features/presentation/response-model.ts';
import { parseSetCookie } from '../../../src/features/presentation/set-cookie.ts';
import { redactCarried } from '../../../src/sending/redacted.ts';

const secret = 'correct-horse';
const request: HttpRequest = {
  method: 'GET',
  url: 'https://api.example.com/users',
  query: [{ name: 'key', value: secret, masked: '•••', origin: { by: 'auth', scheme: 'apikey' } }],
  headers: [
    { name: 'Host', value: 'api.example.com', origin: { by: 'client' } },
    { name: 'Accept', value: '*/*', origin: { by: 'file', file: '/w/users.http', line: 4 } },
    {
      name: 'Authorization',
      value: `Basic ${secret}`,
      masked: 'Basic •••',
      origin: { by: 'auth', scheme: 'basic', level: 'folder', file: '/w/folder.http', line: 1 },
    },
  ],
  cookies: [{ name: 'session', value: secret, masked: '•••', origin: { by: 'cookie-jar' } }],
  body: undefined,
  overridden: [{ name: 'Authorization', value: 'Bearer mine', origin: { by: 'file', file: '/w/users.http', line: 5 } }],
};
const subject = { title: 'List users', file: '/w/users.http', line: 3 };

function exchange(status: number, headers: [string, string][], rest: Partial<Exchange> = {}): Exchange {
  const head = { status, statusText: '', httpVersion: '1.1', headers };
  const body = { size: 2, start: async () => new Uint8Array(2), async *open() {}, async dispose() {} };
  return {
    request,
    attempts: [{ reason: 'request', request, startedAt: 1000, response: head, timing: { wait: 3, total: 5 } }],
    response: { ...head, body },
    durationMs: 6,
    ...rest,
  };
}

describe('the model of a response', () => {
  it('holds no secret until it is asked for', () => {
    const model = responseModel(exchange(200, [['content-type', 'application/json; charset=UTF-8']]), subject);
    assert.doesNotMatch(JSON.stringify(model), new RegExp(secret));
    assert.equal(model.request.hasSecrets, true);
    assert.match(JSON.stringify(requestModel(request, true)), new RegExp(secret));
    assert.deepEqual(model.body, { size: 2, mediaType: 'application/json', charset: 'utf-8', kind: 'json' });
  });

  it('masks secrets that the server sent back', () => {
    const headers: [string, string][] = [
      ['X-Echo', 'Bearer s3cret'],
      ['Set-Cookie', 'token=s3cret; Path=/'],
    ];
    const model = responseModel(exchange(200, headers), subject, text => text.replace('s3cret', '•••'));
    assert.deepEqual(model.headers[0], ['X-Echo', 'Bearer •••']);
    assert.equal(model.cookies[0]?.value, '•••');
    assert.equal(model.fieldsMasked, true);
    const redact = redactCarried(exchange(200, []).attempts, text => text.replace('s3cret', '•••'));
    assert.equal(redact(`${secret}, s3cret and Basic`), '•••, ••• and Basic');
    assert.equal(responseModel(exchange(200, headers), subject).fieldsMasked, false);
  });

  it('says that nobody verified the certificate', () => {
    assert.equal(responseModel(exchange(200, [], { unverified: true }), subject).unverified, true);
    assert.equal('unverified' in responseModel(exchange(200, []), subject), false);
  });

  it('says where each part comes from', () => {
    const { headers, cookies, overridden } = requestModel(request);
    assert.deepEqual(
      headers.map(({ origin }) => origin.label),
      ['Taken from the URL', 'users.http:4', 'Basic Auth · folder.http:1'],
    );
    assert.equal(cookies[0]?.origin.label, 'Cookie jar');
    assert.deepEqual(overridden[0]?.origin, { by: 'file', label: 'users.http:5', file: '/w/users.http', line: 5 });
  });

  it('shows the challenge and the credential where the authorization failed', () => {
    const challenge = 'Basic realm="Acme"';
    const explanation = 'The server did not accept the credential.';
    const model = responseModel(exchange(401, [['WWW-Authenticate', challenge]], { explanation }), subject);
    assert.equal(model.authorization?.explanation, explanation);
    assert.deepEqual(model.authorization?.challenges, [challenge]);
    assert.equal(model.authorization?.used?.file, '/w/folder.http');
    assert.equal(responseModel(exchange(403, []), subject).authorization, undefined);
  });

  it('puts an error into words, with its hint and place', () => {
    const error = new CountersignError('host-not-found', 'There is no host api.exmple.com.', {
      hint: 'Check its name.',
      place: { file: '/w/users.http', line: 3 },
    });
    const { response: _, ...failed } = exchange(200, []);
    const model = responseModel({ ...failed, error }, subject);
    assert.equal(model.status, undefined);
    assert.deepEqual(model.error, {
      code: 'host-not-found',
      title: 'Host not found',
      message: 'There is no host api.exmple.com.',
      hint: 'Check its name.',
      file: '/w/users.http',
      line: 3,
      where: 'users.http:3',
    });
  });

  it('logs an attempt without its secrets and without the values of cookies', () => {
    const [attempt] = exchange(200, [['Set-Cookie', 'session=abc; Path=/']]).attempts;
    assert.ok(attempt);
    const log = attemptLog(attempt);
    assert.doesNotMatch(log, new RegExp(`${secret}|abc`));
    assert.match(log, /^GET https:\/\/api\.example\.com\/users\?key=•••\n> Host: api\.example\.com\n/);
    assert.match(log, /\n> Authorization: Basic •••\n[\s\S]*\n< HTTP\/1\.1 200\n< Set-Cookie: session=•••; Path=\/\n/);
  });

  it('logs no credential that a name tells, written by hand or answered', () => {
    const [attempt] = exchange(200, []).attempts;
    assert.ok(attempt?.response);
    const byHand = [
      { name: 'X-Functions-Key', value: 'written-key', origin: { by: 'file', file: '/w/a.http', line: 1 } },
      { name: 'Authorization', value: 'Bearer written-token', origin: { by: 'file', file: '/w/a.http', line: 2 } },
    ] as const;
    const log = attemptLog({
      ...attempt,
      request: { ...attempt.request, url: 'https://api.example.com/?access_token=written-query', headers: byHand },
      response: {
        ...attempt.response,
        headers: [
          ['Location', 'https://app.example.com/cb?code=answered-code&state=1#id_token=answered-id'],
          ['X-Auth-Token', 'answered-token'],
        ],
      },
    });
    assert.doesNotMatch(log, /written-|answered-/);
    assert.match(log, /\n> Authorization: Bearer •••\n/);
    assert.match(log, /\n< Location: https:\/\/app\.example\.com\/cb\?code=•••&state=1#id_token=•••\n/);
  });
});

describe('a preview as text', () => {
  const preview = {
    request,
    decision: { statement: undefined, from: undefined, trail: [], shorthand: false },
    pending: ['the server will be asked for a challenge'],
    problems: [],
    place: { file: '/w/users.http', line: 3 },
  };

  it('shows the request as it will go out, with what replaced and hidden parts are', () => {
    const { text, lines, hasSecrets } = previewText(preview, 'List users', '/w/users.http', false);
    assert.equal(
      text,
      [
        '### List users',
        '# Pending: the server will be asked for a challenge',
        '# Authorization: Bearer mine',
        'GET https://api.example.com/users?key=•••',
        'Host: api.example.com',
        'Accept: */*',
        'Authorization: Basic •••',
        'Cookie: session=•••',
        '',
      ].join('\n'),
    );
    assert.ok(hasSecrets);
    assert.deepEqual(
      lines.map(({ line, kind }) => [line, kind]),
      [
        [1, 'remark'],
        [2, 'overridden'],
        [3, 'written'],
        [4, 'hidden'],
        [5, 'written'],
        [6, 'hidden'],
        [7, 'hidden'],
      ],
    );
    assert.equal(lines[5]?.origin, 'added by Basic Auth, inherited from folder.http, line 1');
    assert.equal(lines[5]?.file, '/w/folder.http');
  });

  it('shows secrets when asked to', () => {
    assert.match(previewText(preview, '', '/w/users.http', true).text, /Authorization: Basic correct-horse/);
  });
});

describe('what is shown of bodies and cookies', () => {
  it('tells kinds by media type', () => {
    const kinds = ['application/problem+json', 'text/html;x=y', 'image/svg+xml', 'application/atom+xml', 'text/csv'];
    assert.deepEqual([...kinds, 'application/pdf'].map(bodyKind), ['json', 'html', 'image', 'xml', 'text', 'binary']);
    assert.equal(charsetOf('text/plain; Charset="ISO-8859-1"'), 'iso-8859-1');
    assert.equal(extensionFor('application/vnd.api+json', 'json'), 'json');
  });

  it('tells kinds by how the bytes begin where the type says nothing', () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    assert.deepEqual(
      [' {"a":1}', '<!DOCTYPE html>', '<?xml?>', 'plain é', ''].map(text => sniffKind(bytes(text))),
      [...(['json', 'html', 'xml', 'text', 'text'] as const)],
    );
    assert.equal(sniffKind(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1)), 'binary');
    assert.equal(sniffKind(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0x20, 0x20, 0x20, 0x20, 0x20)), 'binary');
  });

  it('reads a cookie with its attributes', () => {
    assert.deepEqual(parseSetCookie('a=b=c; Path=/x; Domain=example.com; Max-Age=60; secure; HttpOnly; SameSite=Lax'), {
      name: 'a',
      value: 'b=c',
      domain: 'example.com',
      path: '/x',
      expires: '60 s',
      sameSite: 'Lax',
      secure: true,
      httpOnly: true,
    });
  });
});
