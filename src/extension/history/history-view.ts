import * as vscode from 'vscode';
import type { HistoryRow } from '../../features/presentation/history-entry.ts';
import {
  comparedText,
  type HistoryGroup,
  type HistoryGrouping,
  historyGroups,
  historyText,
  requestKey,
} from '../../features/presentation/history-list.ts';
import { formatDuration, formatSize } from '../../features/presentation/units.ts';
import type { Console } from '../console.ts';
import type { Documents } from '../documents.ts';
import { ask, tell } from '../notices.ts';
import { saveExample } from './save-example.ts';
import type { WorkspaceHistory } from './workspace-history.ts';

export const historyViewId = 'countersign.history';
const scheme = 'countersign-history';
const groupingKey = `${historyViewId}.grouping`;
const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;

interface GroupNode {
  readonly kind: 'group';
  readonly by: HistoryGrouping;
  readonly group: HistoryGroup;
  /** It is the latest. */
  readonly latest: boolean;
}

interface RowNode {
  readonly kind: 'row';
  readonly by: HistoryGrouping;
  readonly row: HistoryRow;
}

type Node = GroupNode | RowNode;

export interface HistoryHost {
  readonly history: WorkspaceHistory;
  readonly documents: Documents;
  readonly console: Console;
  readonly state: vscode.Memento;
  resend(row: HistoryRow): Promise<void>;
}

/** The History view: what was sent from this workspace, by day or by request. */
export class HistoryView
  implements vscode.TreeDataProvider<Node>, vscode.TextDocumentContentProvider, vscode.Disposable
{
  readonly #host: HistoryHost;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(host: HistoryHost) {
    this.#host = host;
    const command = (
      name: string,
      run: (node?: Node, nodes?: readonly Node[]) => Promise<unknown>,
    ): vscode.Disposable =>
      vscode.commands.registerCommand(`${historyViewId}.${name}`, (node?: Node, nodes?: readonly Node[]) =>
        run(node, nodes).catch((error: unknown) => tell('error', '{0}', host.console.error(error).message)),
      );
    this.#disposables = [
      this.#changed,
      host.history.onDidChange(() => this.#changed.fire(undefined)),
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      command('open', async node => node?.kind === 'row' && this.#open(node.row)),
      command('resend', async node => node?.kind === 'row' && host.resend(node.row)),
      command('compare', (node, nodes) => this.#compare(node, nodes)),
      command('saveExample', async node => node?.kind === 'row' && this.#saveExample(node.row)),
      command('delete', (node, nodes) => this.#delete(nodes ?? (node ? [node] : []))),
      command('clear', () => this.#clear()),
      command('groupByDay', () => this.#group('day')),
      command('groupByRequest', () => this.#group('request')),
    ];
    void vscode.commands.executeCommand('setContext', groupingKey, this.#grouping);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'row') return [];
    if (node) return node.group.rows.map(row => ({ kind: 'row', by: node.by, row }));
    const by = this.#grouping;
    return historyGroups(await this.#host.history.rows(), by).map((group, index) => {
      return { kind: 'group', by, group, latest: index === 0 };
    });
  }

  getTreeItem(node: Node): vscode.TreeItem {
    return node.kind === 'group' ? groupItem(node) : rowItem(node);
  }

  async provideTextDocumentContent({ authority, query }: vscode.Uri): Promise<string> {
    const entry = await this.#host.history.entry(query);
    if (!entry) return '# This is no longer kept in the history.\n';
    return authority === 'response' ? comparedText(entry) : historyText(entry);
  }

  get #grouping(): HistoryGrouping {
    return this.#host.state.get(groupingKey) === 'request' ? 'request' : 'day';
  }

  async #group(by: HistoryGrouping): Promise<void> {
    await this.#host.state.update(groupingKey, by);
    await vscode.commands.executeCommand('setContext', groupingKey, by);
    this.#changed.fire(undefined);
  }

  async #open(row: HistoryRow): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uriOf(row, 'exchange'));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  async #compare(node: Node | undefined, nodes: readonly Node[] = []): Promise<void> {
    const chosen = nodes.flatMap(each => (each.kind === 'row' ? [each.row] : []));
    const [one, other] =
      chosen.length === 2 ? chosen : node?.kind === 'row' ? [node.row, await this.#pickOther(node.row)] : [];
    if (!one || !other) return;
    const [older, newer] = one.at <= other.at ? [one, other] : [other, one];
    await vscode.commands.executeCommand(
      'vscode.diff',
      uriOf(older, 'response'),
      uriOf(newer, 'response'),
      `${older.title} ${timeOf(older)} ↔ ${newer.title === older.title ? '' : `${newer.title} `}${timeOf(newer)}`,
    );
  }

  /** Another send of the same request, or of any where there is none. */
  async #pickOther(row: HistoryRow): Promise<HistoryRow | undefined> {
    const others = (await this.#host.history.rows()).filter(({ id }) => id !== row.id).toReversed();
    const same = others.filter(other => requestKey(other) === requestKey(row));
    const offered = same.length > 0 ? same : others;
    if (offered.length === 0) tell('information', 'There is no other response in the history.');
    const items = offered.map(other => ({
      label: plain(`${other.status ?? other.error ?? ''} ${other.title}`),
      description: `${dateOf(other.at)} ${timeOf(other)}`,
      row: other,
    }));
    if (items.length === 0) return undefined;
    return (await vscode.window.showQuickPick(items, { title: 'Compare with' }))?.row;
  }

  async #saveExample(row: HistoryRow): Promise<void> {
    const entry = await this.#host.history.entry(row.id);
    if (entry) await saveExample(entry, this.#host.documents);
  }

  async #delete(nodes: readonly Node[]): Promise<void> {
    const rows = nodes.flatMap(node => (node.kind === 'row' ? [node.row] : node.group.rows));
    await this.#host.history.remove(new Set(rows.map(({ id }) => id)));
  }

  async #clear(): Promise<void> {
    const remove = 'Clear';
    const sentence = 'Delete everything that the history of this workspace keeps?';
    if ((await ask({ kind: 'warning', modal: true, sentence, choices: [remove] })) === remove) {
      await this.#host.history.clear();
    }
  }
}

function groupItem({ by, group: { key, rows }, latest }: GroupNode): vscode.TreeItem {
  const [first] = rows;
  const label = by === 'day' ? dateOf(first?.at ?? 0) : (first?.title ?? '');
  const item = new vscode.TreeItem(plain(label), latest ? Expanded : Collapsed);
  item.description = by === 'day' ? String(rows.length) : plain(vscode.workspace.asRelativePath(first?.file ?? ''));
  item.contextValue = 'group';
  item.id = `${by}\n${key}`;
  return item;
}

function rowItem({ by, row }: RowNode): vscode.TreeItem {
  const { status, error, durationMs, bytes, method, url, environment } = row;
  const outcome = String(status ?? error ?? '');
  const item = new vscode.TreeItem(plain(by === 'day' ? row.title : `${outcome} ${url}`));
  const size = bytes === undefined ? undefined : formatSize(bytes);
  const when = by === 'day' ? timeOf(row) : `${dateOf(row.at)} ${timeOf(row)}`;
  const parts = [by === 'day' ? outcome : undefined, when, formatDuration(durationMs), size, environment];
  item.description = plain(parts.filter(Boolean).join(' · '));
  item.tooltip = plain(`${method} ${url}\n${outcome}\n${new Date(row.at).toLocaleString(vscode.env.language)}`);
  const failed = status === undefined || status >= 400;
  item.iconPath = failed
    ? new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'))
    : new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
  item.contextValue = 'sent';
  item.id = `${by}\n${row.id}`;
  const node: RowNode = { kind: 'row', by, row };
  item.command = { command: `${historyViewId}.open`, title: 'Open', arguments: [node] };
  return item;
}

function uriOf(row: HistoryRow, shown: 'exchange' | 'response'): vscode.Uri {
  const name = row.title.replace(/[\\/?#]+/g, '-') || 'request';
  return vscode.Uri.from({ scheme, authority: shown, path: `/${name} ${timeOf(row)}.http`, query: row.id });
}

const timeOf = ({ at }: Pick<HistoryRow, 'at'>): string => new Date(at).toLocaleTimeString(vscode.env.language);
const dateOf = (at: number): string => new Date(at).toLocaleDateString(vscode.env.language, { dateStyle: 'full' });

/** Text of servers and files as text: no icons of ours. */
const plain = (text: string): string => text.replaceAll('$(', '$ (');
