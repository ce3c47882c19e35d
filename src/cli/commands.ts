import { CountersignError } from '../core/errors.ts';
import type { Command, CommandContext, TakenOption } from './command.ts';
import { permissionOptions, tlsOptions } from './options.ts';
import { interruptible, withEngine } from './with-engine.ts';

const chosenRequest: readonly TakenOption[] = [
  { option: 'name', help: 'the request of that name or title' },
  { option: 'line', help: 'the request around that line' },
];
const yes: TakenOption = { option: 'yes', help: 'sends a request with # @note without asking' };
const timeout: TakenOption = { option: 'timeout', help: '10s, 500ms, 2m' };

/** Runs a command whose expected failures are told in a sentence; `statusOf` gives the exit status of one. */
async function told(
  { stderr }: CommandContext,
  statusOf: (error: CountersignError) => number,
  command: () => Promise<number>,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    stderr.line([error.message, error.hint].filter(Boolean).join(' '));
    return statusOf(error);
  }
}

/** Every command, in the order of the help. */
export const commands: Readonly<Record<string, Command>> = {
  run: {
    summary: [['run PATH…', 'sends every request of files, folders or collections']],
    usage: ['run PATH… [options]'],
    about: 'Sends every request of the files, folders or collections, in order.',
    options: [
      ...(['name', 'line', 'deps', 'include', 'exclude', 'iterations', 'data', 'retry', 'shard'] as const),
      ...(['rerunFailed', 'strict', 'order', 'delay', 'verbose', 'show', 'withResponse', 'output', 'trace'] as const),
      ...(['quiet', 'bail', 'fail', 'timeout', 'insecure', 'interactive', 'yes', 'parallel', 'showSecrets'] as const),
      ...(['reporters', 'cookieJar'] as const),
      ...tlsOptions,
      ...permissionOptions,
    ],
    run: async context => {
      const { runCommand } = await import('./commands/run.ts');
      return withEngine(context, 1, (engine, signal) => runCommand(context, engine, signal));
    },
  },
  preview: {
    summary: [['preview FILE [--name N|--line N]', 'prints a request as it would go out; sends nothing']],
    usage: ['preview FILE [--name NAME | --line N] [options]'],
    about: 'Prints the request as it would go out, generated headers included. Sends nothing.',
    options: [...chosenRequest, 'showSecrets', 'cookieJar', ...tlsOptions, ...permissionOptions],
    run: async context => {
      const { previewCommand } = await import('./commands/preview.ts');
      return withEngine(context, 2, (engine, signal) => previewCommand(context, engine, signal));
    },
  },
  explain: {
    summary: [['explain FILE [--name N|--line N]', 'sends a request, and says why it is refused']],
    usage: ['explain FILE [--name NAME | --line N] [options]'],
    about:
      'Sends a request, and says why the server refuses it: each cause with what it is known from, and what to do. Exit status 1 where it refuses, 0 where it does not.',
    options: [
      ...[...chosenRequest, timeout, 'insecure' as const, 'interactive' as const, yes, 'showSecrets' as const],
      { option: 'trace', help: 'writes every exchange into an HTTP Archive (HAR), secrets masked' },
      'cookieJar',
      ...tlsOptions,
      ...permissionOptions,
    ],
    run: async context => {
      const { explainCommand } = await import('./commands/explain.ts');
      return withEngine(context, 1, (engine, signal) => explainCommand(context, engine, signal));
    },
  },
  monitor: {
    summary: [
      ['monitor PATH… --every DURATION', 'sends every request again and again, and tells what changed'],
      ['monitor init [PROVIDER] PATH…', 'writes a scheduled workflow for GitHub, GitLab or Azure'],
    ],
    usage: ['monitor PATH… --every DURATION [options]', 'monitor init [github|gitlab|azure] PATH… [options]'],
    about:
      'The first sends every request again and again, until Ctrl-C, and prints a line for each turn. Files are read anew each time.',
    options: [
      'every',
      { option: 'iterations', help: 'ends after N turns; exit status 1 where the last one failed' },
      ...(['history', 'webhook', 'otlp'] as const),
      ...tlsOptions,
      ...permissionOptions,
    ],
    asRun: [
      ...(['name', 'include', 'exclude', 'deps', 'strict', 'retry', 'parallel', 'delay', 'fail', 'timeout'] as const),
      ...(['insecure', 'yes', 'showSecrets'] as const),
    ],
    verbs: {
      init: {
        about:
          '“monitor init” writes the workflow that runs them on a schedule elsewhere, with reports and with the secrets that the files name as COUNTERSIGN_SECRET_<NAME>. No value stands in it. The options of the requests to choose (--env, --env-file, --name, --include, --exclude, --timeout, --fail) go into the workflow’s call.',
        options: [
          { option: 'every', help: '5m, 15m (without it), 6h: what cron can say' },
          'package',
          { option: 'force', help: 'replaces a workflow that is there' },
          { option: 'dryRun', help: 'only prints it' },
          ...(['name', 'include', 'exclude', 'timeout', 'fail'] as const),
        ],
      },
    },
    run: async context => {
      if (context.call.positionals[1] === 'init') {
        const { monitorInitCommand } = await import('./commands/monitor-init.ts');
        return monitorInitCommand(context);
      }
      const [{ createEngine }, { monitorCommand }] = await Promise.all([
        import('./engine.ts'),
        import('./commands/monitor.ts'),
      ]);
      const { call, current } = context;
      return interruptible(signal =>
        monitorCommand(context, { createEngine: () => createEngine(call, current), env: process.env, signal }),
      );
    },
  },
  load: {
    summary: [['load PATH… --rate N --duration T', 'sends them under load, by Artillery']],
    usage: ['load PATH… --rate N --duration DURATION [options]'],
    about:
      'Sends requests under load, with their authorization: makes a test of Artillery’s, and starts it with the Artillery that is installed (npm install -D artillery). Each virtual user sends all requests once, in order; a worker fetches a token once. The exit status is Artillery’s.',
    options: [
      ...(['rate', 'duration'] as const),
      { option: 'out', value: 'FILE', help: 'only writes the test, for Artillery’s own and distributed runners' },
    ],
    asRun: ['name', 'include', 'exclude', 'deps', 'timeout', 'insecure', 'yes'],
    run: async context => {
      const { loadCommand } = await import('./commands/load.ts');
      return loadCommand(context, process.env);
    },
  },
  parse: {
    summary: [['parse PATH…', 'prints what the files hold']],
    usage: ['parse PATH… [options]'],
    about: 'Prints what the files hold, and what is wrong with them. With --json one object per file, one per line.',
    options: ['findSecrets', { option: 'reporters', value: 'sarif[=FILE]', help: 'the secrets for code scanning' }],
    run: async context => {
      const { parseCommand } = await import('./commands/parse.ts');
      return parseCommand(context);
    },
  },
  import: {
    summary: [['import [FORMAT] FILE', 'makes files of what another tool exported']],
    usage: ['import [FORMAT] FILE [options]'],
    about:
      'Makes files of what another tool exported: Postman collections (2.0, 2.1, 3.0), environments, globals and data dumps; Insomnia’s exports (4, 5); OpenAPI descriptions (2.0, 3.x; JSON or YAML); HTTP archives (HAR); folders of Bruno (.bru, YAML). FILE may be a folder or a zip archive with any of these, or “-”, standard input. The format is told by the content; FORMAT is postman, insomnia, bruno, openapi or har.',
    options: ['out', 'secretsTo', 'filePerRequest', 'dryRun', 'force'],
    run: context =>
      told(
        context,
        ({ code }) => (code === 'io' ? 1 : 2),
        async () => (await import('./commands/import.ts')).importCommand(context),
      ),
  },
  export: {
    summary: [
      ['export postman PATH', 'makes a Postman collection of a folder of requests'],
      ['export curl|har PATH', 'makes a curl command or an HTTP archive of requests'],
    ],
    usage: [
      'export postman PATH [options]',
      'export curl FILE [--name NAME | --line N] [options]',
      'export har PATH [--name NAME | --line N] [options]',
    ],
    about:
      'Makes a Postman collection (2.1) of a folder of requests, with authorization, variables, scripts and examples; or a curl command or an HTTP archive (HAR 1.2) of requests as they would go out, which sends nothing. Secrets are left out: in a collection they are variables without a value, elsewhere they are masked.',
    options: [
      ...chosenRequest,
      { option: 'out', value: 'FILE', help: 'the file to write; without it, standard output' },
      { option: 'showSecrets', help: 'secrets are in what is written, too' },
      ...(['cookieJar', ...tlsOptions, ...permissionOptions] as const),
    ],
    run: async context => {
      if (/^(?:curl|har)$/.test(context.call.positionals[1] ?? '')) {
        const { exportRequestCommand } = await import('./commands/export-request.ts');
        return withEngine(context, 1, (engine, signal) => exportRequestCommand(context, engine, signal));
      }
      return told(
        context,
        () => 1,
        async () => (await import('./commands/export.ts')).exportCommand(context),
      );
    },
  },
  auth: {
    summary: [['auth list|show SCHEME', 'the schemes and their fields']],
    usage: ['auth list', 'auth show SCHEME'],
    about: 'The schemes and their fields.',
    options: [],
    verbs: { list: {}, show: {} },
    run: async context => (await import('./commands/auth.ts')).authCommand(context),
  },
  token: {
    summary: [['token list|get|refresh|revoke|delete …', 'the OAuth tokens that are kept']],
    usage: [
      'token list',
      'token get FILE [--name NAME | --line N]',
      'token refresh NAME',
      'token revoke NAME',
      'token delete NAME',
    ],
    about: 'The OAuth tokens that are kept for the command line, by their names or keys.',
    options: [],
    verbs: {
      list: {},
      get: {
        help: 'prints the access token for a request: kept, refreshed, or fetched anew',
        options: [
          ...chosenRequest,
          {
            option: 'interactive',
            help: 'may open a browser (BROWSER), or show a code for another device, where somebody has to sign in',
          },
          'trace',
          ...tlsOptions,
          ...permissionOptions,
        ],
      },
      refresh: {
        help: 'refreshes a token, or fetches it anew',
        options: ['interactive', 'trace', ...tlsOptions, ...permissionOptions],
      },
      revoke: {
        help: 'revokes a token at its server, and deletes it here',
        options: ['trace', ...tlsOptions, ...permissionOptions],
      },
      delete: { help: 'deletes a token here; at its server it stays good until it expires' },
    },
    run: async context => {
      const { tokenCommand } = await import('./commands/token.ts');
      return withEngine(context, 1, (engine, signal) => tokenCommand(context, engine, signal));
    },
  },
  secret: {
    summary: [['secret set|list|delete NAME', 'secrets for {{$secret NAME}}']],
    usage: ['secret set NAME', 'secret list', 'secret delete NAME'],
    about:
      'What {{$secret NAME}} reads where neither --secret nor the environment has it. “set” asks for the value, or reads it from standard input. Kept for you alone, encrypted where there is a keychain.',
    options: [],
    verbs: { set: {}, list: {}, delete: {} },
    run: async context => (await import('./commands/secret.ts')).secretCommand(context),
  },
  permission: {
    summary: [['permission list|allow|revoke …', 'where kept secrets and tokens may go']],
    usage: ['permission list', 'permission allow NAME=ORIGIN', 'permission revoke NAME[=ORIGIN]'],
    about:
      'Where kept secrets, tokens and other credentials of this machine may go without a question. NAME is a secret’s name, token:NAME, exec:NAME, aws:PROFILE or edgegrid:SECTION; ORIGIN is https://api.acme.com, or *.acme.com for all hosts below that. It holds for the repository (or folder) that the call is made in.',
    options: [],
    verbs: { list: {}, allow: { options: ['everywhere'] }, revoke: { options: ['everywhere'] } },
    run: context =>
      told(
        context,
        () => 1,
        async () => (await import('./commands/permission.ts')).permissionCommand(context),
      ),
  },
  completion: {
    summary: [['completion bash|zsh|fish|powershell', 'completes commands and options in a shell']],
    usage: ['completion bash', 'completion zsh', 'completion fish', 'completion powershell'],
    about:
      'Prints a script that completes commands and options: for bash “source <(countersign completion bash)” in ~/.bashrc; for zsh the same in ~/.zshrc, after compinit.',
    options: [],
    verbs: { bash: {}, zsh: {}, fish: {}, powershell: {} },
    run: async context => (await import('./commands/completion.ts')).completionCommand(context),
  },
};
