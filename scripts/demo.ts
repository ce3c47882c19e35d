import { join } from 'node:path';
import { exampleSecrets } from '../test/demo-api/credentials.ts';
import { startDemoApi } from '../test/demo-api/demo-api.ts';
import { bundleAll } from './bundle.ts';
import { startOwned } from './owned-process.ts';
import { dist, root, temporaryFolder } from './project.ts';

interface RequestLine {
  readonly file: string;
  readonly name: string | null;
  readonly title: string | null;
  readonly ok: boolean;
  readonly status: number | null;
  readonly durationMs: number;
  readonly auth: {
    readonly scheme: string;
    readonly from: { readonly file: string; readonly line: number } | null;
  } | null;
  readonly error: { readonly message: string } | null;
}

/** Runs `examples/` through the command line against the demo API and prints a line per request; the exit status. */
export async function runDemo(baseUrl: string): Promise<number> {
  const secrets = Object.entries(exampleSecrets).flatMap(([name, value]) => ['--secret', `${name}=${value}`]);
  const args = ['run', 'examples', '--json', '--fail', '--env', 'dev', '--var', `baseUrl=${baseUrl}`, ...secrets];
  const child = startOwned(process.execPath, [join(dist, 'cli.js'), ...args], {
    cwd: root,
    // The demo's tokens are no business of the person's own.
    env: { ...process.env, XDG_CONFIG_HOME: temporaryFolder('config') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  console.log(`\n  ${row('request', 'auth, and where it is stated', 'status', 'time')}`);
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) printLine(JSON.parse(line));
  });
  return await new Promise(resolve => {
    child.once('close', code => resolve(code ?? 1));
  });
}

function printLine(
  line: RequestLine | { readonly summary: { requests: number; failed: number; durationMs: number } },
): void {
  if ('summary' in line) {
    const { requests, failed, durationMs } = line.summary;
    console.log(`\n  ${requests} requests, ${failed} failed, in ${Math.round(durationMs)} ms\n`);
    return;
  }
  const { auth, title, name, ok, status, error, durationMs } = line;
  const from = auth?.from
    ? ` · ${auth.from.file.replaceAll('\\', '/').replace(/^.*examples\//, '')}:${auth.from.line}`
    : '';
  const shown = `${ok ? '✔' : '✘'} ${title ?? name ?? line.file}`;
  console.log(
    `  ${row(shown, `${auth?.scheme ?? 'none'}${from}`, String(status ?? '–'), `${Math.round(durationMs)} ms`)}`,
  );
  if (error) console.log(`      ${error.message}`);
}

function row(request: string, auth: string, status: string, time: string): string {
  return `${fit(request, 48)}  ${fit(auth, 38)}  ${status.padEnd(6)}${time.padStart(8)}`;
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

if (import.meta.main) {
  await bundleAll({ production: true });
  const api = await startDemoApi();
  try {
    process.exitCode = await runDemo(api.url);
  } finally {
    await api.close();
  }
}
