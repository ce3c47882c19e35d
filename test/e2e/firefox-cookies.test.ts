import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { FirefoxCookies } from '../../src/node/firefox-cookies.ts';
import { waitUntil } from './workbench.ts';

const program = ['firefox', 'firefox-esr']
  .flatMap(name => (process.env.PATH ?? '').split(delimiter).map(folder => join(folder, name)))
  .find(existsSync);

// Debian has it as firefox-esr, and npm not at all. Its tables are those of test/node/firefox-cookies.test.ts.
(program === undefined ? describe.skip : describe)('the cookies of a Firefox that runs', function () {
  this.timeout(90_000);

  it('are read as it writes them', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'firefox-profile-'));
    await writeFile(join(profile, 'user.js'), 'user_pref("browser.shell.checkDefaultBrowser", false);\n');
    let visited = false;
    const server = createServer((request, response) => {
      if (request.url === '/page') {
        visited = true;
        response.setHeader('Set-Cookie', ['kept=1; Max-Age=3600; HttpOnly', 'of-session=1']);
      }
      response.setHeader('Content-Type', 'text/html').end('<title>page</title>');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}/page`;
    const firefox = spawn(program ?? '', ['--headless', '--no-remote', '--profile', profile, url], {
      stdio: 'ignore',
      env: { ...process.env, HOME: profile },
    });
    try {
      const started = Date.now();
      await waitUntil('the page is visited', async () => visited || undefined, 60_000);
      const source = new FirefoxCookies(profile);
      const [cookie] = await waitUntil(
        'Firefox writes the cookie',
        async () => {
          const cookies = await source.read(['localhost']).catch(() => []);
          return cookies.length > 0 ? cookies : undefined;
        },
        30_000,
      );
      const { expiresAt = 0, ...rest } = cookie ?? {};
      assert.deepEqual(rest, {
        ...{ name: 'kept', value: '1', domain: 'localhost', path: '/' },
        ...{ hostOnly: true, secure: false, httpOnly: true },
      });
      assert.ok(Math.abs(expiresAt - started - 3_600_000) < 120_000);
      assert.deepEqual(await source.read(['elsewhere.test']), []);
      assert.equal(firefox.exitCode, null);
    } finally {
      const ended = new Promise(resolve => firefox.once('exit', resolve));
      firefox.kill('SIGKILL');
      await ended;
      server.closeAllConnections();
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    }
  });
});
