import * as vscode from 'vscode';
import { authorizationViewType } from '../settings.ts';
import type { AuthorizationPanels, AuthorizationPanelsHost } from './panels.ts';

/** Registers what opens the Authorization panel; the panel itself is loaded when it is first opened. */
export function registerAuthorizationPanel(host: AuthorizationPanelsHost): vscode.Disposable {
  let panels: Promise<AuthorizationPanels> | undefined;
  const load = (): Promise<AuthorizationPanels> => {
    panels ??= import('./panels.ts').then(module => new module.AuthorizationPanels(host));
    return panels;
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('countersign.openAuthorization', async (given?: unknown, line?: unknown) =>
      (await load()).open(given, line),
    ),
    vscode.window.registerWebviewPanelSerializer(authorizationViewType, {
      deserializeWebviewPanel: async (panel, state) => (await load()).restore(panel, state),
    }),
    { dispose: () => void panels?.then(loaded => loaded.dispose()) },
  );
}
