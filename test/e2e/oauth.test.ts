import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { startRotatingServer } from './rotating-server.ts';
import { credentials, openWorkbench, type SharedWorkbench, waitUntil } from './workbench.ts';

const themes = ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const;

const requestOf = (url: string, name: string): string => `### Me
# @auth oauth2
#   tokenName = ${name}
#   issuer    = ${url}/oauth2
#   clientId  = ${credentials.oauth2.publicClientId}
#   scope     = openid read
GET ${url}/auth/oauth2/me
`;

const nameOf = (theme: string): string => theme.toLowerCase().replaceAll(' ', '-');

/** Signs in on the page that the editor opens in the browser. */
async function signIn(page: Page): Promise<void> {
  await page.getByLabel('Password').fill(credentials.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('You are signed in').waitFor();
  await page.close();
}

describe('a token by OAuth 2.0 in the workbench', function () {
  this.timeout(120_000);
  let shared: SharedWorkbench;
  before(async () => {
    shared = await openWorkbench();
    await shared.window.closeEverything();
    // This build forwards ports through a proxy that it does not carry; they are ports of this machine.
    await shared.window.page.context().route(/^http:\/\/127\.0\.0\.1:\d+\/proxy\/\d+\//, route => {
      const location = route
        .request()
        .url()
        .replace(/:\d+\/proxy\/(\d+)/, ':$1');
      return route.fulfill({ status: 302, headers: { location } });
    });
  });
  after(async () => {
    await shared.window.setTheme('Dark Modern');
    await shared.window.closeEverything();
  });

  const popup = (): Promise<Page> => shared.window.page.context().waitForEvent('page');

  async function openTokens() {
    const { window } = shared;
    await window.runCommand('Countersign: Focus on Tokens View');
    const view = window.page.locator('.pane', { has: window.page.locator('.pane-header[aria-label*="Tokens"]') });
    await view.waitFor();
    return view;
  }

  it('is got by code and PKCE from the code lens, and shown with its claims, scopes and end', async () => {
    const { window, api } = shared;
    window.write('oauth-lens.http', requestOf(api.url, 'lens-token'));
    await window.openFile('oauth-lens.http');
    const [page] = await Promise.all([popup(), window.clickCodeLens('Get New Access Token')]);
    await page.getByLabel('Password').waitFor();
    await window.page.bringToFront();
    await window.runCommand('Notifications: Show Notifications');
    const progress = window.page.locator('.notification-list-item', { hasText: 'Signing in at' });
    for (const name of ['Open Again', 'Paste the Address…']) await progress.getByText(name).waitFor();
    await window.screenshot('oauth-signing-in');
    await window.page.keyboard.press('Escape');
    await signIn(page);
    const details = await window.webview('h1:has-text("lens-token")');
    await details.getByText('Valid', { exact: true }).waitFor();
    await details.getByText('Claims of the ID token').waitFor();
    assert.equal(await details.locator('.scopes .granted').count(), 2);
    assert.doesNotMatch(await details.content(), /access_token|eyJ/);
  });

  it('stands in the view with its state, and sends the request without asking again', async () => {
    const { window, api } = shared;
    const view = await openTokens();
    const row = view.locator('.monaco-list-row', { hasText: 'lens-token' });
    await row.waitFor();
    assert.match(await row.innerText(), /lens-token\s*valid, \d+ min/);
    await window.openFile('oauth-lens.http');
    await window.sendRequest();
    const question = `Use the token “lens-token” for ${api.url}?`;
    await window.page.locator('.monaco-dialog-box', { hasText: question }).waitFor();
    await window.screenshot('permission');
    await window.allow(question);
    const panel = await window.webview('text=/200/');
    await panel.getByText('200').first().waitFor();
    assert.deepEqual(await window.notifications().then(all => all.filter(text => /sign/i.test(text))), []);
  });

  for (const theme of themes) {
    it(`is drawn in ${theme} without an error in the console, and gives axe nothing to find`, async () => {
      const { window } = shared;
      await window.setTheme(theme);
      const view = await openTokens();
      await view.locator('.monaco-list-row', { hasText: 'lens-token' }).click();
      const details = await window.webview('h1:has-text("lens-token")');
      await details.getByText('Used by').waitFor();
      assert.deepEqual(await axeViolations(details), []);
      await window.screenshot(`oauth-token-${nameOf(theme)}`);
      assert.deepEqual(window.consoleErrors(), []);
    });
  }

  it('is used by another request by its name', async () => {
    const { window, api } = shared;
    await window.closeEverything();
    window.write('oauth-use.http', `### Other\nGET ${api.url}/auth/oauth2/other\n`);
    await window.openFile('oauth-use.http');
    await window.goTo(2);
    const row = (await openTokens()).locator('.monaco-list-row', { hasText: 'lens-token' });
    await row.hover();
    await row.getByRole('button', { name: 'Use Token' }).click();
    await window.editorLine('{{$token lens-token}}').waitFor();
    await window.sendRequest();
    const panel = await window.webview('text=/200/');
    await panel.getByText('200').first().waitFor();
  });

  it('is got from the palette, the form and the view alike', async () => {
    const { window } = shared;
    await window.closeEverything();
    const server = await startRotatingServer();
    try {
      const grant = 'grantType=client_credentials clientId=program clientSecret=hush';
      const text = `### Me\n# @auth oauth2 tokenName=ways tokenUrl=${server.origin}/token ${grant}\nGET ${server.origin}/me\n`;
      window.write('oauth-ways.http', text);
      await window.openFile('oauth-ways.http');
      await window.goTo(3);
      await window.runCommand('Countersign: Get New Access Token');
      await window.webview('h1:has-text("ways")');
      assert.equal(server.issued, 1);
      const issued = (count: number) => waitUntil(`${count} are issued`, () => server.issued === count);

      // The page of the token has the focus now.
      await window.openFile('oauth-ways.http');
      await window.clickCodeLens(/^OAuth 2\.0/);
      const form = await window.webview('select.type');
      await form.getByRole('button', { name: 'Get New Access Token' }).click();
      await issued(2);

      const view = await openTokens();
      await view.locator('.pane-header').hover();
      await view.getByRole('button', { name: 'Get New Access Token' }).first().click();
      await issued(3);
      assert.equal(await view.locator('.monaco-list-row', { hasText: /^\s*ways/ }).count(), 1);
    } finally {
      await server.close();
    }
  });

  it('is asked for once by a request that is sent without one', async () => {
    const { window, api } = shared;
    await window.closeEverything();
    window.write('oauth-send.http', requestOf(api.url, 'send-token'));
    await window.openFile('oauth-send.http');
    await window.sendRequest();
    const [page] = await Promise.all([popup(), window.allow(`Use the token “send-token” for ${api.url}?`)]);
    // The browser is still signed in from before, or asks again: either way it comes back.
    const done = page.getByText('You are signed in');
    await done.or(page.getByLabel('Password')).waitFor();
    if (!(await done.isVisible())) await signIn(page);
    const panel = await window.webview('text=/200/');
    await panel.getByText('200').first().waitFor();
  });

  it('tells what the server said where somebody denies it, with Retry, Edit and the console', async () => {
    const { window, api } = shared;
    await window.closeEverything();
    window.write('oauth-deny.http', requestOf(api.url, 'denied').replace('GET', '#   authParams = prompt=login\nGET'));
    await window.openFile('oauth-deny.http');
    const [page] = await Promise.all([popup(), window.clickCodeLens('Get New Access Token')]);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('You did not allow it').waitFor();
    await page.close();
    // A window that was behind another shows its notifications in the centre.
    await window.page.bringToFront();
    await window.runCommand('Notifications: Show Notifications');
    const notice = window.page.locator('.notification-list-item', { hasText: 'You did not allow it' });
    await notice.waitFor();
    for (const name of ['Retry', 'Edit', 'Show Log']) await notice.getByText(name).waitFor();
    await window.screenshot('oauth-denied');
    await notice.getByText('Show Log').click();
    // What it says is tested in the host: this build's log channels stay empty without a native module.
    const channel = window.page.locator('.part.panel select option:checked', { hasText: 'Countersign' });
    await channel.first().waitFor({ state: 'attached' });
    await window.page.keyboard.press('Control+J');
  });

  it('is got with a callback that belongs to somebody else by pasting the address', async () => {
    const { window, api } = shared;
    await window.closeEverything();
    const callback = 'https://app.example.com/callback';
    const context = window.page.context();
    const back = context.waitForEvent('request', request => request.url().startsWith(`${callback}?`));
    const text = requestOf(api.url, 'pasted').replace('GET', `#   callbackUrl = ${callback}\nGET`);
    window.write('oauth-paste.http', text);
    await window.openFile('oauth-paste.http');
    const [page] = await Promise.all([popup(), window.clickCodeLens('Get New Access Token')]);
    const password = page.getByLabel('Password');
    await Promise.race([password.waitFor(), back]);
    if (await password.isVisible()) {
      await password.fill(credentials.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    }
    const address = (await back).url();
    await page.close();
    await window.page.bringToFront();
    const input = window.quickInput.locator('input').first();
    await input.fill(address.replace(/state=[^&]+/, 'state=wrong'));
    await window.quickInput.getByText(/state is not the one/).waitFor();
    await window.screenshot('oauth-paste');
    await input.fill('hello world');
    await window.quickInput.getByText(/neither the address of an answer nor a code/).waitFor();
    await window.answer(address);
    const details = await window.webview('h1:has-text("pasted")');
    await details.getByText('Valid', { exact: true }).waitFor();
  });

  it('is got with a callback to the editor itself, by the address that leads back to this window', async () => {
    const { window } = shared;
    await window.closeEverything();
    const context = window.page.context();
    const server = await startRotatingServer();
    // Addresses on this machine would be rewritten on their way out, as this build forwards their ports.
    const login = 'https://login.example.com/authorize';
    await context.route(`${login}?*`, route => {
      const { search } = new URL(route.request().url());
      return route.fulfill({ status: 302, headers: { location: `${server.origin}/authorize${search}` } });
    });
    try {
      const stated = { tokenName: 'by-uri', authUrl: login, tokenUrl: `${server.origin}/token`, clientId: 'uri' };
      const fields = Object.entries({ ...stated, callbackUrl: 'code-oss://countersign.countersign/callback' });
      const statement = fields.map(([name, value]) => `#   ${name} = ${value}\n`).join('');
      window.write('oauth-uri.http', `### Me\n# @auth oauth2\n${statement}GET ${server.origin}/me\n`);
      await window.openFile('oauth-uri.http');
      const opened = popup();
      await window.clickCodeLens('Get New Access Token');
      const question = window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true });
      await Promise.race([opened, question.click()]);
      const page = await opened;
      // The workbench's own page, which hands the answer on to the window that waits for it.
      await page.getByText('You can close this page now').waitFor();
      await page.close();
      await window.page.bringToFront();
      await window.webview('h1:has-text("by-uri")');
      const { origin, pathname, searchParams } = new URL(server.redirects[0] ?? '');
      assert.equal(origin, new URL(window.page.url()).origin);
      assert.match(pathname, /\/callback$/);
      assert.equal(searchParams.get('vscode-authority'), 'countersign.countersign');
    } finally {
      await context.unroute(`${login}?*`);
      await server.close();
    }
  });

  it('shows a device code with its QR code in every theme, and comes when it has been entered', async () => {
    const { window, api } = shared;
    await window.closeEverything();
    const text = requestOf(api.url, 'device-token').replace('GET', '#   grantType = device_code\nGET');
    window.write('oauth-device.http', text);
    await window.openFile('oauth-device.http');
    await window.clickCodeLens('Get New Access Token');
    const panel = await window.webview('.code');
    await panel.locator('figure svg').waitFor();
    for (const theme of themes) {
      await window.setTheme(theme);
      assert.deepEqual(await axeViolations(panel), [], theme);
      await window.screenshot(`oauth-device-code-${nameOf(theme)}`);
    }
    const code = await panel.locator('.code').innerText();
    const page = await window.page.context().newPage();
    await page.goto(`${api.url}/oauth2/device?user_code=${encodeURIComponent(code)}`);
    await page.locator('button[type=submit], button[autofocus]').first().click();
    const password = page.getByLabel('Password');
    const over = page.getByText(/sign-in success|success/i);
    await password.or(over).first().waitFor();
    if (await password.isVisible()) {
      await password.fill(credentials.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    }
    await over.first().waitFor();
    await page.close();
    const details = await window.webview('h1:has-text("device-token")', 30_000);
    await details.getByText('Valid', { exact: true }).waitFor();
  });

  it('is deleted after saying that this does not revoke it', async () => {
    const { window } = shared;
    await window.closeEverything();
    const view = await openTokens();
    await view.locator('.monaco-list-row', { hasText: 'send-token' }).click();
    await window.page.keyboard.press('Delete');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.getByText('at the server it stays good').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    const row = view.locator('.monaco-list-row', { hasText: 'send-token' });
    await waitUntil('its row is gone', async () => (await row.count()) === 0);
  });
});
