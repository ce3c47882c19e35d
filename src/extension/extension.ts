import * as vscode from 'vscode';
import type { AuthorizationAgent } from '../auth/oauth2/authorization-agent.ts';
import { registerAuthorizationPanel } from './authorization-panel/commands.ts';
import { RequestLenses } from './code-lens.ts';
import { registerCollections } from './collections/feature.ts';
import { Console } from './console.ts';
import { ConsoleView } from './console-view.ts';
import { CookiesView, cookiesViewId } from './cookies/cookies-view.ts';
import { WorkspaceCookies } from './cookies/workspace-cookies.ts';
import { CurlCommands } from './curl-commands.ts';
import { Documents } from './documents.ts';
import type { Engine } from './engine.ts';
import { Environments } from './environments.ts';
import { registerHistory } from './history/feature.ts';
import type { WorkspaceHistory } from './history/workspace-history.ts';
import { LanguageFeatures } from './language/language-features.ts';
import { WorkspacePermissions } from './permissions.ts';
import { goToAuthorization, Previews } from './preview.ts';
import type { ResponsePanels } from './response-panel.ts';
import { Secrets } from './secrets.ts';
import { Sender } from './sender.ts';
import { responseViewType } from './settings.ts';
import { registerTesting } from './testing/feature.ts';
import { CancellableWork } from './tokens/cancellable-work.ts';
import { TokenManager } from './tokens/token-manager.ts';
import { UriCallbacks } from './tokens/uri-callbacks.ts';

let engine: Promise<Engine> | undefined;
let keptCookies: WorkspaceCookies | undefined;
let keptHistory: WorkspaceHistory | undefined;

/** Registers what the editor asks for; the engine and what it needs are loaded with the first request. */
export function activate(context: vscode.ExtensionContext): void {
  const console = new Console();
  const documents = new Documents();
  const secrets = new Secrets(context);
  const environments = new Environments(documents, context.workspaceState);
  const permissions = new WorkspacePermissions(context.workspaceState);
  const cookies = new WorkspaceCookies(context);
  keptCookies = cookies;
  const version = String(context.extension.packageJSON.version);
  const loadEngine = (): Promise<Engine> => {
    engine ??= import('./engine.ts').then(({ createEngine }) => {
      const created = createEngine({
        ...{ documents, secrets, environments, version, agent },
        tokenStore: tokens.store,
        permissions: permissions.permissions,
        cookies,
        log: (text, failed) => console.attempt(text, failed),
        record: consoleView.record,
      });
      ({ redact } = created);
      return created;
    });
    return engine;
  };
  let redact = (text: string): string => text;
  const consoleView = new ConsoleView({
    ...{ extensionUri: context.extensionUri, version, console },
    redact: text => redact(text),
  });
  const callbacks = new UriCallbacks(context);
  const work = new CancellableWork();
  const agent = async (): Promise<AuthorizationAgent> => {
    const { EditorAgent } = await import('./tokens/authorization-agent.ts');
    return new EditorAgent({ extensionUri: context.extensionUri, callbacks, work });
  };
  const tokens = new TokenManager({ context, documents, console, work, engine: loadEngine });
  const sender = new Sender({ documents, console, engine: loadEngine, panels: () => loadPanels() });
  let panels: Promise<ResponsePanels> | undefined;
  const loadPanels = (): Promise<ResponsePanels> => {
    panels ??= import('./response-panel.ts').then(
      module =>
        new module.ResponsePanels({
          extensionUri: context.extensionUri,
          documents,
          console,
          resend: subject => void sender.resend(subject),
          cancel: () => sender.cancelAll(),
        }),
    );
    return panels;
  };
  const previews = new Previews({
    documents,
    console,
    engine: loadEngine,
    onDidChange: [documents.onDidChange, environments.onDidChange],
  });
  const cookiesView = new CookiesView({
    cookies,
    console,
    state: context.workspaceState,
    selected: () => environments.current(),
    onDidSelect: environments.onDidChange,
  });
  const history = registerHistory({ context, documents, console, sender, engine: loadEngine });
  keptHistory = history.history;
  const register = vscode.commands.registerCommand;
  context.subscriptions.push(
    console,
    documents,
    secrets,
    permissions,
    cookies,
    cookiesView,
    history,
    vscode.window.createTreeView(cookiesViewId, { treeDataProvider: cookiesView, showCollapseAll: true }),
    environments,
    sender,
    callbacks,
    work,
    tokens,
    { dispose: () => void panels?.then(loaded => loaded.dispose()) },
    previews,
    new RequestLenses(documents, sender),
    new LanguageFeatures({ documents, environments, secrets, tokens, engine: loadEngine }),
    registerAuthorizationPanel({
      ...{ documents, console, secrets, sender, engine: loadEngine, extensionUri: context.extensionUri },
      onDidChange: [documents.onDidChange, environments.onDidChange, context.secrets.onDidChange],
    }),
    registerCollections({ documents, sender }),
    registerTesting({ documents, sender, engine: loadEngine }),
    new CurlCommands({ documents, console, secrets, engine: loadEngine }),
    register('countersign.moveSecrets', async (uri?: unknown, offset?: unknown) => {
      const { SecretMover } = await import('./quick-fix-commands.ts');
      await new SecretMover(documents, secrets).move(uri, offset);
    }),
    register('countersign.defineVariable', async (uri?: unknown, name?: unknown) => {
      if (!(uri instanceof vscode.Uri) || typeof name !== 'string') return;
      const { defineInEnvironment } = await import('./quick-fix-commands.ts');
      await defineInEnvironment({ documents, environments }, uri, name);
    }),
    register('countersign.openSample', async () => (await import('./import-command.ts')).openSample(console)),
    register('countersign.import', async (given?: unknown) =>
      (await import('./import-command.ts')).importRequests({ console, secrets }, given),
    ),
    register('countersign.goToAuthorization', (file?: unknown, line?: unknown) =>
      goToAuthorization(documents, file, line),
    ),
    vscode.window.registerWebviewPanelSerializer(responseViewType, {
      deserializeWebviewPanel: async (panel, state) => (await loadPanels()).restore(panel, state),
    }),
    register('countersign.showResponse', async () => (await loadPanels()).pick()),
    consoleView,
    register('countersign.showConsole', () => console.show()),
    register('countersign.showLog', () => console.showLog()),
    register('countersign.openWalkthrough', () =>
      vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.id}#countersign.start`,
        false,
      ),
    ),
    vscode.workspace.onDidChangeConfiguration(event => {
      if (event.affectsConfiguration('countersign') || event.affectsConfiguration('http')) {
        void engine?.then(loaded => loaded.reconfigure());
      }
    }),
  );
}

/** Closes connections and deletes the temporary files of responses. */
export async function deactivate(): Promise<void> {
  await Promise.all([keptCookies?.save(), keptHistory?.save()]);
  if (!engine) return;
  const { deleteOpenedBodies } = await import('./response-body.ts');
  await Promise.allSettled([engine.then(loaded => loaded.dispose()), deleteOpenedBodies()]);
}
