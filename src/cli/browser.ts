import { spawn } from 'node:child_process';
import type { ProcessEnvironment } from '../core/ports.ts';

/** The command lines that may open an address here, in order; `%s` stands for it. Empty where there is no browser. */
export function browserCommands(
  env: ProcessEnvironment,
  platform: NodeJS.Platform = process.platform,
): readonly string[][] {
  if (env.BROWSER) {
    const commands = platform === 'win32' ? [env.BROWSER] : env.BROWSER.split(':');
    return commands.filter(Boolean).map(command => (platform === 'win32' ? [command] : command.split(/\s+/)));
  }
  if (platform === 'darwin') return [['open']];
  // The address is an argument of a program, never part of a command line that a shell reads.
  if (platform === 'win32') return [['rundll32', 'url.dll,FileProtocolHandler']];
  return env.DISPLAY || env.WAYLAND_DISPLAY ? [['xdg-open'], ['sensible-browser'], ['x-www-browser']] : [];
}

/** Opens an address with the first command that starts. False where none does. */
export async function openBrowser(url: string, env: ProcessEnvironment): Promise<boolean> {
  for (const [program = '', ...args] of browserCommands(env)) {
    const all = args.some(arg => arg.includes('%s')) ? args.map(arg => arg.replaceAll('%s', url)) : [...args, url];
    if (await starts(program, all)) return true;
  }
  return false;
}

function starts(program: string, args: readonly string[]): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
