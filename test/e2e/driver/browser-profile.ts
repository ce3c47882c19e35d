import { randomBytes } from 'node:crypto';
import type { Browser, BrowserContext } from 'playwright-core';

export interface ProfileOptions {
  readonly size?: { readonly width: number; readonly height: number };
  /** Pixels of the device for each of the page: 2 with half the size is a browser at 200 % zoom. */
  readonly scale?: number;
}

/** A browser profile of its own: windows that share one share their secrets. */
export async function newProfile(browser: Browser, { size, scale = 1 }: ProfileOptions): Promise<BrowserContext> {
  const viewport = size ?? { width: 1280, height: 800 };
  const context = await browser.newContext({ viewport, deviceScaleFactor: scale });
  context.setDefaultTimeout(30_000);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  // `code-server` answers this around the VS Code that it carries: its half of the key to a browser's secrets.
  const key = randomBytes(32);
  await context.route('**/mint-key', route => route.fulfill({ body: key, contentType: 'application/octet-stream' }));
  return context;
}
