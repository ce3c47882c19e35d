import assert from 'node:assert/strict';
import { findingsOf, readImport } from '../../src/convert/import.ts';
import { importedFiles } from '../../src/convert/import-files.ts';

const entry = (request: object, mimeType = 'application/json'): object => ({
  request: { method: 'GET', headers: [], ...request },
  response: { content: { mimeType } },
});

describe('an HTTP archive', () => {
  it('becomes requests, without what a page loads beside them, and without its credentials', () => {
    const entries = [
      entry({
        url: 'https://app.test/api/users?page=1&q=a%20b',
        headers: [
          { name: ':authority', value: 'app.test' },
          { name: 'Host', value: 'app.test' },
          { name: 'Authorization', value: 'Bearer eyJhbGciOi.x.y' },
          { name: 'Cookie', value: 'sid=s3cret' },
        ],
      }),
      entry({ url: 'https://app.test/logo.png' }, 'image/png'),
      entry({ url: 'wss://app.test/socket' }),
      entry({
        method: 'POST',
        url: 'https://app.test/login',
        postData: { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a%5B%5D', value: '1+2' }] },
      }),
      entry({
        method: 'PUT',
        url: 'https://other.test/x',
        postData: { mimeType: 'application/json', text: '{"a":1}' },
      }),
    ];
    const { formats, imported } = readImport(Buffer.from(JSON.stringify({ log: { entries } })), 'x.har');
    assert.equal(formats[0]?.id, 'har');
    const { files, secrets } = importedFiles(imported, { secretsTo: 'store' });
    assert.deepEqual(secrets.map(({ value }) => value).sort(), ['eyJhbGciOi.x.y', 'sid=s3cret']);
    const made = Object.fromEntries(files);
    assert.deepEqual(Object.keys(made), [
      'http-archive/collection.http',
      'http-archive/app.test/app.test.http',
      'http-archive/other.test/other.test.http',
    ]);
    const own = made['http-archive/app.test/app.test.http'] ?? '';
    assert.match(
      own,
      /^### GET \/api\/users\nGET https:\/\/app\.test\/api\/users\?page=1&q=a%20b\nAuthorization: Bearer \{\{\$secret/,
    );
    assert.match(own, /\n\na%5B%5D=1%202\n$/);
    assert.match(
      made['http-archive/other.test/other.test.http'] ?? '',
      /Content-Type: application\/json\n\n\{"a":1\}\n$/,
    );
    assert.match(findingsOf(imported)[0]?.finding ?? '', /^2 requests for pictures/);
  });
});
