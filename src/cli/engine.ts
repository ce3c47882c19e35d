import { dirname, isAbsolute, resolve } from 'node:path';
import { createAuthMemories } from '../auth/memories.ts';
import type { TokenRequest } from '../auth/token-source.ts';
import { createCookieJar } from '../cookies/cookie-jar.ts';
import { Redactor } from '../core/redaction.ts';
import { ResponseValues } from '../core/response-values.ts';
import { commandLineSecrets, firstSecret } from '../core/secrets.ts';
import { literalLayer } from '../core/variable-layer.ts';
import { createProxyResolver } from '../http/proxies.ts';
import { storeBody } from '../http/stored-body.ts';
import { createSystemTrustTransport } from '../http/system-trust.ts';
import { nodeFiles } from '../node/files.ts';
import { nodeRandom } from '../node/random.ts';
import { runCommand } from '../node/run-command.ts';
import { RequestVariables } from '../sending/request-variables.ts';
import { referredNames } from '../sending/response-names.ts';
import type { RunnerPorts, RunResult } from '../sending/runner.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { Call } from './arguments.ts';
import { countChunk } from './chunk-collection.ts';
import { createEnvironmentSource, type EnvironmentSource } from './environment-source.ts';
import { createNodeWorkspace, type NodeWorkspace } from './node-workspace.ts';
import { keptSecrets } from './secret-store.ts';
import { say } from './standard-error.ts';
import { type TerminalAgentPorts, terminalAgent } from './terminal-agent.ts';
import { confirmNote, terminalPrompter } from './terminal-prompter.ts';
import { statedAuthorities, statedOnCall } from './tls-options.ts';
import { type CliTokens, createTokens } from './tokens.ts';
import { version } from './version.ts';

/** Everything a call needs to compute and send requests. */
export interface CliEngine {
  readonly workspace: NodeWorkspace;
  readonly ports: RunnerPorts;
  /** The variables of the environment for a file, read once per folder. @throws CountersignError */
  readonly environment: EnvironmentSource;
  /** Keeps what later requests may refer to; false where the result can go. */
  remember(target: RequestTarget, result: RunResult): boolean;
  readonly tokens: CliTokens;
  /** What the auth in force for a request asks the token source for. @throws CountersignError */
  tokenRequest(target: RequestTarget): Promise<TokenRequest | undefined>;
  /** The text with every secret seen so far masked. */
  redact(text: string): string;
  close(): Promise<void>;
}

const terminal: TerminalAgentPorts = {
  env: process.env,
  canAsk: process.stdin.isTTY === true,
  say,
};

export function createEngine(call: Call, current: string): CliEngine {
  const workspace = createNodeWorkspace(current, call.words.slice(1));
  const redactor = new Redactor();
  for (const secret of call.secrets.values()) redactor.add(secret);
  const clock = { now: Date.now };
  const random = nodeRandom;
  const responses = new ResponseValues();
  const environment = createEnvironmentSource(call, current, workspace);
  const onCall = statedOnCall(call, current);
  const transport = createSystemTrustTransport({
    proxy: createProxyResolver({ environment: process.env }),
    extraCa: statedAuthorities(call, current),
  });
  const tokens = createTokens({
    ...{ call, transport, clock, random },
    secretSeen: redactor.add,
    ...(call.interactive ? { agent: terminalAgent(terminal) } : {}),
    async credentials(record, key) {
      const { statedToken } = await import('../sending/stated-token.ts');
      const stated = await statedToken(record, { workspace, key, request: requestOf });
      return stated?.request;
    },
  });
  const prompter = terminalPrompter();
  const variables = new RequestVariables({
    commandLine: literalLayer('command-line', call.vars),
    environment: file => environment.layers(file),
    dotenv: file => environment.dotenv(file),
    ports: {
      ...{ clock, random, responses },
      env: process.env,
      secrets: firstSecret([commandLineSecrets(call.secrets, process.env), keptSecrets(process.env)]),
      tokens: name => tokens.named(name),
      projectRoot: current,
      ...(prompter ? { prompter } : {}),
      secretSeen: redactor.add,
    },
  });
  const ports: RunnerPorts = {
    workspace,
    files: nodeFiles,
    redact: text => (call.showSecrets ? text : redactor.redact(text)),
    userAgent: `countersign/${version}`,
    resolvePath: (path, file) => (isAbsolute(path) ? path : resolve(dirname(file), path)),
    async variablesFor({ file, tree, block }, scopes, settings) {
      const placed = tree.blocks[block];
      if (!placed) throw new RangeError(`no block ${block}`);
      return variables.forRequest(file, tree, placed, scopes, settings);
    },
    async tls(file, values) {
      const inEnvironment = await environment.tls(file);
      if (!inEnvironment && onCall.length === 0) return undefined;
      const { statedTls } = await import('../http/stated-tls.ts');
      return statedTls([...onCall, ...(inEnvironment ? [inEnvironment] : [])], { ...values, files: nodeFiles });
    },
    cookies: createCookieJar(),
    transport,
    confirm: async note => call.yes || confirmNote(note),
    storeBody: (response, signal) => storeBody(response, { signal, onChunk: countChunk }),
    driver: {
      ...{ clock, random },
      files: nodeFiles,
      run: runCommand,
      env: process.env,
      memories: createAuthMemories(),
      tokens: tokens.source,
      environment: call.env ?? '',
    },
    defaults: {
      insecure: call.insecure,
      ...(call.timeout === undefined ? {} : { timeout: call.timeout }),
    },
  };
  const requestOf = async (target: RequestTarget): Promise<TokenRequest | undefined> => {
    const { tokenRequest } = await import('../sending/token-request.ts');
    return tokenRequest(target, ports);
  };
  let referred: ReadonlySet<string> | undefined;
  return {
    workspace,
    ports,
    environment,
    remember({ tree, block }, result) {
      const name = tree.blocks[block]?.block.name?.text;
      if (name === undefined) return false;
      referred ??= referredNames(workspace.read());
      if (!referred.has(name)) return false;
      responses.record(name, result);
      return true;
    },
    tokens,
    tokenRequest: requestOf,
    redact: redactor.redact,
    close: async () => transport.close?.(),
  };
}
