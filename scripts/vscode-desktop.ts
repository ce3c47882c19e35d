import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, SilentReporter } from '@vscode/test-electron';
import { cache } from './project.ts';

/**
 * The program of a desktop VS Code to test in: the one that `COUNTERSIGN_VSCODE` names (`server` means none), one that
 * can be downloaded, or an installed one. Undefined where there is none, or no screen to show it on.
 */
export async function testableDesktop(): Promise<string | undefined> {
  const named = process.env.COUNTERSIGN_VSCODE;
  if (named === 'server') return undefined;
  if (named && named !== 'desktop') return named;
  if (named !== 'desktop' && !hasScreen()) return undefined;
  if (named === 'desktop' || (await isReachable('https://update.code.visualstudio.com/api/releases/stable'))) {
    try {
      return await downloadAndUnzipVSCode({
        cachePath: join(cache, 'tools', 'vscode'),
        reporter: new SilentReporter(),
      });
    } catch (error) {
      console.error(`VS Code could not be downloaded (${error}); going on without.`);
    }
  }
  return installedDesktop();
}

/** The program of an installed desktop VS Code. */
export function installedDesktop(): string | undefined {
  const { env, platform } = process;
  if (platform === 'darwin') {
    const program = 'Contents/MacOS/Electron';
    const folders = ['/Applications', join(env.HOME ?? '', 'Applications')];
    return folders.map(folder => join(folder, 'Visual Studio Code.app', program)).find(existsSync);
  }
  if (platform === 'win32') {
    const folders = [join(env.LOCALAPPDATA ?? '', 'Programs'), env.PROGRAMFILES ?? ''];
    return folders.map(folder => join(folder, 'Microsoft VS Code', 'Code.exe')).find(existsSync);
  }
  return ['/usr/share/code/code', '/opt/visual-studio-code/code', '/snap/code/current/usr/share/code/code'].find(
    existsSync,
  );
}

export function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

async function isReachable(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3000) })).ok;
  } catch {
    return false;
  }
}
