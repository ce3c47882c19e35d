import type { Browser } from 'playwright-core';
import { startVscodeServer, type VscodeServer, type VscodeServerOptions } from '../../../scripts/vscode-server.ts';
import { launchBrowser } from './browser.ts';
import { type WindowOptions, WorkbenchWindow } from './workbench-window.ts';

export interface WorkbenchOptions extends VscodeServerOptions, WindowOptions {}

/** A VS Code server and a browser with windows on it: what a person would see, driven by keyboard and mouse. */
export class Workbench {
  readonly server: VscodeServer;
  readonly browser: Browser;
  /** The window opened at launch. */
  readonly window: WorkbenchWindow;
  readonly #options: WorkbenchOptions;

  private constructor(server: VscodeServer, browser: Browser, window: WorkbenchWindow, options: WorkbenchOptions) {
    this.server = server;
    this.browser = browser;
    this.window = window;
    this.#options = options;
  }

  /** Starts server and browser side by side and opens the first window. */
  static async launch(options: WorkbenchOptions = {}): Promise<Workbench> {
    const [server, browser] = await Promise.allSettled([startVscodeServer(options), launchBrowser()]);
    if (server.status === 'rejected' || browser.status === 'rejected') {
      if (server.status === 'fulfilled') await server.value.stop();
      if (browser.status === 'fulfilled') await browser.value.close();
      throw server.status === 'rejected' ? server.reason : (browser as PromiseRejectedResult).reason;
    }
    try {
      const window = await WorkbenchWindow.open(server.value, browser.value, options);
      return new Workbench(server.value, browser.value, window, options);
    } catch (error) {
      await Promise.all([browser.value.close(), server.value.stop()]);
      throw error;
    }
  }

  /** Another window, on a copy of `folder`, or on the very folder of `beside` and in its browser profile. */
  async openWindow(
    options: Pick<WindowOptions, 'folder' | 'size' | 'scale'> & { readonly beside?: WorkbenchWindow } = {},
  ): Promise<WorkbenchWindow> {
    const { beside, ...own } = options;
    return await WorkbenchWindow.open(this.server, this.browser, { ...this.#options, ...own }, beside);
  }

  async close(): Promise<void> {
    await this.window.close();
    await this.browser.close();
    await this.server.stop();
  }
}
