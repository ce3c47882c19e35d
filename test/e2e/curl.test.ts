import { openWorkbench, waitUntil } from './workbench.ts';

describe('a request as curl', () => {
  it('goes to the clipboard and comes back from it as a request', async () => {
    const { window, api } = await openWorkbench();
    await window.closeEverything();
    window.write('curl-out.http', `### Out\nPOST ${api.url}/echo\nContent-Type: text/plain\n\nit's\n`);
    window.write('curl-in.http', '');
    await window.openFile('curl-out.http');
    await window.goTo(2);
    await window.runCommand('Countersign: Copy as cURL');
    await waitUntil('the command is on the clipboard', async () =>
      (await window.page.evaluate(() => navigator.clipboard.readText())).startsWith('curl --url http://127'),
    );
    await window.openFile('curl-in.http');
    await window.runCommand('Countersign: Paste cURL as Request');
    await window.editorLine('POST http://127').waitFor();
    await window.editorLine('Content-Type: text/plain').waitFor();
    await window.editorLine("it's").waitFor();
  });
});
