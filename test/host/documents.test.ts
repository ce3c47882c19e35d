import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Documents } from '../../src/extension/documents.ts';

describe('documents in the host', () => {
  it('leave no tree to the next of their name when somebody comes to them after they were closed', () => {
    const documents = new Documents();
    const document = (text: string, isClosed: boolean): vscode.TextDocument =>
      ({
        ...{ uri: vscode.Uri.file('/nowhere/a.http'), version: 1, languageId: 'http' },
        ...{ isClosed, getText: () => text },
      }) as Partial<vscode.TextDocument> as vscode.TextDocument;
    try {
      const [closed, reopened] = [document('GET /before\n', true), document('GET /after\n', false)];
      assert.equal(documents.treeOf(closed).text, 'GET /before\n');
      assert.equal(documents.treeOf(reopened).text, 'GET /after\n');
      assert.equal(documents.treeOf(reopened), documents.treeOf(reopened));
    } finally {
      documents.dispose();
    }
  });
});
