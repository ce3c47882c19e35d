import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import * as vscode from 'vscode';
import type { HttpRequest } from '../../src/core/request.ts';
import { Transports } from '../../src/extension/transports.ts';
import { restore, standIn } from './stand-ins.ts';

describe('the transports of a window', () => {
  const root = vscode.extensions.getExtension('countersign.countersign')?.extensionPath ?? '';
  const certificates = join(root, 'test/http/data/test-only-certificates');
  const file = (name: string): string => join(certificates, name);
  const [one, two] = [vscode.Uri.file('/w/one/a.http'), vscode.Uri.file('/w/two/a.http')];
  let settings: Record<string, Record<string, unknown>>;
  let server: Server;
  let url: string;
  let transports: Transports;
  let secrets: Map<string, string>;

  before(async () => {
    server = createServer(
      {
        key: readFileSync(file('server-key.pem')),
        cert: readFileSync(file('server.pem')),
        ca: readFileSync(file('ca.pem')),
        ...{ requestCert: true, rejectUnauthorized: false },
      },
      (request, response) => void response.end(String((request.socket as TLSSocket).authorized)),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  beforeEach(() => {
    settings = {};
    secrets = new Map();
    standIn(vscode.workspace, {
      getConfiguration: (section: string, scope?: vscode.Uri) => ({
        get: (name: string, fallback: unknown) => settings[scope?.path ?? '']?.[`${section}.${name}`] ?? fallback,
      }),
    });
    transports = new Transports(() => ({ get: async name => secrets.get(name) }));
  });
  afterEach(async () => {
    restore();
    await transports.close();
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  async function send(from: vscode.Uri): Promise<string> {
    const parts = { query: [], headers: [], cookies: [], body: undefined, overridden: [] };
    const request: HttpRequest = { method: 'GET', url, ...parts };
    const response = await transports.for(from).send(request, { signal: new AbortController().signal });
    return Buffer.from(await response.bytes()).toString();
  }

  const trusting = { 'countersign.certificateAuthorities': [file('ca.pem')], 'http.proxySupport': 'off' };
  const client = { cert: file('client.pem'), key: file('client-key-encrypted.pem') };

  it('obey the settings of the folder that each request is in', async () => {
    settings = { [one.path]: trusting, [two.path]: { 'http.proxySupport': 'off' } };
    assert.equal(await send(one), 'false');
    await assert.rejects(send(two), { code: 'certificate' });
    settings[two.path] = {
      ...trusting,
      'countersign.certificates': { localhost: { ...client, passphrase: 'test-only' } },
    };
    assert.equal(await send(two), 'true');
    assert.equal(await send(one), 'false');
  });

  it('warn of a passphrase that stands in the settings, and not of one that is a secret', async () => {
    const warnings: string[] = [];
    standIn(vscode.window, { showWarningMessage: async (message: string) => void warnings.push(message) });
    const certificates = (passphrase: string) => ({
      'countersign.certificates': { localhost: { ...client, passphrase } },
    });
    secrets.set('client-passphrase', 'test-only');
    settings = { [one.path]: { ...trusting, ...certificates('{{$secret client-passphrase}}') } };
    assert.equal(await send(one), 'true');
    assert.deepEqual(warnings, []);
    settings = { [one.path]: { ...trusting, ...certificates('test-only') } };
    assert.deepEqual([await send(one), await send(one)], ['true', 'true']);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? '',
      /^The passphrase of the client certificate for localhost can be read in the settings\./,
    );
    assert.doesNotMatch(warnings[0] ?? '', /test-only/);
  });

  it('take the passphrase of a client certificate from the secrets, and ask again where there was none', async () => {
    const passphrase = '{{$secret client-passphrase}}';
    settings = { [one.path]: { ...trusting, 'countersign.certificates': { localhost: { ...client, passphrase } } } };
    await assert.rejects(send(one), { code: 'missing-secret' });
    secrets.set('client-passphrase', 'test-only');
    assert.equal(await send(one), 'true');
  });

  it('read no certificate and ask for no secret before something is sent', () => {
    settings = {
      [one.path]: { 'countersign.certificates': { '*': { cert: '/nowhere.pem', passphrase: '{{$secret x}}' } } },
    };
    assert.ok(transports.for(one));
  });
});
