import {
  allowedSecret,
  count,
  filesForHosts,
  milliseconds,
  oneOf,
  pairs,
  reporting,
  share,
  tags,
} from './option-values.ts';
import { reporterChoices } from './reporters.ts';
import { type RunOrder, runOrder } from './run-order.ts';

/** What `parseArgs` gives for an option: a switch, a value, or all values of one that may be repeated. */
type Given = boolean | string | readonly string[] | undefined;

/** One option of the command line; parsing, the check of what a command takes, help and completion follow from it. */
export interface Option<T = unknown> {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the help; absent: a switch. */
  readonly value?: string;
  readonly repeatable?: true;
  /** A switch that is on by itself: help and completion tell `--no-…`. */
  readonly negated?: true;
  readonly help: string;
  /** The member of the call. @throws UsageError where the value makes no sense */
  readonly read: (given: Given) => T;
}

type Extra = Pick<Option, 'short'>;

const flag = (name: string, help: string): Option<boolean> => ({ name, help, read: given => given === true });

/** A value that `read` makes something of; `initial` where the option is not given. */
function single<T, I>(
  name: string,
  value: string,
  help: string,
  read: (option: string, text: string) => T,
  initial: I,
  extra: Extra = {},
): Option<T | I> {
  const shown = extra.short ? `-${extra.short}` : `--${name}`;
  return { name, value, help, ...extra, read: given => (given === undefined ? initial : read(shown, String(given))) };
}

const text = (name: string, value: string, help: string, extra: Extra = {}): Option<string | undefined> =>
  single(name, value, help, (_, given) => given, undefined, extra);

/** An option that may be repeated. */
function many<T>(
  name: string,
  value: string,
  help: string,
  read: (option: string, texts: readonly string[]) => T,
): Option<T> {
  return { name, value, help, repeatable: true, read: given => read(`--${name}`, Array.isArray(given) ? given : []) };
}

const texts = (_: string, given: readonly string[]): readonly string[] => given;

/**
 * Every option, by the member of the call that it fills. Which command takes which stands in `commands.ts`.
 * @see docs/architecture.md, “How to add …”
 */
export const options = {
  env: text('env', 'NAME', 'environment of http-client.env.json'),
  envFiles: many('env-file', 'FILE', 'another environment file', texts),
  vars: many('var', 'name=value', 'a variable', pairs),
  secrets: many(
    'secret',
    'name=value',
    'a secret for {{$secret name}}; also the environment variable COUNTERSIGN_SECRET_<NAME>',
    pairs,
  ),
  json: flag('json', 'results as JSON'),
  /** `--no-color` is false, `--color` true; undefined: as the terminal is. */
  color: {
    name: 'color',
    negated: true,
    help: 'no colours',
    read: given => (typeof given === 'boolean' ? given : undefined),
  } as Option<boolean | undefined>,
  help: { ...flag('help', 'this text'), short: 'h' },
  version: { ...flag('version', 'the version'), short: 'V' },

  name: text('name', 'NAME', 'only the request of that name or title'),
  line: single('line', 'N', 'only the request around that line of the one file', count, undefined),
  deps: {
    name: 'deps',
    negated: true,
    help: 'not what it needs: requests that # @ref names, or whose response it reads',
    read: given => given !== false,
  } as Option<boolean>,
  include: many('include', 'TAG', 'only requests with that # @tag', tags),
  exclude: many('exclude', 'TAG', 'no requests with that # @tag', tags),
  /** How often all requests are sent; undefined: once, or once for each row of data. */
  iterations: single('iterations', 'N', 'sends all N times', count, undefined, { short: 'n' }),
  data: text('data', 'FILE', 'once for each row of a CSV or JSON file, whose columns are variables', { short: 'd' }),
  retry: single('retry', 'N', 'sends a request that failed up to N times more', count, 0),
  /** This machine's share of the files. */
  shard: single(
    'shard',
    'I/N',
    'the I-th of N shares of the files, for machines that work side by side',
    share,
    undefined,
  ),
  rerunFailed: text('rerun-failed', 'FILE', 'only what failed in the JSON report of an earlier run'),
  strict: flag('strict', 'sends nothing unless everything can be understood'),
  order: single(
    'order',
    'files|name|random[:SEED]',
    'as the Collections view has them, by name, or by chance: the same for a seed',
    (_, given): RunOrder => runOrder(given),
    runOrder('files'),
  ),
  /** Milliseconds between requests. */
  delay: single('delay', 'DURATION', 'waits that long between requests', milliseconds, 0),
  verbose: flag('verbose', 'prints requests and responses as they went, secrets masked'),
  show: single(
    'show',
    'body|headers|all',
    'prints that of each response',
    (option, given) => oneOf(option, given, ['body', 'headers', 'all'] as const),
    undefined,
  ),
  withResponse: flag('with-response', 'responses are in the JSON: headers, and the body as text or Base64'),
  /** Folder for the bodies of responses. */
  output: text('output', 'DIR', 'writes the bodies of responses into that folder'),
  trace: text(
    'trace',
    'FILE',
    'writes every exchange into an HTTP Archive (HAR): token requests, redirects and each attempt, secrets masked',
  ),
  quiet: flag('quiet', 'prints only what failed'),
  bail: flag('bail', 'stops at the first failure'),
  fail: flag('fail', 'an HTTP status of 400 or more is a failure'),
  /** Milliseconds. */
  timeout: single('timeout', 'DURATION', 'for each request: 10s, 500ms, 2m', milliseconds, undefined),
  insecure: flag('insecure', 'does not verify certificates'),
  interactive: flag('interactive', 'may open a browser to obtain tokens'),
  /** Sends what `# @note` would ask about. */
  yes: flag('yes', 'sends requests with # @note without asking'),
  parallel: single('parallel', 'N', 'sends up to N requests at a time', count, 1),
  showSecrets: flag('show-secrets', 'prints secrets instead of •••'),
  reporters: many('reporter', 'NAME[=FILE]', reporterChoices.join(', '), (_, given) => given.map(reporting)),
  /** File of cookies that is read before, and written afterwards. */
  cookieJar: text(
    'cookie-jar',
    'FILE',
    'cookies of that file are sent, and those of the answers are kept in it, in the format of curl and browsers (Netscape)',
  ),

  certs: many(
    'cert',
    '[HOST=]FILE',
    'a client certificate: PEM, DER or PKCS #12; its passphrase is the secret certificate-passphrase',
    filesForHosts,
  ),
  keys: many('key', '[HOST=]FILE', 'the key of --cert, where it has a file of its own', filesForHosts),
  cacerts: many('cacert', 'FILE', 'trusts the authorities in a PEM file, too', texts),

  allowSecrets: many(
    'allow-secret',
    'NAME=ORIGIN',
    'a kept secret, token:NAME, exec:NAME, aws:PROFILE or edgegrid:SECTION may go to https://api.acme.com or *.acme.com',
    (option, given) => given.map(one => allowedSecret(option, one)),
  ),
  /** Folders whose files may be read. */
  allowFiles: many('allow-files', 'DIR', 'bodies and values may be read from that folder, too', texts),
  /** Nothing is taken for granted: secrets given in the call are bound too, and so are files and environment variables. */
  strictOrigins: flag(
    'strict-origins',
    'binds what the call gives by --secret, too, and reads no file outside the repository and no environment variable that is not allowed',
  ),
  everywhere: flag('everywhere', 'for every folder'),

  /** Folder or file to write to. */
  out: text('out', 'DIR', 'the folder to write to; without it, the current one'),
  secretsTo: single(
    'secrets-to',
    'file|store',
    'secrets go to http-client.private.env.json, which git ignores (file), or are kept for {{$secret NAME}} (store); the other files only name them',
    (option, given) => oneOf(option, given, ['file', 'store'] as const),
    'file' as const,
  ),
  filePerRequest: flag('file-per-request', 'a file for each request, not one for a folder’s'),
  dryRun: flag('dry-run', 'only says what would be written, and what can’t be carried over'),
  /** Replaces files of other content. */
  force: flag('force', 'replaces files that are there with another content'),

  /** Virtual users that arrive each second, of a load. */
  rate: single('rate', 'N', 'virtual users that arrive each second', count, undefined),
  /** Milliseconds of a load. */
  duration: single('duration', 'DURATION', 'for how long they arrive: 60s, 5m', milliseconds, undefined),
  /** Milliseconds from one turn of a monitor to the next. */
  every: single(
    'every',
    'DURATION',
    'from the beginning of one turn to that of the next: 30s, 5m, 1h',
    milliseconds,
    undefined,
  ),
  history: text('history', 'FILE', 'adds each turn to a file, a line of JSON'),
  /** Address that is told when requests begin to fail, and when they are well again. */
  webhook: text(
    'webhook',
    'URL',
    'is told by POST when requests begin to fail, and when they are well again: JSON with “text”, as Slack, Mattermost and Teams show it',
  ),
  /** Where metrics go: the address of a collector, without /v1/metrics. */
  otlp: text(
    'otlp',
    'URL',
    'OpenTelemetry metrics go to that collector (http://localhost:4318); also by the environment variables OTEL_EXPORTER_OTLP_ENDPOINT and …_HEADERS',
  ),
  /** What npm installs in a workflow. */
  package: text('package', 'SPEC', 'what npm installs there, where package.json does not name countersign'),
  findSecrets: flag(
    'secrets',
    'secrets that stand in the files as they are, instead; status 1 where there is one. None of a line with “gitleaks:allow” or “pragma: allowlist secret”',
  ),
} as const satisfies Readonly<Record<string, Option>>;

export type OptionKey = keyof typeof options;

/** The options that hold everywhere. */
export const commonOptions = ['env', 'envFiles', 'vars', 'secrets', 'json', 'color', 'help', 'version'] as const;

/** Who the client is over TLS, and whom it trusts: options of whatever sends something, or shows what would be sent. */
export const tlsOptions = ['certs', 'keys', 'cacerts'] as const;

/** What the files of a call may do with what is this user's: options of whatever computes a request. */
export const permissionOptions = ['allowSecrets', 'allowFiles', 'strictOrigins'] as const;

/** As a person types it: `--no-deps`. */
export const optionText = ({ name, negated }: Option): string => `--${negated ? 'no-' : ''}${name}`;
