import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { AuthorizationAgent } from '../../src/auth/oauth2/authorization-agent.ts';
import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';
import { createCookieJar } from '../../src/cookies/cookie-jar.ts';
import { asCountersignError, CountersignError } from '../../src/core/errors.ts';
import { Permissions } from '../../src/core/permission.ts';
import { Documents } from '../../src/extension/documents.ts';
import { createEngine, type Engine } from '../../src/extension/engine.ts';
import { Environments } from '../../src/extension/environments.ts';
import { Secrets } from '../../src/extension/secrets.ts';
import { Sender } from '../../src/extension/sender.ts';
import { CancellableWork } from '../../src/extension/tokens/cancellable-work.ts';
import { chosenToken } from '../../src/extension/tokens/token-choice.ts';
import { TokenExchanges } from '../../src/extension/tokens/token-exchanges.ts';
import { exportToken, importToken } from '../../src/extension/tokens/token-sharing.ts';
import { SecretTokenStore } from '../../src/extension/tokens/token-store.ts';
import { copyToken, deleteExpiredTokens, deleteToken, renameToken } from '../../src/extension/tokens/token-upkeep.ts';
import { TokenUse } from '../../src/extension/tokens/token-use.ts';
import { credentials } from '../demo-api/credentials.ts';
import { Person } from './person.ts';
import { SharedSecrets } from './shared-secrets.ts';
import { record } from './token-record.ts';

describe('a person who handles tokens', () => {
  let folder: string;
  let secrets: SharedSecrets;
  let store: SecretTokenStore;
  let person: Person;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-host-'));
    secrets = new SharedSecrets();
    store = new SecretTokenStore(secrets, join(folder, 'locks'));
    person = new Person();
  });
  afterEach(() => {
    person.leave();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shares one encrypted, and another imports it with the passphrase', async () => {
    person.file = vscode.Uri.file(join(folder, 'mine.token.jwe'));
    person.typed.push('short', 'a long passphrase', 'another passphrase', 'a long passphrase');
    await exportToken(record({ refreshToken: 'r1', usedBy: ['/home/ada/a.http'] }), person.file);
    assert.deepEqual(person.refusals, ['At least 12 characters.', 'It differs from the first one.']);
    assert.ok(person.boxes.every(({ password }) => password));
    const text = readFileSync(person.file.fsPath, 'utf8');
    assert.equal(text.trim().split('.').length, 5);

    person.typed.push('a long passphrase');
    const imported = await importToken(store);
    assert.deepEqual(imported && [imported.name, imported.accessToken, imported.refreshToken], ['mine', 'a1', 'r1']);
    assert.deepEqual((await store.list())[0]?.usedBy, []);
  });

  it('is told that the passphrase is wrong, and nothing is kept', async () => {
    person.file = vscode.Uri.file(join(folder, 'mine.token.jwe'));
    person.typed.push('a long passphrase', 'a long passphrase');
    await exportToken(record(), person.file);
    person.typed.push('a wrong passphrase');
    await assert.rejects(importToken(store), /cannot be opened with that passphrase/);
    assert.deepEqual(await store.list(), []);
  });

  it('is asked before an import replaces a token, whose files stay noted', async () => {
    person.file = vscode.Uri.file(join(folder, 'mine.token.jwe'));
    person.typed.push(...Array<string>(4).fill('a long passphrase'));
    await exportToken(record({ accessToken: 'a2' }), person.file);
    await store.set(record({ usedBy: ['/a.http'] }));
    assert.equal(await importToken(store), undefined);
    assert.equal((await store.get('k1'))?.accessToken, 'a1');
    person.choices.push('Replace');
    await importToken(store);
    const kept = await store.get('k1');
    assert.deepEqual([kept?.accessToken, kept?.usedBy], ['a2', ['/a.http']]);
  });

  it('renames one, but not to what no {{$token}} could say', async () => {
    await store.set(record());
    person.typed.push('', 'a}}b', ' ours ');
    await renameToken(store, record());
    assert.equal(person.refusals.length, 2);
    assert.equal((await store.get('k1'))?.name, 'ours');
  });

  it('is told that deleting does not revoke, and may revoke instead', async () => {
    await store.set(record());
    const revoked: string[] = [];
    const revoke = async ({ name }: TokenRecord): Promise<void> => void revoked.push(name);
    await deleteToken(store, record(), revoke);
    assert.match(person.shown[0]?.detail ?? '', /only forgotten here: at the server it stays good/);
    assert.deepEqual(person.shown[0]?.choices, ['Delete', 'Revoke at Server']);
    assert.ok(await store.get('k1'), 'closing the question deletes nothing');
    person.choices.push('Revoke at Server');
    await deleteToken(store, record(), revoke);
    assert.deepEqual(revoked, ['mine']);
    person.choices.push('Delete');
    await deleteToken(store, record(), revoke);
    assert.deepEqual([await store.list(), revoked], [[], ['mine']]);
  });

  it('deletes what has expired for good, and keeps what is valid or can be refreshed', async () => {
    const past = Date.now() - 1000;
    await store.set(record({ key: 'valid', name: 'valid' }));
    await store.set(record({ key: 'refreshable', name: 'refreshable', expiresAt: past, refreshToken: 'r' }));
    await store.set(record({ key: 'over', name: 'over', expiresAt: past }));
    await deleteExpiredTokens(store);
    assert.deepEqual((await store.list()).map(({ name }) => name).sort(), ['refreshable', 'valid']);
    await deleteExpiredTokens(store);
    assert.deepEqual(
      person.shown.map(({ message }) => message),
      ['Deleted: over', 'No token has expired for good: those that can be refreshed are kept.'],
    );
  });

  it('is told of many that were deleted in a few words', async () => {
    const past = Date.now() - 1000;
    for (let at = 0; at < 40; at += 1)
      await store.set(record({ key: `over${at}`, name: `over ${at}`, expiresAt: past }));
    await deleteExpiredTokens(store);
    assert.deepEqual(await store.list(), []);
    assert.match(person.shown[0]?.message ?? '', /^Deleted: (over \d+, ){4}over \d+, and 35 more$/);
  });

  it('copies one as a header with its own type, and is told where there is none to copy', async () => {
    const before = await vscode.env.clipboard.readText();
    try {
      await copyToken(record({ tokenType: 'DPoP' }), 'Authorization: ');
      assert.equal(await vscode.env.clipboard.readText(), 'Authorization: DPoP a1');
      const { accessToken: _, ...none } = record({ refreshToken: 'r' });
      await copyToken(none, '');
      assert.deepEqual(
        person.shown.map(({ message }) => message),
        ['The token “mine” has to be refreshed first.'],
      );
      assert.equal(await vscode.env.clipboard.readText(), 'Authorization: DPoP a1');
    } finally {
      await vscode.env.clipboard.writeText(before);
    }
  });

  describe('with a server', () => {
    const api = process.env.COUNTERSIGN_DEMO_API ?? '';
    const { clientId, clientSecret } = credentials.oauth2;
    const state = new Map<string, unknown>();
    const memento = {
      keys: () => [...state.keys()],
      get: (key: string, otherwise?: unknown) => state.get(key) ?? otherwise,
      update: async (key: string, value: unknown) => void state.set(key, value),
      setKeysForSync: () => {},
    } as unknown as vscode.Memento & { setKeysForSync(keys: readonly string[]): void };
    let documents: Documents;
    let engine: Engine;
    let exchanges: TokenExchanges;
    let sender: Sender;
    let got: TokenRecord[];
    let prepared: number;
    const disposables: vscode.Disposable[] = [];

    beforeEach(() => {
      state.clear();
      got = [];
      prepared = 0;
      documents = new Documents();
      const environments = new Environments(documents, memento);
      const kept = new Secrets({ secrets, globalState: memento } as unknown as vscode.ExtensionContext);
      const permissions = new Permissions({
        decisions: () => [],
        keep: async () => {},
        ask: async () => 'always',
        advice: () => '',
      });
      const agent: AuthorizationAgent = {
        async prepare() {
          prepared += 1;
          throw new CountersignError('cancelled', 'Signing in was cancelled.');
        },
      };
      engine = createEngine({
        ...{ documents, environments, secrets: kept, version: '0', tokenStore: store },
        permissions,
        agent: async () => agent,
        cookies: { of: async () => createCookieJar() },
        log: () => {},
        record: () => {},
      });
      const console = { error: asCountersignError, show: () => {}, showLog: () => {}, attempt: () => {} };
      const panels = { running() {}, show() {} };
      sender = new Sender({
        documents,
        console: console as never,
        panels: async () => panels as never,
        engine: async () => engine,
      });
      const use = new TokenUse({ documents, engine: async () => engine });
      const work = new CancellableWork();
      exchanges = new TokenExchanges({
        ...{
          store,
          documents,
          console,
          work,
          engine: async () => engine,
          place: () => use.place,
          use: of => use.use(of),
        },
        show: async of => void got.push(of),
      });
      disposables.push(documents, environments, kept, sender, use, work);
    });
    afterEach(async () => {
      for (const disposable of disposables.splice(0)) disposable.dispose();
      await engine.dispose();
    });

    const statement = (name: string, more = ''): string => `### ${name}
# @auth oauth2
#   tokenName    = ${name}
#   grantType    = password
#   issuer       = ${api}/oauth2
#   clientId     = ${clientId}
#   clientSecret = {{$secret host-client-secret}}
#   username     = ${credentials.user}
#   password     = ${credentials.password}
#   scope        = read
${more}GET ${api}/auth/oauth2
`;
    const write = (text: string): string => {
      const file = join(folder, 'a.http');
      writeFileSync(file, text);
      return file;
    };
    const taken = async ({ accessToken }: TokenRecord): Promise<boolean> =>
      (await fetch(`${api}/auth/oauth2`, { headers: { authorization: `Bearer ${accessToken}` } })).status === 200;
    const current = async (): Promise<TokenRecord> => {
      const [kept, ...more] = await store.list();
      assert.ok(kept && more.length === 0);
      return kept;
    };

    it('picks one of those that are kept for the request at hand, whose scheme takes it as its own', async () => {
      await store.set(record({ clientId: 'app', user: 'ada' }));
      await store.set(record({ key: 'k2', name: 'other', expiresAt: Date.now() - 1000 }));
      const content = `### Other\n# @auth oauth2\n#   clientId = c\nGET ${api}/echo\n`;
      const document = await vscode.workspace.openTextDocument({ language: 'http', content });
      try {
        const editor = await vscode.window.showTextDocument(document);
        editor.selection = new vscode.Selection(3, 0, 3, 0);
        person.choices.push('mine');
        const chosen = await chosenToken(store, undefined, 'Use Token');
        assert.deepEqual(person.offered.map(({ label }) => label).sort(), ['mine', 'other']);
        assert.match(person.offered.find(({ label }) => label === 'other')?.description ?? '', /expired/);
        assert.match(person.offered.find(({ label }) => label === 'mine')?.detail ?? '', /login\.example\.com · ada/);
        const use = new TokenUse({ documents, engine: async () => engine });
        disposables.push(use);
        assert.ok(chosen);
        await use.use(chosen);
        assert.match(document.getText(), /@auth oauth2\n(#.*\n)*#\s+token\s+= \{\{\$token mine\}\}\n(#.*\n)*GET/);
      } finally {
        await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      }
    });

    it('gets one from a row, where a secret that was never set is asked for, once', async () => {
      const file = write(statement('row'));
      person.typed.push(clientSecret);
      await exchanges.get({ file, line: 2 });
      const first = await current();
      assert.ok(await taken(first));
      assert.deepEqual(
        person.boxes.map(({ title }) => title),
        ['Secret “host-client-secret”'],
      );
      await secrets.delete('secret:host-client-secret');
      person.typed.push(clientSecret);
      await exchanges.get({ key: first.key });
      assert.equal(person.boxes.length, 2);
      assert.notEqual((await current()).accessToken, first.accessToken);
      assert.equal(got.length, 2);
    });

    it('gets one for the request they had the cursor in, though a page has the focus by now', async () => {
      const file = write(`### None\nGET ${api}/echo\n\n${statement('mine')}`);
      await secrets.store('secret:host-client-secret', clientSecret);
      const editor = await vscode.window.showTextDocument(vscode.Uri.file(file));
      const noted = new Promise(resolve => {
        disposables.push(vscode.window.onDidChangeTextEditorSelection(resolve));
      });
      editor.selection = new vscode.Selection(5, 0, 5, 0);
      await noted;
      const panel = vscode.window.createWebviewPanel('test', 'A page', vscode.ViewColumn.Active);
      disposables.push(panel);
      while (vscode.window.activeTextEditor) await new Promise(resolve => setTimeout(resolve, 20));
      await exchanges.get();
      assert.deepEqual(
        [got.length, (await current()).name, person.shown.map(({ message }) => message)],
        [1, 'mine', ['Got the token “mine”.']],
      );
    });

    it('refreshes one, where a secret that was never set is asked for, once, and may be withheld', async () => {
      const file = write(`${statement('other').replace(/host-client/, 'unrelated')}\n${statement('mine')}`);
      await secrets.store('secret:host-client-secret', clientSecret);
      await exchanges.get({ file, line: 13 });
      const first = await current();
      await secrets.delete('secret:host-client-secret');
      await exchanges.refresh(first);
      assert.match(person.shown.at(-1)?.message ?? '', /host-client-secret/);
      assert.equal(person.boxes.length, 1);
      assert.deepEqual((await current()).accessToken, first.accessToken);
      person.typed.push(clientSecret);
      await exchanges.refresh(first);
      assert.deepEqual(
        person.boxes.map(({ title }) => title),
        Array(2).fill('Secret “host-client-secret”'),
      );
      const second = await current();
      assert.notEqual(second.accessToken, first.accessToken);
      assert.ok(await taken(second));
    });

    it('revokes one at the server after a question', async () => {
      const file = write(statement('mine'));
      await secrets.store('secret:host-client-secret', clientSecret);
      await exchanges.get({ file, line: 2 });
      const kept = await current();
      await exchanges.revoke(kept);
      assert.ok(await taken(kept));
      assert.match(person.shown.at(-1)?.message ?? '', /^Revoke the token “mine” at http/);
      person.choices.push('Revoke');
      await exchanges.revoke(kept);
      assert.equal(await taken(kept), false);
      assert.deepEqual(await store.list(), []);
    });

    it('is told the server’s words where it refuses, tries again, and goes to where it is stated', async () => {
      const file = write(statement('mine').replace(credentials.password, 'analytical-engine'));
      await secrets.store('secret:host-client-secret', clientSecret);
      person.choices.push('Retry', 'Edit');
      await exchanges.get({ file, line: 2 });
      assert.equal(person.shown.length, 2);
      for (const { message, choices } of person.shown) {
        assert.match(message, /invalid_grant: wrong user name or password/);
        assert.deepEqual(choices, ['Retry', 'Edit', 'Show Log']);
      }
      const editor = vscode.window.activeTextEditor;
      assert.deepEqual([editor?.document.uri.fsPath, editor?.selection.active.line], [file, 1]);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      assert.deepEqual(await store.list(), []);
    });

    it('who gives up signing in is not asked again by the other requests of Send All', async () => {
      const browser = (name: string): string =>
        statement(name)
          .replace('= password\n#   issuer', '= authorization_code_pkce\n#   issuer')
          .replace(clientId, credentials.oauth2.publicClientId)
          .replace(/# {3}(clientSecret|username|password) .*\n/g, '');
      const file = write(['one', 'two', 'three'].map(browser).join('\n'));
      await person.commands.get('countersign.sendAll')?.(vscode.Uri.file(file));
      assert.equal(prepared, 1);
      assert.match(person.shown.at(-1)?.message ?? '', /^3 requests sent, 3 failed: one, two, three$/);
    });
  });
});
