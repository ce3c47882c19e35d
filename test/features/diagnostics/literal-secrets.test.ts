import assert from 'node:assert/strict';
import fc from 'fast-check';
import { literalSecrets, literalSecretsOfEnvironment } from '../../../src/features/diagnostics/literal-secrets.ts';
import { parse } from '../../../src/language/parser.ts';

const found = (text: string): (readonly [what: string, value: string, name: string])[] =>
  literalSecrets(parse(text), 'acme.http').map(({ what, value, name, start, end }) => {
    assert.ok(text.slice(start, end) === value || text.slice(start, end).includes('\\'), text.slice(start, end));
    return [what, value, name];
  });

describe('secrets that stand in a file', () => {
  it('are found by what they are for', () => {
    assert.deepEqual(
      found(`@apiToken = tok-123456
@region = eu-central-1

### one
# @auth basic username=ada password="difference engine"
POST https://api.example.com/x?api_key=k-998877&page=100000&sig=abcdef12
X-Api-Key: header-key-1
Authorization: Bearer opaque-token-1
Cookie: session=not-looked-at
Accept: application/json
Content-Type: application/json

{"user": "ada", "password": "in-the-body", "nested": {"client_secret": "deep-secret"}, "tokens": 100000}

### two
GET https://ada:url-password@example.com/
Authorization: Basic YWRhOmVuZ2luZQ==

### three
POST https://example.com/token
Content-Type: application/x-www-form-urlencoded

grant_type=password
&username=ada
&password=form-password
`),
      [
        ['the variable “apiToken”', 'tok-123456', 'acme-api-token'],
        ['the field “password”', 'difference engine', 'acme-password'],
        ['the parameter “api_key”', 'k-998877', 'acme-api-key'],
        ['the parameter “sig”', 'abcdef12', 'acme-sig'],
        ['the header X-Api-Key', 'header-key-1', 'acme-x-api-key'],
        ['the header Authorization', 'opaque-token-1', 'acme-bearer'],
        ['“password” in the body', 'in-the-body', 'acme-password-2'],
        ['“client_secret” in the body', 'deep-secret', 'acme-client-secret'],
        ['the password in the URL', 'url-password', 'acme-url-password'],
        ['the header Authorization', 'YWRhOmVuZ2luZQ==', 'acme-basic'],
        ['“password” in the body', 'form-password', 'acme-password-3'],
      ],
    );
  });

  it('are found by their shape, wherever they stand', () => {
    const jwt = `${'eyJhbGciOiJIUzI1NiJ9'}.${'eyJzdWIiOiJhZGEifQ'}.${'c2lnbmF0dXJlLW9mLWl0'}`;
    const cases: readonly (readonly [text: string, what: string])[] = [
      [`GET https://example.com/${'ghp_'}${'a1'.repeat(18)}\n`, 'a GitHub token'],
      [`POST https://example.com\n\nkey: ${'AKIA'}${'ABCDEFGH12345678'}\n`, 'an AWS access key'],
      [`POST https://example.com\n\n${jwt}\n`, 'a JSON Web Token'],
      [`@hook = https://x/${'xoxb-'}123456789012-abcdef\nGET https://example.com\n`, 'a Slack token'],
    ];
    for (const [text, what] of cases)
      assert.deepEqual(
        found(text).map(([is]) => is),
        [what],
        text,
      );
  });

  it('are none where something is to be put in, or comes from elsewhere', () => {
    for (const value of [
      ...[
        '{{token}}',
        '{{$secret token}}',
        '<your token>',
        'your-api-key',
        '[TOKEN]',
        '********',
        'xxxxxxxx',
        'changeme',
      ],
      ...[
        'password',
        'secret123',
        'test',
        '12345',
        'my-token-here',
        'REPLACE_ME placeholder',
        'null',
        'an example key',
      ],
    ]) {
      assert.deepEqual(found(`@password = ${value}\nGET https://example.com\nX-Api-Key: ${value}\n`), [], value);
    }
    assert.deepEqual(
      found('# @auth jwt algorithm=RS256\n#   privateKey = < ./key.pem\nGET https://example.com\n').length,
      0,
    );
    assert.deepEqual(
      found('# @password = commented-out-1\n# Authorization: Bearer commented-out-2\nGET https://example.com\n'),
      [],
    );
    assert.deepEqual(
      found('GET https://example.com\nAuthorization: Digest username="x", realm="y", response="abcdef123456"\n'),
      [],
    );
  });

  it('are left alone where a line says that they are meant to stand there', () => {
    assert.deepEqual(
      found('# pragma: allowlist nextline secret\n@token = of-a-test-server\nGET https://example.com\n'),
      [],
    );
    assert.deepEqual(found('GET https://example.com\n# gitleaks:allow\nX-Api-Key: of-a-test-server\n'), []);
  });

  it('have one name for one value', () => {
    const names = found(
      '### a\nGET https://example.com\nX-Api-Key: same-value\n\n### b\nGET https://example.com\nX-Api-Key: same-value\n',
    );
    assert.deepEqual(
      names.map(([, , name]) => name),
      ['acme-x-api-key', 'acme-x-api-key'],
    );
  });

  it('are found in public environments', () => {
    const secrets = literalSecretsOfEnvironment(
      '{\n  "dev": {"host": "localhost", "password": "of-the-dev-database"}\n}\n',
    );
    assert.deepEqual(
      secrets.map(({ value, line, name }) => [value, line, name]),
      [['of-the-dev-database', 2, 'password']],
    );
  });

  it('are found at places that hold them, in any text, without a failure', () => {
    const piece = fc.constantFrom(
      '@token = abcdef12',
      '\n',
      '###',
      'GET https://h/?key=abcdef12',
      'X-Api-Key: abcdef12',
      '{"password":"abcdef12"}',
      '# @auth bearer token=abcdef12',
      ' ',
      '\r\n',
      '&secret=abcdef12',
      '"',
      '{{x}}',
      '# gitleaks:allow',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const text = pieces.join('');
        let last = 0;
        for (const { start, end, line } of literalSecrets(parse(text), 'a.http')) {
          assert.ok(start >= last && end > start && end <= text.length);
          assert.equal(text.slice(0, start).split('\n').length, line);
          last = end;
        }
      }),
    );
  });
});
