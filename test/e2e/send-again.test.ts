import assert from 'node:assert/strict';
import { credentials, openFreshWindow } from './workbench.ts';

describe('a request whose secret is wrong', () => {
  it('asks for it again on the card, and is sent by the keyboard from the form', async () => {
    const { window, api } = await openFreshWindow();
    window.write(
      'again.http',
      `### Users\n# @auth basic username=${credentials.user} password={{$secret again-password}}\nGET ${api.url}/auth/basic\n`,
    );
    await window.openFile('again.http');
    await window.sendRequest();
    await window.answer('wrong');
    await window.page.getByRole('button', { name: 'Always Here' }).click();
    let card = await window.webview('.banner');
    await card.getByRole('heading', { name: 'Authorization failed' }).waitFor();
    const again = card.getByRole('button', { name: 'Enter “again-password” Again…' });
    await again.waitFor();
    await window.screenshot('enter-again');
    await again.click();
    await window.answer(credentials.password);
    card = await window.webview('[role=tablist]');
    await card.getByText('200 OK').first().waitFor();
    await window.closeEverything();

    await window.openFile('again.http');
    await window.clickCodeLens('Basic Auth');
    const form = await window.webview('select.type');
    await form.locator('main:not(.waiting)').waitFor();
    await form.getByRole('combobox', { name: 'URL', exact: true }).press('Control+Enter');
    await form.locator('.header .status', { hasText: '200' }).waitFor();
    await form.getByRole('combobox', { name: 'URL', exact: true }).fill(`${api.url}/status/204`);
    await form.getByRole('combobox', { name: 'URL', exact: true }).press('Enter');
    await form.locator('.header .status', { hasText: '204' }).waitFor();
    assert.deepEqual(window.consoleErrors(), []);
  });
});
