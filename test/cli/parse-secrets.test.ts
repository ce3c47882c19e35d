import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { literalSecrets } from '../../src/features/diagnostics/literal-secrets.ts';
import { parse } from '../../src/language/parser.ts';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('parse --secrets', function () {
  this.timeout(60_000);
  const file = (url: string): string => `@apiToken = tok-123456

### one
# @auth basic username=ada password="difference \\"engine\\""
POST ${url}/x?api_key=k%2F998877
X-Api-Key: header-key-1
Content-Type: application/json

{"password": "in-the-\\u00fcbody", "token": "{{apiToken}}"}

### two
POST ${url}/form
Authorization: Bearer opaque-token-1
Content-Type: application/x-www-form-urlencoded

a=1
&client_secret=form%20secret+1
`;

  it('names them at their places, for people, for scripts and for code scanning', async () => {
    const { folder, remove } = folderWith({
      'a.http': file('https://api.example.com'),
      'sub/none.http': 'GET https://example.com\n',
      'sub/http-client.env.json': '{"dev": {"password": "of-the-database"}}\n',
    });
    try {
      const text = await countersign(folder, ['parse', '.', '--secrets']);
      assert.equal(text.status, 1);
      assert.match(
        text.stdout,
        /^a\.http:1:13: the variable “apiToken” is a secret: write \{\{\$secret a-api-token\}\}$/m,
      );
      assert.match(text.stdout, /^sub\/http-client\.env\.json:1:\d+: “password” of an environment/m);
      assert.match(text.stdout, /^8 secrets\. What git holds already stays there/m);
      for (const secret of ['tok-123456', 'opaque-token-1', 'of-the-database'])
        assert.ok(!text.stdout.includes(secret));
      const json = (await countersign(folder, ['parse', '.', '--secrets', '--json'])).json() as {
        file: string;
        line: number;
      }[];
      assert.deepEqual(json.map(({ file: path, line }) => `${path}:${line}`).slice(0, 3), [
        'a.http:1',
        'a.http:4',
        'a.http:5',
      ]);
      await countersign(folder, ['parse', '.', '--secrets', '--reporter', 'sarif=secrets.sarif']);
      const report = JSON.parse(readFileSync(join(folder, 'secrets.sarif'), 'utf8'));
      assert.equal(report.version, '2.1.0');
      assert.equal(report.runs[0].results.length, 8);
      assert.deepEqual(report.runs[0].results[0].locations[0].physicalLocation, {
        artifactLocation: { uri: 'a.http' },
        region: { startLine: 1, startColumn: 13, endColumn: 23 },
      });
      const clean = await countersign(folder, ['parse', 'sub/none.http', '--secrets']);
      // The environment beside it is looked at, too.
      assert.equal(clean.status, 1);
    } finally {
      remove();
    }
  });

  it('leaves every byte of a request as it was, once they are moved', async () => {
    const server = await listeningServer();
    const text = file(server.url);
    const secrets = literalSecrets(parse(text), 'a.http');
    let moved = text;
    for (const { start, end, name } of secrets.toReversed())
      moved = `${moved.slice(0, start)}{{$secret ${name}}}${moved.slice(end)}`;
    const { folder, remove } = folderWith({ 'before.http': text, 'after.http': moved });
    try {
      const given = secrets.flatMap(({ name, value }) => ['--secret', `${name}=${value}`]);
      for (const name of ['before', 'after']) {
        assert.equal((await countersign(folder, ['run', `${name}.http`, ...given])).status, 0);
      }
      assert.equal(server.seen.length, 4);
      assert.deepEqual(server.seen.slice(2), server.seen.slice(0, 2));
      assert.ok(!moved.includes('opaque-token-1'));
      assert.deepEqual(literalSecrets(parse(moved), 'a.http'), []);
    } finally {
      remove();
      await server.close();
    }
  });
});
