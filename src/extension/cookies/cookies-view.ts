import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { parseCookiesJson, parseCookiesTxt, printCookiesTxt } from '../../cookies/cookies-txt.ts';
import type { StoredCookie } from '../../cookies/stored-cookie.ts';
import { CountersignError } from '../../core/errors.ts';
import { replaceFile } from '../../node/replace-file.ts';
import type { Console } from '../console.ts';
import { ask, showInputBox, tell, tellBriefly } from '../notices.ts';
import { type SyncedBrowser, SyncedBrowsers } from './synced-browsers.ts';
import type { WorkspaceCookies } from './workspace-cookies.ts';

interface DomainNode {
  readonly kind: 'domain';
  readonly environment: string;
  readonly domain: string;
}

interface CookieNode {
  readonly kind: 'cookie';
  readonly environment: string;
  readonly cookie: StoredCookie;
}

interface BrowserNode {
  readonly kind: 'browser';
  readonly browser: SyncedBrowser;
}

type Node = DomainNode | CookieNode | BrowserNode;

export const cookiesViewId = 'countersign.cookies';

/** The domains that were chosen last, offered again. */
const domainsKey = 'countersign.cookies.domains';

export interface CookiesHost {
  readonly state: vscode.Memento;
  readonly cookies: WorkspaceCookies;
  readonly console: Console;
  /** The environment that is selected for what the person works on. */
  selected(): string | undefined;
  readonly onDidSelect: vscode.Event<void>;
}

/** The Cookies view: the cookies of this workspace by domain, to add, edit, delete, import and export. */
export class CookiesView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  readonly #host: CookiesHost;
  readonly #browsers: SyncedBrowsers;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #disposables: vscode.Disposable[];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(host: CookiesHost) {
    this.#host = host;
    this.#browsers = new SyncedBrowsers(host.cookies, (error, name) =>
      tell('warning', 'The cookies of “{0}” are no longer in sync: {1}', name, host.console.error(error).message),
    );
    const command = (name: string, run: (node?: Node) => Promise<unknown>): vscode.Disposable =>
      vscode.commands.registerCommand(`${cookiesViewId}.${name}`, (node?: Node) =>
        run(node).catch((error: unknown) => tell('error', '{0}', host.console.error(error).message)),
      );
    this.#disposables = [
      this.#changed,
      this.#browsers,
      this.#browsers.onDidChange(() => this.#changed.fire(undefined)),
      host.cookies.onDidChange(() => this.#changed.fire(undefined)),
      host.onDidSelect(() => this.#changed.fire(undefined)),
      command('add', node => this.#add(node)),
      command('edit', node => this.#edit(node)),
      command('copyValue', async node => {
        if (node?.kind === 'cookie') await vscode.env.clipboard.writeText(node.cookie.value);
      }),
      command('delete', node => this.#delete(node)),
      command('clear', () => this.#clear()),
      command('sync', () => this.#sync()),
      command('stopSync', async node => {
        if (node?.kind === 'browser') await this.#browsers.stop(node.browser);
      }),
      command('import', () => this.#import()),
      command('export', () => this.#export()),
    ];
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async getChildren(node?: Node): Promise<Node[]> {
    if (node?.kind === 'cookie' || node?.kind === 'browser') return [];
    if (node) {
      const cookies = await this.#cookies(node.environment);
      return cookies
        .filter(({ domain }) => domain === node.domain)
        .sort((one, other) => one.name.localeCompare(other.name) || one.path.localeCompare(other.path))
        .map(cookie => ({ kind: 'cookie', environment: node.environment, cookie }));
    }
    const environment = this.#environment();
    const domains = new Set((await this.#cookies(environment)).map(({ domain }) => domain));
    return [
      ...this.#browsers.list().map(browser => ({ kind: 'browser' as const, browser })),
      ...[...domains].sort().map(domain => ({ kind: 'domain' as const, environment, domain })),
    ];
  }

  async getTreeItem(node: Node): Promise<vscode.TreeItem> {
    if (node.kind === 'domain') {
      const item = new vscode.TreeItem(plain(node.domain), vscode.TreeItemCollapsibleState.Expanded);
      const count = (await this.#cookies(node.environment)).filter(({ domain }) => domain === node.domain).length;
      item.description = String(count);
      item.iconPath = new vscode.ThemeIcon('globe');
      item.contextValue = 'domain';
      item.id = `${node.environment}\n${node.domain}`;
      return item;
    }
    if (node.kind === 'browser') return itemOf(node.browser);
    const { name, domain, path, expiresAt, secure, httpOnly, hostOnly } = node.cookie;
    const item = new vscode.TreeItem(plain(name), vscode.TreeItemCollapsibleState.None);
    const until =
      expiresAt === undefined ? 'Session' : `until ${new Date(expiresAt).toLocaleString(vscode.env.language)}`;
    const flags = [secure && 'Secure', httpOnly && 'HttpOnly', hostOnly || 'subdomains too'];
    item.description = [path, until, ...flags].filter(part => typeof part === 'string').join(' · ');
    item.tooltip = plain(`${name}\n${domain}${path}\n${item.description}`);
    item.iconPath = new vscode.ThemeIcon('symbol-field');
    item.contextValue = 'cookie';
    item.id = `${node.environment}\n${domain}\n${path}\n${name}`;
    item.command = { command: `${cookiesViewId}.edit`, title: 'Edit Value', arguments: [node] };
    return item;
  }

  #environment(): string {
    return this.#host.selected() ?? '';
  }

  async #cookies(environment: string): Promise<readonly StoredCookie[]> {
    return (await this.#host.cookies.of(environment)).list();
  }

  async #add(node: Node | undefined): Promise<void> {
    const title = 'Add Cookie';
    const known = node?.kind === 'domain' ? node.domain : undefined;
    const domain =
      known ??
      (await showInputBox({
        title,
        prompt: 'Domain that it is sent to. Begin with a dot for subdomains too.',
        placeHolder: 'api.example.com',
      }));
    if (!domain?.trim()) return;
    const text = await showInputBox({
      title,
      prompt: 'Name and value, and what else a Set-Cookie header holds.',
      placeHolder: 'session=abc123; Path=/; Secure',
      validateInput: value => (/^[^=;\s]+=/.test(value) || value === '' ? undefined : 'Write it as name=value.'),
    });
    if (!text?.includes('=')) return;
    const host = domain.trim().toLowerCase();
    const [pair = '', ...attributes] = text.split(';').map(part => part.trim());
    const attribute = (name: string): string | undefined =>
      attributes
        .find(part => part.toLowerCase().split('=')[0] === name)
        ?.split('=')
        .slice(1)
        .join('=') ?? (attributes.some(part => part.toLowerCase() === name) ? '' : undefined);
    const seconds = Number(attribute('max-age') ?? Number.NaN);
    const expires = Number.isFinite(seconds) ? Date.now() + seconds * 1000 : Date.parse(attribute('expires') ?? '');
    const jar = await this.#host.cookies.of(this.#environment());
    const taken = await jar.put([
      {
        name: pair.slice(0, pair.indexOf('=')),
        value: pair.slice(pair.indexOf('=') + 1),
        domain: host.replace(/^\./, ''),
        path: attribute('path')?.startsWith('/') ? (attribute('path') ?? '/') : '/',
        hostOnly: !host.startsWith('.') && attribute('domain') === undefined,
        secure: attribute('secure') !== undefined,
        httpOnly: attribute('httponly') !== undefined,
        ...(Number.isNaN(expires) ? {} : { expiresAt: expires }),
      },
    ]);
    if (taken === 0) tell('warning', 'No cookie can be set for all of {0}, which is open to everybody.', host);
  }

  async #edit(node: Node | undefined): Promise<void> {
    if (node?.kind !== 'cookie') return;
    const { cookie, environment } = node;
    const value = await showInputBox({
      title: 'Edit Value',
      prompt: `Value of the cookie ${cookie.name}`,
      value: cookie.value,
      validateInput: text => (/[;\r\n]/.test(text) ? 'A value holds no semicolon and no line break.' : undefined),
    });
    if (value === undefined || value === cookie.value) return;
    await (await this.#host.cookies.of(environment)).put([{ ...cookie, value }]);
  }

  async #delete(node: Node | undefined): Promise<void> {
    if (!node || node.kind === 'browser') return;
    const jar = await this.#host.cookies.of(node.environment);
    const gone = node.kind === 'cookie' ? [node.cookie] : jar.list().filter(({ domain }) => domain === node.domain);
    for (const cookie of gone) jar.remove(cookie);
  }

  async #clear(): Promise<void> {
    const remove = 'Delete All';
    const sentence = 'Delete the cookies of this workspace, in every environment?';
    if ((await ask({ kind: 'warning', modal: true, sentence, choices: [remove] })) === remove) {
      await this.#host.cookies.clear();
    }
  }

  async #sync(): Promise<void> {
    const { chooseBrowser, chooseDomains, confirmReading } = await import('./choose-browser.ts');
    const environment = this.#environment();
    const domains = await chooseDomains(this.#host.state.get<string[]>(domainsKey, []));
    if (!domains) return;
    const browser = await chooseBrowser(domains);
    if (!browser) return;
    if (!(await confirmReading(browser.name, domains, browser.source.write === undefined))) {
      return await browser.close();
    }
    await this.#host.state.update(domainsKey, domains);
    await this.#browsers.start(browser, environment, domains);
  }

  async #import(): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: 'Import Cookies',
        openLabel: 'Import',
        filters: { Cookies: ['txt', 'json'], '*': ['*'] },
      })) ?? [];
    if (!file) return;
    const text = await readFile(file.fsPath, 'utf8');
    const now = Date.now();
    const { cookies, skipped } = /^\s*[[{]/.test(text) ? readJson(text, now) : parseCookiesTxt(text, now);
    const taken = await (await this.#host.cookies.of(this.#environment())).put(cookies);
    if (taken === 0) {
      throw new CountersignError('invalid-value', 'The file holds no cookies. It may be a cookies.txt or JSON.');
    }
    tell('information', 'Cookies imported: {0}. Skipped: {1}.', taken, skipped + cookies.length - taken);
  }

  async #export(): Promise<void> {
    const cookies = await this.#cookies(this.#environment());
    if (cookies.length === 0) return tell('information', 'There are no cookies to export.');
    const go = 'Export';
    const sentence = 'The file will hold your sessions in the clear: whoever reads it can act as you.';
    if ((await ask({ kind: 'warning', modal: true, sentence, choices: [go] })) !== go) return;
    const file = await vscode.window.showSaveDialog({
      title: 'Export Cookies',
      filters: { 'cookies.txt (curl, wget)': ['txt'], JSON: ['json'] },
    });
    if (!file) return;
    const json = file.fsPath.toLowerCase().endsWith('.json');
    await replaceFile(file.fsPath, json ? `${JSON.stringify(cookies, undefined, 2)}\n` : printCookiesTxt(cookies));
    tellBriefly(4000, 'Saved {0}', file.fsPath);
  }
}

function readJson(text: string, now: number): ReturnType<typeof parseCookiesJson> {
  try {
    return parseCookiesJson(text, now);
  } catch (cause) {
    throw new CountersignError('invalid-value', 'The file is not valid JSON.', { cause });
  }
}

function itemOf({ name, domains, environment, readOnly }: SyncedBrowser): vscode.TreeItem {
  const item = new vscode.TreeItem(plain(domains.join(', ')), vscode.TreeItemCollapsibleState.None);
  item.description = readOnly ? `read from ${plain(name)}` : `in sync with ${plain(name)}`;
  const into = environment === '' ? 'No environment' : `Environment ${plain(environment)}`;
  item.tooltip = `${item.description}\n${into}`;
  item.iconPath = new vscode.ThemeIcon('sync');
  item.contextValue = 'browser';
  return item;
}

/** Names of servers as text: no icons of ours. */
const plain = (text: string): string => text.replaceAll('$(', '$ (');
