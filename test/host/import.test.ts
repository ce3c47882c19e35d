import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { CountersignError } from '../../src/core/errors.ts';
import { importDropped } from '../../src/extension/collections/feature.ts';
import { importRequests } from '../../src/extension/import-command.ts';
import { Person } from './person.ts';

describe('importing requests in the host', () => {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  let elsewhere: string;
  let person: Person;
  let stored: Map<string, string>;

  const schema = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';
  const collection = {
    info: { name: 'Imported API', schema },
    auth: {
      type: 'basic',
      basic: [
        { key: 'username', value: 'ada' },
        { key: 'password', value: 'pa55word' },
      ],
    },
    item: [
      {
        name: 'List',
        request: {
          url: 'https://acme.test/',
          auth: { type: 'kerberos' },
          header: [{ key: 'X-Api-Key', value: 'k3y' }],
        },
      },
    ],
  };
  const run = (given?: unknown): Promise<void> =>
    importRequests(
      {
        console: { error: (error: CountersignError) => error } as never,
        secrets: { store: async (name: string, value: string) => void stored.set(name, value) } as never,
      },
      given,
    );
  const file = async (content: string): Promise<vscode.Uri> => {
    const path = join(elsewhere, 'acme.json');
    await writeFile(path, content);
    return vscode.Uri.file(path);
  };
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

  beforeEach(async () => {
    elsewhere = await mkdtemp(join(tmpdir(), 'countersign-import-'));
    stored = new Map();
    person = new Person();
  });

  afterEach(async () => {
    person.leave();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(elsewhere, { recursive: true, force: true });
    for (const name of ['imported-api', 'imported-api-2']) await rm(join(root, name), { recursive: true, force: true });
  });

  it('makes files, keeps the secrets that are ticked, and opens the first request', async () => {
    person.choices.push('imported-api-X-Api-Key');
    await run(await file(JSON.stringify(collection)));
    assert.deepEqual([...stored], [['imported-api-password', 'pa55word']]);
    assert.match(
      await read('imported-api/collection.http'),
      /@auth basic username=ada password="?\{\{\$secret imported-api-password\}\}"?/,
    );
    assert.match(await read('imported-api/imported-api.http'), /X-Api-Key: k3y/);
    assert.equal(vscode.window.activeTextEditor?.document.fileName, join(root, 'imported-api/imported-api.http'));
    const [message] = person.shown;
    assert.match(
      message?.message ?? '',
      /^Imported from Postman\. Requests: 1, environments: 0, secrets stored: 1, not carried over: 1\.$/,
    );
  });

  it('reads the clipboard, and shows the report that is asked for', async () => {
    await vscode.env.clipboard.writeText(JSON.stringify(collection));
    person.choices.push('Clipboard');
    const chosen = run();
    await chosen;
    assert.equal(stored.size, 2);
    person.choices.push('Show Report');
    await run(await file(JSON.stringify(collection)));
    assert.match(
      vscode.window.activeTextEditor?.document.getText() ?? '',
      /## Not carried over\n\n- Imported API \/ List: authorization of the type “kerberos”/,
    );
  });

  it('asks before it replaces what was changed, and can keep both', async () => {
    await run(await file(JSON.stringify(collection)));
    await writeFile(join(root, 'imported-api/imported-api.http'), 'GET https://mine.test/\n');
    await run(await file(JSON.stringify(collection)));
    assert.equal(await read('imported-api/imported-api.http'), 'GET https://mine.test/\n');
    assert.match(person.shown.at(-1)?.message ?? '', /different now: 1\./);
    // Ticking nothing off comes first.
    const both = run(await file(JSON.stringify(collection)));
    person.choices.push('Keep Both');
    await both;
    assert.equal(await read('imported-api/imported-api.http'), 'GET https://mine.test/\n');
    assert.match(await read('imported-api-2/imported-api-2.http'), /### List/);
  });

  it('takes a folder: chosen, or dropped onto the Collections view', async () => {
    const folder = join(elsewhere, 'bruno-api');
    await mkdir(folder);
    await writeFile(join(folder, 'bruno.json'), '{"name":"Imported API"}');
    await writeFile(join(folder, 'a.bru'), 'meta {\n  name: List\n}\nget {\n  url: https://acme.test/\n}\n');
    person.choices.push('Folder…');
    person.file = vscode.Uri.file(folder);
    await run();
    assert.match(await read('imported-api/imported-api.http'), /^### List\nGET https:\/\/acme\.test\/\n$/);
    assert.match(person.shown[0]?.message ?? '', /^Imported from Bruno\. Requests: 1,/);
    await rm(join(root, 'imported-api'), { recursive: true });
    const dropped: unknown[] = [];
    const note = join(elsewhere, 'note.txt');
    await writeFile(note, '');
    const uris = [folder, join(elsewhere, 'a.yml'), note, join(elsewhere, 'gone')].map(path => vscode.Uri.file(path));
    await importDropped(uris.map(String).join('\r\n'), async uri => void dropped.push(uri.path));
    assert.deepEqual(
      dropped,
      uris.slice(0, 2).map(uri => uri.path),
    );
  });

  it('says what is wrong with a file, and writes nothing', async () => {
    await run(await file('{"info":'));
    assert.match(person.shown[0]?.message ?? '', /acme\.json is not valid JSON\. Export it again/);
    await run(vscode.Uri.file(join(elsewhere, 'gone.json')));
    assert.equal(person.shown.length, 2);
    await assert.rejects(read('imported-api/collection.http'));
  });
});
