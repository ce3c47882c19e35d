import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';

describe('paths in request files, when the editor moves files', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const uri = (name: string): vscode.Uri => vscode.Uri.file(join(folder, 'moves', name));
  const write = (name: string, text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(uri(name), new TextEncoder().encode(text));
  const read = async (name: string): Promise<string> =>
    new TextDecoder().decode(await vscode.workspace.fs.readFile(uri(name)));
  const text = (path: string): string =>
    `### P\n# @auth jwt privateKey=< ${path}\nPOST http://127.0.0.1/p\n\n<@ ${path}\n`;

  async function rename(from: string, to: string): Promise<void> {
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(uri(from), uri(to));
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  /** What a file on disk holds once it is `wanted`, else what it holds after a while. */
  async function saved(name: string, wanted: string): Promise<string> {
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
      const found = await read(name).catch(() => '');
      if (found === wanted) return found;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    return await read(name);
  }

  beforeEach(async () => {
    await write('keys/key.pem', 'key');
    await write('a.http', text('./keys/key.pem'));
    await write('keys/b.http', text('key.pem'));
    // Whatever the test before it did to files of these names is over.
    const extension = vscode.extensions.getExtension('countersign.countersign');
    await extension?.activate();
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(uri(''), { recursive: true });
  });

  it('lead to the same file after it, its folder, or the request file is moved, and are saved', async () => {
    await rename('keys/key.pem', 'keys/other.pem');
    assert.equal(await saved('a.http', text('./keys/other.pem')), text('./keys/other.pem'));
    assert.equal(await saved('keys/b.http', text('./other.pem')), text('./other.pem'));
    await rename('keys', 'inner');
    assert.equal(await saved('a.http', text('./inner/other.pem')), text('./inner/other.pem'));
    assert.equal(await read('inner/b.http'), text('./other.pem'));
    await rename('a.http', 'inner/a.http');
    assert.equal(await saved('inner/a.http', text('./other.pem')), text('./other.pem'));
  });

  it('are changed in a document with unsaved text, which is left unsaved', async () => {
    const editor = await vscode.window.showTextDocument(uri('a.http'));
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), '# mine\n'));
    await rename('keys/key.pem', 'key.pem');
    assert.equal(editor.document.getText(), `# mine\n${text('./key.pem')}`);
    assert.ok(editor.document.isDirty);
    assert.equal(await read('a.http'), text('./keys/key.pem'));
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('stay as they are where the setting says so', async () => {
    const settings = vscode.workspace.getConfiguration('countersign');
    await settings.update('updatePathsOnFileMove.enabled', false, vscode.ConfigurationTarget.Global);
    try {
      await rename('keys/key.pem', 'key.pem');
      assert.equal(await read('a.http'), text('./keys/key.pem'));
    } finally {
      await settings.update('updatePathsOnFileMove.enabled', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
