import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { openSample } from '../../src/extension/sample-collection.ts';
import { parse } from '../../src/language/parser.ts';

describe('the sample collection in the host', () => {
  const root = join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'countersign-sample');
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(root, { recursive: true, force: true });
  });

  it('is written, opened, and free of problems; what a person changed in it stays', async () => {
    await openSample({ error: (error: unknown) => error } as never);
    assert.equal(vscode.window.activeTextEditor?.document.fileName, join(root, 'first-requests.http'));
    for (const path of ['collection.http', 'first-requests.http', 'signed/folder.http', 'signed/signed.http']) {
      const { blocks } = parse(await read(path));
      assert.deepEqual(
        blocks.flatMap(({ block }) => block.diagnostics),
        [],
        path,
      );
    }
    await writeFile(join(root, 'collection.http'), '# mine\n');
    await rm(join(root, 'signed'), { recursive: true });
    await openSample({ error: (error: unknown) => error } as never);
    assert.equal(await read('collection.http'), '# mine\n');
    assert.match(await read('signed/signed.http'), /@auth oauth1/);
  });

  it('has environment files checked as they are typed', async () => {
    const uri = vscode.Uri.file(join(root, 'http-client.env.json'));
    await writeFile(uri.fsPath, '{"dev": {"SSLConfiguration": {"verifyHostCertificate": "no"}}}');
    await vscode.window.showTextDocument(uri);
    await new Promise<void>(resolve => {
      const done = (): boolean => vscode.languages.getDiagnostics(uri).length > 0;
      if (done()) return resolve();
      const changed = vscode.languages.onDidChangeDiagnostics(() => {
        if (!done()) return;
        changed.dispose();
        resolve();
      });
    });
    assert.ok(vscode.languages.getDiagnostics(uri).length > 0);
  });
});
