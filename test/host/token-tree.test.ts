import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { MemoryTokenStore } from '../../src/auth/tokens/memory-store.ts';
import type { TokenRecord } from '../../src/auth/tokens/token-record.ts';
import { TokenTree, type TreeNode } from '../../src/extension/tokens/token-tree.ts';

describe('the tree of tokens', () => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '/';
  const record = (key: string, rest: Partial<TokenRecord>): TokenRecord => ({
    ...{ key, name: key, scheme: 'oauth2', issuer: 'https://one.example', tokenType: 'Bearer', accessToken: 'secret' },
    ...{ obtainedAt: Date.now() - 3_600_000, config: {}, usedBy: [] },
    ...rest,
  });
  const inTime = (rest: number): number => Date.now() + rest;
  const records = [
    record('fine', { expiresAt: inTime(1_800_500), user: 'ada', usedBy: [join(folder, 'sub/a.http')] }),
    record('ending', { expiresAt: inTime(200_000) }),
    record('stale', { expiresAt: inTime(-1000), refreshToken: 'secret' }),
    record('over', { expiresAt: inTime(-1000), issuer: 'https://two.example', environment: 'dev' }),
  ];
  let tree: TokenTree;
  beforeEach(async () => {
    const store = new MemoryTokenStore();
    for (const each of records) await store.set(each);
    tree = new TokenTree(store, 'issuer');
  });
  afterEach(() => tree.dispose());

  const labels = async (node?: TreeNode): Promise<unknown[]> =>
    (await tree.getChildren(node)).map(child => tree.getTreeItem(child).label);
  const items = async (): Promise<Map<unknown, vscode.TreeItem>> => {
    tree.group('name');
    const nodes = await tree.getChildren();
    return new Map(nodes.map(node => tree.getTreeItem(node)).map(item => [item.label, item]));
  };

  it('is grouped by issuer, or sorted by name', async () => {
    assert.deepEqual(await labels(), ['one.example', 'two.example']);
    assert.deepEqual(await labels((await tree.getChildren())[0]), ['ending', 'fine', 'stale']);
    tree.group('name');
    assert.deepEqual(await labels(), ['ending', 'fine', 'over', 'stale']);
  });

  it('shows what was stored last, however long reading it took', async () => {
    const readings: ((records: readonly TokenRecord[]) => void)[] = [];
    const store = new MemoryTokenStore();
    store.list = () => new Promise(resolve => readings.push(resolve));
    tree.dispose();
    tree = new TokenTree(store, 'name');
    const before = labels();
    await store.set(record('new', {}));
    const after = labels();
    readings[1]?.([record('new', {})]);
    assert.deepEqual(await after, ['new']);
    readings[0]?.([record('old', {})]);
    await before;
    assert.deepEqual(await labels(), ['new']);
    assert.equal(readings.length, 2);
  });

  it('holds five hundred, which are read once', async () => {
    const store = new MemoryTokenStore();
    const issuers = 25;
    for (let at = 0; at < 500; at += 1) {
      await store.set(record(`t${at}`, { issuer: `https://${at % issuers}.example`, expiresAt: inTime(3_600_000) }));
    }
    let read = 0;
    const { list } = store;
    store.list = () => {
      read += 1;
      return list.call(store);
    };
    tree.dispose();
    tree = new TokenTree(store, 'issuer');
    const groups = await tree.getChildren();
    const rows = await Promise.all(groups.map(group => labels(group)));
    assert.deepEqual([groups.length, rows.flat().length, read], [issuers, 500, 1]);
  });

  it('says the state of each by text and by icon, with account, server and environment, and nothing of the token', async () => {
    const rows = await items();
    const shown = [...rows].map(([label, { description, iconPath }]) => [
      label,
      String(description).replace(/\d+ min( \d+ s)?/, 'N min'),
      (iconPath as vscode.ThemeIcon).id,
    ]);
    assert.deepEqual(shown, [
      ['ending', 'expires soon, in N min · one.example', 'watch'],
      ['fine', 'valid, N min · ada · one.example', 'pass-filled'],
      ['over', 'expired · two.example · dev', 'error'],
      ['stale', 'expired, refreshable · one.example', 'sync'],
    ]);
    assert.ok(!JSON.stringify([...rows]).includes('secret'));
  });

  it('has the files that use a token below it', async () => {
    tree.group('name');
    const fine = (await tree.getChildren()).find(node => node.kind === 'token' && node.key === 'fine');
    const [file, ...more] = await tree.getChildren(fine);
    assert.ok(file && more.length === 0);
    const { label, description } = tree.getTreeItem(file);
    assert.deepEqual([label, description], ['a.http', 'sub']);
    assert.equal(await tree.getParent(file), fine);
  });
});
