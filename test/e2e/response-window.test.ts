import assert from 'node:assert/strict';
import { openWorkbench } from './workbench.ts';

describe('the response panel in its window', () => {
  it('says after a reload what it showed, and sends it again', async () => {
    const { window, api } = await openWorkbench();
    await window.closeEverything();
    window.write('reloaded.http', `### Reloaded\nGET ${api.url}/status/202\n`);
    await window.openFile('reloaded.http');
    await window.clickCodeLens('Send Request');
    let panel = await window.webview('.header');
    await panel.locator('.summary', { hasText: '202' }).waitFor();
    // Not the browser's: it would not wait until the workbench has kept its state.
    await window.runCommand('Developer: Reload Window');
    await window.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    panel = await window.webview('.banner', 60_000);
    await panel.getByText('The window was reloaded.').waitFor();
    await panel.getByText(`202 GET ${api.url}/status/202`).waitFor();
    await panel.getByRole('button', { name: 'Send Again' }).first().click();
    await panel.locator('.summary', { hasText: '202 Accepted' }).waitFor();
    assert.equal(await panel.getByText('The window was reloaded.').count(), 0);
  });

  it('has room for everything in a narrow column', async () => {
    const { window, api } = await openWorkbench();
    await window.closeEverything();
    await window.page.setViewportSize({ width: 800, height: 700 });
    try {
      window.write(
        'narrow.http',
        `### Narrow, with a title that is rather long\nGET ${api.url}/echo?a=1\nX-Mine: yes\n`,
      );
      await window.openFile('narrow.http');
      await window.clickCodeLens('Send Request');
      const panel = await window.webview('.header');
      await panel.locator('.summary', { hasText: '200 OK' }).waitFor();
      const width = await panel.evaluate(() => document.documentElement.clientWidth);
      assert.ok(width < 420, `${width} px`);
      for (const tab of ['body', 'headers', 'request', 'timeline']) {
        await panel.locator(`#tab-${tab}`).click();
        // The page itself never scrolls sideways, and each tab and action can be reached.
        assert.ok(
          await panel.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
        );
        const outside = await panel.evaluate(() =>
          [...document.querySelectorAll('[role=tab], .header button, td')]
            .filter(element => element.getClientRects().length > 0)
            .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
            .map(element => element.textContent || element.getAttribute('aria-label')),
        );
        assert.deepEqual(outside, [], tab);
        await window.screenshot(`response-narrow-${tab}`);
      }
    } finally {
      await window.page.setViewportSize({ width: 1280, height: 800 });
    }
  });
});
