import assert from 'node:assert/strict';
import { credentials, openFreshWindow } from './workbench.ts';

describe('the Console', () => {
  it('shows what went over the wire, masked until it is revealed', async () => {
    const { window, api } = await openFreshWindow();
    const token = credentials.token;
    window.write(
      'console.http',
      `# @auth bearer token=${token}\n\n### Me\nGET ${api.url}/auth/bearer\n\n### Gone\nGET ${api.url}/status/404\n`,
    );
    await window.openFile('console.http');
    await window.sendRequest();
    await window.runCommand('Countersign: Show Console');
    const view = await window.webview('.list');
    await view.locator('.row', { hasText: '/auth/bearer' }).waitFor();
    await window.openFile('console.http');
    await window.clickCodeLens('Send Request', { index: 1 });
    const gone = view.locator('.row', { hasText: '/status/404' });
    await gone.waitFor();
    await view.locator('.row', { hasText: '/auth/bearer' }).click();
    const dump = view.locator('pre').first();
    await dump.waitFor();
    assert.match(await dump.innerText(), /GET \/auth\/bearer HTTP\/1\.1[\s\S]*Authorization: Bearer •••/);
    assert.ok(!(await view.locator('body').innerText()).includes(token));
    for (const theme of ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const) {
      await window.setTheme(theme);
      await window.screenshot(`console-${theme.toLowerCase().replaceAll(' ', '-')}`);
    }
    await view.getByRole('button', { name: 'Reveal Secrets' }).click();
    await view.getByRole('button', { name: 'Hide Secrets' }).waitFor();
    assert.ok((await dump.innerText()).includes(`Authorization: Bearer ${token}`));
    // What is revealed is revealed for that one.
    await gone.click();
    await view.getByRole('button', { name: 'Reveal Secrets' }).waitFor();
    await view.locator('.filter').fill('404 -auth/bearer');
    await view.locator('.count', { hasText: '1/2' }).waitFor();
    assert.equal(await view.locator('.row').count(), 1);
    await view.locator('.filter').fill('');
    await view.locator('.count', { hasText: /^2$/ }).waitFor();
    await view.locator('.list').focus();
    await window.page.keyboard.press('Home');
    await view.locator('.row[aria-selected=true]', { hasText: '/auth/bearer' }).waitFor();
    await view.getByRole('button', { name: 'Clear Console' }).click();
    await view.locator('.placeholder', { hasText: 'Whatever is sent' }).waitFor();
    assert.deepEqual(window.consoleErrors(), []);
  });
});
