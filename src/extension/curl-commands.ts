import { platform } from 'node:os';
import * as vscode from 'vscode';
import type { Shell } from '../convert/curl/shell-words.ts';
import type { Console } from './console.ts';
import type { Documents } from './documents.ts';
import type { Engine } from './engine.ts';
import { ask, tell, tellBriefly } from './notices.ts';
import type { Secrets } from './secrets.ts';
import { requestAt } from './sender.ts';
import { readSettings } from './settings.ts';

export interface CurlHost {
  readonly documents: Documents;
  readonly console: Console;
  readonly secrets: Secrets;
  readonly engine: () => Promise<Engine>;
}

/** Copies a request as a curl command, and pastes one as a request. */
export class CurlCommands implements vscode.Disposable {
  readonly #host: CurlHost;
  readonly #disposables: vscode.Disposable[];

  constructor(host: CurlHost) {
    this.#host = host;
    this.#disposables = [
      vscode.commands.registerCommand('countersign.copyAsCurl', (uri?: unknown, line?: unknown) =>
        this.#copy(uri, line),
      ),
      vscode.commands.registerCommand('countersign.pasteCurl', () => this.#paste()),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #copy(uri: unknown, line: unknown): Promise<void> {
    const target = await requestAt(this.#host.documents, uri, line);
    if (!target) {
      tell('information', 'Put the cursor into a request of an .http file.');
      return;
    }
    try {
      const { leftToCurl, toCurl } = await import('../convert/curl/curl.ts');
      const preview = await (await this.#host.engine()).preview(target, new AbortController().signal);
      const shell: Shell = platform() === 'win32' && vscode.env.remoteName === undefined ? 'cmd' : 'sh';
      const { request, settings, auth, pending, tls } = preview;
      const defaults = readSettings(this.#host.documents.uriOf(target.file));
      const timeout = settings.timeout ?? defaults.timeout;
      const options = {
        ...{ shell, auth, tls },
        followRedirects: settings.followRedirects && defaults.followRedirects,
        insecure: settings.insecure || !defaults.verifyCertificates,
        ...(timeout === undefined ? {} : { timeout: timeout / 1000 }),
      };
      const command = (secrets: boolean): string => toCurl(request, { ...options, secrets });
      const without = leftToCurl(auth) ? [] : pending;
      await vscode.env.clipboard.writeText(command(false));
      if (without.length > 0) {
        const said = 'Copied as cURL, without its authorization, which only sending finds out:';
        tell('warning', `${said} {0}`, without.join('; '));
      }
      if (command(false) === command(true)) {
        if (without.length === 0) tellBriefly(4000, 'Copied as cURL.');
        return;
      }
      const withSecrets = 'Copy with Secrets';
      const said = 'Copied as cURL, with ••• in place of secrets.';
      if ((await ask({ kind: 'information', sentence: said, choices: [withSecrets] })) === withSecrets) {
        await vscode.env.clipboard.writeText(command(true));
      }
    } catch (error) {
      tell('error', '{0}', this.#host.console.error(error).message);
    }
  }

  async #paste(): Promise<void> {
    const { curlText, keepsBody, parseCurl } = await import('../convert/curl/curl-text.ts');
    const command = parseCurl(await vscode.env.clipboard.readText());
    if (!command) {
      tell('information', 'The clipboard holds no curl command with an address.');
      return;
    }
    const literal = command.auth?.fields.find(([name]) => name === command.auth?.secret)?.[1];
    let secret: string | undefined;
    if (literal && !literal.includes('{{')) {
      const kept = await this.#keepSecret(command.url, literal);
      if (kept === undefined) return;
      secret = kept === '' ? undefined : kept;
    }
    const text = curlText(command, secret === undefined ? {} : { secret });
    await insert(text);
    if (!keepsBody(command, text)) {
      tell(
        'warning',
        'Lines of the body mean something of their own in an .http file (“###”, “< file” …): put the body into a file and name it with “< file”.',
      );
    }
    if (command.ignored.length > 0) {
      tell('warning', 'These options of curl have no counterpart here: {0}', command.ignored.join(', '));
    }
  }

  /** The text that stands for the secret in the file; empty to write it as it is; undefined when dismissed. */
  async #keepSecret(url: string, value: string): Promise<string | undefined> {
    const host = URL.parse(url)?.hostname ?? 'pasted';
    const name = `${host.replace(/[^\w.-]/g, '-')}-password`;
    const keep = {
      label: `Store the credential as secret “${name}”`,
      description: 'recommended',
      iconPath: new vscode.ThemeIcon('key'),
      keep: true,
    };
    const write = {
      label: 'Write the credential into the file',
      iconPath: new vscode.ThemeIcon('edit'),
      keep: false,
    };
    const chosen = await vscode.window.showQuickPick([keep, write], { title: 'Paste cURL as Request' });
    if (!chosen) return undefined;
    if (!chosen.keep) return '';
    await this.#host.secrets.store(name, value);
    return `{{$secret ${name}}}`;
  }
}

/** Inserts a block at the end of the cursor's block, or opens a new document for it. */
async function insert(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.languageId !== 'http') {
    const document = await vscode.workspace.openTextDocument({ language: 'http', content: text });
    await vscode.window.showTextDocument(document);
    return;
  }
  const { document } = editor;
  let line = editor.selection.active.line + 1;
  while (line < document.lineCount && !/^\s*###/.test(document.lineAt(line).text)) line += 1;
  const atEnd = line >= document.lineCount;
  const at = atEnd ? document.lineAt(document.lineCount - 1).range.end : new vscode.Position(line, 0);
  const empty = document.getText().trim() === '';
  const before = empty ? '' : `${atEnd && at.character > 0 ? '\n' : ''}${atEnd ? '\n' : ''}###\n`;
  await editor.edit(edit => edit.insert(at, `${before}${text}${atEnd ? '' : '\n'}`));
  const start = editor.document.positionAt(editor.document.offsetAt(at) + before.length);
  editor.selection = new vscode.Selection(start, start);
  editor.revealRange(new vscode.Range(start, start), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
