import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { tokenIdentity } from '../../src/auth/oauth2/identity.ts';
import { createOAuth2Flow } from '../../src/auth/oauth2/oauth2-flow.ts';
import { oauth2Settings } from '../../src/auth/oauth2/settings.ts';
import { createTokenSource, type StoredTokenSource } from '../../src/auth/tokens/stored-token-source.ts';
import { AmbientCredentials } from '../../src/core/ambient-credentials.ts';
import { EngineTokens } from '../../src/extension/tokens/engine-tokens.ts';
import { SecretTokenStore } from '../../src/extension/tokens/token-store.ts';
import { UriCallbacks } from '../../src/extension/tokens/uri-callbacks.ts';
import { createTransport } from '../../src/http/transport.ts';
import { nodeRandom } from '../../src/node/random.ts';
import { nodeWait } from '../../src/node/wait.ts';
import { credentials } from '../demo-api/credentials.ts';
import { SharedSecrets } from './shared-secrets.ts';
import { record } from './token-record.ts';

describe('tokens in the secret storage', () => {
  let folder: string;
  let secrets: SharedSecrets;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-host-'));
    secrets = new SharedSecrets();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const window = (): SecretTokenStore => new SecretTokenStore(secrets, folder);

  it('are the same in all windows, each of which is told of a change', async () => {
    const [one, other] = [window(), window()];
    const told: string[] = [];
    const subscription = other.onDidChange(key => told.push(key));
    await secrets.store('secret:mine', 'no token');
    await one.set(record());
    assert.deepEqual(await other.list(), [await one.get('k1')]);
    await one.delete('k1');
    assert.deepEqual(await other.list(), []);
    assert.deepEqual(told, ['k1', 'k1']);
    subscription.dispose();
  });

  it('that were cut short or written by another version are left out', async () => {
    await secrets.store('token:k1', '{"key":"k1"');
    await secrets.store('token:k2', '{"key":"k2","name":7}');
    assert.deepEqual(await window().list(), []);
  });

  it('are locked by one window at a time', async () => {
    const [one, other] = [window(), window()];
    const order: string[] = [];
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const first = one.lock('k1', async () => {
      order.push('one');
      enter();
      await held;
      order.push('one ends');
    });
    await entered;
    const second = other.lock('k1', async () => void order.push('other'));
    await other.lock('k2', async () => void order.push('another key'));
    release();
    await Promise.all([first, second]);
    assert.deepEqual(order, ['one', 'another key', 'one ends', 'other']);
  });

  it('that rotate are refreshed with one request, however many windows want them', async () => {
    let current = 'r1';
    let refreshes = 0;
    const server: Server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const given = new URLSearchParams(body).get('refresh_token');
      refreshes += 1;
      const good = given === current;
      current = `r${refreshes + 1}`;
      response.writeHead(good ? 200 : 400, { 'Content-Type': 'application/json' });
      response.end(
        JSON.stringify(
          good
            ? { access_token: `a${refreshes + 1}`, token_type: 'Bearer', expires_in: 600, refresh_token: current }
            : { error: 'invalid_grant' },
        ),
      );
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const transports = [createTransport(), createTransport()];
    try {
      const clock = { now: Date.now };
      const sources = transports.map((transport): StoredTokenSource => {
        const ports = { transport, clock, random: nodeRandom, env: {}, wait: nodeWait };
        return createTokenSource({ store: window(), flows: [createOAuth2Flow(ports)], clock });
      });
      const config = { grantType: 'authorization_code_pkce', tokenUrl, clientId: 'c', clientAuthentication: 'none' };
      await window().set(record({ config, refreshToken: 'r1', expiresAt: Date.now() - 1000 }));
      const { signal } = new AbortController();
      const got = await Promise.all(
        [...sources, ...sources, ...sources].map(source => source.named('mine', undefined, signal)),
      );
      assert.deepEqual([...new Set(got.map(({ token }) => token.accessToken))], ['a2']);
      assert.equal(refreshes, 1);
      assert.equal((await window().get('k1'))?.refreshToken, 'r2');
    } finally {
      for (const transport of transports) await transport.close?.();
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('exchanges with an authorization server', () => {
  it('are on record, whole and with every secret masked', async () => {
    const { clientId, clientSecret } = credentials.oauth2;
    const folder = mkdtempSync(join(tmpdir(), 'countersign-host-'));
    const transport = createTransport();
    const logged: string[] = [];
    try {
      const tokens = new EngineTokens({
        store: new SecretTokenStore(new SharedSecrets(), folder),
        agent: { prepare: () => Promise.reject(new Error('nobody is asked')) },
        transport,
        clock: { now: Date.now },
        random: nodeRandom,
        workspace: { tree: () => undefined, root: () => folder },
        log: text => logged.push(text),
        warn: () => {},
        secretSeen: () => {},
        ambient: new AmbientCredentials(),
        permitEnvironment: async () => {},
        request: async () => undefined,
        asked: async () => undefined,
        logins: { clock: { now: Date.now }, send: async () => assert.fail('no login'), borrows: async () => false },
        environment: () => undefined,
      });
      const values = {
        ...{ grantType: 'password', issuer: `${process.env.COUNTERSIGN_DEMO_API}/oauth2`, clientId, clientSecret },
        ...{ username: credentials.user, password: credentials.password, scope: 'read' },
      };
      const request = { scheme: 'oauth2', values, request: undefined as never };
      const got = await tokens.quiet.obtain(request, undefined, new AbortController().signal);
      const text = logged.join('\n');
      assert.match(text, /^\(token: discovery\) GET .*well-known/m);
      assert.match(text, /^\(token: token\) POST .*\/token\n/m);
      assert.match(text, /^> username=ada&password=•••&.*grant_type=password/m);
      assert.match(text, /^< {3}"access_token": "•••"/m);
      const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
      const secrets = [got.accessToken, got.refreshToken, credentials.password, clientSecret, basic];
      for (const secret of secrets) assert.ok(secret && !text.includes(secret));
    } finally {
      await transport.close?.();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('callbacks to the editor', () => {
  const extension = { id: 'countersign.countersign' };
  const window = (secrets: vscode.SecretStorage): UriCallbacks =>
    new UriCallbacks({ secrets, extension }, () => ({ dispose() {} }));
  const wish = (controller: AbortController) => ({
    callbackUrl: `${vscode.env.uriScheme}://countersign.countersign/callback`,
    useBrowser: true,
    responseMode: 'query' as const,
    server: 'login.example.com',
    signal: controller.signal,
  });
  const authorize = 'https://login.example.com/authorize?state=mine';
  const callback = (state: string) =>
    vscode.Uri.parse(`${vscode.env.uriScheme}://countersign.countersign/callback?code=c&state=${state}`);

  it('reach the sign-in whose state they carry, and no other', async () => {
    const callbacks = window(new SharedSecrets());
    const session = await callbacks.session(wish(new AbortController()), async () => {
      await callbacks.handleUri(callback('somebody-elses'));
      await callbacks.handleUri(callback('mine'));
    });
    const parameters = await session.authorize(authorize, () => undefined);
    assert.equal(parameters.get('state'), 'mine');
    await session.close();
    callbacks.dispose();
  });

  it('that come to another window are passed on, and leave nothing behind', async () => {
    const secrets = new SharedSecrets();
    const [one, other] = [window(secrets), window(secrets)];
    const session = await one.session(wish(new AbortController()), () => other.handleUri(callback('mine')));
    const parameters = await session.authorize(authorize, () => undefined);
    assert.equal(parameters.get('code'), 'c');
    await session.close();
    assert.deepEqual(await secrets.keys(), []);
    one.dispose();
    other.dispose();
  });

  it('that nobody waits for are not kept, however many come', async () => {
    const secrets = new SharedSecrets();
    const [one, other] = [window(secrets), window(secrets)];
    const session = await one.session(wish(new AbortController()), async () => {
      for (let count = 0; count < 20; count++) await other.handleUri(callback(`forged-${count}`));
      const long = vscode.Uri.parse(`${callback('mine').toString(true)}&x=${'x'.repeat(40_000)}`);
      await other.handleUri(long);
      assert.deepEqual(
        (await secrets.keys()).filter(key => key.startsWith('callback:')),
        [],
      );
      await other.handleUri(callback('mine'));
    });
    await session.authorize(authorize, () => undefined);
    await session.close();
    await other.handleUri(callback('mine'));
    assert.deepEqual(await secrets.keys(), []);
    for (const each of [one, other]) each.dispose();
  });

  it('are no longer waited for when the sign-in is cancelled', async () => {
    const controller = new AbortController();
    const callbacks = window(new SharedSecrets());
    const session = await callbacks.session(wish(controller), async () => controller.abort());
    await assert.rejects(
      session.authorize(authorize, () => undefined),
      { code: 'cancelled' },
    );
    await session.close();
    callbacks.dispose();
  });

  it('are told from callbacks that belong to somebody else', () => {
    const callbacks = window(new SharedSecrets());
    for (const rest of ['', '/', '/anything', '?app=1', '/a/b?c=d']) {
      assert.ok(callbacks.isOurs(`${vscode.env.uriScheme}://Countersign.countersign${rest}`), rest);
    }
    for (const other of [
      'https://countersign.countersign/',
      `${vscode.env.uriScheme}://countersign.countersign.evil/`,
    ]) {
      assert.ok(!callbacks.isOurs(other), other);
    }
    callbacks.dispose();
  });
});

describe('the commands of the token manager', () => {
  const api = process.env.COUNTERSIGN_DEMO_API ?? '';
  const { clientId, clientSecret } = credentials.oauth2;
  const values = {
    tokenName: 'host-program',
    grantType: 'client_credentials',
    issuer: `${api}/oauth2`,
    clientId,
    clientSecret,
    scope: 'read',
  };
  const { key } = tokenIdentity(oauth2Settings(values), undefined);
  const statement = Object.entries(values)
    .map(([name, value]) => `#   ${name} = ${value}\n`)
    .join('');
  const text = `### Program\n# @auth oauth2\n${statement}GET ${api}/auth/oauth2\n`;
  const lastLine = text.split('\n').length - 2;
  let previous: string;

  before(async () => {
    await vscode.extensions.getExtension('countersign.countersign')?.activate();
    previous = await vscode.env.clipboard.readText();
  });
  after(async () => {
    await vscode.env.clipboard.writeText(previous);
    while (vscode.window.tabGroups.all.some(group => group.tabs.length > 0)) {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await vscode.window.tabGroups.close(
        vscode.window.tabGroups.all.flatMap(group => group.tabs).filter(tab => !tab.isDirty),
      );
    }
  });

  async function open(content: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: 'http', content });
    return vscode.window.showTextDocument(document);
  }

  async function copied(command: string): Promise<string> {
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand(command, { key });
    return vscode.env.clipboard.readText();
  }

  it('offer a token above requests that obtain one, and only there', async () => {
    const { document } = await open(`${text}\n### Given\n# @auth oauth2 token=t\nGET ${api}/echo\n`);
    const lenses: vscode.CodeLens[] = await vscode.commands.executeCommand(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    assert.notEqual(lenses.length, 0, `no lens at all in ${document.uri}, ${document.languageId}`);
    const offered = lenses.filter(lens => lens.command?.command === 'countersign.getToken');
    assert.deepEqual(
      offered.map(lens => lens.range.start.line),
      [lastLine],
    );
  });

  it('get a token that the API takes, and copy it, also as a header', async () => {
    const { document } = await open(text);
    await vscode.commands.executeCommand('countersign.getToken', document.uri, lastLine);
    const token = await copied('countersign.copyToken');
    assert.ok(token.length > 10);
    const header = await copied('countersign.copyTokenAsHeader');
    assert.equal(header, `Authorization: Bearer ${token}`);
    const response = await fetch(`${api}/auth/oauth2`, { headers: { authorization: header.slice(15) } });
    assert.equal(response.status, 200);
  });

  it('get another one each time', async () => {
    const { document } = await open(text);
    const first = await copied('countersign.copyToken');
    await vscode.commands.executeCommand('countersign.getToken', document.uri, lastLine);
    assert.notEqual(await copied('countersign.copyToken'), first);
  });

  it('keep tokens that have not expired when expired ones are deleted', async () => {
    void vscode.commands.executeCommand('countersign.deleteExpiredTokens');
    assert.notEqual(await copied('countersign.copyToken'), '');
  });

  it('write the token’s name into the request at hand', async () => {
    const editor = await open(`### Other\nGET ${api}/auth/oauth2\n`);
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    await vscode.commands.executeCommand('countersign.useToken', { key });
    assert.equal(
      editor.document.getText(),
      `### Other\n# @auth bearer token={{$token host-program}}\nGET ${api}/auth/oauth2\n`,
    );
  });
});
