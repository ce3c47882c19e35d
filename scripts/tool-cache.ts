import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withLock } from './lock.ts';
import { run } from './owned-process.ts';
import { cache } from './project.ts';

/**
 * A folder that is made once and kept: `make` fills a temporary one, which takes its place only when complete, so that
 * neither a broken run nor two at once leave half a tool behind.
 */
export async function cachedTool(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, 'tools', name);
  if (existsSync(folder)) return folder;
  return await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return folder;
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    await make(unfinished);
    renameSync(unfinished, folder);
    return folder;
  });
}

/** Installs packages into `folder` without running their scripts, trying again when the registry fails. */
export async function npmInstall(folder: string, args: readonly string[]): Promise<void> {
  if (!readdirSync(folder).includes('package.json')) writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error', '--prefix', folder];
  for (let attempt = 1; ; attempt++) {
    const { code, output } = await npm(['install', ...quiet, ...args], folder);
    if (code === 0) return;
    if (attempt === 4) throw new Error(`npm install ${args.join(' ')} failed:\n${output.trim()}`);
    await delay(1000 * 2 ** attempt);
  }
}

/** npm itself, without what `npm run` says of the package it was called for. */
async function npm(args: readonly string[], cwd: string): Promise<{ readonly code: number; readonly output: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|command|config_(local_)?prefix$)/.test(name),
    ),
  );
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return await run(process.execPath, [script, ...args], { cwd, env });
  return await run('npm', [...args], { cwd, env, shell: process.platform === 'win32' });
}
