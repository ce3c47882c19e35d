import assert from 'node:assert/strict';
import { browserCommands } from '../../src/cli/browser.ts';
import { terminalAgent } from '../../src/cli/terminal-agent.ts';

describe('the browser of a terminal', () => {
  it('is what BROWSER names, several in order, with arguments', () => {
    assert.deepEqual(browserCommands({ BROWSER: 'firefox --new-tab %s:w3m' }, 'linux'), [
      ['firefox', '--new-tab', '%s'],
      ['w3m'],
    ]);
  });

  it('is missing on Linux without a screen, and the system’s own elsewhere', () => {
    assert.deepEqual(browserCommands({}, 'linux'), []);
    assert.deepEqual(browserCommands({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')[0], ['xdg-open']);
    assert.deepEqual(browserCommands({}, 'darwin'), [['open']]);
    assert.equal(browserCommands({}, 'win32').length, 1);
  });
});

describe('a person at a terminal', () => {
  it('is told a device code, with a QR code where they look on', async () => {
    const said: string[] = [];
    const agent = terminalAgent({ env: {}, canAsk: true, say: line => said.push(line) });
    const code = { userCode: 'ABCD-EFGH', verificationUri: 'https://login.example.com/device', expiresAt: 0 };
    const display = await agent.showDeviceCode?.(code, new AbortController().signal);
    display?.close();
    assert.match(said[0] ?? '', /https:\/\/login\.example\.com\/device .* ABCD-EFGH/);
    assert.match(said[1] ?? '', /[█▀▄]{5}/);
  });

  it('is not asked for an address where nobody can type one', async () => {
    const agent = terminalAgent({ env: {}, canAsk: false, say: () => {} });
    const wish = {
      callbackUrl: 'https://app.example.com/callback',
      useBrowser: true,
      responseMode: 'query',
      server: 'login.example.com',
      signal: new AbortController().signal,
    } as const;
    await assert.rejects(agent.prepare(wish), { code: 'interaction-required' });
  });
});
