import assert from 'node:assert/strict';
import { openWorkbench, waitUntil } from './workbench.ts';

describe('a window of the workbench', () => {
  it('opens a request file in the language http, with a code lens on each request', async () => {
    const { window, api } = await openWorkbench();
    window.write('lenses.http', `### One\nGET ${api.url}/echo?one\n\n### Two\nGET ${api.url}/echo?two\n`);
    await window.openFile('lenses.http');
    await waitUntil('both requests have a lens', async () => (await window.codeLenses('Send Request').count()) === 2);
  });

  it('sends the request whose code lens is pressed and shows the response', async () => {
    const { window, api } = await openWorkbench();
    window.write('pressed.http', `### One\nGET ${api.url}/status/418\n\n### Two\nGET ${api.url}/status/201\n`);
    await window.openFile('pressed.http');
    await window.sendRequest('/status/201');
    const panel = await window.webview();
    await panel.getByText('201').first().waitFor();
  });

  it('ends the fields of an @auth of several lines by Enter on an empty one', async () => {
    const { window } = await openWorkbench();
    const { keyboard } = window.page;
    const lines = async (): Promise<string> => {
      const drawn = window.page.locator('.editor-group-container.active .monaco-editor .view-line');
      return (await drawn.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    };
    const text = '# @auth basic username=ada password=x\n\n###\n# @auth basic\n#   username=ada\n';
    window.write('typed.http', text);
    await window.openFile('typed.http');
    await window.goTo(5);
    await keyboard.press('End');
    await keyboard.press('Enter');
    await waitUntil('another field is offered', async () => /^# {3,}$/m.test(await lines()));
    await keyboard.press('Enter');
    await waitUntil('its mark is gone', async () => !/^# *$/m.test(await lines()));
    await window.runCommand('File: Revert File');
  });

  for (const theme of ['Light Modern', 'Dark Modern', 'Default High Contrast'] as const) {
    it(`is drawn in ${theme} without an error in its console`, async () => {
      const { window, api } = await openWorkbench();
      window.write('theme.http', `### Echo\nGET ${api.url}/echo\n`);
      await window.openFile('theme.http');
      await window.codeLenses('Send Request').first().waitFor();
      await window.setTheme(theme);
      await window.screenshot(`response-${theme.toLowerCase().replaceAll(' ', '-')}`);
      assert.deepEqual(window.consoleErrors(), []);
    });
  }
});
