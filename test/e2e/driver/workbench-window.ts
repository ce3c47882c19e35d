import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { removeFolder, root, screenshotFolder, temporaryCopy } from '../../../scripts/project.ts';
import type { VscodeServer } from '../../../scripts/vscode-server.ts';
import { newProfile, type ProfileOptions } from './browser-profile.ts';

export interface WindowOptions extends ProfileOptions {
  /** Folder whose copy the window opens; an empty one where undefined. */
  readonly folder?: string;
  /** Loads the extension from the checkout; false leaves it to what is installed. */
  readonly development?: boolean;
}

export type Theme = 'Light Modern' | 'Dark Modern' | 'Default High Contrast' | 'Default High Contrast Light';

/** One window of the workbench. Every method waits for what it asks for, and fails with what it saw instead. */
export class WorkbenchWindow {
  readonly page: Page;
  /** The folder that is open: a copy, so write what you like. */
  readonly folder: string;
  readonly #errors: string[] = [];
  #crashed = false;

  /** The window whose profile and folder this one shares; they are gone with that one. */
  readonly #beside: WorkbenchWindow | undefined;

  private constructor(page: Page, folder: string, beside: WorkbenchWindow | undefined) {
    this.page = page;
    this.folder = folder;
    this.#beside = beside;
  }

  static async open(
    server: VscodeServer,
    browser: Browser,
    options: WindowOptions,
    beside?: WorkbenchWindow,
  ): Promise<WorkbenchWindow> {
    const folder = beside?.folder ?? temporaryCopy(options.folder);
    const context = beside?.page.context() ?? (await newProfile(browser, options));
    const page = await context.newPage();
    const window = new WorkbenchWindow(page, folder, beside);
    page.on('console', message => {
      if (message.type() === 'error') window.#errors.push(message.text());
    });
    page.once('crash', () => {
      window.#crashed = true;
    });
    page.on('pageerror', error => window.#errors.push(String(error.stack ?? error)));
    const development: [string, string][] =
      options.development === false ? [] : [['extensionDevelopmentPath', server.remoteUri(root)]];
    await page.goto(server.address(folder, development), { timeout: 60_000 });
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    // Beside another window, the view that is open there is open here.
    const loaded = beside ? '.part.sidebar .monaco-list' : '.explorer-folders-view .monaco-list';
    await page.locator(loaded).first().waitFor({ timeout: 60_000 });
    return window;
  }

  /** The page, or the browser with it, is no more. */
  get crashed(): boolean {
    return this.#crashed || this.page.isClosed();
  }

  /** Closes the window and removes its folder, unless that is another's. */
  async close(): Promise<void> {
    // Left, not just gone: the server ends its extension host at once.
    await this.page.goto('about:blank', { timeout: 5000 }).catch(() => undefined);
    if (this.#beside) return await this.page.close();
    await this.page.context().close();
    removeFolder(dirname(this.folder));
  }

  /** Writes a file into the folder and gives its path. */
  write(file: string, text: string): string {
    const path = join(this.folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** What stands in a file on disk. */
  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /** Sets a workspace setting, by its file, as a person would who edits it; undefined removes it. */
  setSetting(name: string, value: unknown): void {
    const path = join(this.folder, '.vscode/settings.json');
    const settings = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
    this.write('.vscode/settings.json', JSON.stringify({ ...settings, [name]: value }, undefined, 2));
  }

  /** Switches the colour theme and waits until it is drawn. */
  async setTheme(theme: Theme): Promise<void> {
    this.setSetting('workbench.colorTheme', theme);
    const marks: Record<Theme, string> = {
      'Light Modern': '.vs[class*="light_modern"]',
      'Dark Modern': '.vs-dark[class*="dark_modern"]',
      'Default High Contrast': '.hc-black',
      'Default High Contrast Light': '.hc-light',
    };
    await this.page.locator(`.monaco-workbench${marks[theme]}`).waitFor();
  }

  /** Opens a file of the folder through Quick Open. */
  async openFile(file: string): Promise<void> {
    const name = basename(file);
    const row = this.#quickInputRow(name).first();
    const active = '.editor-group-container.active';
    await this.#untilDone(`Quick Open opens ${file}`, async () => {
      await this.#openQuickInput('', join(this.folder, file));
      // A list that was made before the file was does not have it: it is made again.
      await row.or(this.quickInput.getByText('No matching results')).first().waitFor({ timeout: attemptTimeout });
      await row.click({ timeout: 1000 });
      await this.quickInput.waitFor({ state: 'hidden', timeout: attemptTimeout });
      await this.page
        .locator(`${active} .tab.active[data-resource-name="${name}"]`)
        .waitFor({ timeout: attemptTimeout });
    });
    await this.page.locator(`${active} .monaco-editor .view-line`).first().waitFor();
  }

  /** Closes every editor without saving, and every notification. */
  async closeEverything(): Promise<void> {
    const tabs = this.page.locator('.editor-group-container .tab');
    const dirty = this.page.locator('.tab.dirty').first();
    await this.#untilDone('every editor is closed', async () => {
      while ((await dirty.count()) > 0) {
        await dirty.click({ timeout: attemptTimeout });
        await this.runCommand('View: Revert and Close Editor');
      }
      if ((await tabs.count()) > 0) await this.runCommand('View: Close All Editors');
      await tabs.first().waitFor({ state: 'hidden', timeout: attemptTimeout });
    });
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** Runs a command by its full title in the palette: `Countersign: Send Request`. */
  async runCommand(title: string): Promise<void> {
    const row = this.#quickInputRow(title).first();
    await this.#untilDone(`the palette runs ${title}`, async () => {
      await this.#openQuickInput('>', title);
      await row.click({ timeout: attemptTimeout });
    });
    // Gone, or asking already for what the command wants.
    const input = this.quickInput.locator('input').first();
    const text = () => input.inputValue({ timeout: 100 }).catch(() => undefined);
    for (const deadline = Date.now() + 20_000; (await input.isVisible()) && (await text()) === `>${title}`; ) {
      if (Date.now() > deadline) throw new Error(`the palette stays open after ${title}`);
      await this.page.waitForTimeout(20);
    }
  }

  /** Puts the cursor on a line of the active editor, and shows it. Line and column count from 1. */
  async goTo(line: number, column = 1): Promise<void> {
    const position = this.page.locator('.statusbar-item', { hasText: `Ln ${line}, Col ${column}` });
    await this.#untilDone(`the cursor is at ${line}:${column}`, async () => {
      await this.#openQuickInput(':', `${line}:${column}`);
      await this.page.keyboard.press('Enter');
      await this.quickInput.waitFor({ state: 'hidden', timeout: attemptTimeout });
      await position.waitFor({ timeout: attemptTimeout });
    });
  }

  /** Chooses from the context menu of an element; a menu hears no mouse in the first moments after it has opened. */
  async chooseFromMenu(element: Locator, label: string): Promise<void> {
    const item = this.page.getByRole('menuitem', { name: label });
    await element.click({ button: 'right' });
    await item.waitFor();
    await this.#untilDone(`the menu runs ${label}`, async () => {
      if (await item.isVisible()) await item.click({ timeout: 1000 });
      await item.waitFor({ state: 'hidden', timeout: 1000 });
    });
  }

  /** The quick pick or input box, while there is one. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  /** Answers an open input box (`showInputBox`). */
  async answer(text: string): Promise<void> {
    await this.quickInput.locator('input').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Chooses a row of an open quick pick by its label. */
  async pick(label: string): Promise<void> {
    await this.quickInput.locator('input').first().fill(label);
    await this.#chooseQuickInput(label);
  }

  /** Code lenses with this text in the active editor, top to bottom. */
  codeLenses(text: string | RegExp): Locator {
    return this.page.locator('.editor-group-container.active .codelens-decoration a', { hasText: text });
  }

  /**
   * Presses a code lens: the `index`th with this text, or the one right above the first line that holds `line`.
   */
  async clickCodeLens(
    text: string | RegExp,
    where: { readonly index?: number; readonly line?: string } = {},
  ): Promise<void> {
    const lenses = this.codeLenses(text);
    await lenses.first().waitFor();
    if (where.line === undefined) return await lenses.nth(where.index ?? 0).click();
    const line = this.editorLine(where.line);
    const top = (await line.boundingBox())?.y ?? 0;
    let nearest = lenses.first();
    let distance = Number.POSITIVE_INFINITY;
    for (const lens of await lenses.all()) {
      const above = top - ((await lens.boundingBox())?.y ?? Number.POSITIVE_INFINITY);
      if (above >= 0 && above < distance) [nearest, distance] = [lens, above];
    }
    if (distance === Number.POSITIVE_INFINITY) throw new Error(`no code lens ${text} above the line ${where.line}`);
    await nearest.click();
  }

  /** Presses "Send Request" above the line (default: the first in the file). */
  async sendRequest(line?: string): Promise<void> {
    await this.clickCodeLens('Send Request', line === undefined ? {} : { line });
  }

  /** Allows for this workspace what a request wants to use, once asked. @param question part of the question */
  async allow(question: string | RegExp): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box', { hasText: question });
    await dialog.getByRole('button', { name: 'Always Here' }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** The first line drawn in the active editor that holds this text. */
  editorLine(text: string): Locator {
    return this.page.locator('.editor-group-container.active .view-line', { hasText: text }).first();
  }

  /** Rests the mouse on what is in sight until it is told what that is; what moves below the mouse is found again. */
  async hover(element: Locator, tooltip: Locator): Promise<void> {
    await this.#untilDone('the tooltip is there', async () => {
      const box = await element.boundingBox({ timeout: attemptTimeout });
      if (!box) throw new Error('there is nothing to hover over');
      const [x, y] = [box.x + Math.min(30, box.width / 2), box.y + box.height / 2];
      await this.page.mouse.move(x + 3, y);
      await this.page.mouse.move(x, y);
      await tooltip.waitFor({ timeout: 3000 });
    });
  }

  /** Types into the active editor at its cursor. */
  async type(text: string): Promise<void> {
    await this.page
      .locator(
        '.editor-group-container.active .monaco-editor .native-edit-context, .editor-group-container.active .monaco-editor textarea.inputarea',
      )
      .first()
      .focus();
    await this.page.keyboard.type(text);
  }

  /** The document inside the webview that shows `selector`; waits until one does. */
  async webview(selector = 'body > *', timeout = 30_000): Promise<Frame> {
    const deadline = Date.now() + timeout;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        if (frame.name() !== 'active-frame' && !(await isActiveFrame(frame))) continue;
        const found = frame.locator(selector).filter({ visible: true });
        if ((await found.count().catch(() => 0)) > 0) return frame;
      }
      await this.page.waitForTimeout(50);
    }
    const frames = this.page.frames().map(frame => `${frame.name()} ${frame.url()}`.slice(0, 100));
    throw new Error(`no webview shows ${selector}; frames:\n${frames.join('\n')}`);
  }

  /** The text of the notifications that are on the screen. */
  async notifications(): Promise<string[]> {
    return await this.page.locator('.notification-list-item-message').allInnerTexts();
  }

  /** Takes a screenshot into the folder that `SCREENSHOTS` names; gives its path. */
  async screenshot(name: string): Promise<string> {
    const path = join(screenshotFolder(), `${name}.png`);
    await this.page.screenshot({ path, animations: 'disabled' });
    return path;
  }

  /** What the window and its webviews have reported as errors, apart from what this server is known for. */
  consoleErrors(): string[] {
    return this.#errors.filter(isOurs);
  }

  /** Forgets the errors reported so far. */
  forgetConsoleErrors(): void {
    this.#errors.length = 0;
  }

  /**
   * Tries until it succeeds: a webview that loads or closes takes the focus when it likes, and the quick input goes with
   * it. @throws Error with why the last attempt failed
   */
  async #untilDone(what: string, attempt: () => Promise<void>): Promise<void> {
    for (const deadline = Date.now() + 45_000; ; ) {
      try {
        return await attempt();
      } catch (error) {
        if (Date.now() > deadline || this.page.isClosed()) {
          throw new Error(`waited in vain until ${what}: ${error instanceof Error ? error.message : error}`);
        }
        if (await this.quickInput.isVisible()) await this.page.keyboard.press('Escape');
      }
    }
  }

  async #openQuickInput(prefix: '' | '>' | ':', text: string): Promise<void> {
    const input = this.quickInput.locator('input').first();
    await this.page.keyboard.press(prefix === '>' ? 'F1' : prefix === ':' ? 'Control+G' : 'Control+P');
    await input.waitFor({ timeout: attemptTimeout });
    await input.fill(prefix + text, { timeout: attemptTimeout });
  }

  async #chooseQuickInput(label: string): Promise<void> {
    await this.#quickInputRow(label).first().click();
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  #quickInputRow(label: string): Locator {
    const name = this.page.locator('.label-name').getByText(label, { exact: true });
    return this.quickInput.locator('.monaco-list-row', { has: name });
  }
}

/** Milliseconds for each step of what is tried again. */
const attemptTimeout = 5000;

/** What this server is known for: native modules and services that it does without. */
const knownNoise =
  /Failed to load resource|getServerKeyPart|bad HTTP response code \(404\)|vsda|service worker|ResizeObserver|ERR_INTERNET|ERR_NAME_NOT_RESOLVED/i;

/** The workbench prints its own log and those of every extension; ours is known by its name and its files. */
function isOurs(text: string): boolean {
  if (/^%c/.test(text)) return /countersign\.countersign|\/dist\/(extension|webview)\b/.test(text);
  return !knownNoise.test(text);
}

async function isActiveFrame(frame: Frame): Promise<boolean> {
  const element = await frame.frameElement().catch(() => undefined);
  return (await element?.getAttribute('id').catch(() => undefined)) === 'active-frame';
}
