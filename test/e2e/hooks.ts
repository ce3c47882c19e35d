import { closeWorkbench, openedWorkbench } from './workbench.ts';

export const mochaHooks: Mocha.RootHookObject = {
  async beforeEach() {
    (await openedWorkbench())?.window.forgetConsoleErrors();
  },
  async afterEach(this: Mocha.Context) {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    const opened = await openedWorkbench();
    const name = test
      .fullTitle()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .slice(0, 120);
    const path = await opened?.window.screenshot(`failed-${name}`).catch(error => String(error));
    console.log(`      screenshot: ${path}`);
    const errors = opened?.window.consoleErrors() ?? [];
    if (errors.length > 0) console.log(`      console: ${errors.join('\n      ')}`);
    // The next one opens another.
    if (opened?.window.crashed) return await closeWorkbench();
    // A test must not find the last one's open menu or half-typed name.
    await opened?.window.page.keyboard.press('Escape').catch(() => undefined);
  },
  async afterAll() {
    await closeWorkbench();
  },
};
