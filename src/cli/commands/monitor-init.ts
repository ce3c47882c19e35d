import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { oneLine } from '../../core/foreign-text.ts';
import { secretEnvironmentName } from '../../core/secrets.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { type MonitorPlan, type Provider, providers, workflowFor } from '../monitor/workflow.ts';
import { createNodeWorkspace, requestFiles } from '../node-workspace.ts';
import { options, optionText } from '../options.ts';
import { UsageError } from '../usage-error.ts';

/** Files beside requests that may name secrets. */
const beside = ['collection.http', 'folder.http', 'http-client.env.json'];

/** `monitor init [PROVIDER] PATH…`: writes the scheduled workflow for a CI, with the secrets of the files wired. */
export async function monitorInitCommand({ call, output, current }: CommandContext): Promise<number> {
  const [, , first, ...rest] = call.positionals;
  const stated = providers.find(provider => provider === first);
  const paths = stated ? rest : [first, ...rest].filter(path => path !== undefined);
  if (paths.length === 0) throw new UsageError(`usage: countersign monitor init [${providers.join('|')}] PATH…`);
  const minutes = Math.max(1, Math.round((call.every ?? 15 * 60_000) / 60_000));
  if (minutes < 60 ? 60 % minutes !== 0 : minutes % 60 !== 0 || (24 * 60) % minutes !== 0) {
    throw new UsageError(
      '--every of a workflow takes minutes that divide an hour, or hours that divide a day: 5m, 15m, 6h',
    );
  }
  const plan: MonitorPlan = {
    args: argumentsOf(call, paths),
    secrets: await secretsOf(paths, current),
    everyMinutes: minutes,
    package: packageOf(call, current),
  };
  const provider = stated ?? detected(current);
  const { path, text, next } = workflowFor(provider, plan);
  if (call.dryRun) output.line(text.trimEnd());
  else {
    const file = join(current, path);
    if (existsSync(file) && readFileSync(file, 'utf8') !== text && !call.force) {
      throw new UsageError(`${path} is there already; --force replaces it`);
    }
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    output.line(`wrote ${path}`);
  }
  for (const each of next) output.line(oneLine(each, 4000));
  return 0;
}

/** Of the one whose files are there already; else GitHub. */
function detected(current: string): Provider {
  if (existsSync(join(current, '.gitlab-ci.yml'))) return 'gitlab';
  return existsSync(join(current, 'azure-pipelines.yml')) ? 'azure' : 'github';
}

/** What the workflow hands to `countersign run`. Values that are given here stay here: they may be secrets. */
function argumentsOf(call: Call, paths: readonly string[]): readonly string[] {
  for (const key of ['secrets', 'vars'] as const) {
    if (!call.given.has(key)) continue;
    throw new UsageError(`“monitor init” does not take ${optionText(options[key])}: values stay out of the file`);
  }
  return [
    ...paths,
    ...(call.env === undefined ? [] : ['--env', call.env]),
    ...call.envFiles.flatMap(file => ['--env-file', file]),
    ...(call.name === undefined ? [] : ['--name', call.name]),
    ...call.include.flatMap(tag => ['--include', tag]),
    ...call.exclude.flatMap(tag => ['--exclude', tag]),
    ...(call.timeout === undefined ? [] : ['--timeout', `${call.timeout}ms`]),
    ...(call.fail ? ['--fail'] : []),
  ];
}

/** The environment variables of the secrets that the files, and those that speak for their folders, name. */
async function secretsOf(paths: readonly string[], current: string): Promise<readonly string[]> {
  const workspace = createNodeWorkspace(current, paths);
  const files = new Set<string>();
  for (const file of await requestFiles(paths, current)) {
    files.add(file);
    const root = workspace.root(file);
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      for (const name of beside) files.add(join(folder, name));
      if (folder === root || folder === dirname(folder)) break;
    }
  }
  const names = new Set<string>();
  for (const file of files) {
    if (!existsSync(file)) continue;
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/\{\{\s*\$secret\s+([^\s{}]+)\s*\}\}/g)) {
      names.add(secretEnvironmentName(name));
    }
  }
  return [...names].sort();
}

/**
 * What npm is to install. Nothing is guessed: a package of that name that is another's would be handed every secret.
 * @throws UsageError where nothing says it
 */
function packageOf({ package: stated }: Call, current: string): string | undefined {
  if (stated !== undefined) return stated;
  try {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(
      readFileSync(resolve(current, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string> | undefined>;
    if ('countersign' in dependencies || 'countersign' in devDependencies) return undefined;
  } catch {
    // Then nothing says it.
  }
  throw new UsageError(
    `say what the workflow installs: name countersign in ${relative(current, resolve(current, 'package.json'))}, or --package ./countersign-0.1.0.tgz`,
  );
}
