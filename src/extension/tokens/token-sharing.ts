import * as vscode from 'vscode';
import type { TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import { ask, showInputBox, tellBriefly } from '../notices.ts';

/** Writes a token, encrypted under a passphrase, to a file that a person chooses. */
export async function exportToken(record: TokenRecord, otherFolder: vscode.Uri): Promise<void> {
  const title = 'Share Token';
  const passphrase = await showInputBox({
    title,
    prompt:
      'A passphrase that encrypts it. Whoever has file and passphrase can act as you: give them on different ways.',
    password: true,
    ignoreFocusOut: true,
    validateInput: text => (text.length < 12 ? 'At least 12 characters.' : undefined),
  });
  if (!passphrase) return;
  const again = await showInputBox({
    title,
    prompt: 'The passphrase once more',
    password: true,
    ignoreFocusOut: true,
    validateInput: text => (text === passphrase ? undefined : 'It differs from the first one.'),
  });
  if (again !== passphrase) return;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? otherFolder;
  const file = `${record.name.replace(/[^\w.-]+/g, '-')}.token.jwe`;
  const uri = await vscode.window.showSaveDialog({ title, defaultUri: vscode.Uri.joinPath(folder, file) });
  if (!uri) return;
  const { shareToken } = await import('../../auth/tokens/shared-token.ts');
  const text = await shareToken(record, passphrase);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(`${text}\n`));
  tellBriefly(5000, 'The token “{0}” was exported, encrypted.', record.name);
}

/** Reads a token that somebody else has exported. Undefined where the person gives up. @throws CountersignError */
export async function importToken(store: TokenStore): Promise<TokenRecord | undefined> {
  const title = 'Import Token';
  const [uri] = (await vscode.window.showOpenDialog({ title, filters: { 'Shared token': ['jwe'] } })) ?? [];
  if (!uri) return undefined;
  const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  const passphrase = await showInputBox({
    title,
    prompt: 'The passphrase with which it was exported',
    password: true,
    ignoreFocusOut: true,
  });
  if (!passphrase) return undefined;
  const { openSharedToken } = await import('../../auth/tokens/shared-token.ts');
  const record = await openSharedToken(text, passphrase);
  const known = await store.get(record.key);
  const replace = 'Replace';
  const sentence = 'There is a token “{0}” of the same client and scope already. Replace it?';
  const foreign = [known?.name ?? ''];
  if (known && (await ask({ kind: 'warning', sentence, foreign, modal: true, choices: [replace] })) !== replace)
    return undefined;
  await store.set({ ...record, usedBy: known?.usedBy ?? [] });
  return record;
}
