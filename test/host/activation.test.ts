import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension in the host', () => {
  const extension = vscode.extensions.getExtension('countersign.countersign');

  it('is there', () => {
    assert.ok(extension);
  });

  it('opens .http and .rest files as the language http', async () => {
    for (const name of ['a.http', 'b.rest']) {
      const uri = vscode.Uri.parse(`untitled:${name}`);
      assert.equal((await vscode.workspace.openTextDocument(uri)).languageId, 'http');
    }
  });

  it('activates when a request file is opened', async () => {
    const document = await vscode.workspace.openTextDocument({
      language: 'http',
      content: 'GET https://example.com\n',
    });
    await vscode.window.showTextDocument(document);
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });

  it('registers every command that its manifest contributes', async () => {
    await extension?.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const contributed: { command: string }[] = extension?.packageJSON.contributes.commands ?? [];
    assert.ok(contributed.length > 0);
    assert.deepEqual(
      contributed.map(({ command }) => command).filter(command => !registered.has(command)),
      [],
    );
  });
});
