import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Environments as EnvironmentFiles, RestClientEnvironments } from '../core/environments.ts';
import { CountersignError } from '../core/errors.ts';
import type { FileReader } from '../core/ports.ts';
import { RunValues } from '../core/run-values.ts';
import type { SslConfiguration } from '../core/ssl-configuration.ts';
import type { VariableLayer } from '../core/variable-layer.ts';
import type { Documents } from './documents.ts';

/** What the files around a folder state for an environment. */
interface Stated {
  readonly selected: string | undefined;
  readonly layers: readonly VariableLayer[];
  readonly tls: SslConfiguration | undefined;
}

/** Environment files around each document, and which environment is selected, per workspace folder. */
export class Environments implements vscode.Disposable {
  readonly #documents: Documents;
  readonly #state: vscode.Memento;
  readonly #item: vscode.StatusBarItem;
  readonly #read = new Map<string, Promise<EnvironmentFiles>>();
  readonly #dotenvs = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();
  readonly #known = new Map<string, Stated>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #disposables: vscode.Disposable[];

  /** Another environment is selected, or a file of them is another. */
  readonly onDidChange = this.#changed.event;
  readonly #runValues = new Map<string, RunValues>();

  constructor(documents: Documents, state: vscode.Memento) {
    this.#documents = documents;
    this.#state = state;
    this.#item = vscode.window.createStatusBarItem('countersign.environment', vscode.StatusBarAlignment.Right, 100);
    this.#item.name = 'Countersign Environment';
    this.#item.command = 'countersign.selectEnvironment';
    const watcher = vscode.workspace.createFileSystemWatcher(
      '**/{http-client*.env.json,http-client.env.json.user,.env,.env.*}',
    );
    const forget = (): void => {
      this.#read.clear();
      this.#dotenvs.clear();
      this.#known.clear();
      this.#changed.fire();
    };
    this.#disposables = [
      this.#item,
      this.#changed,
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeConfiguration(event => {
        if (event.affectsConfiguration('rest-client.environmentVariables')) forget();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#show()),
      this.#changed.event(() => this.#show()),
      vscode.commands.registerCommand('countersign.selectEnvironment', (name?: unknown, uri?: unknown) =>
        typeof name === 'string' && uri instanceof vscode.Uri
          ? this.select(documents.fileOf(uri), name === '' ? undefined : name)
          : this.#select(),
      ),
    ];
    this.#show();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** What scripts have set for the files of a project, in the environment that is selected. It ends with the window. */
  runValues(file: string): RunValues {
    const key = `${this.selected(file) ?? ''}\n${this.#documents.root(file)}`;
    const known = this.#runValues.get(key) ?? new RunValues();
    this.#runValues.set(key, known);
    return known;
  }

  /** Name of the environment in force for a file. */
  selected(file: string): string | undefined {
    return this.#state.get<string>(stateKey(this.#documents.root(file)));
  }

  /** Name of the environment in force for what the person works on: the active document, else the first folder. */
  current(): string | undefined {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (uri?.scheme === 'file') return this.selected(uri.fsPath);
    return folder && this.selected(folder.uri.fsPath);
  }

  /** The variables of the environment in force. @throws CountersignError what is wrong in a file, at its place */
  async layers(file: string): Promise<readonly VariableLayer[]> {
    return (await this.#stated(file)).layers;
  }

  /** What the environment in force states about TLS. @throws CountersignError as `layers` does */
  async tls(file: string): Promise<SslConfiguration | undefined> {
    return (await this.#stated(file)).tls;
  }

  async #stated(file: string): Promise<Stated> {
    const folder = dirname(file);
    const selected = this.selected(file);
    const known = this.#known.get(folder);
    if (known && known.selected === selected) return known;
    const files = await this.around(file);
    const problem = files.problems[0];
    if (problem) throw problem;
    const { environmentLayers, environmentTls } = await import('../core/environments.ts');
    const stated = { selected, layers: environmentLayers(files, selected), tls: environmentTls(files, selected) };
    this.#known.set(folder, stated);
    return stated;
  }

  /** The `.env` file in force for a file; the same map while nothing changed. */
  dotenv(file: string): Promise<ReadonlyMap<string, string> | undefined> {
    const folder = dirname(file);
    const selected = this.selected(file);
    const key = `${selected ?? ''}\n${folder}`;
    let reading = this.#dotenvs.get(key);
    if (!reading) {
      reading = readDotenv(folder, this.#documents.root(file), selected);
      this.#dotenvs.set(key, reading);
    }
    return reading;
  }

  /** The environment files around a file. */
  around(file: string): Promise<EnvironmentFiles> {
    const folder = dirname(file);
    let reading = this.#read.get(folder);
    if (!reading) {
      reading = read(folder, this.#documents.root(file));
      this.#read.set(folder, reading);
    }
    return reading;
  }

  async #select(): Promise<void> {
    const file = this.#activeFile() ?? `${vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '.'}/collection.http`;
    const { environmentNames } = await import('../core/environments.ts');
    const names = environmentNames(await this.around(file));
    const selected = this.selected(file);
    const current = 'current';
    const root = this.#documents.root(file);
    const { nearestEnvironmentFile, openEnvironmentFile } = await import('./environment-document.ts');
    const existing = await nearestEnvironmentFile(dirname(file), root);
    const edit = {
      label: existing ? 'Edit Environments' : 'Create http-client.env.json',
      ...(existing ? { description: vscode.workspace.asRelativePath(existing) } : {}),
      iconPath: new vscode.ThemeIcon(existing ? 'edit' : 'new-file'),
    };
    const items: (vscode.QuickPickItem & { readonly name?: string })[] = [
      {
        label: 'No Environment',
        ...(selected === undefined ? { description: current } : {}),
        iconPath: new vscode.ThemeIcon('circle-slash'),
      },
      ...names.map(name => ({
        label: name,
        name,
        ...(name === selected ? { description: current } : {}),
        iconPath: new vscode.ThemeIcon('server-environment'),
      })),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      edit,
    ];
    const chosen = await vscode.window.showQuickPick(items, {
      title: 'Select Environment',
      placeHolder:
        names.length > 0
          ? 'Environment whose variables requests use'
          : 'State environments in http-client.env.json, in the folder of the requests or above it.',
    });
    if (!chosen) return;
    if (chosen === edit) return await openEnvironmentFile(existing, root);
    await this.select(file, chosen.name);
  }

  /** Selects an environment for the project of a file; undefined: none. */
  async select(file: string, name: string | undefined): Promise<void> {
    await this.#state.update(stateKey(this.#documents.root(file)), name);
    this.#changed.fire();
  }

  #activeFile(): string | undefined {
    const document = vscode.window.activeTextEditor?.document;
    return document?.languageId === 'http' ? this.#documents.fileOf(document.uri) : undefined;
  }

  #show(): void {
    const file = this.#activeFile();
    if (file === undefined) {
      this.#item.hide();
      return;
    }
    const selected = this.selected(file);
    this.#item.text = `$(server-environment) ${selected ?? 'No Environment'}`;
    this.#item.tooltip = 'Select the environment whose variables requests use';
    this.#item.show();
  }
}

/**
 * The environments of files and, below them, of REST Client's settings. Loaded when first needed, not at activation.
 */
async function read(folder: string, root: string): Promise<EnvironmentFiles> {
  const { mergeEnvironments, readEnvironments, restClientEnvironments } = await import('../core/environments.ts');
  const files = await filesBelow(root);
  const inSettings = vscode.workspace
    .getConfiguration('rest-client', vscode.Uri.file(folder))
    .get<RestClientEnvironments>('environmentVariables');
  const read = await readEnvironments(folder, root, files);
  return inSettings ? mergeEnvironments([read, restClientEnvironments(inSettings)]) : read;
}

async function readDotenv(
  folder: string,
  root: string,
  selected: string | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  const environments = await import('../core/environments.ts');
  return environments.readDotenv(folder, root, selected, await filesBelow(root));
}

/** Files in a folder, links followed: what leads out of it could be any file of this person. */
async function filesBelow(root: string): Promise<FileReader> {
  const { filesWithin } = await import('../node/files.ts');
  return filesWithin(
    () => [root],
    async path => {
      throw new CountersignError('not-allowed', `The file ${path} is outside the workspace, and was not read.`, {
        hint: 'Put the environment file itself into the workspace, in place of a link to it.',
      });
    },
  );
}

function stateKey(root: string): string {
  return `environment:${root}`;
}
