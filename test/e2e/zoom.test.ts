import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { layoutProblems } from './layout.ts';
import { openWorkbench, type WorkbenchWindow } from './workbench.ts';

const themes = ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const;

/** Nothing is cut off, sticks out or overlaps, and axe finds nothing; leaves a screenshot. */
async function assertFine(window: WorkbenchWindow, panel: Frame, name: string): Promise<void> {
  assert.deepEqual(await layoutProblems(panel), [], name);
  assert.deepEqual(await axeViolations(panel), [], name);
  await window.screenshot(`zoom-${name}`);
}

describe('at 200 % zoom', () => {
  /** A browser at 200 % zoom has half as many CSS pixels, each of twice the size. */
  let zoomed: WorkbenchWindow;

  before(async function () {
    this.timeout(240_000);
    const { workbench } = await openWorkbench();
    zoomed = await workbench.openWindow({ size: { width: 640, height: 400 }, scale: 2 });
  });
  beforeEach(async () => {
    await zoomed.closeEverything();
  });
  after(async () => {
    await zoomed.close();
  });

  async function showSideBar(window: WorkbenchWindow, shown: boolean): Promise<void> {
    const sideBar = window.page.locator('.part.sidebar');
    if ((await sideBar.isVisible()) !== shown) await window.runCommand('View: Toggle Primary Side Bar Visibility');
    await sideBar.waitFor({ state: shown ? 'visible' : 'hidden' });
  }

  for (const theme of themes) {
    it(`the Authorization panel fits in ${theme}, beside its text and alone`, async () => {
      const { api } = await openWorkbench();
      const window = zoomed;
      await window.setTheme(theme);
      const look = theme.toLowerCase().replaceAll(' ', '-');
      const form = 'Content-Type: application/x-www-form-urlencoded';
      window.write(
        'zoom.http',
        `@user = ada\n\n### A request with quite a long title, as people have them\n# @auth basic username={{user}} password={{$secret zoom-pw}} realm=x\nPOST ${api.url}/echo?page={{nowhere}}\n    # &size=10\n    &a-rather-long-name=and-a-rather-long-value-of-it\nAuthorization: mine\n# X-Trace: 1\n${form}\n\nname={{user}}\n# &city=London\n`,
      );
      await window.openFile('zoom.http');
      await window.clickCodeLens('Basic Auth');
      const panel = await window.webview('select.type');
      await panel.locator('main:not(.waiting)').waitFor();
      for (const place of ['beside', 'alone']) {
        await showSideBar(window, false);
        if (place === 'alone') {
          await window.page.getByRole('tab', { name: /^Auth:/ }).click();
          await window.runCommand('View: Move Editor into Previous Group');
        }
        const shown = await window.webview('select.type');
        await shown.locator('main:not(.waiting)').waitFor();
        for (const tab of ['authorization', 'params', 'headers', 'body', 'preview']) {
          await shown.locator(`#tab-${tab}`).click();
          const fold = shown.locator(`#panel-${tab} .fold[aria-expanded=false]`);
          if ((await fold.count()) > 0) await fold.click();
          await assertFine(window, shown, `authorization-${place}-${tab}-${look}`);
        }
        await shown.locator('#tab-authorization').click();
      }
    });
  }

  it('the response panel fits', async () => {
    const { api } = await openWorkbench();
    const window = zoomed;
    window.write(
      'zoom-response.http',
      `### Refused\n# @auth basic username=ada password=wrong\nGET ${api.url}/auth/basic?a-rather-long-name=and-a-rather-long-value-of-it\n`,
    );
    await window.openFile('zoom-response.http');
    await window.clickCodeLens('Send Request');
    const panel = await window.webview('header .summary');
    await panel.locator('.summary', { hasText: '401' }).waitFor();
    await showSideBar(window, false);
    for (const tab of ['body', 'headers', 'cookies', 'request', 'timeline']) {
      await panel.locator(`#tab-${tab}`).click();
      await panel.locator('.panels').evaluate(element => element.scrollIntoView());
      await assertFine(window, panel, `response-${tab}`);
    }
  });

  it('the side bar and the preview fit', async () => {
    const { api } = await openWorkbench();
    const window = zoomed;
    window.write('zoom-preview.http', `### Look\n# @auth basic username=ada password=x\nGET ${api.url}/echo\n`);
    await window.openFile('zoom-preview.http');
    await showSideBar(window, false);
    await window.clickCodeLens('Preview');
    await window.page.locator('.view-line', { hasText: /User-Agent/ }).waitFor();
    await window.screenshot('zoom-preview');
    await showSideBar(window, true);
    await window.runCommand('Countersign: Focus on Collections View');
    const sideBar = window.page.locator('.part.sidebar');
    await sideBar.locator('.monaco-list-row').first().waitFor();
    const { width = 0 } = (await sideBar.boundingBox()) ?? {};
    for (const row of await sideBar.locator('.monaco-list-row').all()) {
      const box = await row.boundingBox();
      assert.ok(box && box.width <= width, 'a row is as wide as the side bar');
    }
    await window.screenshot('zoom-side-bar');
    assert.equal(await window.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
  });
});
