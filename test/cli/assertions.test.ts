import assert from 'node:assert/strict';
import { countersign, folderWith, listeningServer } from './countersign.ts';

describe('assertions in a run', function () {
  this.timeout(60_000);
  let server: Awaited<ReturnType<typeof listeningServer>>;
  let project: ReturnType<typeof folderWith>;

  before(async () => {
    server = await listeningServer();
    project = folderWith({
      'a.http': `### fine\nGET ${server.url}/\n\n?? status == 200\n?? duration < 60000\n\n### wrong\nGET ${server.url}/\n\n?? status == 201\n?? header x-none exists\n`,
    });
  });
  after(() => {
    project.remove();
    server.close();
  });
  const run = (...args: readonly string[]) => countersign(project.folder, ['run', 'a.http', ...args]);

  it('fail the request and the run, with the line and what came', async () => {
    const { status, stdout, stderr } = await run();
    assert.equal(status, 1);
    assert.match(stdout, /✓ 200 fine .* 2\/2 tests\n/);
    assert.match(
      stdout,
      /✗ 200 wrong .* 0\/2 tests\n {6}✗ status == 201: It is 200\. \(line 10\)\n {6}✗ header x-none exists: It is not there\. \(line 11\)\n/,
    );
    assert.equal(stderr, '');
    assert.equal((await run('--name', 'fine')).status, 0);
  });

  it('stand beside a warning where a credential is empty', async () => {
    const other = folderWith({ 'b.http': `@token =\n\n###\nGET ${server.url}/\nAuthorization: Bearer {{token}}\n` });
    const { status, stderr } = await countersign(other.folder, ['run', 'b.http']);
    other.remove();
    assert.equal(status, 0);
    assert.equal(
      stderr,
      'b.http:5: warning: Authorization carries no credential: the value of its variable is empty.\n',
    );
  });

  it('stand in every report', async () => {
    const [, wrong] = (await run('--json')).json() as { ok: boolean; tests: { passed: boolean; line: number }[] }[];
    assert.deepEqual(
      [wrong?.ok, wrong?.tests.map(({ passed, line }) => [passed, line])],
      [
        false,
        [
          [false, 10],
          [false, 11],
        ],
      ],
    );
    assert.match(
      (await run('--reporter', 'junit')).stdout,
      /<failure message="status == 201: It is 200\. \(and 1 more\)">✗ status == 201/,
    );
    assert.match((await run('--reporter', 'tap')).stdout, /message: "status == 201: It is 200\. \(and 1 more\)"/);
    assert.match((await run('--reporter', 'markdown')).stdout, /- ✗ status == 201: It is 200\./);
    assert.match((await run('--reporter', 'github')).stdout, /::error file=a\.http,line=8,title=wrong::status == 201/);
  });
});
