import * as vscode from 'vscode';

/**
 * Markdown for a hover, a tooltip or documentation: neither commands, nor HTML, nor pictures from elsewhere. Foreign text
 * goes in through `code` and `escaped` of core/markdown, or `appendText`.
 */
export function markdown(text = ''): vscode.MarkdownString {
  return new vscode.MarkdownString(text);
}
