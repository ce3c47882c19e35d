import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Collections } from '../../src/extension/collections/collections.ts';
import { ProblemDecorations } from '../../src/extension/collections/decorations.ts';
import { Documents } from '../../src/extension/documents.ts';
import type { Sender } from '../../src/extension/sender.ts';
import type { CollectionNode } from '../../src/features/collections/collection-node.ts';

describe('the collections tree in the host', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const uri = (name: string): vscode.Uri => vscode.Uri.file(join(folder, 'tree', name));
  const write = (name: string, text: string): Thenable<void> =>
    vscode.workspace.fs.writeFile(uri(name), new TextEncoder().encode(text));
  const read = async (name: string): Promise<string> =>
    new TextDecoder().decode(await vscode.workspace.fs.readFile(uri(name)));

  let documents: Documents;
  let collections: Collections;
  let drawn: (readonly CollectionNode[] | undefined)[];

  const settings = vscode.workspace.getConfiguration('countersign');

  before(async () => {
    // The extension itself runs beside what is tried here, and would take its moves for a person's.
    await settings.update('updatePathsOnFileMove.enabled', false, vscode.ConfigurationTarget.Global);
    await write('collection.http', '# @auth basic username=ada\n');
    await write('a.http', '### One\nGET http://127.0.0.1/1\n\n### Two\nGET http://127.0.0.1/2\n');
    await write('keys/folder.http', '# @auth apikey key=X-Key value=k\n');
    await write('keys/b.http', '### Three\r\nGET http://127.0.0.1/3\r\n');
    documents = new Documents();
    drawn = [];
    const nothing = new vscode.EventEmitter<never>().event;
    // The view belongs to the extension; what it is told is what counts here.
    const view = { visible: false, selection: [], onDidChangeVisibility: nothing };
    collections = new Collections({
      documents,
      sender: { onDidSend: nothing } as unknown as Sender,
      view: view as unknown as vscode.TreeView<CollectionNode>,
      redraw: nodes => drawn.push(nodes),
    });
  });

  after(async () => {
    await settings.update('updatePathsOnFileMove.enabled', undefined, vscode.ConfigurationTarget.Global);
    collections.dispose();
    documents.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(vscode.Uri.file(join(folder, 'tree')), { recursive: true });
  });

  async function node(name: string): Promise<CollectionNode> {
    const found = await (await collections.tree()).nodeOf(uri(name).fsPath);
    assert.ok(found, name);
    return found;
  }

  async function items(name: string): Promise<string[]> {
    const children = await collections.children(await node(name));
    return children.map(child => {
      const { label, description } = collections.item(child);
      return `${label} | ${description}`;
    });
  }

  async function request(name: string, index: number): Promise<CollectionNode> {
    const found = (await collections.children(await node(name)))[index];
    assert.ok(found);
    return found;
  }

  it('shows requests with the auth in force', async () => {
    assert.deepEqual(await items('a.http'), ['GET One | Basic Auth · inherited', 'GET Two | Basic Auth · inherited']);
    assert.deepEqual(await items('keys/b.http'), ['GET Three | API Key · inherited']);
  });

  it('shows what an editor holds unsaved, and draws the changed row alone', async () => {
    await items('a.http');
    drawn.length = 0;
    const editor = await vscode.window.showTextDocument(uri('a.http'));
    await editor.edit(edit => edit.insert(new vscode.Position(0, 7), ' more'));
    await collections.settle();
    const requests = drawn.flatMap(nodes => (nodes ?? []).filter(({ kind }) => kind === 'request'));
    const labels = requests.map(({ label }) => label);
    assert.deepEqual(labels, ['One more']);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await collections.settle();
    assert.equal((await items('a.http'))[0], 'GET One | Basic Auth · inherited');
  });

  it('moves a request into a file with other line ends, saves both, and takes it back whole', async () => {
    const before = [await read('a.http'), await read('keys/b.http')];
    await collections.move([await request('a.http', 0)], await node('keys/b.http'));
    assert.equal(await read('a.http'), '### Two\nGET http://127.0.0.1/2\n');
    assert.equal(await read('keys/b.http'), `${before[1]}\r\n### One\r\nGET http://127.0.0.1/1\r\n`);
    assert.deepEqual(await items('keys/b.http'), ['GET Three | API Key · inherited', 'GET One | API Key · inherited']);
    await collections.run('undo');
    assert.deepEqual([await read('a.http'), await read('keys/b.http')], before);
  });

  it('does not undo over what was changed since', async () => {
    await collections.run('duplicate', await request('a.http', 1));
    const document = await vscode.workspace.openTextDocument(uri('a.http'));
    assert.match(document.getText(), /### Two copy/);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(document.getText().length), '\n# mine\n');
    await vscode.workspace.applyEdit(edit);
    await document.save();
    await collections.run('undo');
    assert.match(await read('a.http'), /# mine/);
    assert.match(await read('a.http'), /### Two copy/);
  });

  it('moves a folder with all that is in it, deletes it, and takes both back', async () => {
    const made = new vscode.WorkspaceEdit();
    made.createFile(uri('deep/x.http'), { contents: new TextEncoder().encode('### X\nGET http://127.0.0.1/x\n') });
    await vscode.workspace.applyEdit(made);
    await collections.settle();
    const before = await read('keys/folder.http');
    await collections.move([await node('keys')], await node('deep'));
    assert.equal(await read('deep/keys/folder.http'), before);
    await collections.run('undo');
    assert.equal(await read('keys/folder.http'), before);
    await collections.run('delete', await node('keys'));
    await assert.rejects(read('keys/folder.http'));
    await collections.run('undo');
    assert.equal(await read('keys/folder.http'), before);
    assert.equal(await read('keys/b.http'), '### Three\r\nGET http://127.0.0.1/3\r\n');
  });

  it('keeps the paths in what it moves or renames leading to the same files, and takes that back whole', async () => {
    const text = (path: string): string => `### P\nPOST http://127.0.0.1/p\n\n< ${path}\n`;
    await write('data/body.json', '{}');
    const made = new vscode.WorkspaceEdit();
    for (const [name, path] of [
      ['p.http', 'data/body.json'],
      ['data/q.http', './body.json'],
      ['other/o.http', 'nothing'],
    ] as const) {
      made.createFile(uri(name), { contents: new TextEncoder().encode(text(path)) });
    }
    await vscode.workspace.applyEdit(made);
    await collections.settle();

    await collections.move([await node('p.http')], await node('other'));
    assert.equal(await read('other/p.http'), text('../data/body.json'));
    await collections.run('undo');
    assert.equal(await read('p.http'), text('data/body.json'));

    await collections.move([await node('data')], await node('other'));
    assert.equal(await read('p.http'), text('./other/data/body.json'));
    assert.equal(await read('other/data/q.http'), text('./body.json'));
    await collections.run('undo');
    assert.equal(await read('p.http'), text('data/body.json'));
    assert.equal(await read('data/q.http'), text('./body.json'));
  });

  it('counts on a request’s row what the editor finds in its open document, as long as it finds it', async () => {
    const children = await collections.children(await node('a.http'));
    const decorations = new ProblemDecorations(async file => (await collections.tree()).shownRequests(file));
    const badges = (): readonly (string | undefined)[] =>
      children.map(child => {
        const { resourceUri } = collections.item(child);
        return resourceUri && decorations.provideFileDecoration(resourceUri)?.badge;
      });
    const changed = (): Promise<unknown> =>
      new Promise(resolve => {
        const listening = decorations.onDidChangeFileDecorations(uris => {
          listening.dispose();
          resolve(uris);
        });
      });
    try {
      decorations.note(children);
      assert.ok(badges().every(badge => badge === undefined));
      const found = changed();
      const editor = await vscode.window.showTextDocument(uri('a.http'));
      const end = editor.document.lineAt(1).range.end;
      await editor.edit(edit => edit.insert(end, '?x={{nowhere}}'));
      await found;
      assert.equal(badges()[0], '1');
      assert.ok(
        badges()
          .slice(1)
          .every(badge => badge === undefined),
      );
      const gone = changed();
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await gone;
      assert.ok(badges().every(badge => badge === undefined));
    } finally {
      decorations.dispose();
    }
  });
});
