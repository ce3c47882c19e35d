import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { copyBody, deleteOpenedBodies, openBody, saveBody } from '../../src/extension/response-body.ts';
import { ResponseHistory, type ResponseRecord } from '../../src/extension/response-history.ts';
import { storeBody } from '../../src/http/stored-body.ts';
import { restore, standIn } from './stand-ins.ts';

describe('the body of a response', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-saved-'));
  const history = new ResponseHistory();
  afterEach(async () => {
    restore();
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await history.dispose();
    await deleteOpenedBodies();
  });

  async function record(bytes: Uint8Array, type: string, url = 'https://example.com/users'): Promise<ResponseRecord> {
    const source = {
      async *[Symbol.asyncIterator]() {
        yield bytes;
      },
    };
    const body = await storeBody({ body: source }, { signal: new AbortController().signal });
    const request = { method: 'GET', url, query: [], headers: [], cookies: [], body: undefined, overridden: [] };
    const head = { status: 200, statusText: 'OK', httpVersion: '1.1', headers: [['Content-Type', type]] as const };
    const exchange = { request, attempts: [], response: { ...head, body }, durationMs: 1 };
    return history.add(exchange, { title: 'Users', file: join(folder, 'a.http'), line: 1 }, text => text, 20);
  }

  function saveAs(name: string): { readonly path: string; offered(): string | undefined } {
    const path = join(folder, name);
    let offered: string | undefined;
    standIn(vscode.window, {
      showSaveDialog: async (options: vscode.SaveDialogOptions) => {
        offered = options.defaultUri?.path.split('/').at(-1);
        return vscode.Uri.file(path);
      },
    });
    return { path, offered: () => offered };
  }

  it('is saved byte for byte, from memory or from its temporary file', async () => {
    const small = Buffer.from([0, 1, 2, 0xff, 0xfe]);
    const large = Buffer.alloc(3 * 1024 * 1024, 'large ');
    for (const [name, bytes] of [
      ['small.bin', small],
      ['large.bin', large],
    ] as const) {
      const saving = saveAs(name);
      await saveBody(await record(bytes, 'application/octet-stream', `https://example.com/${name}?v=1`));
      assert.ok(readFileSync(saving.path).equals(bytes), name);
      assert.equal(saving.offered(), name);
      restore();
    }
  });

  it('is offered under a name that tells what it is', async () => {
    const saving = saveAs('any');
    await saveBody(await record(Buffer.from('{}'), 'application/json; charset=utf-8'));
    assert.equal(saving.offered(), 'users.json');
  });

  it('is not written when the person changes their mind', async () => {
    standIn(vscode.window, { showSaveDialog: async () => undefined });
    await saveBody(await record(Buffer.from('{}'), 'application/json'));
    assert.ok(!existsSync(join(folder, 'users.json')));
  });

  it('opens in an editor in its language, decoded from its charset', async () => {
    await openBody(await record(Buffer.from('{"name": "Zo\xeb"}', 'latin1'), 'application/json; charset=iso-8859-1'));
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.getText(), '{"name": "Zoë"}');
    assert.equal(document?.languageId, 'json');
    assert.equal(document?.isUntitled, true);
  });

  it('is copied as text, and refused where it is none', async () => {
    await copyBody(await record(Buffer.from('plain'), 'text/plain'));
    assert.equal(await vscode.env.clipboard.readText(), 'plain');
    const bytes = await record(Buffer.from([0, 1, 2, 3]), 'application/octet-stream');
    await assert.rejects(copyBody(bytes), /save it instead/);
  });
});
