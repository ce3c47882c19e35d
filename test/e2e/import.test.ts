import assert from 'node:assert/strict';
import { openFreshWindow } from './workbench.ts';

describe('importing from Postman', () => {
  it('takes a collection from the clipboard to the first answer, its secret in the store', async () => {
    const { window, api } = await openFreshWindow();
    const collection = {
      info: { name: 'Acme', schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
      auth: {
        type: 'basic',
        basic: [
          { key: 'username', value: 'ada' },
          { key: 'password', value: 'lovelace-1815' },
        ],
      },
      variable: [{ key: 'url', value: api.url }],
      item: [
        { name: 'Users', item: [{ name: 'Echo', request: { url: '{{url}}/echo?from=postman' } }] },
        { name: 'Odd', request: { url: '{{url}}/echo', auth: { type: 'kerberos' } } },
      ],
    };
    await window.page.evaluate(text => navigator.clipboard.writeText(text), JSON.stringify(collection));
    await window.runCommand('Countersign: Import Requests…');
    await window.screenshot('import-source');
    await window.quickInput.locator('input').first().fill('Clipboard');
    await window.page.keyboard.press('Enter');
    await window.quickInput.getByText('password of “Acme”').waitFor();
    await window.screenshot('import-secrets');
    await window.page.keyboard.press('Enter');
    await window.editorLine('### Odd').waitFor();
    // In the list behind the bell, whether or not it was shown as a toast.
    const message = window.page.locator('.notification-list-item', { hasText: 'Imported from Postman' }).first();
    if (!(await message.isVisible())) await window.page.locator('[id="status.notifications"] a').first().click();
    await message.waitFor();
    await message.locator('.notification-list-item-message').hover();
    await window.screenshot('import-done');
    await message.getByRole('button', { name: 'Show Report' }).click();
    await window.editorLine('Not carried over').waitFor();
    await window.screenshot('import-report');
    assert.ok(!window.read('acme/collection.http').includes('lovelace'));
    await window.openFile('acme/users/users.http');
    await window.sendRequest();
    await window.allow('acme-password');
    const panel = await window.webview('header');
    await panel.locator('.summary', { hasText: '200 OK' }).waitFor();
    await panel.getByText('"authorization"').waitFor();
    assert.deepEqual(window.consoleErrors(), []);
  });
});
