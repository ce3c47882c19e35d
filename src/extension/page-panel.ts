import * as vscode from 'vscode';
import { type HostedPage, WebviewHost } from './webview-host.ts';

export interface Page<From> extends HostedPage<From> {
  /** Of the tab: `media/<icon>-light.svg` and `media/<icon>-dark.svg`. */
  readonly icon: string;
}

/** A tab of the editor with one of the pages. */
export class PagePanel<To, From extends { readonly type: string }> extends WebviewHost<To, From> {
  readonly panel: vscode.WebviewPanel;

  constructor(panel: vscode.WebviewPanel, page: Page<From>) {
    super(panel.webview, panel.title, page);
    this.panel = panel;
    const icon = (theme: string): vscode.Uri =>
      vscode.Uri.joinPath(page.extensionUri, 'media', `${page.icon}-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
  }
}
