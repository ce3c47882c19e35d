import { parseArgs } from 'node:util';
import { parseDuration } from '../auth/values.ts';
import { originPattern } from '../core/origin-pattern.ts';
import { type RunOrder, runOrder } from './run-order.ts';
import { UsageError } from './usage-error.ts';

export { UsageError } from './usage-error.ts';

const common = {
  env: { type: 'string' },
  'env-file': { type: 'string', multiple: true },
  var: { type: 'string', multiple: true },
  secret: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  color: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

const options = {
  ...common,
  name: { type: 'string' },
  line: { type: 'string' },
  bail: { type: 'boolean' },
  fail: { type: 'boolean' },
  timeout: { type: 'string' },
  insecure: { type: 'boolean' },
  interactive: { type: 'boolean' },
  yes: { type: 'boolean' },
  parallel: { type: 'string' },
  'show-secrets': { type: 'boolean' },
  reporter: { type: 'string', multiple: true },
  cert: { type: 'string', multiple: true },
  key: { type: 'string', multiple: true },
  cacert: { type: 'string', multiple: true },
  'allow-secret': { type: 'string', multiple: true },
  'allow-files': { type: 'string', multiple: true },
  'strict-origins': { type: 'boolean' },
  everywhere: { type: 'boolean' },
  'cookie-jar': { type: 'string' },
  verbose: { type: 'boolean' },
  show: { type: 'string' },
  'with-response': { type: 'boolean' },
  output: { type: 'string' },
  trace: { type: 'string' },
  delay: { type: 'string' },
  quiet: { type: 'boolean' },
  out: { type: 'string' },
  'secrets-to': { type: 'string' },
  'file-per-request': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  iterations: { type: 'string', short: 'n' },
  data: { type: 'string', short: 'd' },
  retry: { type: 'string' },
  shard: { type: 'string' },
  'rerun-failed': { type: 'string' },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  deps: { type: 'boolean' },
  strict: { type: 'boolean' },
  order: { type: 'string' },
  every: { type: 'string' },
  rate: { type: 'string' },
  duration: { type: 'string' },
  history: { type: 'string' },
  webhook: { type: 'string' },
  otlp: { type: 'string' },
  package: { type: 'string' },
  secrets: { type: 'boolean' },
} as const;

/** Who the client is over TLS, and whom it trusts: options of whatever sends something, or shows what would be sent. */
export const tlsOptions = ['cert', 'key', 'cacert'] as const;

/** What the files of a call may do with what is this user's: options of whatever computes a request. */
export const permissionOptions = ['allow-secret', 'allow-files', 'strict-origins'] as const;

type OptionName = keyof typeof options;

/** The options that hold everywhere. */
const commonOptions = Object.keys(common) as readonly OptionName[];

export interface Reporting {
  readonly name: string;
  /** Absent: standard output. */
  readonly file?: string;
}

/** `[HOST=]FILE`. */
export interface FileForHost {
  /** `api.example.com`, `*.example.com`, each with `:port` or not. */
  readonly host: string | undefined;
  readonly file: string;
}

/** A call taken apart. */
export interface Call {
  /** Words other than options: command and operands. */
  readonly words: readonly string[];
  /** The options that were given, for commands to refuse those they do not take. */
  readonly given: ReadonlySet<OptionName>;
  readonly env: string | undefined;
  readonly envFiles: readonly string[];
  readonly vars: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, string>;
  readonly json: boolean;
  /** `--no-color` is false, `--color` true; undefined: as the terminal is. */
  readonly color: boolean | undefined;
  readonly help: boolean;
  readonly version: boolean;
  readonly name: string | undefined;
  readonly line: number | undefined;
  readonly bail: boolean;
  readonly fail: boolean;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly insecure: boolean;
  readonly interactive: boolean;
  /** Sends what `# @note` would ask about. */
  readonly yes: boolean;
  readonly parallel: number;
  readonly showSecrets: boolean;
  readonly reporters: readonly Reporting[];
  readonly certs: readonly FileForHost[];
  readonly keys: readonly FileForHost[];
  readonly cacerts: readonly string[];
  readonly allowSecrets: readonly AllowedSecret[];
  /** Folders whose files may be read. */
  readonly allowFiles: readonly string[];
  /** Nothing is taken for granted: secrets given in the call are bound too, and so are files and environment variables. */
  readonly strictOrigins: boolean;
  readonly everywhere: boolean;
  /** File of cookies that is read before, and written afterwards. */
  readonly cookieJar: string | undefined;
  /** Prints requests and responses as they went. */
  readonly verbose: boolean;
  readonly show: 'body' | 'headers' | 'all' | undefined;
  /** Responses are in the JSON. */
  readonly withResponse: boolean;
  /** Folder for the bodies of responses. */
  readonly output: string | undefined;
  /** File for an HTTP Archive of every exchange. */
  readonly trace: string | undefined;
  /** Milliseconds between requests. */
  readonly delay: number;
  /** Prints what failed, and no more. */
  readonly quiet: boolean;
  /** Folder to write to. */
  readonly out: string | undefined;
  readonly secretsTo: 'store' | 'file';
  readonly filePerRequest: boolean;
  readonly dryRun: boolean;
  /** Replaces files of other content. */
  readonly force: boolean;
  /** How often all requests are sent; undefined: once, or once for each row of data. */
  readonly iterations: number | undefined;
  /** CSV or JSON file whose rows are the variables of the iterations. */
  readonly data: string | undefined;
  /** How often a request that failed is sent again. */
  readonly retry: number;
  /** This machine's share of the files. */
  readonly shard: { readonly index: number; readonly count: number } | undefined;
  /** JSON report whose failures are sent again. */
  readonly rerunFailed: string | undefined;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** `--no-deps` is false: what a request needs is not sent before it. */
  readonly deps: boolean;
  /** Nothing is sent unless everything can be understood. */
  readonly strict: boolean;
  readonly order: RunOrder;
  /** Virtual users that arrive each second, of a load. */
  readonly rate: number | undefined;
  /** Milliseconds of a load. */
  readonly duration: number | undefined;
  /** Milliseconds from one turn of a monitor to the next. */
  readonly every: number | undefined;
  /** File that each turn of a monitor is added to. */
  readonly history: string | undefined;
  /** Address that is told when requests begin to fail, and when they are well again. */
  readonly webhook: string | undefined;
  /** Where metrics go: the address of a collector, without /v1/metrics. */
  readonly otlp: string | undefined;
  /** What npm installs in a workflow. */
  readonly package: string | undefined;
  /** Looks for secrets that stand in the files. */
  readonly findSecrets: boolean;
}

/** `name=origin`. */
export interface AllowedSecret {
  /** A secret's name, `token:NAME`, `aws:PROFILE` or `edgegrid:SECTION`. */
  readonly name: string;
  /** A canonical pattern. */
  readonly origin: string;
}

/** Takes a call apart. @throws UsageError */
export function parseCall(args: readonly string[]): Call {
  const { values, positionals } = parse(args);
  return {
    words: positionals,
    given: new Set(Object.keys(values) as OptionName[]),
    env: values.env,
    envFiles: values['env-file'] ?? [],
    vars: pairs('--var', values.var),
    secrets: pairs('--secret', values.secret),
    json: values.json ?? false,
    color: values.color,
    help: values.help ?? false,
    version: values.version ?? false,
    name: values.name,
    line: values.line === undefined ? undefined : count('--line', values.line),
    bail: values.bail ?? false,
    fail: values.fail ?? false,
    timeout: values.timeout === undefined ? undefined : duration('--timeout', values.timeout),
    insecure: values.insecure ?? false,
    interactive: values.interactive ?? false,
    yes: values.yes ?? false,
    parallel: values.parallel === undefined ? 1 : count('--parallel', values.parallel),
    showSecrets: values['show-secrets'] ?? false,
    reporters: (values.reporter ?? []).map(reporting),
    certs: filesForHosts('--cert', values.cert),
    keys: filesForHosts('--key', values.key),
    cacerts: values.cacert ?? [],
    allowSecrets: (values['allow-secret'] ?? []).map(text => allowedSecret(text, '--allow-secret')),
    allowFiles: values['allow-files'] ?? [],
    strictOrigins: values['strict-origins'] ?? false,
    everywhere: values.everywhere ?? false,
    cookieJar: values['cookie-jar'],
    verbose: values.verbose ?? false,
    show: values.show === undefined ? undefined : oneOf('--show', values.show, ['body', 'headers', 'all'] as const),
    withResponse: values['with-response'] ?? false,
    output: values.output,
    trace: values.trace,
    delay: values.delay === undefined ? 0 : duration('--delay', values.delay),
    quiet: values.quiet ?? false,
    out: values.out,
    secretsTo: oneOf('--secrets-to', values['secrets-to'] ?? 'file', ['file', 'store'] as const),
    filePerRequest: values['file-per-request'] ?? false,
    dryRun: values['dry-run'] ?? false,
    force: values.force ?? false,
    iterations: values.iterations === undefined ? undefined : count('-n', values.iterations),
    data: values.data,
    retry: values.retry === undefined ? 0 : count('--retry', values.retry),
    shard: values.shard === undefined ? undefined : shardOf(values.shard),
    rerunFailed: values['rerun-failed'],
    include: tags(values.include),
    exclude: tags(values.exclude),
    deps: values.deps ?? true,
    strict: values.strict ?? false,
    order: runOrder(values.order ?? 'files'),
    rate: values.rate === undefined ? undefined : count('--rate', values.rate),
    duration: values.duration === undefined ? undefined : duration('--duration', values.duration),
    every: values.every === undefined ? undefined : duration('--every', values.every),
    history: values.history,
    webhook: values.webhook,
    otlp: values.otlp,
    package: values.package,
    findSecrets: values.secrets ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replace(/^(.*?)\. To specify.*$/s, '$1'));
  }
}

/** @throws UsageError where the call has an option that the command does not take */
export function allowOptions(call: Call, allowed: readonly OptionName[]): void {
  for (const name of call.given) {
    if (commonOptions.includes(name) || allowed.includes(name)) continue;
    throw new UsageError(`“${call.words[0]}” does not take --${name}`);
  }
}

function pairs(option: string, values: readonly string[] | undefined): ReadonlyMap<string, string> {
  return new Map(
    (values ?? []).map(pair => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`${option} takes name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** What stands before the first `=` is a host, unless it holds a slash: `./a=b.pem` is a file. */
function filesForHosts(option: string, values: readonly string[] | undefined): readonly FileForHost[] {
  const hosts = new Set<string | undefined>();
  return (values ?? []).map(text => {
    const [, host, file = ''] = /^(?:([^=/\\]+)=)?(.*)$/s.exec(text) ?? [];
    if (file === '') throw new UsageError(`${option} takes a file, or HOST=FILE`);
    if (hosts.has(host)) throw new UsageError(`${option} is given twice for ${host ?? 'every host'}`);
    hosts.add(host);
    return { host, file };
  });
}

/** @throws UsageError */
export function allowedSecret(text: string, what: string): AllowedSecret {
  const at = text.indexOf('=');
  const origin = at < 1 ? undefined : originPattern(text.slice(at + 1));
  if (origin === undefined) {
    throw new UsageError(`${what} takes name=origin, as in acme-key=https://api.acme.com or acme-key=*.acme.com`);
  }
  return { name: text.slice(0, at), origin };
}

function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not “${text}”`);
}

/** Milliseconds. */
function duration(option: string, text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds * 1000;
  throw new UsageError(`${option} takes a duration such as 10s, 500ms or 2m, not “${text}”`);
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError(`${option} takes a number from 1 on, not “${text}”`);
  return number;
}

function shardOf(text: string): { readonly index: number; readonly count: number } {
  const [, index = '', of = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(of) };
  if (index !== '' && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`--shard takes I/N, such as 1/4 for the first of four, not “${text}”`);
}

const tags = (values: readonly string[] | undefined): readonly string[] =>
  (values ?? []).flatMap(text => text.split(/[\s,]+/).filter(Boolean));

function reporting(text: string): Reporting {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  return at < 0 ? { name } : { name, file: text.slice(at + 1) };
}
