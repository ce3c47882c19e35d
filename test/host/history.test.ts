import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Documents } from '../../src/extension/documents.ts';
import { saveExample } from '../../src/extension/history/save-example.ts';
import { WorkspaceHistory } from '../../src/extension/history/workspace-history.ts';
import type { HistoryEntry } from '../../src/features/presentation/history-entry.ts';

describe('the history in the host', () => {
  let folder: string;
  const secrets = new Map<string, string>();
  const open = (): WorkspaceHistory =>
    new WorkspaceHistory({
      storageUri: vscode.Uri.file(folder),
      secrets: {
        get: async (name: string) => secrets.get(name),
        store: async (name: string, value: string) => void secrets.set(name, value),
      } as unknown as vscode.SecretStorage,
    });
  const entry = (id: string): HistoryEntry => ({
    ...{ id, at: Number(id), title: 'List users', file: join(folder, 'users.http'), line: 1, method: 'GET' },
    ...{ url: 'https://acme.test/', status: 200, durationMs: 3, bytes: 11, request: { headers: [] } },
    response: {
      ...{ statusText: 'OK', httpVersion: '1.1', headers: [], mediaType: 'application/json' },
      body: { text: '{"found":1}', size: 11 },
    },
  });
  const ids = async (history: WorkspaceHistory): Promise<string[]> => (await history.rows()).map(({ id }) => id);
  const limit = (to: number | undefined) =>
    vscode.workspace.getConfiguration('countersign.history').update('limit', to, vscode.ConfigurationTarget.Global);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-history-'));
  });

  afterEach(async () => {
    await limit(undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it('stays over a restart, encrypted, and can be deleted', async () => {
    const first = open();
    for (const id of ['1', '2', '3']) await first.add(entry(id));
    await first.save();
    for (const name of await readdir(join(folder, 'history'))) {
      assert.ok(!(await readFile(join(folder, 'history', name), 'utf8')).includes('acme.test'));
    }
    first.dispose();
    const second = open();
    assert.deepEqual(await ids(second), ['1', '2', '3']);
    assert.equal((await second.entry('2'))?.response?.body.text, '{"found":1}');
    await second.remove(new Set(['2']));
    assert.equal(await second.entry('2'), undefined);
    await second.clear();
    assert.deepEqual([await ids(second), await readdir(join(folder, 'history'))], [[], []]);
    second.dispose();
  });

  it('is bounded by the setting, which also switches it off and empties it', async () => {
    await limit(2);
    const history = open();
    for (const id of ['1', '2', '3']) await history.add(entry(id));
    assert.deepEqual(await ids(history), ['2', '3']);
    await history.save();
    const emptied = new Promise(resolve => history.onDidChange(() => resolve(undefined)));
    await limit(0);
    await emptied;
    await history.add(entry('4'));
    assert.deepEqual([await ids(history), await readdir(join(folder, 'history'))], [[], []]);
    history.dispose();
  });

  it('saves a response as an example beside its request', async () => {
    const file = join(folder, 'users.http');
    await writeFile(file, '### List users\nGET https://acme.test/\n\n### Other\nGET https://acme.test/other\n');
    const documents = new Documents();
    await saveExample(entry('1'), documents);
    await saveExample(entry('2'), documents);
    const text = (await vscode.workspace.openTextDocument(file)).getText();
    assert.equal(
      text,
      '### List users\nGET https://acme.test/\n\n<> ./users.list-users.200.json\n<> ./users.list-users.200-2.json\n\n### Other\nGET https://acme.test/other\n',
    );
    assert.equal(await readFile(join(folder, 'users.list-users.200.json'), 'utf8'), '{"found":1}');
    documents.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
