import { join, resolve } from 'node:path';
import type { TokenRequest } from '../auth/token-source.ts';
import { createCookieJar } from '../cookies/cookie-jar.ts';
import type { AttemptReason } from '../core/attempt-reason.ts';
import type { FileReader, Transport } from '../core/ports.ts';
import { SecretCommands } from '../core/secret-commands.ts';
import { commandLineSecrets, firstSecret, recognizedSecrets } from '../core/secrets.ts';
import { literalLayer } from '../core/variable-layer.ts';
import { createProxyResolver } from '../http/proxies.ts';
import { recordTransport } from '../http/recorded-transport.ts';
import { storeBody } from '../http/stored-body.ts';
import { createSystemTrustTransport } from '../http/system-trust.ts';
import { requestName } from '../language/request-name.ts';
import { filesWithin, namedFiles, nodeFiles } from '../node/files.ts';
import { nodeRandom } from '../node/random.ts';
import { runCommand } from '../node/run-command.ts';
import { searchRoot } from '../node/search-root.ts';
import { EngineParts } from '../sending/engine-parts.ts';
import { createLogins } from '../sending/login.ts';
import { referredNames } from '../sending/response-names.ts';
import type { RunResult } from '../sending/runner.ts';
import type { RunnerPorts } from '../sending/runner-ports.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Call } from './arguments.ts';
import { countChunk } from './chunk-collection.ts';
import { CookieFile } from './cookie-file.ts';
import { createEnvironmentSource, type EnvironmentSource } from './environment-source.ts';
import { createNodeWorkspace, type NodeWorkspace } from './node-workspace.ts';
import { createPermissions } from './permissions.ts';
import { createScripts } from './scripts.ts';
import { keptSecrets } from './secret-store.ts';
import { say } from './standard-error.ts';
import { type TerminalAgentPorts, terminalAgent } from './terminal-agent.ts';
import { confirmNote, terminalPrompter } from './terminal-prompter.ts';
import { statedAuthorities, statedOnCall } from './tls-options.ts';
import { configDirectory } from './token-store.ts';
import { type CliTokens, createTokens } from './tokens.ts';
import { TraceFile, tracedBody } from './trace-file.ts';
import { version } from './version.ts';

/** The commands that `--trace` is for. */
const traced = new Set(['run', 'explain', 'token']);

/** Everything a call needs to compute and send requests. */
export interface CliEngine {
  readonly workspace: NodeWorkspace;
  readonly ports: RunnerPorts;
  /** The variables of the environment for a file, read once per folder. @throws CountersignError */
  readonly environment: EnvironmentSource;
  /** Begins a time of a run of several: scripts see which, and the row is its variables. */
  beginIteration(index: number, count: number, row: Readonly<Record<string, unknown>> | undefined): void;
  /** Keeps what later requests may refer to; false where the result can go. */
  remember(target: RequestTarget, result: RunResult): boolean;
  readonly tokens: CliTokens;
  /** What the auth in force for a request asks the token source for. @throws CountersignError */
  tokenRequest(target: RequestTarget): Promise<TokenRequest | undefined>;
  /** The text with every secret seen so far masked. */
  redact(text: string): string;
  /** Reads what the call names before anything is sent. @throws CountersignError */
  open(): Promise<void>;
  /** @throws CountersignError where cookies cannot be kept */
  close(): Promise<void>;
}

const terminal: TerminalAgentPorts = {
  env: process.env,
  canAsk: process.stdin.isTTY === true,
  say,
};

export function createEngine(call: Call, current: string): CliEngine {
  const workspace = createNodeWorkspace(current, call.positionals.slice(1));
  const environment = createEnvironmentSource(call, current, workspace);
  const random = nodeRandom;
  const parts = new EngineParts({
    ...{ version, workspace, random },
    environment: () => call.env,
    variables: {
      commandLine: literalLayer('command-line', call.vars),
      environment: file => environment.layers(file),
      dotenv: file => environment.dotenv(file),
      runValues: () => scripts.values(),
      documents: () => workspace.documents(),
    },
  });
  const { redactor, clock, ambient } = parts;
  for (const secret of call.secrets.values()) redactor.add(secret);
  const scripts = createScripts(call, redactor.redact);
  const onCall = statedOnCall(call, current);
  const root = searchRoot(current, [current]);
  const permissions = createPermissions(call, root, process.env);
  const permit = terminal.canAsk ? permissions.askingFor(call) : permissions.quiet;
  const environmentRead = new Set<string>();
  const permitEnvironment = async (name: string): Promise<void> => {
    if (call.strictOrigins) await permit({ kind: 'environment', name });
    environmentRead.add(name);
  };
  let known: readonly string[] | undefined;
  /** The repositories or folders of what is called, and those that are allowed beside them. */
  const folders = (): readonly string[] => {
    known ??= [
      root,
      ...call.positionals
        .slice(1)
        .flatMap(word => [word, join(word, 'in')].map(path => workspace.root(resolve(current, path)))),
      ...call.allowFiles.map(folder => resolve(current, folder)),
    ];
    return known;
  };
  const files = filesWithin(folders, path => permit({ kind: 'file', path, use: 'content' }));
  const keyFiles = call.strictOrigins
    ? filesWithin(folders, path => permit({ kind: 'file', path, use: 'key' }))
    : nodeFiles;
  const onCommandLine = new Set([...call.certs, ...call.keys].map(({ file }) => resolve(current, file)));
  const tlsFiles: FileReader = {
    ...keyFiles,
    read: path => (onCommandLine.has(path) ? namedFiles : keyFiles).read(path),
  };
  const direct = createSystemTrustTransport({
    proxy: createProxyResolver({ environment: process.env }),
    extraCa: statedAuthorities(call, current),
  });
  const redact = (text: string): string => (call.showSecrets ? text : redactor.redact(text));
  const trace =
    call.trace === undefined || !traced.has(call.positionals[0] ?? '')
      ? undefined
      : new TraceFile(resolve(current, call.trace), { reveal: call.showSecrets, redact });
  const over = (reason: AttemptReason): Transport =>
    trace ? recordTransport(direct, { reason, bodyLimit: tracedBody, record: trace.record }) : direct;
  const tokens = createTokens({
    ...{ call, transport: parts.guarded(over('token'), permit), clock, random, ambient, permit, permitEnvironment },
    ...{ seen: parts.seen, tokenSource: open => parts.tokenSource(open) },
    logins: createLogins({
      ...{ clock, workspace },
      documents: () => workspace.documents(),
      ports: () => ports,
    }),
    ...(call.interactive ? { agent: terminalAgent(terminal) } : {}),
    async credentials(record, key) {
      const { statedToken } = await import('../sending/stated-token.ts');
      const stated = await statedToken(record, { workspace, key, request: requestOf });
      return stated?.request;
    },
  });
  const configurationPath = join(configDirectory(process.env), 'config.json');
  let stated: Promise<Readonly<Record<string, unknown>>> | undefined;
  const commands = new SecretCommands({
    ...{ clock, ambient, run: runCommand, where: configurationPath },
    stated() {
      stated ??= import('./user-configuration.ts').then(user => user.configuredSecretCommands(configurationPath));
      return stated;
    },
  });
  const prompter = terminalPrompter();
  // What the call itself gives goes where the files say: that is the decision of whoever calls.
  const given = commandLineSecrets(call.secrets, process.env);
  const variables = parts.variables({
    ...{ permitEnvironment, prompter, projectRoot: current },
    secrets: firstSecret([
      call.strictOrigins ? recognizedSecrets(given, ambient) : given,
      recognizedSecrets(keptSecrets(process.env), ambient),
    ]),
    token: name => tokens.named(name),
    command: name => commands.get(name),
  });
  const cookieFile = call.cookieJar === undefined ? undefined : new CookieFile(resolve(current, call.cookieJar));
  const ports: RunnerPorts = parts.ports(variables, {
    ...{ files, keyFiles, permit, redact, run: runCommand },
    file: current,
    tokens: tokens.source,
    transport: over('request'),
    async tls(file, values) {
      const inEnvironment = await environment.tls(file);
      if (!inEnvironment && onCall.length === 0) return undefined;
      const { statedTls } = await import('../http/stated-tls.ts');
      return statedTls([...onCall, ...(inEnvironment ? [inEnvironment] : [])], { ...values, files: tlsFiles });
    },
    cookies: cookieFile?.jar ?? createCookieJar(),
    scripts,
    confirm: async note => call.yes || confirmNote(note),
    storeBody: (response, signal) => storeBody(response, { signal, onChunk: countChunk }),
    defaults: {
      insecure: call.insecure,
      ...(call.timeout === undefined ? {} : { timeout: call.timeout }),
    },
  });
  const requestOf = async (target: RequestTarget): Promise<TokenRequest | undefined> => {
    const { tokenRequest } = await import('../sending/token-request.ts');
    return tokenRequest(target, ports);
  };
  let referred: ReadonlySet<string> | undefined;
  return {
    workspace,
    ports,
    environment,
    beginIteration: scripts.begin,
    remember(target, result) {
      const placed = target.tree.blocks[target.block];
      const name = placed && requestName(placed.block)?.text;
      if (name === undefined) return false;
      referred ??= referredNames(workspace.read());
      if (!referred.has(name)) return false;
      parts.remember(target, result);
      return true;
    },
    tokens,
    tokenRequest: requestOf,
    redact: redactor.redact,
    async open() {
      await cookieFile?.read();
    },
    async close() {
      try {
        await cookieFile?.write();
        if (environmentRead.size > 0) say(`countersign: read from the environment: ${[...environmentRead].join(', ')}`);
      } finally {
        await scripts.engine.close();
        await ports.transport.close?.();
        trace?.close();
      }
    },
  };
}
