import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Console } from '../console.ts';
import type { Documents } from '../documents.ts';
import type { Engine } from '../engine.ts';
import type { Sender, SentRequest } from '../sender.ts';
import { historyLimit } from '../settings.ts';
import { HistoryView, historyViewId } from './history-view.ts';
import { WorkspaceHistory } from './workspace-history.ts';

export interface HistoryFeatureHost {
  readonly context: vscode.ExtensionContext;
  readonly documents: Documents;
  readonly console: Console;
  readonly sender: Sender;
  readonly engine: () => Promise<Engine>;
}

/** Keeps what is sent, and shows it. */
export function registerHistory(host: HistoryFeatureHost): vscode.Disposable & { readonly history: WorkspaceHistory } {
  const { context, documents, console, sender } = host;
  const history = new WorkspaceHistory(context);
  const keep = async ({ target, subject, exchange }: SentRequest): Promise<void> => {
    if (historyLimit() === 0 || exchange.skipped) return;
    const { historyEntry } = await import('../../features/presentation/history-entry.ts');
    const { redactCarried } = await import('../../sending/redacted.ts');
    const engine = await host.engine();
    const environment = engine.environment(target.file);
    const names = { nameOf: engine.nameOf, redact: redactCarried(exchange.attempts, engine.redact) };
    const entry = await historyEntry(randomUUID(), exchange, subject, names);
    await history.add(environment === undefined ? entry : { ...entry, environment });
  };
  const view = new HistoryView({
    ...{ history, documents, console, state: context.workspaceState },
    resend: row => sender.resend(row),
  });
  const all = vscode.Disposable.from(
    history,
    view,
    vscode.window.createTreeView(historyViewId, { treeDataProvider: view, showCollapseAll: true, canSelectMany: true }),
    sender.onDidSend(sent => void keep(sent).catch(error => console.error(error))),
  );
  return { history, dispose: () => all.dispose() };
}
