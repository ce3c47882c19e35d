import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { Documents } from '../../src/extension/documents.ts';
import { Environments } from '../../src/extension/environments.ts';
import { memento, registeredCommands, restore, standIn } from './stand-ins.ts';

describe('the selected environment', () => {
  const folders: string[] = [];
  const [one = '', two = ''] = ['one', 'two'].map(name => {
    const folder = mkdtempSync(join(tmpdir(), `countersign-${name}-`));
    folders.push(folder);
    writeFileSync(
      join(folder, 'http-client.env.json'),
      JSON.stringify({ [`dev-${name}`]: { host: name }, staging: { host: 'staging' } }),
    );
    return join(folder, 'a.http');
  });
  let active = one;
  const documents = {
    root: (file: string) => dirname(file),
    fileOf: () => active,
  } as unknown as Documents;
  afterEach(restore);
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it('is kept for its folder alone, also by the next window', async () => {
    const state = memento();
    const commands = registeredCommands();
    const offered: string[][] = [];
    let choice = 'dev-one';
    standIn(vscode.commands, { registerCommand: commands.registerCommand });
    standIn(vscode.window, {
      activeTextEditor: { document: { languageId: 'http', uri: vscode.Uri.file(one) } },
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        offered.push(items.flatMap(({ label }) => label || []));
        return items.find(({ label }) => label === choice);
      },
    });
    const environments = new Environments(documents, state);
    let changes = 0;
    environments.onDidChange(() => changes++);
    await commands.call('countersign.selectEnvironment');
    assert.deepEqual(offered, [['No Environment', 'dev-one', 'staging', 'Edit Environments']]);
    assert.equal(changes, 1);
    assert.equal(environments.selected(one), 'dev-one');
    assert.equal(environments.selected(two), undefined);
    environments.dispose();

    const later = new Environments(documents, state);
    assert.equal(later.selected(one), 'dev-one');
    const [layer] = await later.layers(one);
    assert.equal(layer?.get('host')?.value, 'one');
    active = two;
    choice = 'staging';
    await commands.call('countersign.selectEnvironment');
    assert.equal(later.selected(two), 'staging');
    assert.equal(later.selected(one), 'dev-one');
    active = one;
    choice = 'No Environment';
    await commands.call('countersign.selectEnvironment');
    assert.equal(later.selected(one), undefined);
    later.dispose();
  });

  it('says what is stated about TLS, as of now', async () => {
    const commands = registeredCommands();
    standIn(vscode.commands, { registerCommand: commands.registerCommand });
    standIn(vscode.window, {
      activeTextEditor: { document: { languageId: 'http', uri: vscode.Uri.file(two) } },
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => items.find(({ label }) => label === 'tls'),
    });
    const folder = dirname(two);
    const at = join(folder, 'http-client.private.env.json');
    writeFileSync(at, '{ "tls": { "SSLConfiguration": { "clientCertificate": "c.pem" } } }');
    active = two;
    const environments = new Environments(documents, memento());
    assert.equal(await environments.tls(two), undefined);
    await commands.call('countersign.selectEnvironment');
    const stated = await environments.tls(two);
    assert.equal(stated?.certificate?.text, 'c.pem');
    assert.equal(stated?.certificate?.place?.file, at);
    assert.equal(await environments.tls(one), undefined);
    environments.dispose();
    rmSync(at);
    active = one;
  });

  it('may also be one of REST Client’s settings, below those of files', async () => {
    const commands = registeredCommands();
    standIn(vscode.commands, { registerCommand: commands.registerCommand });
    standIn(vscode.workspace, {
      getConfiguration: () => ({
        get: () => ({ staging: { host: 'settings', port: '1' }, 'only-there': { host: 'there' } }),
      }),
    });
    let offered: string[] = [];
    standIn(vscode.window, {
      activeTextEditor: { document: { languageId: 'http', uri: vscode.Uri.file(one) } },
      showQuickPick: async (items: readonly vscode.QuickPickItem[]) => {
        offered = items.map(({ label }) => label);
        return items.find(({ label }) => label === 'staging');
      },
    });
    active = one;
    const environments = new Environments(documents, memento());
    await commands.call('countersign.selectEnvironment');
    assert.ok(offered.includes('only-there'), offered.join());
    const [layer] = await environments.layers(one);
    assert.deepEqual([layer?.get('host')?.value, layer?.get('port')?.value], ['staging', '1']);
    environments.dispose();
  });
});
