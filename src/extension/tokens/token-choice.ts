import * as vscode from 'vscode';
import type { TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { tokenModel } from '../../features/presentation/token-model.ts';
import { tell } from '../notices.ts';
import { stateText } from './token-tree.ts';

/** The token that a command is about: a row's or a page's, else the one that a person picks. */
export async function chosenToken(store: TokenStore, given: unknown, title: string): Promise<TokenRecord | undefined> {
  const key = keyOf(given);
  if (key !== undefined) return store.get(key);
  const records = await store.list();
  if (records.length === 0) {
    tell('information', 'There are no tokens yet.');
    return undefined;
  }
  const now = Date.now();
  const items = records
    .toSorted((a, b) => b.obtainedAt - a.obtainedAt)
    .map(record => {
      const { host, account, client, environment } = tokenModel(record, now);
      return {
        label: record.name,
        description: stateText(record, now),
        detail: [host, account ?? client, environment].filter(Boolean).join(' · '),
        iconPath: new vscode.ThemeIcon('key'),
        record,
      };
    });
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: 'Token',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return chosen?.record;
}

/** The key of the token that a row or a page names. */
export function keyOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null || !('key' in given)) return undefined;
  return typeof given.key === 'string' ? given.key : undefined;
}
