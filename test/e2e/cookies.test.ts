import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DevToolsSocket } from '../../src/node/devtools-socket.ts';
import { listeningChromium } from './driver/listening-chromium.ts';
import { openFreshWindow } from './workbench.ts';

describe('the Cookies view', () => {
  it('shows what a server sets, and sends what was edited there', async () => {
    const { window } = await openFreshWindow();
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.cookie);
      if (request.url === '/login') response.setHeader('Set-Cookie', 'session=first; HttpOnly; Path=/');
      response.end('ok');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      window.write('cookies.http', `### Log in\nGET ${url}/login\n\n### Me\nGET ${url}/me\n`);
      await window.openFile('cookies.http');
      await window.page.locator('.activitybar [aria-label^="Countersign"]').first().click();
      const header = window.page.locator('.pane-header', { hasText: 'Cookies' });
      await header.click();
      await window.screenshot('cookies-empty');
      await window.sendRequest();
      const row = window.page
        .locator('.pane', { hasText: 'Cookies' })
        .locator('.monaco-list-row', { hasText: 'session' });
      await row.waitFor();
      assert.ok(!(await row.innerText()).includes('first'));
      await window.screenshot('cookies');
      await row.click();
      await window.quickInput.getByText('Edit Value').waitFor();
      await window.answer('second');
      await window.quickInput.waitFor({ state: 'hidden' });
      await window.openFile('cookies.http');
      await window.clickCodeLens('Send Request', { index: 1 });
      const panel = await window.webview('header');
      await panel.locator('.subject', { hasText: '/me' }).waitFor();
      assert.deepEqual(seen, [undefined, 'session=second']);
      assert.deepEqual(window.consoleErrors(), []);
    } finally {
      server.close();
    }
  });

  it('keeps the cookies of chosen domains in sync with a browser, and shows and stops that', async () => {
    const { window } = await openFreshWindow();
    const chromium = await listeningChromium();
    const browser = await DevToolsSocket.connect(chromium.port);
    try {
      const put = (name: string, url: string) =>
        browser.send('Storage.setCookies', { cookies: [{ name, value: 'v', url }] });
      await put('session', 'https://acme.test/');
      await put('foreign', 'https://elsewhere.test/');
      await window.page.locator('.activitybar [aria-label^="Countersign"]').first().click();
      await window.page.locator('.pane-header', { hasText: 'Cookies' }).click();
      await window.runCommand('Cookies of a Browser');
      await window.answer('acme.test');
      await window.quickInput.getByText('A Browser that Listens for DevTools').click();
      await window.quickInput.getByText('The port that it listens on').waitFor();
      await window.answer(String(chromium.port));
      const question = window.page.locator('.monaco-dialog-box', { hasText: 'Keep the cookies of acme.test in sync' });
      await question.waitFor();
      await window.screenshot('cookies-sync-question');
      const rows = window.page.locator('.pane', { hasText: 'Cookies' }).locator('.monaco-list-row');
      assert.equal(await rows.count(), 0);
      await question.getByRole('button', { name: 'Allow' }).click();
      await rows.filter({ hasText: 'session' }).waitFor();
      await put('later', 'https://acme.test/');
      await rows.filter({ hasText: 'later' }).waitFor();
      await window.screenshot('cookies-sync');
      assert.equal(await rows.filter({ hasText: 'foreign' }).count(), 0);
      assert.equal(await rows.filter({ hasText: 'elsewhere' }).count(), 0);
      const synced = rows.filter({ hasText: 'in sync with' });
      await synced.hover();
      await synced.getByRole('button', { name: 'Stop the Sync' }).click();
      await synced.waitFor({ state: 'detached' });
      assert.ok(chromium.running());
      assert.equal(await rows.filter({ hasText: /session/ }).count(), 1);
      assert.deepEqual(window.consoleErrors(), []);
    } finally {
      await browser.close();
      await chromium.end();
    }
  });
});
