import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openFreshWindow, waitUntil } from './workbench.ts';

describe('files moved in the Explorer', function () {
  this.timeout(120_000);

  it('keep the paths in request files leading to them, once the person agrees, and undo with them in one step', async () => {
    const { window } = await openFreshWindow();
    const { page } = window;
    const text = (path: string): string => `### Upload\nPOST http://127.0.0.1:1/\n\n< ${path}\n`;
    window.write('moves/a.http', text('./body.json'));
    window.write('moves/body.json', '{}');
    await window.openFile('moves/a.http');
    await window.editorLine('< ./body.json').waitFor();
    const row = (name: string) => page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
    await row('body.json').click();
    await page.locator('.tab', { hasText: 'body.json' }).waitFor();
    await row('body.json').click();
    await page.keyboard.press('F2');
    const input = page.locator('.explorer-folders-view .monaco-inputbox input');
    await input.waitFor();
    await input.fill('data.json');
    await page.keyboard.press('Enter');
    const dialog = page.locator('.monaco-dialog-box');
    await dialog.getByText(/refactoring changes/).waitFor();
    await window.screenshot('file-moves-asked');
    await dialog.locator('.monaco-button', { hasText: 'OK' }).click();
    await waitUntil(
      'the path leads to the file and is saved',
      () => window.read('moves/a.http') === text('./data.json'),
    );
    assert.ok(existsSync(join(window.folder, 'moves/data.json')));

    await row('data.json').click();
    await page.keyboard.press('Control+z');
    const confirm = page.locator('.monaco-dialog-box .monaco-button', { hasText: /Undo|Yes|OK/ }).first();
    await waitUntil('the file has its name again', async () => {
      if (await confirm.isVisible()) await confirm.click();
      return existsSync(join(window.folder, 'moves/body.json'));
    });
    await window.openFile('moves/a.http');
    await window.editorLine('< ./body.json').waitFor();
  });
});
