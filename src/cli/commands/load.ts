import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { secretEnvironmentName } from '../../core/secrets.ts';
import type { Call } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { requestFiles } from '../node-workspace.ts';
import { UsageError } from '../usage-error.ts';

const engineName = 'artillery-engine-countersign';

/**
 * `load PATH… --rate N --duration 60s`: makes an Artillery test of which each virtual user sends the requests once, and
 * starts it with the Artillery that is installed; with `--out` only writes it. The exit status is Artillery's.
 */
export async function loadCommand({ call, output, current }: CommandContext, env: NodeJS.ProcessEnv): Promise<number> {
  const paths = call.positionals.slice(1);
  if (paths.length === 0 || call.rate === undefined || call.duration === undefined) {
    throw new UsageError('usage: countersign load PATH… --rate N --duration DURATION');
  }
  // What is wrong with the paths is said here, not by each virtual user.
  await requestFiles(paths, current);
  const test = {
    config: {
      target: 'countersign',
      phases: [{ duration: Math.max(1, Math.round(call.duration / 1000)), arrivalRate: call.rate }],
      engines: { countersign: { run: runArguments(call), ...(call.out === undefined ? { folder: current } : {}) } },
    },
    scenarios: [{ engine: 'countersign', flow: [] }],
  };
  const text = `${JSON.stringify(test, undefined, 2)}\n`;
  if (call.out !== undefined) {
    writeFileSync(resolve(current, call.out), text);
    output.line(`wrote ${call.out}: start it with “NODE_PATH=${engineFolder()} artillery run ${call.out}”`);
    return 0;
  }
  const artillery = installedArtillery(current, env);
  if (artillery === undefined) {
    throw new UsageError(
      'Artillery is not installed here: npm install --save-dev artillery, or write the test with --out',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'countersign-load-'));
  try {
    const file = join(folder, 'test.json');
    writeFileSync(file, text, { mode: 0o600 });
    return await started(artillery, ['run', file], { ...secretsOf(call), ...env, NODE_PATH: nodePath(env) }, current);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Secrets and the values of variables are handed over by the environment and by arguments that no file keeps. */
function runArguments(call: Call): readonly string[] {
  if (call.given.has('vars') && call.out !== undefined) {
    throw new UsageError('--out does not take --var: values stay out of the file');
  }
  return [
    ...call.positionals.slice(1),
    ...(call.env === undefined ? [] : ['--env', call.env]),
    ...call.envFiles.flatMap(file => ['--env-file', file]),
    ...[...call.vars].flatMap(([name, value]) => ['--var', `${name}=${value}`]),
    ...(call.name === undefined ? [] : ['--name', call.name]),
    ...call.include.flatMap(tag => ['--include', tag]),
    ...call.exclude.flatMap(tag => ['--exclude', tag]),
    ...(call.deps ? [] : ['--no-deps']),
    ...(call.timeout === undefined ? [] : ['--timeout', `${call.timeout}ms`]),
    ...(call.insecure ? ['--insecure'] : []),
    ...(call.yes ? ['--yes'] : []),
  ];
}

const secretsOf = (call: Call): Record<string, string> =>
  Object.fromEntries([...call.secrets].map(([name, value]) => [secretEnvironmentName(name), value]));

/** The folder that holds the engine's package. */
function engineFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    for (const place of [folder, join(folder, 'dist')]) if (existsSync(join(place, engineName))) return place;
    if (folder === dirname(folder)) throw new UsageError(`${engineName} is missing: install Countersign again`);
  }
}

const nodePath = ({ NODE_PATH }: NodeJS.ProcessEnv): string =>
  [engineFolder(), ...(NODE_PATH ? [NODE_PATH] : [])].join(delimiter);

/** The `artillery` of the project, else of the search path. */
function installedArtillery(current: string, { PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  const name = process.platform === 'win32' ? 'artillery.cmd' : 'artillery';
  const folders: string[] = [];
  for (let folder = current; ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules/.bin'));
    if (folder === dirname(folder)) break;
  }
  return [...folders, ...PATH.split(delimiter).filter(Boolean)].map(folder => join(folder, name)).find(existsSync);
}

function started(program: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', error => reject(new UsageError(`Artillery cannot be started: ${error.message}`)));
    child.on('close', status => done(status ?? 1));
  });
}
