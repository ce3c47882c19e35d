import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { type RotatingServer, startRotatingServer } from './rotating-server.ts';
import { openWorkbench, type WorkbenchWindow, waitUntil } from './workbench.ts';

const requestTo = (origin: string): string => `### Me
# @auth oauth2
#   tokenName = rotating
#   authUrl   = ${origin}/authorize
#   tokenUrl  = ${origin}/token
#   clientId  = windows
GET ${origin}/me
`;

async function tokenRow(window: WorkbenchWindow): Promise<Locator> {
  await window.runCommand('Countersign: Focus on Tokens View');
  const view = window.page.locator('.pane', { has: window.page.locator('.pane-header[aria-label*="Tokens"]') });
  const row = view.locator('.monaco-list-row', { hasText: 'rotating' });
  await row.waitFor();
  return row;
}

describe('a token in two windows of the workbench', function () {
  this.timeout(240_000);
  let server: RotatingServer;
  let first: WorkbenchWindow;
  let second: WorkbenchWindow;

  before(async () => {
    server = await startRotatingServer();
    const { workbench, window } = await openWorkbench();
    first = window;
    await first.closeEverything();
    first.write('two-windows.http', requestTo(server.origin));
    // This build forwards ports through a proxy that it does not carry; they are ports of this machine.
    await first.page.context().route(/^http:\/\/127\.0\.0\.1:\d+\/proxy\/\d+\//, route => {
      const location = route
        .request()
        .url()
        .replace(/:\d+\/proxy\/(\d+)/, ':$1');
      return route.fulfill({ status: 302, headers: { location } });
    });
    await first.openFile('two-windows.http');
    const popup = first.page.context().waitForEvent('page');
    await first.clickCodeLens('Get New Access Token');
    const page = await popup;
    await page.getByText('You are signed in').waitFor();
    await page.close();
    await first.webview('h1:has-text("rotating")');
    second = await workbench.openWindow({ beside: first });
  });
  after(async () => {
    await second?.close();
    await first?.closeEverything();
    await server?.close();
  });

  it('is refreshed with one request where both send at the same time, and both show how it stands', async () => {
    const rows = [await tokenRow(first), await tokenRow(second)];
    for (const row of rows) await row.getByText('expired, refreshable').waitFor();
    const { promise: open, resolve: release } = Promise.withResolvers<void>();
    server.gate = open;
    for (const window of [first, second]) {
      await window.page.bringToFront();
      await window.openFile('two-windows.http');
      await window.sendRequest();
      await window.allow('Use the token “rotating” for ');
      await window.codeLenses('Cancel').first().waitFor();
    }
    await waitUntil('the server was asked', () => server.refreshes.length > 0);
    release();
    for (const window of [first, second]) {
      await window.page.bringToFront();
      const panel = await window.webview('text=/\\b(200|401)\\b/');
      await panel.getByText('200').first().waitFor();
    }
    assert.deepEqual(server.refreshes, ['refresh-1']);
    for (const row of rows) await row.getByText(/valid, \d+ min/).waitFor();
  });
});
