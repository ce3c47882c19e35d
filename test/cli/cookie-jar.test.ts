import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { countersign, folderWith } from './countersign.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('a file of cookies on the command line', function () {
  this.timeout(60_000);
  let server: Server;
  let url: string;
  let project: ReturnType<typeof folderWith>;
  const seen: (string | undefined)[] = [];

  before(async () => {
    server = createServer((request, response) => {
      seen.push(request.headers.cookie);
      if (request.url === '/login')
        response.setHeader('Set-Cookie', ['session=s1; HttpOnly; Path=/', 'kept=k1; Max-Age=3600']);
      response.end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    seen.length = 0;
    project = folderWith({ 'login.http': `GET ${url}/login\n`, 'me.http': `GET ${url}/me\n` });
  });
  afterEach(() => project.remove());
  after(() => server.close());

  const call = (...args: readonly string[]) => countersign(project.folder, args);
  const file = (): string => join(project.folder, 'cookies.txt');

  it('is made, sent from, and readable by its owner alone', async () => {
    assert.equal((await call('run', 'login.http', '--cookie-jar', 'cookies.txt')).status, 0);
    assert.match(readFileSync(file(), 'utf8'), /^#HttpOnly_127\.0\.0\.1\tFALSE\t\/\tFALSE\t0\tsession\ts1$/m);
    if (process.platform !== 'win32') assert.equal(statSync(file()).mode & 0o777, 0o600);
    await call('run', 'me.http', '--cookie-jar', 'cookies.txt');
    await call('run', 'me.http');
    assert.deepEqual(seen, [undefined, 'session=s1; kept=k1', undefined]);
    const preview = await call('preview', 'me.http', '--cookie-jar', 'cookies.txt');
    assert.match(preview.stdout, /session=•••/);
  });

  it('says what is wrong with it, and sends nothing', async () => {
    writeFileSync(file(), 'something else\n');
    const { status, stderr } = await call('run', 'me.http', '--cookie-jar', 'cookies.txt');
    assert.equal(status, 1);
    assert.match(stderr, /cookies\.txt is no file of cookies in Netscape’s format\./);
    assert.deepEqual(seen, []);
    assert.equal(readFileSync(file(), 'utf8'), 'something else\n');
    assert.equal((await call('run', 'me.http', '--cookie-jar', 'none.txt')).status, 0);
    assert.ok(!existsSync(join(project.folder, 'none.txt')));
  });

  (hasCurl ? it : it.skip)('goes from curl to countersign and back', async () => {
    const curl = (...args: readonly string[]) => promisify(execFile)('curl', ['-s', ...args]);
    await curl('-c', file(), `${url}/login`);
    await call('run', 'me.http', '--cookie-jar', 'cookies.txt');
    await call('run', 'login.http', '--cookie-jar', 'cookies.txt');
    await curl('-b', file(), `${url}/me`);
    assert.deepEqual(
      seen.map(each => each?.split('; ').sort().join('; ')),
      [undefined, 'kept=k1; session=s1', 'kept=k1; session=s1', 'kept=k1; session=s1'],
    );
  });
});
