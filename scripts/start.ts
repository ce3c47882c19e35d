import { join, relative } from 'node:path';
import { exampleSecrets } from '../test/demo-api/credentials.ts';
import { type DemoApi, startDemoApi } from '../test/demo-api/demo-api.ts';
import { Workbench } from '../test/e2e/driver/workbench.ts';
import { bundleAll } from './bundle.ts';
import { runDemo } from './demo.ts';
import { pointAt, responseOf } from './example-window.ts';
import { startOwned, stopOwned } from './owned-process.ts';
import { root, temporaryCopy, temporaryFolder } from './project.ts';
import { hasScreen, installedDesktop } from './vscode-desktop.ts';
import { startVscodeServer } from './vscode-server.ts';

/**
 * `npm start`: builds, starts the demo API, runs `examples/` through the command line, then opens an editor on them
 * until Ctrl-C. Without a terminal it checks a headless workbench instead, and ends. The status is that of what failed.
 */

/** Where `examples/http-client.env.json` looks for the demo API. */
const usualPort = 8815;

const examples = join(root, 'examples');

await bundleAll({ production: true });
const api = await startDemoApi({ port: usualPort }).catch(() => startDemoApi());
try {
  console.log(`demo API at ${api.url}, checking ${api.schemes.join(', ')}`);
  const status = await runDemo(api.url);
  if (process.stdin.isTTY && process.stdout.isTTY) await openEditor(api);
  else await checkWorkbench(api);
  process.exitCode = status;
} finally {
  await api.close();
}

async function openEditor(api: DemoApi): Promise<void> {
  const usual = api.url === `http://127.0.0.1:${usualPort}`;
  const folder = usual ? examples : temporaryCopy(examples);
  if (!usual) pointAt(api, folder);

  console.log('The secrets that the examples ask for:');
  for (const [name, value] of Object.entries(exampleSecrets)) console.log(`  ${name.padEnd(30)}${value}`);
  const interrupted = new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const desktop = process.env.COUNTERSIGN_VSCODE === 'server' || !hasScreen() ? undefined : installedDesktop();
  if (desktop) {
    const profile = temporaryFolder('profile');
    const args = [
      folder,
      `--extensionDevelopmentPath=${root}`,
      '--user-data-dir',
      profile,
      '--disable-workspace-trust',
    ];
    const editor = startOwned(desktop, args, { stdio: 'ignore', gentle: true });
    console.log(`\n${desktop} is open on ${folder}. Ctrl-C ends it.`);
    await Promise.race([interrupted, new Promise(resolve => editor.once('exit', resolve))]);
    await stopOwned(editor);
    return;
  }
  const server = await startVscodeServer();
  const address = server.address(folder, [['extensionDevelopmentPath', server.remoteUri(root)]]);
  console.log(`\nVS Code, open on ${folder}, is at\n\n  ${address}\n\nCtrl-C ends it.`);
  await interrupted;
  await server.stop();
}

/** Opens an example, presses "Send Request", and prints what a person would see. @throws Error when it isn't there */
async function checkWorkbench(api: DemoApi): Promise<void> {
  const workbench = await Workbench.launch({ folder: examples });
  try {
    const { window } = workbench;
    pointAt(api, window.folder);
    await window.openFile('orders.http');
    await window.codeLenses('Send Request').first().waitFor();
    const lenses = await window.page.locator('.codelens-decoration').allInnerTexts();
    console.log(
      `workbench: orders.http is open; code lenses:\n${lenses.map(text => `  ${text.replace(/\s+/g, ' ')}`).join('\n')}`,
    );
    await window.sendRequest();
    const panel = await responseOf(window);
    const text = (await panel.locator('body').allInnerTexts())
      .join('\n')
      .split('\n')
      .filter(line => line.trim() !== '');
    console.log(
      `workbench: "Send Request" was pressed; the panel shows:\n${text
        .slice(0, 8)
        .map(line => `  ${line}`)
        .join('\n')}`,
    );
    if (!/\b200\b/.test(text.join(' '))) throw new Error('the response panel does not show status 200');
    console.log(`workbench: screenshot in ${relative(process.cwd(), await window.screenshot('start'))}`);
  } catch (error) {
    console.error(`workbench: screenshot in ${await workbench.window.screenshot('start-failed').catch(String)}`);
    throw error;
  } finally {
    await workbench.close();
  }
}
