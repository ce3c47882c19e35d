import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
});
