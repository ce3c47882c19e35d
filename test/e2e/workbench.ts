import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/project.ts';
import { credentials } from '../demo-api/credentials.ts';
import { type DemoApi, startDemoApi } from '../demo-api/demo-api.ts';
import { Workbench } from './driver/workbench.ts';
import type { WorkbenchWindow } from './driver/workbench-window.ts';

export type { Theme, WorkbenchWindow } from './driver/workbench-window.ts';
export { credentials };

/**
 * What end-to-end tests share: one VS Code server, one browser, one window on a folder that holds a copy of `examples/`
 * (a collection, so files beside it inherit no authorization), and the demo API, all started by the first test that asks
 * and ended after the last one (`hooks.ts`; a failed test leaves a screenshot).
 *
 * ```ts
 * import { openWorkbench } from './workbench.ts';
 *
 * it('sends a request with the auth of its file', async () => {
 *   const { window, api } = await openWorkbench();
 *   window.write('mine.http', `# @auth bearer token=${credentials.token}\n\n### Me\nGET ${api.url}/auth/bearer\n`);
 *   await window.openFile('mine.http');              // Quick Open, as a person does
 *   await window.sendRequest('GET http');            // the lens above the line that holds this text
 *   const panel = await window.webview('[role=tablist]');   // Playwright's Frame: locator(), evaluate() …
 *   await panel.getByText('200 OK').waitFor();
 *   await window.screenshot('bearer');               // into $SCREENSHOTS, else .cache/screenshots
 *   assert.deepEqual(window.consoleErrors(), []);
 * });
 * ```
 *
 * Also: `runCommand('Countersign: Preview Request')`, `goTo(line, column)`, `type(text)`, `editorLine(text)`,
 * `codeLenses(text)`, `quickInput`, `pick(label)`, `answer(text)`, `setTheme('Dark Modern')`, `setSetting(name, value)`,
 * `chooseFromMenu(element, label)`, `notifications()`, `closeEverything()`, and for a second window `workbench.openWindow({ beside: window })`.
 * Wait for what should appear (`locator.waitFor()`, `waitUntil`), never for time to pass. Names of files should be
 * a test's own, as the window is shared. Needs `dist/` to be built: `npm run test:e2e -- test/e2e/mine.test.ts`.
 */
export interface SharedWorkbench {
  readonly workbench: Workbench;
  readonly window: WorkbenchWindow;
  readonly api: DemoApi;
}

let shared: Promise<SharedWorkbench> | undefined;

export function openWorkbench(): Promise<SharedWorkbench> {
  shared ??= launch();
  return shared;
}

/** Another window in place of the shared one, with a folder and secrets of its own: for tests that need all of it. */
export async function openFreshWindow(): Promise<SharedWorkbench> {
  const { workbench, window: last, api } = await openWorkbench();
  const window = await workbench.openWindow();
  addExamples(window);
  shared = Promise.resolve({ workbench, window, api });
  await last.close();
  return await shared;
}

/** The shared window, where a test has opened it. */
export async function openedWorkbench(): Promise<SharedWorkbench | undefined> {
  return await shared?.catch(() => undefined);
}

export async function closeWorkbench(): Promise<void> {
  const opened = await openedWorkbench();
  shared = undefined;
  await opened?.workbench.close();
  await opened?.api.close();
}

async function launch(): Promise<SharedWorkbench> {
  const api = await startDemoApi();
  const workbench = await Workbench.launch().catch(error => {
    console.log(`      tried again: ${error}`);
    return Workbench.launch();
  });
  addExamples(workbench.window);
  return { workbench, window: workbench.window, api };
}

function addExamples(window: WorkbenchWindow): void {
  cpSync(join(root, 'examples'), join(window.folder, 'examples'), { recursive: true });
}

/** Waits until `probe` gives something other than undefined or false, and gives it. @throws Error after `timeout` ms */
export async function waitUntil<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeout = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== null && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeout / 1000} s in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
