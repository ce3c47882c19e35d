import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { openFreshWindow, openWorkbench } from './workbench.ts';

describe('a run in the Testing view', function () {
  this.timeout(120_000);
  let rows: Locator;

  const row = (label: string): Locator => rows.filter({ hasText: label }).first();
  /** A test in that state. */
  const state = (label: string, icon: 'passed' | 'failed'): Locator =>
    rows.filter({ hasText: label, has: rows.page().locator(`[class*="testing-${icon}"]`) }).first();

  before(async () => {
    const { window, api } = await openFreshWindow();
    window.write(
      'wanted.http',
      [
        '# @auth none\n\n### Is there\n',
        `GET ${api.url}/auth/none\n\n?? status == 200\n`,
        `\n### Wants too much\nGET ${api.url}/auth/none\n\n?? status == 200\n?? status == 418\n?? header content-type == text/plain\n`,
        `\n### Only sent\nGET ${api.url}/auth/none\n`,
      ].join(''),
    );
    await window.openFile('wanted.http');
    await window.page.locator('.activitybar [aria-label^="Testing"]').first().click();
    rows = window.page.locator('.test-explorer .monaco-list-row');
    await row('wanted.http').waitFor();
  });

  it('shows each request that says what it wants, sends them, and shows what came', async () => {
    const { window } = await openWorkbench();
    await row('wanted.http').click();
    await window.page.keyboard.press('ArrowRight');
    await row('Wants too much').waitFor();
    assert.equal(await rows.filter({ hasText: 'Only sent' }).count(), 0);
    await row('wanted.http').hover();
    await row('wanted.http')
      .getByRole('button', { name: /^Run Test/ })
      .click();
    await state('Is there', 'passed').waitFor();
    await state('Wants too much', 'failed').waitFor();
    await window.page.locator('.editor-instance').getByText('200 != 418').first().waitFor();
    await window.screenshot('testing-view');
    assert.deepEqual(window.consoleErrors(), []);
  });

  it('puts what was wanted beside what came, at the line that wants it', async () => {
    const { window } = await openWorkbench();
    await window.goTo(11);
    await window.runCommand('Test: Peek Output');
    await window.page.locator('.test-output-peek .monaco-diff-editor').waitFor();
    await window.screenshot('testing-diff');
    await window.page.keyboard.press('Escape');
  });

  it('sends again what failed, once it is mended', async () => {
    const { window } = await openWorkbench();
    const text = window.read('wanted.http');
    window.write('wanted.http', text.replace('418', '200').replace('?? header content-type == text/plain\n', ''));
    await window.runCommand('Test: Rerun Failed Tests');
    await state('Wants too much', 'passed').waitFor();
    await window.screenshot('testing-mended');
  });
});
