import * as vscode from 'vscode';
import type { DeviceCode, DeviceCodeDisplay } from '../../auth/oauth2/authorization-agent.ts';
import { CountersignError } from '../../core/errors.ts';
import { type FromDevicePage, fromDevicePage, type ToDevicePage } from '../../webview/device/messages.ts';
import { english } from '../../webview/device/texts.ts';
import { PagePanel } from '../page-panel.ts';

/** A page with the code, its QR code, and a button that copies the code and opens the address. Closing it gives up. */
export async function showDeviceCode(
  code: DeviceCode,
  signal: AbortSignal,
  extensionUri: vscode.Uri,
): Promise<DeviceCodeDisplay> {
  const dismissed = new AbortController();
  const { userCode, verificationUri, verificationUriComplete, expiresAt } = code;
  const panel = vscode.window.createWebviewPanel('countersign.deviceCode', 'Sign In With a Code', {
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: false,
  });
  const end = (): void => panel.dispose();
  signal.addEventListener('abort', end, { once: true });
  panel.onDidDispose(() => {
    signal.removeEventListener('abort', end);
    dismissed.abort(new CountersignError('cancelled', 'Signing in was cancelled.'));
  });
  const address = verificationUriComplete ?? verificationUri;
  const page = new PagePanel<ToDevicePage, FromDevicePage>(panel, {
    extensionUri,
    name: 'device',
    icon: 'token',
    english,
    read: fromDevicePage,
    handle: async ({ type }) => {
      if (type === 'ready') page.post({ type: 'code', userCode, verificationUri, address, expiresAt });
      else if (type === 'cancel') panel.dispose();
      else await vscode.env.clipboard.writeText(userCode);
      // As text: a Uri would encode the address another way.
      if (type === 'open') await vscode.env.openExternal(address as unknown as vscode.Uri);
    },
  });
  return { dismissed: dismissed.signal, close: () => panel.dispose() };
}
