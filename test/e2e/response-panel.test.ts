import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Frame } from 'playwright-core';
import { axeViolations } from './axe.ts';
import { openWorkbench, type WorkbenchWindow, waitUntil } from './workbench.ts';

/** Opens a file with one request and sends it; gives the panel once it shows the request's answer. */
async function send(window: WorkbenchWindow, file: string, text: string, answer: string): Promise<Frame> {
  window.write(file, text);
  await window.openFile(file);
  await window.clickCodeLens('Send Request');
  const panel = await window.webview('header');
  await panel.locator('.summary', { hasText: answer }).waitFor();
  return panel;
}

describe('the response panel', () => {
  beforeEach(async () => {
    const { window } = await openWorkbench();
    await window.closeEverything();
  });

  it('shows status, time, size and the body with colours and folds', async () => {
    const { window, api } = await openWorkbench();
    const panel = await send(window, 'body.http', `### Echo\nGET ${api.url}/echo?a=1\nX-Mine: yes\n`, '200 OK');
    assert.match((await panel.locator('.summary').textContent()) ?? '', /200 OK\s*[\d.]+ m?s\s*\d+ B/);
    await panel.locator('.row', { hasText: '"method"' }).locator('.string', { hasText: 'GET' }).waitFor();
    const headers = panel.locator('.row', { hasText: '"headers"' });
    await headers.locator('.foldable').click();
    await panel.locator('.row', { hasText: '"x-mine"' }).waitFor({ state: 'hidden' });
    await headers.locator('.folded').waitFor();
    await panel.getByRole('button', { name: 'Raw' }).click();
    await panel.locator('.row', { hasText: '"x-mine"' }).first().waitFor();
  });

  it('moves between its tabs by the arrow keys, and each shows its part', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Basic\n# @auth basic username=ada password=not-it\nGET ${api.url}/echo\nAccept: text/mine\n`;
    const panel = await send(window, 'tabs.http', text, '200 OK');
    await panel.locator('#tab-body').focus();
    await window.page.keyboard.press('ArrowRight');
    await panel.locator('#panel-headers').getByText('application/json').waitFor();
    await window.page.keyboard.press('ArrowRight');
    await panel.locator('#panel-cookies').getByText('sets no cookies').waitFor();
    await window.page.keyboard.press('ArrowRight');
    const request = panel.locator('#panel-request');
    await request.getByText('tabs.http:4').waitFor();
    await request.getByText('Basic Auth · tabs.http:2').waitFor();
    await window.page.keyboard.press('End');
    await panel.locator('#panel-timeline').getByText('Waiting').first().waitFor();
    assert.equal(await panel.evaluate(() => document.activeElement?.id), 'tab-timeline');
  });

  it('has no secret in its page before it is asked for', async () => {
    const { window, api } = await openWorkbench();
    const credential = Buffer.from('ada:opensesame').toString('base64');
    const text = `### Secret\n# @auth basic username=ada password=opensesame\nGET ${api.url}/status/200\n`;
    const panel = await send(window, 'secret.http', text, '200 OK');
    await panel.locator('#tab-request').click();
    await panel.getByText('Basic •••').waitFor();
    assert.ok(!(await panel.content()).includes(credential));
    await panel.getByRole('button', { name: 'Show Secrets' }).click();
    await panel.getByText(credential).waitFor();
    await panel.getByRole('button', { name: 'Hide Secrets' }).click();
    assert.ok(!(await panel.content()).includes(credential));
    await panel.locator('#tab-body').click();
  });

  it('masks secrets that the server sent back, in headers and body, until they are asked for', async () => {
    const { window } = await openWorkbench();
    const server = createServer((request, response) => {
      const credential = request.headers.authorization ?? '';
      response.setHeader('X-Echo', credential);
      response.setHeader('Set-Cookie', `echo=${encodeURIComponent(credential)}`);
      response.setHeader('Content-Type', request.url === '/page' ? 'text/html' : 'application/json');
      response.end(request.url === '/page' ? `<p>${credential}` : JSON.stringify({ credential, name: 'Ada' }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const credential = Buffer.from('ada:opensesame').toString('base64');
      const auth = '# @auth basic username=ada password=opensesame';
      const panel = await send(window, 'echoed.http', `### Echoed\n${auth}\nGET ${url}/\n`, '200 OK');
      await panel.getByText('"Basic •••"').waitFor();
      await panel.locator('#tab-headers').click();
      await panel.locator('#panel-headers').getByText('Basic •••').waitFor();
      assert.ok(!(await panel.content()).includes(credential));
      await panel.locator('#panel-headers').getByRole('button', { name: 'Show Secrets' }).click();
      await panel.locator('#panel-headers').getByText(credential).waitFor();
      await panel.locator('#panel-headers').getByRole('button', { name: 'Hide Secrets' }).click();
      await panel.locator('#tab-cookies').click();
      await panel.locator('#panel-cookies').getByText('•••').waitFor();
      await panel.locator('#tab-body').click();
      assert.ok(!(await panel.content()).includes(credential));
      await panel.getByRole('button', { name: 'Show Secrets' }).click();
      await panel.getByText(`"Basic ${credential}"`).waitFor();
      await panel.getByRole('button', { name: 'Hide Secrets' }).click();
      await panel.getByText('"Basic •••"').waitFor();
      assert.deepEqual(await axeViolations(panel), []);
      const page = await send(window, 'echoed.http', `### Page\n${auth}\nGET ${url}/page\n`, '200 OK');
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.frameLocator('iframe.page').getByText('Basic •••').waitFor();
      assert.ok(!(await page.content()).includes(credential));
    } finally {
      server.close();
    }
  });

  it('shows the challenge of a server that refuses', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Wrong\n# @auth basic username=ada password=wrong\nGET ${api.url}/auth/basic\n`;
    const panel = await send(window, 'refused.http', text, '401');
    const banner = panel.getByRole('alert');
    await banner.getByText('Authorization failed').waitFor();
    await banner.locator('code', { hasText: 'Basic' }).waitFor();
    await banner.getByText('Basic Auth · refused.http:2').waitFor();
  });

  it('says why a token was refused, from what the token itself says', async () => {
    const { window, api } = await openWorkbench();
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'RS256' })}.${part({ exp: 1_700_000_000, scope: 'read' })}.c2ln`;
    const text = `### Expired\n# @auth bearer token=${token}\nGET ${api.url}/auth/bearer\n`;
    const panel = await send(window, 'expired.http', text, '401');
    const causes = panel.getByRole('list', { name: 'Why it was refused' });
    await causes.getByText(/The token expired \d+ days ago\./).waitFor();
    await causes.getByText('Its claim exp: 2023-11-14').waitFor();
    await causes.getByText('Get a new one.').first().waitFor();
    assert.ok(!(await panel.content()).includes(token));
    await window.screenshot('refused');
    assert.deepEqual(await axeViolations(panel), []);
  });

  it('shows what came of the tests of a request', async () => {
    const { window, api } = await openWorkbench();
    const text = `### Tested\nGET ${api.url}/echo\n\n?? status == 200\n?? body method == PUT\n`;
    const panel = await send(window, 'tested.http', text, '200 OK');
    const banner = panel.getByRole('alert');
    await banner.getByText('Tests: 1 of 2 passed').waitFor();
    await banner.getByText('It is "GET".').waitFor();
    assert.deepEqual(await axeViolations(panel), []);
    await window.screenshot('tested');
    await banner.getByRole('button', { name: 'body method == PUT' }).click();
    await window.page.locator('.statusbar-item', { hasText: 'Ln 5' }).waitFor();
  });

  it('counts the time while a request is on its way, and cancels it', async () => {
    const { window, api } = await openWorkbench();
    window.write('slow.http', `### Slow\nGET ${api.url}/slow?ms=60000\n`);
    await window.openFile('slow.http');
    await window.clickCodeLens('Send Request');
    await window.codeLenses('Cancel').waitFor();
    const panel = await window.webview('.cancel');
    await panel.getByText('Sending Slow').waitFor();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.locator('.summary', { hasText: 'Cancelled' }).waitFor();
    await window.page.locator('.codelens-decoration a', { hasText: 'Send Request' }).waitFor();
  });

  it('counts what comes of an endless body, and shows it once it is cancelled', async () => {
    const { window } = await openWorkbench();
    const server = createServer((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      let count = 0;
      const timer = setInterval(() => response.write(`data: event ${count++}\n\n`), 50);
      response.on('close', () => clearInterval(timer));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      window.write('endless.http', `### Endless\nGET http://127.0.0.1:${port}/\n`);
      await window.openFile('endless.http');
      await window.clickCodeLens('Send Request');
      const panel = await window.webview('.cancel');
      await panel.getByText(/[\d.]+ K?B received/).waitFor();
      await window.screenshot('response-receiving');
      // A request that is edited meanwhile is still the one that can be cancelled.
      await window.goTo(1, 12);
      await window.type(' stream');
      await window.editorLine('### Endless stream').waitFor();
      await window.codeLenses('Cancel').waitFor();
      await window.clickCodeLens('Cancel');
      await panel.locator('.summary', { hasText: '200 OK' }).waitFor();
      await panel.locator('.row', { hasText: 'event 1' }).first().waitFor();
      await panel.getByRole('alert').getByRole('heading', { name: 'Cancelled' }).waitFor();
      await window.screenshot('response-cancelled');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('says in words what keeps a request from its server, and what to do', async () => {
    const { window } = await openWorkbench();
    const panel = await send(window, 'nobody.http', '### Nobody\nGET http://127.0.0.1:1/\n', 'Connection refused');
    await panel.getByText('Check that the server is running').waitFor();
    await panel.getByRole('button', { name: 'Send Again' }).first().waitFor();
  });

  it('shows an error in the file with its place, and nothing is sent', async () => {
    const { window, api } = await openWorkbench();
    const panel = await send(
      window,
      'unknown.http',
      `### Unknown\nGET ${api.url}/{{nowhere}}\n`,
      'A variable has no value',
    );
    await panel.getByRole('button', { name: 'Go to unknown.http:2' }).click();
    await window.page.locator('.statusbar-item', { hasText: 'Ln 2' }).waitFor();
  });

  it('draws pictures, renders pages without their scripts, and shows bytes', async () => {
    const { window, api } = await openWorkbench();
    let panel = await send(window, 'picture.http', `### Picture\nGET ${api.url}/image.png\n`, '200 OK');
    await panel.getByText('Image, 4 × 4').waitFor();
    panel = await send(window, 'page.http', `### Page\nGET ${api.url}/html\n`, '200 OK');
    await panel.locator('.choice', { hasText: 'Preview' }).click();
    const page = panel.frameLocator('iframe.page');
    await page.getByText('Hello from the demo API').waitFor();
    assert.equal(await page.getByText('A script ran').count(), 0);
    panel = await send(window, 'bytes.http', `### Bytes\nGET ${api.url}/binary\n`, '200 OK');
    await panel.locator('.row', { hasText: '00 01 02 03' }).waitFor();
  });

  it('opens 10 MB of JSON without freezing, with only the lines in sight in the page', async () => {
    const { window, api } = await openWorkbench();
    const panel = await send(window, 'small.http', `### Small\nGET ${api.url}/json?size=1\n`, '200 OK');
    // Frames drawn while the body is laid out, and the most lines that were in the page at once.
    await panel.evaluate(() => {
      const seen = Object.assign(globalThis, { seen: { frames: 0, rows: 0 } }).seen;
      const look = (): void => {
        if (document.querySelector('[aria-busy]')) seen.frames += 1;
        seen.rows = Math.max(seen.rows, document.querySelectorAll('.row').length);
        requestAnimationFrame(look);
      };
      look();
    });
    await send(window, 'large.http', `### Large\nGET ${api.url}/json?size=150000\n`, '200 OK');
    await panel.locator('.summary', { hasText: /10\.\d MB/ }).waitFor();
    await panel.locator('.row', { hasText: '"Item 2"' }).waitFor();
    await panel.locator('[aria-busy]').waitFor({ state: 'hidden' });
    for (const part of [0.3, 0.9, 0.6, 1]) {
      await panel.locator('.text-view').evaluate((view, to) => {
        view.scrollTop = to * (view.scrollHeight - view.clientHeight);
      }, part);
      await waitUntil(`the items at ${part} are in sight`, async () => {
        const text = (await panel.locator('.row').allInnerTexts()).join(' ');
        const item = Number(/"Item (\d+)"/.exec(text)?.[1]);
        return Math.abs(item / 150_000 - part) < 0.01;
      });
    }
    const seen = await panel.evaluate(() => (globalThis as unknown as { seen: { frames: number; rows: number } }).seen);
    assert.ok(seen.frames >= 3, `${seen.frames} frames while it was laid out`);
    assert.ok(seen.rows < 200, `${seen.rows} rows`);
    await panel.locator('.text-view').focus();
    await window.page.keyboard.press('Control+F');
    await panel.getByRole('textbox', { name: 'Find' }).fill('"');
    await panel.locator('.find-count', { hasText: 'of 20000+' }).waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('wraps long lines by Alt+Z, finds and copies in them as if they were whole, and remembers it', async () => {
    const { window, api } = await openWorkbench();
    const long = Array.from({ length: 60 }, (_, index) => `word${index}`).join('-and ');
    const text = `### Long\nPOST ${api.url}/echo\nContent-Type: text/plain\n\n${long}\n`;
    let panel = await send(window, 'long.http', text, '200 OK');
    const overflows = (): Promise<boolean> =>
      panel.locator('.text-view').evaluate(view => view.scrollWidth > view.clientWidth);
    await panel.locator('.row', { hasText: 'word59' }).waitFor();
    await waitUntil('the line is wider than the panel', overflows);
    await panel.locator('.text-view').focus();
    await window.page.keyboard.press('Alt+z');
    await waitUntil('nothing is wider than the panel', async () => !(await overflows()));
    const wrap = panel.getByRole('button', { name: 'Word Wrap' });
    assert.equal(await wrap.getAttribute('aria-pressed'), 'true');
    await window.screenshot('response-wrapped');

    await window.page.keyboard.press('Control+F');
    await panel.getByRole('textbox', { name: 'Find' }).fill('-and word30-and ');
    await panel.locator('.find-count', { hasText: '1 of 1' }).waitFor();
    await waitUntil('all of the match is marked', async () => {
      const marked = await panel.locator('mark.current').allTextContents();
      return marked.join('') === '-and word30-and ';
    });
    await window.page.keyboard.press('Escape');
    await panel.locator('mark').first().waitFor({ state: 'hidden' });
    await panel.locator('.row', { hasText: 'word59' }).waitFor();

    const copied = await panel.evaluate(() => {
      const rows = [...document.querySelectorAll('.row')].filter(row => /word\d/.test(row.textContent ?? ''));
      const code = (row: Element | undefined): Element => row?.querySelector('.code') as Element;
      getSelection()?.setBaseAndExtent(code(rows[0]), 0, code(rows.at(-1)), code(rows.at(-1)).childNodes.length);
      const data = new DataTransfer();
      document.querySelector('.text-view')?.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data }));
      return data.getData('text/plain');
    });
    assert.ok(copied.includes(long), copied);

    await window.closeEverything();
    panel = await send(window, 'long.http', text, '200 OK');
    await panel.locator('.row', { hasText: 'word59' }).waitFor();
    await waitUntil('lines are wrapped in the next panel too', async () => !(await overflows()));
    // All of 10 MB on one line, too.
    await send(window, 'large-line.http', `### Large\nGET ${api.url}/json?size=150000\n`, '10.');
    await panel.getByRole('button', { name: 'Raw' }).click();
    await panel.locator('[aria-busy]').waitFor({ state: 'hidden' });
    await panel.locator('.text-view').evaluate(view => {
      view.scrollTop = view.scrollHeight;
    });
    await panel.locator('.row', { hasText: '"Item 149999"' }).waitFor();
    await waitUntil('nothing is wider than the panel', async () => !(await overflows()));
    await panel.getByRole('button', { name: 'Word Wrap' }).click();
    await waitUntil('lines are as long as they are', overflows);
    await panel.getByRole('button', { name: 'Pretty' }).click();
  });

  it('keeps the last responses, to step through', async () => {
    const { window, api } = await openWorkbench();
    await send(window, 'first.http', `### First\nGET ${api.url}/status/201\n`, '201');
    const panel = await send(window, 'second.http', `### Second\nGET ${api.url}/status/202\n`, '202');
    await panel.getByRole('button', { name: 'Older Response' }).click();
    await panel.locator('.summary', { hasText: '201' }).waitFor();
    await panel.getByRole('button', { name: 'Newer Response' }).click();
    await panel.locator('.summary', { hasText: '202' }).waitFor();
  });

  it('shows the next response in another panel while it is pinned', async () => {
    const { window, api } = await openWorkbench();
    const panel = await send(window, 'pinned.http', `### Pinned\nGET ${api.url}/status/203\n`, '203');
    await panel.getByRole('button', { name: 'Pin', exact: false }).click();
    await panel.getByRole('button', { name: 'Unpin' }).waitFor();
    window.write('unpinned.http', `### Unpinned\nGET ${api.url}/status/206\n`);
    await window.openFile('unpinned.http');
    await window.clickCodeLens('Send Request');
    await window.page.getByRole('tab', { name: /^Unpinned/ }).waitFor();
    assert.equal(await window.page.getByRole('tab', { name: /^Pinned/ }).count(), 1);
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const) {
    it(`gives axe nothing to find in ${theme}, in any tab`, async () => {
      const { window, api } = await openWorkbench();
      await window.setTheme(theme);
      const name = theme.toLowerCase().replaceAll(' ', '-');
      const text = `### Look\n# @auth basic username=ada password=wrong\nGET ${api.url}/auth/basic\nAuthorization: mine\n`;
      const panel = await send(window, 'look.http', text, '401');
      for (const tab of ['body', 'headers', 'cookies', 'request', 'timeline']) {
        await panel.locator(`#tab-${tab}`).click();
        assert.deepEqual(await axeViolations(panel), [], tab);
        await window.screenshot(`response-${tab}-${name}`);
      }
      await panel.locator('#tab-body').click();
      assert.deepEqual(window.consoleErrors(), []);
    });
  }
});

describe('the preview of a request', () => {
  it('shows hidden headers with where they come from, and follows the text', async () => {
    const { window, api } = await openWorkbench();
    await window.closeEverything();
    window.write('preview.http', `### Look\n# @auth basic username=ada password=hunter2\nGET ${api.url}/echo\n`);
    await window.openFile('preview.http');
    await window.clickCodeLens('Preview');
    const lines = window.page.locator('.editor-group-container .view-line');
    await lines.filter({ hasText: /Host:\s+127/ }).waitFor();
    await window.hover(
      lines.filter({ hasText: /Authorization:\s+Basic\s+•••/ }),
      window.page.getByText('Added by Basic Auth, line 2.'),
    );
    await window.page.locator('.codelens-decoration a', { hasText: 'Show Secrets' }).click();
    await lines.filter({ hasText: Buffer.from('ada:hunter2').toString('base64') }).waitFor();
    await window.page.keyboard.press('Control+1');
    await window.goTo(3);
    await window.page.keyboard.press('End');
    await window.type('?more=1');
    await waitUntil(
      'the preview has the new query',
      async () => (await lines.filter({ hasText: 'echo?more=1' }).count()) === 2,
    );
    await window.screenshot('preview');
  });
});
