import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Documents } from '../../src/extension/documents.ts';
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
