import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { CountersignError } from '../core/errors.ts';
import type { SecretStore, Transport } from '../core/ports.ts';
import { resolveSecret } from '../core/secrets.ts';
import { createProxyResolver } from '../http/proxies.ts';
import type { ClientCertificate } from '../http/tls.ts';
import { createTlsResolver } from '../http/tls.ts';
import { createTransport } from '../http/transport.ts';
import { tell } from './notices.ts';
import { readSettings, type Settings } from './settings.ts';

/** What of the settings a transport is made from. */
type TransportSettings = Pick<
  Settings,
  'certificates' | 'authorities' | 'systemCertificates' | 'verifyCertificates' | 'http2' | 'proxy'
>;

/** The transports of a window: one for all folders whose settings are the same, opened by the first request over it. */
export class Transports {
  readonly #secrets: (signal: AbortSignal) => SecretStore;
  readonly #opened = new Map<string, Promise<Transport>>();

  /** @param secrets asks for one that is missing until the signal says otherwise */
  constructor(secrets: (signal: AbortSignal) => SecretStore) {
    this.#secrets = secrets;
  }

  /** The transport under the settings in force for a file; without one, under those of the window. */
  for(file: vscode.Uri | undefined): Transport {
    const { certificates, authorities, systemCertificates, verifyCertificates, http2, proxy } = readSettings(file);
    const settings = { certificates, authorities, systemCertificates, verifyCertificates, http2, proxy };
    const folder = folderOf(file);
    const key = JSON.stringify([folder, settings]);
    return {
      send: async (request, options) => {
        let opening = this.#opened.get(key);
        if (!opening) {
          opening = openTransport(settings, folder, this.#secrets(options.signal));
          this.#opened.set(key, opening);
          opening.catch(() => this.#opened.delete(key));
        }
        return (await opening).send(request, options);
      },
      release: connection => void this.#opened.get(key)?.then(transport => transport.release?.(connection)),
    };
  }

  /** Closes every connection; the next request opens anew. */
  async close(): Promise<void> {
    const opened = [...this.#opened.values()];
    this.#opened.clear();
    await Promise.allSettled(opened.map(async transport => (await transport).close?.()));
  }
}

/** Paths in settings are relative to the workspace folder of the file, else to the first. */
function folderOf(file: vscode.Uri | undefined): string {
  const folder = file && vscode.workspace.getWorkspaceFolder(file);
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? '';
}

async function openTransport(settings: TransportSettings, folder: string, secrets: SecretStore): Promise<Transport> {
  const { proxy } = settings;
  const clientCertificates: ClientCertificate[] = [];
  for (const [host, paths] of Object.entries(settings.certificates)) {
    const secret = /^\{\{\s*\$secret\s+([\w.-]+)\s*\}\}$/.exec(paths.passphrase ?? '')?.[1];
    if (paths.passphrase && secret === undefined) warnOfPassphrase(host);
    const passphrase = secret === undefined ? paths.passphrase : await resolveSecret(secrets, secret);
    clientCertificates.push({
      host,
      ...(paths.cert ? { cert: await readCertificate(paths.cert, folder) } : {}),
      ...(paths.key ? { key: await readCertificate(paths.key, folder) } : {}),
      ...(paths.pfx ? { pfx: await readCertificate(paths.pfx, folder) } : {}),
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  }
  const extraCa = await Promise.all(
    settings.authorities.map(async path => String(await readCertificate(path, folder))),
  );
  const resolver = createProxyResolver({
    noProxy: proxy.bypass,
    strictSSL: proxy.strictSSL,
    ...(proxy.url ? { proxy: proxy.url } : {}),
    ...(proxy.authorization ? { authorization: proxy.authorization } : {}),
    environment: process.env,
  });
  return createTransport({
    http2: settings.http2,
    tls: createTlsResolver({
      extraCa,
      clientCertificates,
      systemCertificates: settings.systemCertificates,
      verify: settings.verifyCertificates,
    }),
    ...(proxy.support === 'off' ? {} : { proxy: resolver }),
  });
}

function warnOfPassphrase(host: string): void {
  const said = 'The passphrase of the client certificate for {0} can be read in the settings.';
  const instead = 'Keep it in a secret, and write {{$secret name}} there.';
  tell('warning', `${said} ${instead}`, host);
}

async function readCertificate(path: string, folder: string): Promise<Buffer> {
  const full = resolve(folder, path);
  try {
    return await readFile(full);
  } catch (cause) {
    throw new CountersignError('certificate', `The certificate file ${full} can’t be read.`, {
      hint: 'Check the settings countersign.certificates and countersign.certificateAuthorities.',
      cause,
    });
  }
}
