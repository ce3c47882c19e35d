import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { run } from '../../../scripts/owned-process.ts';
import { cache, root } from '../../../scripts/project.ts';
import { cachedTool, npmInstall } from '../../../scripts/tool-cache.ts';

const flags = [
  ...['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--no-first-run', '--no-default-browser-check', '--disable-dev-shm-usage', '--force-color-profile=srgb'],
];

export interface BrowserProgram {
  readonly executable: string;
  /** Absent: the process's own. */
  readonly environment?: Record<string, string>;
}

/** A browser for tests: `COUNTERSIGN_BROWSER`, an installed Chrome, Chromium or Edge, else one from npm. */
export async function browserProgram(): Promise<BrowserProgram> {
  const installed = process.env.COUNTERSIGN_BROWSER || findInstalledBrowser();
  return installed ? { executable: installed } : await npmBrowser();
}

/** Starts that browser, headless. */
export async function launchBrowser(): Promise<Browser> {
  const { executable, environment } = await browserProgram();
  return await chromium.launch({
    executablePath: executable,
    args: flags,
    ...(environment ? { env: environment } : {}),
  });
}

/** The program of an installed browser that speaks the DevTools protocol. */
function findInstalledBrowser(): string | undefined {
  const { env, platform } = process;
  if (platform === 'win32') {
    const roots = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(folder => folder !== undefined);
    const programs = ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'];
    return programs.flatMap(program => roots.map(folder => join(folder, program))).find(existsSync);
  }
  if (platform === 'darwin') {
    const names = ['Google Chrome', 'Microsoft Edge', 'Chromium'];
    return names.map(name => `/Applications/${name}.app/Contents/MacOS/${name}`).find(existsSync);
  }
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];
  const folders = (env.PATH ?? '').split(delimiter);
  return names.flatMap(name => folders.map(folder => join(folder, name))).find(existsSync);
}

/** Chromium unpacked from `@sparticuz/chromium`, with the libraries and fonts that a bare Linux lacks. */
async function npmBrowser(): Promise<{ executable: string; environment: Record<string, string> }> {
  if (process.platform !== 'linux') {
    throw new Error('No Chrome, Chromium or Edge was found. Install one, or name its program in COUNTERSIGN_BROWSER.');
  }
  const folder = await cachedTool('chromium-147', async unfinished => {
    await unpackChromium(unfinished);
    mkdirSync(join(unfinished, 'npm'));
    await npmInstall(join(unfinished, 'npm'), ['dejavu-fonts-ttf@2.37.3']);
  });
  const fontConfiguration = join(cache, 'tools', 'fonts.conf');
  writeFileSync(
    fontConfiguration,
    fontsConf([join(folder, 'fonts'), join(folder, 'npm/node_modules/dejavu-fonts-ttf/ttf')]),
  );
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const libraries = [join(folder, 'al2023/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return {
    executable: join(folder, 'chromium'),
    environment: { ...Object.fromEntries(inherited), LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fontConfiguration },
  };
}

/** The package unpacks to the temporary folder, so a process with another temporary folder does it. */
async function unpackChromium(folder: string): Promise<void> {
  // The variable makes it unpack the libraries too.
  const env = { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' };
  const script = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();";
  const { code, output } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env });
  if (code !== 0 || !existsSync(join(folder, 'chromium'))) throw new Error(`unpacking Chromium failed:\n${output}`);
}

function fontsConf(folders: readonly string[]): string {
  const alias = (family: string, font: string) =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
${['/usr/share/fonts', ...folders].map(folder => `<dir>${folder}</dir>`).join('\n')}
<cachedir>${join(cache, 'tools', 'font-cache')}</cachedir>
${alias('monospace', 'DejaVu Sans Mono')}
${alias('sans-serif', 'Open Sans')}
${alias('system-ui', 'Open Sans')}
</fontconfig>\n`;
}
