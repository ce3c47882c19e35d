import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Documents } from '../../src/extension/documents.ts';
import { Sender, type SenderHost } from '../../src/extension/sender.ts';
import { parse } from '../../src/language/parser.ts';
import { registeredCommands, restore, standIn } from './stand-ins.ts';

describe('a workspace that is not trusted', () => {
  const target = { file: '/w/a.http', tree: parse('### A\nGET https://example.com\n'), block: 0 };
  const messages: string[] = [];
  let engines = 0;
  let sender: Sender;
  let commands: ReturnType<typeof registeredCommands>;

  beforeEach(async () => {
    messages.length = 0;
    engines = 0;
    commands = registeredCommands();
    standIn(vscode.commands, { registerCommand: commands.registerCommand });
    standIn(vscode.workspace, { isTrusted: false });
    standIn(vscode.window, {
      showErrorMessage: async (message: string) => {
        messages.push(message);
        return undefined;
      },
    });
    const document = await vscode.workspace.openTextDocument({ language: 'http', content: target.tree.text });
    const documents: Pick<Documents, 'target' | 'targets'> = { target: () => target, targets: () => [target] };
    await vscode.window.showTextDocument(document);
    sender = new Sender({
      documents,
      engine: () => {
        engines++;
        throw new Error('nothing may be sent');
      },
      panels: () => {
        throw new Error('nothing may be shown');
      },
    } as unknown as SenderHost);
  });
  afterEach(async () => {
    sender.dispose();
    restore();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  for (const command of ['countersign.send', 'countersign.sendAll']) {
    it(`sends nothing, and says so (${command})`, async () => {
      await commands.call(command);
      assert.equal(engines, 0);
      assert.equal(messages.length, 1);
      assert.match(messages[0] ?? '', /^Nothing is sent from a workspace that isn’t trusted/);
    });
  }

  it('sends nothing that another part of the extension wants sent either', async () => {
    assert.equal(await sender.send(target), undefined);
    assert.equal(engines, 0);
    assert.equal(messages.length, 1);
  });
});

describe('documents in Restricted Mode', () => {
  const root = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  let elsewhere: string;

  beforeEach(() => {
    elsewhere = mkdtempSync(join(tmpdir(), 'countersign-elsewhere-'));
    writeFileSync(join(elsewhere, 'collection.http'), '# @auth none\n');
    mkdirSync(join(root(), 'restricted'), { recursive: true });
    writeFileSync(join(root(), 'restricted/own.http'), 'GET http://h/\n');
    symlinkSync(join(elsewhere, 'collection.http'), join(root(), 'restricted/link.http'));
    symlinkSync(elsewhere, join(root(), 'restricted/folder'));
    symlinkSync('/dev/zero', join(root(), 'restricted/endless.http'));
  });
  afterEach(() => {
    restore();
    rmSync(join(root(), 'restricted'), { recursive: true });
    rmSync(elsewhere, { recursive: true });
  });

  for (const [isTrusted, seen] of [
    [false, [true, false, false, false, false]],
    [true, [true, true, true, true, false]],
  ] as const) {
    it(`are those of the workspace${isTrusted ? ', and in a trusted one what links lead to' : ' themselves'}`, async () => {
      standIn(vscode.workspace, { isTrusted });
      const documents = new Documents();
      try {
        const files = [
          join(root(), 'restricted/own.http'),
          join(root(), 'restricted/link.http'),
          join(root(), 'restricted/folder/collection.http'),
          join(elsewhere, 'collection.http'),
          join(root(), 'restricted/endless.http'),
        ];
        const trees = await Promise.all(files.map(file => documents.tree(file)));
        assert.deepEqual(
          trees.map(tree => tree !== undefined),
          seen,
        );
      } finally {
        documents.dispose();
      }
    });
  }
});
