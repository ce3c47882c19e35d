import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { credentials } from '../demo-api/credentials.ts';
import { openFreshWindow, openWorkbench, type Theme, waitUntil } from './workbench.ts';

/** The first row of the collections view that holds a text. */
async function view(): Promise<{ row(text: string | RegExp): Locator }> {
  const { window } = await openWorkbench();
  const list = window.page.locator('.pane', { hasText: 'Collections' }).locator('.monaco-list');
  return { row: text => list.locator('.monaco-list-row', { hasText: text }).first() };
}

/** Types over the place of a snippet that is to be filled in first. */
async function typeIntoSnippet(text: string): Promise<void> {
  const { window } = await openWorkbench();
  await window.page
    .locator('.editor-group-container.active .monaco-editor.focused .snippet-placeholder')
    .first()
    .waitFor();
  await window.page.keyboard.type(text);
}

async function save(): Promise<void> {
  const { window } = await openWorkbench();
  const tab = '.editor-group-container.active .tab.active';
  // What was typed last is not in the document yet where the tab shows no change: there would be nothing to save.
  await window.page.locator(`${tab}.dirty`).waitFor();
  await window.page.keyboard.press('Control+s');
  await window.page.locator(`${tab}:not(.dirty)`).waitFor();
}

/** A notification, wherever the editor shows it: as a toast, or only in the list behind the bell. */
async function notice(text: string): Promise<Locator> {
  const { window } = await openWorkbench();
  const found = window.page.locator('.notification-list-item', { hasText: text }).first();
  if (await found.isVisible()) return found;
  await window.page.locator('[id="status.notifications"] a').first().click();
  await found.waitFor();
  // The bell's own tooltip would cover the buttons.
  await found.locator('.notification-list-item-message').hover();
  return found;
}

describe('the Collections view', function () {
  this.timeout(120_000);

  before(async () => {
    const { window } = await openFreshWindow();
    await window.page.locator('.activitybar [aria-label^="Countersign"]').first().click();
    await (await view()).row('examples').waitFor();
  });

  it('makes a collection with Basic auth, a folder with an API key, and requests that inherit or have none', async () => {
    const { window, api } = await openWorkbench();
    const { row } = await view();
    await row('examples').hover();
    await window.page.locator('.sidebar [aria-label^="New Collection"]').first().click();
    await window.answer('Shop');
    await window.quickInput.getByText('Basic Auth').waitFor();
    await window.screenshot('collections-new-auth');
    await window.pick('Basic Auth');
    await window.editorLine('@auth basic').waitFor();
    await typeIntoSnippet(credentials.user);
    await window.page.keyboard.press('Tab');
    await window.page.keyboard.type('shop-password');
    await window.page.keyboard.press('Escape');
    await row('Shop').getByText('Basic Auth').waitFor();
    await save();
    assert.match(
      window.read('Shop/collection.http'),
      /@auth basic username=ada password=\{\{\$secret shop-password\}\}/,
    );

    await window.chooseFromMenu(row('Shop'), 'New Folder…');
    await window.answer('Keys');
    await window.quickInput.getByText('Basic Auth, from collection.http').waitFor();
    await window.pick('API Key');
    await window.editorLine('@auth apikey').waitFor();
    await typeIntoSnippet('X-API-Key');
    await window.page.keyboard.press('Tab');
    await window.page.keyboard.type('keys-value');
    await window.page.keyboard.press('Escape');
    await save();
    await row('Keys').getByText('API Key').waitFor();

    for (const [name, auth] of [
      ['Inherits', 'Inherit auth from parent'],
      ['Open to all', 'No Auth'],
    ] as const) {
      await row('Shop').hover();
      await row('Shop').locator('[aria-label^="New Request"]').click();
      await window.answer(name);
      await window.pick(auth);
      await window.editorLine(`### ${name}`).waitFor();
      await typeIntoSnippet('GET');
      await window.page.keyboard.press('Tab');
      await window.page.keyboard.type(`${api.url}/echo`);
      await save();
    }
    assert.equal(window.read('Shop/inherits.http'), `### Inherits\nGET ${api.url}/echo\n`);
    await row('GET Inherits').getByText('Basic Auth · inherited').waitFor();
    await row('GET Open to all').getByText('No auth').waitFor();
    await window.screenshot('collections-made');
  });

  it('sends all requests of a collection and shows in place what came of them', async () => {
    const { window } = await openWorkbench();
    const { row } = await view();
    await row('Shop').hover();
    await row('Shop').locator('[aria-label="Send All"]').click();
    await window.quickInput.locator('input').waitFor();
    await window.answer(credentials.password);
    await window.allow('Use the secret “shop-password” for ');
    await row('GET Inherits').getByText('200').waitFor();
    await row('GET Open to all').getByText('200').waitFor();
    await window.screenshot('collections-sent');
  });

  it('moves a request by drag and drop, says which auth it has now, keeps the old one, and undoes all of it', async () => {
    const { window } = await openWorkbench();
    const { row } = await view();
    window.write('Shop/Keys/keyed.http', '### Keyed\nGET http://127.0.0.1:1/keyed\n');
    await row('keyed.http').waitFor();
    const before = { from: window.read('Shop/inherits.http'), to: window.read('Shop/Keys/keyed.http') };

    await row('GET Inherits').dragTo(row('keyed.http'));
    await waitUntil('the request is in its new file', () => /### Inherits/.test(window.read('Shop/Keys/keyed.http')));
    await window.page.locator('.part.statusbar .codicon-bell-dot').waitFor();
    const said = await notice('now inherits API Key from folder.http');
    await window.screenshot('collections-moved');
    assert.equal(window.read('Shop/inherits.http'), '');
    assert.match((await said.textContent()) ?? '', /it was Basic Auth/);

    await said.locator('.monaco-button', { hasText: 'Keep the Auth It Had' }).click();
    await waitUntil('it states the auth', () => /@auth basic username=ada/.test(window.read('Shop/Keys/keyed.http')));

    await row('Keys').click();
    for (const what of ['the statement', 'the move']) {
      await window.page.keyboard.press('Control+z');
      await window.page.locator('.statusbar-item', { hasText: 'Undone' }).waitFor();
      const gone = what === 'the statement' ? /@auth basic/ : /### Inherits/;
      await waitUntil(`${what} is undone`, () => !gone.test(window.read('Shop/Keys/keyed.http')));
    }
    assert.deepEqual({ from: window.read('Shop/inherits.http'), to: window.read('Shop/Keys/keyed.http') }, before);
    await row('GET Inherits').waitFor();
  });

  it('renames with F2, deletes with Delete, and brings a deleted folder back', async () => {
    const { window } = await openWorkbench();
    const { row } = await view();
    await row('GET Open to all').click();
    await window.page.keyboard.press('F2');
    await window.answer('Open');
    await row(/GET Open(?! to)/).waitFor();
    await waitUntil('it is saved', () => /^### Open\n/.test(window.read('Shop/open-to-all.http')));

    await row('Keys').click();
    await window.page.keyboard.press('Delete');
    await waitUntil('the folder is gone', () => !existsSync(join(window.folder, 'Shop/Keys')));
    await window.page.locator('.part.statusbar .codicon-bell-dot').waitFor();
    const said = await notice('“Keys” was deleted.');
    await said.locator('.monaco-button', { hasText: 'Undo' }).click();
    await waitUntil('the folder is back', () => {
      const file = 'Shop/Keys/folder.http';
      return existsSync(join(window.folder, file)) && window.read(file).includes('@auth apikey');
    });
    await row('Keys').waitFor();
  });

  it('shows problems of requests, and follows the cursor', async () => {
    const { window } = await openWorkbench();
    const { row } = await view();
    window.write(
      'Shop/wrong.http',
      '### Right\nGET http://127.0.0.1:1/a\n\n### Wrong\n# @auth basik\nPOST http://127.0.0.1:1/b\n',
    );
    await window.openFile('Shop/wrong.http');
    await window.goTo(6);
    await row('POST Wrong').waitFor();
    await waitUntil('its row is selected', async () =>
      /selected/.test((await row('POST Wrong').getAttribute('class')) ?? ''),
    );
    await row('POST Wrong').locator('.monaco-icon-label[class*="decoration"]').first().waitFor();
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const satisfies readonly Theme[]) {
    it(`is drawn in ${theme} without an error in its console`, async () => {
      const { window } = await openWorkbench();
      await window.setTheme(theme);
      await (await view()).row('GET Inherits').hover();
      await window.screenshot(`collections-${theme.toLowerCase().replaceAll(' ', '-')}`);
      assert.deepEqual(window.consoleErrors(), []);
    });
  }
});
