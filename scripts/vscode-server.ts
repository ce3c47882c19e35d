import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, startOwned, stopOwned } from './owned-process.ts';
import { removeFolder, temporaryFolder } from './project.ts';
import { cachedTool, npmInstall } from './tool-cache.ts';

/** `code-server` carries an unchanged build of VS Code; this version carries VS Code 1.139.1. */
const version = '4.139.1';

export interface VscodeServer {
  readonly port: number;
  /** Settings and extensions live here; removed when the server stops. */
  readonly dataFolder: string;
  /** What it has written so far. */
  log(): string;
  /** Address of a window on `folder`, with the workbench's own `payload`. */
  address(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** The address by which a window of this server knows a path on this machine. */
  remoteUri(path: string): string;
  stop(): Promise<void>;
}

export interface VscodeServerOptions {
  /** Machine settings added to the quiet ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** A `.vsix` to install before it starts. */
  readonly install?: string;
  readonly port?: number;
}

/** Settings that keep a window still: nothing that fetches, greets or pops up. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.editor.revealIfOpen': true,
  'window.confirmBeforeClose': 'never',
  'editor.minimap.enabled': false,
  'files.autoSave': 'off',
};

/** The folder of the installed server; installs it from the npm registry the first time (some 15 seconds). */
export async function installVscodeServer(): Promise<string> {
  const folder = await cachedTool(`code-server-${version}`, async unfinished => {
    await npmInstall(unfinished, [`code-server@${version}`]);
    await npmInstall(join(unfinished, 'node_modules/code-server/lib/vscode'), ['--omit=dev']);
  });
  return join(folder, 'node_modules/code-server/lib/vscode');
}

/** Starts the server on a free port of 127.0.0.1. @throws Error with its log when it does not come up in a minute */
export async function startVscodeServer(options: VscodeServerOptions = {}): Promise<VscodeServer> {
  const program = await installVscodeServer();
  const dataFolder = temporaryFolder('server');
  mkdirSync(join(dataFolder, 'data/Machine'), { recursive: true });
  const settings = { ...quietSettings, ...options.settings };
  writeFileSync(join(dataFolder, 'data/Machine/settings.json'), JSON.stringify(settings, undefined, 2));

  const serverMain = join(program, 'out/server-main.js');
  const folders = ['--server-data-dir', dataFolder, '--extensions-dir', join(dataFolder, 'extensions')];
  const env = { ...environmentForServer(), ...options.env };
  if (options.install) {
    const args = [serverMain, '--install-extension', options.install, ...folders, '--accept-server-license-terms'];
    const { code, output } = await run(process.execPath, args, { env });
    if (code !== 0) throw new Error(`installing ${options.install} failed:\n${output}`);
  }

  const child = startOwned(
    process.execPath,
    [
      serverMain,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
      ...['--accept-server-license-terms', '--disable-workspace-trust', '--disable-telemetry'],
      ...['--enable-smoke-test-driver', ...folders],
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output: string[] = [];
  const port = await listeningPort(child, output);
  const remoteUri = (path: string) => `vscode-remote://127.0.0.1:${port}${toUriPath(path)}`;
  return {
    port,
    dataFolder,
    log: () => output.join(''),
    remoteUri,
    address(folder, payload = []) {
      const address = new URL(`http://127.0.0.1:${port}/`);
      address.searchParams.set('folder', toUriPath(folder));
      address.searchParams.set('payload', JSON.stringify([['skipWelcome', 'true'], ...payload]));
      return address.href;
    },
    async stop() {
      await stopOwned(child);
      removeFolder(dataFolder);
    },
  };
}

/** What the server's extension host should not inherit from the one that runs this script, if any. */
function environmentForServer(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$)/.test(name));
  return Object.fromEntries(inherited);
}

async function listeningPort(child: ChildProcess, output: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string) => reject(new Error(`the VS Code server ${why}:\n${output.join('')}`));
  const listen = (text: string) => {
    output.push(text);
    const port = /Extension host agent listening on (\d+)/.exec(output.join(''))?.[1];
    if (port) resolve(Number(port));
  };
  child.stdout?.setEncoding('utf8').on('data', listen);
  child.stderr?.setEncoding('utf8').on('data', listen);
  child.once('error', error => fail(`did not start (${error.message})`));
  child.once('exit', code => fail(`ended with ${code}`));
  const timeout = setTimeout(() => fail('did not come up within a minute'), 60_000);
  try {
    return await promise;
  } finally {
    clearTimeout(timeout);
  }
}

function toUriPath(path: string): string {
  return process.platform === 'win32' ? `/${path.replaceAll('\\', '/')}` : path;
}
