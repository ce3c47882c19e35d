import { basename } from 'node:path';
import * as vscode from 'vscode';
import { standing, type TokenRecord, type TokenStanding } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { remainingTime } from '../../features/presentation/remaining-time.ts';
import { type TokenModel, tokenModel, untilChange } from '../../features/presentation/token-model.ts';
import { markdown } from '../markdown.ts';

export interface GroupNode {
  readonly kind: 'group';
  readonly label: string;
  readonly issuer: string;
}

export interface TokenNode {
  readonly kind: 'token';
  readonly key: string;
}

export interface FileNode {
  readonly kind: 'file';
  readonly key: string;
  readonly file: string;
}

export type TreeNode = GroupNode | TokenNode | FileNode;

export type Grouping = 'issuer' | 'name';

const icons: Readonly<Record<TokenStanding, readonly [icon: string, color: string]>> = {
  valid: ['pass-filled', 'testing.iconPassed'],
  'expires-soon': ['watch', 'list.warningForeground'],
  refreshable: ['sync', 'list.warningForeground'],
  expired: ['error', 'list.errorForeground'],
};

/** The tokens as a tree. While it is visible, each row whose rest of time has changed is drawn again, and no other. */
export class TokenTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #store: TokenStore;
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly #subscription: { dispose(): void };
  readonly #nodes = new Map<string, TokenNode>();
  readonly #groups = new Map<string, GroupNode>();
  /** What rows showed last, to draw those again that have changed. */
  readonly #shown = new Map<string, string>();
  #reading: Promise<readonly TokenRecord[]> | undefined;
  /** What was read last. */
  #records: readonly TokenRecord[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #visible = false;
  #grouping: Grouping;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: TokenStore, grouping: Grouping) {
    this.#store = store;
    this.#grouping = grouping;
    this.#subscription = store.onDidChange(() => this.refresh());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }

  /** Reads the store again. */
  refresh(): void {
    this.#reading = undefined;
    this.#changed.fire(undefined);
  }

  group(by: Grouping): void {
    this.#grouping = by;
    this.#changed.fire(undefined);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    if (visible) this.#tick();
    else clearTimeout(this.#timer);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    const records = await this.#read();
    if (!node) {
      if (this.#grouping === 'name') return byName(records).map(record => this.#node(record));
      const issuers = [...new Set(records.map(({ issuer }) => issuer))];
      const models = issuers.map(issuer => this.#group(issuer, records));
      return models.sort((a, b) => a.label.localeCompare(b.label));
    }
    if (node.kind === 'group') {
      return byName(records.filter(({ issuer }) => issuer === node.issuer)).map(record => this.#node(record));
    }
    if (node.kind === 'file') return [];
    const { key } = node;
    return records.find(record => record.key === key)?.usedBy.map(file => ({ kind: 'file', key, file })) ?? [];
  }

  async getParent(node: TreeNode): Promise<TreeNode | undefined> {
    const records = await this.#read();
    const record = node.kind === 'group' ? undefined : records.find(({ key }) => key === node.key);
    if (!record) return undefined;
    if (node.kind === 'file') return this.#node(record);
    return this.#grouping === 'issuer' ? this.#group(record.issuer, records) : undefined;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    if (node.kind === 'group') return groupItem(node);
    if (node.kind === 'file') return fileItem(node);
    const record = this.#records.find(({ key }) => key === node.key);
    if (!record) return new vscode.TreeItem('');
    const now = Date.now();
    const model = tokenModel(record, now);
    this.#shown.set(node.key, looks(record, now));
    const item = new vscode.TreeItem(
      record.name,
      record.usedBy.length > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
    );
    item.id = `${this.#grouping} ${record.key}`;
    const state = stateText(record, now);
    const who = model.account ?? (model.client === model.name ? undefined : model.client);
    const host = this.#grouping === 'name' ? model.host : undefined;
    item.description = [state, who, host, model.environment].filter(Boolean).join(' · ');
    const [icon, color] = icons[model.standing];
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
    item.tooltip = tooltip(model, state);
    item.accessibilityInformation = { label: [record.name, state, who, model.host].filter(Boolean).join(', ') };
    item.contextValue = ['token', record.scheme, ...(model.refreshable ? ['refreshable'] : [])].join(' ');
    item.command = {
      command: 'countersign.showTokenDetails',
      title: 'Show Details',
      arguments: [node],
    };
    return item;
  }

  async #read(): Promise<readonly TokenRecord[]> {
    const reading = this.#reading ?? this.#store.list();
    this.#reading = reading;
    try {
      const records = await reading;
      // A change in the meantime has another reading of its own.
      if (this.#reading === reading && this.#records !== records) {
        this.#records = records;
        this.#schedule();
      }
      return records;
    } catch (error) {
      if (this.#reading === reading) this.#reading = undefined;
      throw error;
    }
  }

  #node({ key }: TokenRecord): TokenNode {
    const node = this.#nodes.get(key) ?? { kind: 'token', key };
    this.#nodes.set(key, node);
    return node;
  }

  #group(issuer: string, records: readonly TokenRecord[]): GroupNode {
    const model = records.find(record => record.issuer === issuer);
    const label = model ? tokenModel(model, 0).host : issuer;
    const node = this.#groups.get(issuer) ?? { kind: 'group', label, issuer };
    this.#groups.set(issuer, node);
    return node;
  }

  #tick(): void {
    const now = Date.now();
    for (const record of this.#records) {
      const node = this.#nodes.get(record.key);
      if (node && this.#shown.has(record.key) && this.#shown.get(record.key) !== looks(record, now)) {
        this.#changed.fire(node);
      }
    }
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#visible) return;
    const now = Date.now();
    const waits = this.#records.map(record => untilChange(record, now)).filter(wait => wait !== undefined);
    if (waits.length > 0) this.#timer = setTimeout(() => this.#tick(), Math.min(...waits));
  }
}

/** Changes whenever a row would be drawn differently. */
function looks(record: TokenRecord, now: number): string {
  return `${standing(record, now)} ${stateText(record, now)}`;
}

function byName(records: readonly TokenRecord[]): readonly TokenRecord[] {
  return records.toSorted(
    (a, b) => a.name.localeCompare(b.name) || (a.environment ?? '').localeCompare(b.environment ?? ''),
  );
}

/** The state in words, with the time that is left. */
export function stateText(record: TokenRecord, now: number): string {
  const { expiresAt } = record;
  switch (standing(record, now)) {
    case 'refreshable':
      return 'expired, refreshable';
    case 'expired':
      return 'expired';
    case 'expires-soon':
      return `expires soon, in ${remainingTime((expiresAt ?? now) - now)}`;
    case 'valid':
      return expiresAt === undefined ? 'valid' : `valid, ${remainingTime(expiresAt - now)}`;
  }
}

function groupItem({ label, issuer }: GroupNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = `issuer ${issuer}`;
  item.iconPath = new vscode.ThemeIcon('shield');
  item.tooltip = issuer;
  item.contextValue = 'issuer';
  return item;
}

function fileItem({ file, key }: FileNode): vscode.TreeItem {
  const uri = vscode.Uri.file(file);
  const item = new vscode.TreeItem(basename(file));
  item.id = `${key} ${file}`;
  item.resourceUri = uri;
  item.description = vscode.workspace
    .asRelativePath(uri)
    .slice(0, -basename(file).length)
    .replace(/[/\\]$/, '');
  item.iconPath = vscode.ThemeIcon.File;
  item.contextValue = 'file';
  item.tooltip = `${file} states how this token is obtained`;
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri] };
  return item;
}

function tooltip(model: TokenModel, state: string): vscode.MarkdownString {
  const text = markdown();
  const row = (name: string, value: string | undefined): void => {
    if (value) text.appendText(`${name}: ${value}\n`);
  };
  text.appendText(`${model.name} · ${state}\n\n`);
  row('Issuer', model.issuer);
  row('Account', model.account);
  row('Client', model.client);
  row('Environment', model.environment);
  row(
    'Scopes',
    model.scopes
      .filter(({ granted }) => granted)
      .map(({ name }) => name)
      .join(' '),
  );
  return text;
}
