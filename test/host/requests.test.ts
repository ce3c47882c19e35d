import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import * as vscode from 'vscode';
import { restore, standIn } from './stand-ins.ts';

/** Waits until `probe` gives something other than undefined or false. */
async function until<T>(what: string, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

// The window is on `examples/`, a collection that states a secret nobody has set: `@auth none` keeps it from asking.
describe('requests in the editor', () => {
  const seen: IncomingMessage[] = [];
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((request, response) => {
      seen.push(request);
      response.end('{}');
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await vscode.extensions.getExtension('countersign.countersign')?.activate();
  });
  beforeEach(() => {
    seen.length = 0;
  });
  afterEach(async () => {
    // Closing all at once would ask what to do with unsaved documents.
    while (vscode.window.tabGroups.all.some(group => group.tabs.length > 0)) {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      const rest = vscode.window.tabGroups.all.flatMap(group => group.tabs).filter(tab => !tab.isDirty);
      await vscode.window.tabGroups.close(rest);
    }
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  });

  async function open(content: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: 'http', content });
    return vscode.window.showTextDocument(document);
  }

  async function lenses({ document }: vscode.TextEditor): Promise<string[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    return found.map(lens => `${lens.range.start.line} ${lens.command?.title}`);
  }

  it('have lenses that say which auth is in force and where it is stated', async () => {
    const editor = await open(
      `# @auth basic username=ada\n\n### One\nGET ${url}/1\n\n### Two\n# @auth none\nGET ${url}/2\n\n### Three\n# @auth apikey key=k value=v\nGET ${url}/3\n`,
    );
    assert.deepEqual(await lenses(editor), [
      ...['3 $(play) Send Request', '3 Basic Auth · from this file', '3 Preview'],
      ...['7 $(play) Send Request', '7 No Auth', '7 Preview'],
      ...['11 $(play) Send Request', '11 API Key', '11 Preview'],
    ]);
  });

  it('keep their lenses in place while text is typed above them', async () => {
    const editor = await open(`### One\nGET ${url}/1\n`);
    await editor.edit(edit => edit.insert(new vscode.Position(0, 0), '# @auth bearer token=t\n\n'));
    await editor.edit(edit => edit.insert(new vscode.Position(3, 0), '# a comment\n'));
    assert.deepEqual((await lenses(editor)).slice(0, 2), ['4 $(play) Send Request', '4 Bearer Token · from this file']);
  });

  it('are sent from the cursor, as an unsaved document states them', async () => {
    const editor = await open(
      `# @auth none\n\n### One\nGET ${url}/one\n\n### Two\nPOST ${url}/two\nX-Mine: yes\n\nbody\n`,
    );
    editor.selection = new vscode.Selection(9, 0, 9, 0);
    await vscode.commands.executeCommand('countersign.send');
    assert.deepEqual(
      seen.map(({ method, url: target, headers }) => [method, target, headers['x-mine']]),
      [['POST', '/two', 'yes']],
    );
  });

  it('are sent in order, and those that are disabled left out', async () => {
    await open(`# @auth none\n\n### A\nGET ${url}/a\n\n### B\n# @disabled\nGET ${url}/b\n\n### C\nGET ${url}/c\n`);
    // It ends when its message has been answered: what counts is what arrives.
    void vscode.commands.executeCommand('countersign.sendAll');
    await until('both arrived', () => seen.length === 2);
    assert.deepEqual(
      seen.map(request => request.url),
      ['/a', '/c'],
    );
  });

  it('send nothing while they cannot be computed', async () => {
    await open(`### A\nGET ${url}/{{nowhere}}\n`);
    await vscode.commands.executeCommand('countersign.send');
    await open(`### A\n# @auth nonsense\nGET ${url}/a\n`);
    await vscode.commands.executeCommand('countersign.send');
    assert.deepEqual(seen, []);
  });

  it('prove the client over TLS as the environment says', async () => {
    const root = vscode.extensions.getExtension('countersign.countersign')?.extensionPath ?? '';
    const certificate = (name: string): string => join(root, 'test/http/data/test-only-certificates', name);
    const [key, cert, ca] = ['server-key.pem', 'server.pem', 'ca.pem'].map(name => readFileSync(certificate(name)));
    const clients: string[] = [];
    const secure = createTlsServer(
      { key, cert, ca, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        clients.push(String((request.socket as TLSSocket).getPeerCertificate().subject?.CN));
        response.end('{}');
      },
    );
    await new Promise<void>(resolve => secure.listen(0, '127.0.0.1', resolve));
    const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
    const asked: string[] = [];
    standIn(vscode.window, {
      showWarningMessage: async (message: string) => {
        asked.push(message);
        return 'Always Here';
      },
    });
    try {
      const SSLConfiguration = {
        ...{ clientCertificate: certificate('client.pem'), clientCertificateKey: certificate('client-key.pem') },
        verifyHostCertificate: false,
      };
      writeFileSync(join(folder, 'http-client.env.json'), JSON.stringify({ $shared: { SSLConfiguration } }));
      const file = join(folder, 'tls.http');
      writeFileSync(file, `GET https://localhost:${(secure.address() as AddressInfo).port}/\n`);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
      await vscode.commands.executeCommand('countersign.send');
      assert.deepEqual(clients, ['test-only client']);
      // Keys that lie outside the workspace are asked for, once.
      assert.equal(asked.length, 2);
      for (const question of asked)
        assert.match(question, /^Sign with .*client.*pem, which is outside the workspace\?$/);
      await vscode.commands.executeCommand('countersign.preview');
      const preview = await until('the preview is open', () =>
        vscode.workspace.textDocuments.find(
          ({ uri, lineCount }) =>
            uri.scheme === 'countersign-preview' && uri.query.includes('tls.http') && lineCount > 2,
        ),
      );
      assert.match(
        preview.getText(),
        /\n# Client certificate: client\.pem, stated in http-client\.env\.json, line 1\n/,
      );
      assert.equal(clients.length, 1);
    } finally {
      restore();
      secure.closeAllConnections();
      await new Promise(resolve => secure.close(resolve));
      rmSync(folder, { recursive: true });
    }
  });

  it('can be previewed without being sent, secrets masked', async () => {
    await open(`### Look\n# @auth basic username=ada password=hunter2\nGET ${url}/look\n`);
    await vscode.commands.executeCommand('countersign.preview');
    const preview = await until('the preview is open', () =>
      vscode.workspace.textDocuments.find(
        // Other tests leave previews open.
        document => document.uri.scheme === 'countersign-preview' && document.getText().includes('/look\n'),
      ),
    );
    assert.match(preview.getText(), /^### Look\nGET http:\/\/127[^\n]+\/look\nHost: 127/);
    assert.match(preview.getText(), /\nAuthorization: Basic •••\n/);
    assert.deepEqual(seen, []);
  });
});
