import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isHar, readHar } from '../../src/convert/har.ts';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('export of requests as they would go out', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;
  const call = (...args: readonly string[]) => countersign(project.folder, args);

  before(async () => {
    server = await listeningServer();
  });
  after(() => server.close());
  beforeEach(() => {
    server.seen.length = 0;
    project = folderWith({ '.git/HEAD': '' });
    writeFileSync(
      join(project.folder, 'a.http'),
      `### Get\n# @auth basic username=ada password=pa55word\nGET ${server.url}/x?q=1\nX-A: it's\n\n### Post\n# @auth bearer token=t0ken-value\nPOST ${server.url}/y\nContent-Type: application/json\n\n{"a": 1}\n\n### Broken\nGET {{nowhere}}/z\n`,
    );
  });
  afterEach(() => project.remove());

  it('is a curl command that sends the same, masked unless secrets are asked for; nothing is sent', async () => {
    const masked = await call('export', 'curl', 'a.http', '--name', 'Post');
    assert.equal(masked.status, 0, masked.stderr);
    assert.ok(!masked.stdout.includes('t0ken-value'));
    assert.match(masked.stdout, /^curl /);
    assert.match(masked.stderr, /Secrets are masked/);
    const shown = await call('export', 'curl', 'a.http', '--name', 'Post', '--show-secrets');
    assert.match(shown.stderr, /It holds secrets/);
    assert.equal(server.seen.length, 0);
    if (process.platform === 'win32') return;
    await promisify(execFile)('sh', ['-c', shown.stdout.replace('curl ', 'curl --silent --noproxy "*" ')]);
    const [seen] = server.seen;
    assert.equal(server.seen.length, 1);
    assert.match(JSON.stringify(seen), /t0ken-value/);
  });

  it('is an archive of every request of the files, with what could not be computed told', async () => {
    const { status, stdout, stderr } = await call('export', 'har', '.');
    assert.equal(status, 1);
    assert.match(stderr, /not exported: Broken: /);
    assert.ok(!/t0ken-value|YWRhOnBhNTV3b3Jk/.test(stdout + stderr));
    const archive: unknown = JSON.parse(stdout);
    assert.ok(isHar(archive));
    const [collection] = readHar(archive).collections;
    const requests = (collection?.items ?? []).map(item =>
      item.kind === 'request' ? `${item.method} ${item.url}` : '',
    );
    assert.deepEqual(requests, [`GET ${server.url}/x`, `POST ${server.url}/y`]);
    assert.equal(
      (await call('export', 'har', 'a.http', '--name', 'Get', '--show-secrets', '--out', 'o.har')).status,
      0,
    );
    assert.match(readFileSync(join(project.folder, 'o.har'), 'utf8'), /Basic YWRhOnBhNTV3b3Jk/);
  });
});
