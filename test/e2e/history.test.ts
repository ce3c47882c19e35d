import assert from 'node:assert/strict';
import { credentials, openFreshWindow } from './workbench.ts';

describe('the History view', () => {
  it('keeps what was sent, to open and to send again, without its credentials', async () => {
    const { window, api } = await openFreshWindow();
    const token = credentials.token;
    window.write(
      'history.http',
      `# @auth bearer token=${token}\n\n### Me\nGET ${api.url}/auth/bearer\n\n### Gone\nGET ${api.url}/status/404\n`,
    );
    await window.openFile('history.http');
    await window.page.locator('.activitybar [aria-label^="Countersign"]').first().click();
    await window.page.locator('.pane-header', { hasText: 'History' }).click();
    await window.sendRequest();
    const pane = window.page.locator('.pane', { hasText: 'History' });
    const me = pane.locator('.monaco-list-row', { hasText: 'Me' });
    await me.waitFor();
    await window.openFile('history.http');
    await window.clickCodeLens('Send Request', { index: 1 });
    await pane.locator('.monaco-list-row', { hasText: 'Gone' }).waitFor();
    await window.screenshot('history');
    await me.click();
    const text = window.page.locator('.editor-instance .view-lines', { hasText: 'GET' }).last();
    await text.locator('.view-line', { hasText: 'Authorization' }).first().waitFor();
    assert.ok(!(await text.innerText()).includes(token));
    await window.screenshot('history-open');
    await me.hover();
    await me.getByRole('button', { name: 'Send Again' }).click();
    await pane.locator('.monaco-list-row', { hasText: 'Me' }).nth(1).waitFor();
    assert.deepEqual(window.consoleErrors(), []);
  });
});
