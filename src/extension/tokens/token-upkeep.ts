import * as vscode from 'vscode';
import { isUsable, standing, type TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { ask, showInputBox, tell, tellBriefly } from '../notices.ts';

/** Deletes a token once a person has agreed, who may have it revoked instead. */
export async function deleteToken(
  store: TokenStore,
  record: TokenRecord,
  revokeToken: (record: TokenRecord) => Promise<void>,
): Promise<void> {
  const [remove, revoke] = ['Delete', 'Revoke at Server'];
  const detail =
    'It is only forgotten here: at the server it stays good until it expires. Revoking it ends it there too.';
  const choices = record.scheme === 'oauth2' ? [remove, revoke] : [remove];
  const chosen = await ask({
    ...{ kind: 'warning', sentence: 'Delete the token “{0}”?', foreign: [record.name] },
    ...{ modal: true, detail, choices },
  });
  // Whoever is just renewing it must not put it back.
  if (chosen === remove) await store.lock(record.key, () => store.delete(record.key));
  else if (chosen === revoke) await revokeToken(record);
}

/** As many names as a notification can hold. */
const listed = 5;

/** Deletes what has expired and can't be refreshed. */
export async function deleteExpiredTokens(store: TokenStore): Promise<void> {
  const now = Date.now();
  const expired = (await store.list()).filter(record => standing(record, now) === 'expired');
  for (const { key } of expired) {
    await store.lock(key, async () => {
      const current = await store.get(key);
      if (current && standing(current, now) === 'expired') await store.delete(key);
    });
  }
  const named = expired.slice(0, listed).map(({ name }) => name);
  const sentence =
    expired.length === 0
      ? 'No token has expired for good: those that can be refreshed are kept.'
      : expired.length > listed
        ? 'Deleted: {0}, and {1} more'
        : 'Deleted: {0}';
  tell('information', sentence, named.join(', '), expired.length - listed);
}

/** Puts the access token into the clipboard, for a header with its type before it. */
export async function copyToken(record: TokenRecord, lead: '' | 'Authorization: '): Promise<void> {
  if (record.accessToken === undefined) {
    tell('information', 'The token “{0}” has to be refreshed first.', record.name);
    return;
  }
  const value = lead === '' ? record.accessToken : `${lead}${record.tokenType} ${record.accessToken}`;
  await vscode.env.clipboard.writeText(value);
  const message = isUsable(record, Date.now())
    ? `Copied the token “${record.name}”.`
    : `Copied the token “${record.name}”, which has expired.`;
  tellBriefly(5000, '{0}', message);
}

/** Gives a token the name that a person types. */
export async function renameToken(store: TokenStore, record: TokenRecord): Promise<void> {
  const name = await showInputBox({
    title: 'Rename Token',
    prompt: 'The name by which {{$token …}} finds it',
    value: record.name,
    validateInput: text =>
      text.trim() === '' || /[{}\r\n]/.test(text) ? 'A name has no braces and isn’t empty.' : undefined,
  });
  if (name === undefined || name.trim() === record.name) return;
  await store.lock(record.key, async () => {
    const current = await store.get(record.key);
    if (current) await store.set({ ...current, name: name.trim() });
  });
}
