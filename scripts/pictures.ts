import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDemoApi } from '../test/demo-api/demo-api.ts';
import { Workbench } from '../test/e2e/driver/workbench.ts';
import { bundleAll } from './bundle.ts';
import { pointAt, responseOf } from './example-window.ts';
import { root } from './project.ts';

/** `npm run pictures`: takes the pictures of the README anew, in a real workbench on `examples/`. */

await bundleAll({ production: true });
const api = await startDemoApi();
const workbench = await Workbench.launch({ folder: join(root, 'examples') });
try {
  const { window } = workbench;
  const { page } = window;
  pointAt(api, window.folder);
  const keep = async (name: string): Promise<void> => {
    copyFileSync(await window.screenshot(name), join(root, 'media', `${name}.png`));
  };
  await window.setTheme('Dark Modern');
  await page.locator('.activitybar .action-label[aria-label^="Countersign"]').click();
  await window.openFile('orders.http');
  await window.sendRequest();
  await responseOf(window);
  await keep('screenshot');

  await window.openFile('orders.http');
  await window.goTo(10);
  await window.runCommand('Countersign: Open Authorization');
  const panel = await window.webview('[role=tab]:has-text("Authorization")');
  await panel.locator('select').first().waitFor();
  await keep('authorization');
  await panel.locator('[role=tab]', { hasText: 'Headers' }).click();
  await panel.locator('text=/\\d+ hidden/').click();
  await panel.locator('text=calculated when the request is sent').first().waitFor();
  await keep('hidden-headers');
} finally {
  await workbench.close();
  await api.close();
}
