import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { exampleSecrets } from '../test/demo-api/credentials.ts';
import type { DemoApi } from '../test/demo-api/demo-api.ts';
import type { WorkbenchWindow } from '../test/e2e/driver/workbench-window.ts';

/** The response panel once it shows a status or an error; on the way there, each secret that is asked for is typed in. */
export async function responseOf(window: WorkbenchWindow): Promise<Frame> {
  const answered = new Set<string>();
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const asked = (await window.quickInput.isVisible()) ? (await window.quickInput.allInnerTexts()).join() : '';
    const secret = Object.entries(exampleSecrets).find(([name]) => asked.includes(name) && !answered.has(name));
    if (secret) {
      answered.add(secret[0]);
      await window.answer(secret[1]);
    }
    const panel = await window.webview('text=/\\b[2-5]\\d\\d\\b|couldn.t be sent/', 500).catch(() => undefined);
    if (panel) return panel;
  }
  throw new Error('no response is shown');
}

/** Makes the environments in a copy of the examples name the demo API where it really is. */
export function pointAt(api: DemoApi, folder: string): void {
  const file = join(folder, 'http-client.env.json');
  const environments = JSON.parse(readFileSync(file, 'utf8'));
  environments.$shared.baseUrl = api.url;
  writeFileSync(file, `${JSON.stringify(environments, undefined, 2)}\n`);
}
