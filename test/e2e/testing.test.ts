import assert from 'node:assert/strict';
import { openFreshWindow, waitUntil } from './workbench.ts';

describe('the Testing view', () => {
  it('lists requests that say what they expect, and shows what failed at its line', async () => {
    const { window, api } = await openFreshWindow();
    window.write(
      'users.http',
      `### Fine\nGET ${api.url}/echo\n\n?? status == 200\n\n### Wrong\nGET ${api.url}/echo\n\n?? status == 201\n\n> {%\n  client.test("has a name", () => client.assert(response.body.name === "x", "no name"));\n%}\n\n### No test\nGET ${api.url}/echo\n`,
    );
    await window.openFile('users.http');
    await window.runCommand('Testing: Focus on Test Explorer View');
    const row = (name: string) => window.page.locator('.test-explorer .monaco-list-row', { hasText: name });
    await row('users.http').first().waitFor();
    await window.runCommand('Test: Run Tests in Current File');
    const glyph = (line: number) =>
      window.page.locator(`.testing-run-glyph, .codicon-testing-failed-icon, .codicon-testing-passed-icon`).nth(line);
    await waitUntil(
      'a test has failed',
      async () => (await window.page.locator('.codicon-testing-failed-icon').count()) > 0,
    );
    await waitUntil(
      'a test has passed',
      async () => (await window.page.locator('.codicon-testing-passed-icon').count()) > 0,
    );
    await glyph(0).waitFor();
    await window.screenshot('testing');
    const text = await window.page.locator('.monaco-workbench').innerText();
    assert.match(text, /Expected|It is 200|201/);
    assert.ok(!/No test\n.*passed/.test(text));
    // No response panel opens for it.
    assert.equal(await window.page.locator('.tab', { hasText: 'Response' }).count(), 0);
    assert.deepEqual(window.consoleErrors(), []);
  });
});
