import * as vscode from 'vscode';
import type { AuthorizationAgent } from '../auth/oauth2/authorization-agent.ts';
import type { TokenSource } from '../auth/token-source.ts';
import type { TokenStore } from '../auth/tokens/token-store.ts';
import type { AttemptReason } from '../core/attempt-reason.ts';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Permissions, Permit } from '../core/permission.ts';
import type { FileReader, Prompter, Transport } from '../core/ports.ts';
import { SecretCommands } from '../core/secret-commands.ts';
import { recognizedSecrets } from '../core/secrets.ts';
import type { WireRecord } from '../core/wire-record.ts';
import { recordTransport } from '../http/recorded-transport.ts';
import { statedTls } from '../http/stated-tls.ts';
import { storeBody } from '../http/stored-body.ts';
import { filesWithin, type PermitFile } from '../node/files.ts';
import { nodeRandom } from '../node/random.ts';
import { runCommand } from '../node/run-command.ts';
import { EngineParts, type FilePorts } from '../sending/engine-parts.ts';
import { createLogins } from '../sending/login.ts';
import type { Preview } from '../sending/preview.ts';
import { previewRequest } from '../sending/preview.ts';
import type { RunOptions, RunResult } from '../sending/runner.ts';
import { runRequest } from '../sending/runner.ts';
import { tokenRequest } from '../sending/token-request.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { WorkspaceCookies } from './cookies/workspace-cookies.ts';
import type { Documents } from './documents.ts';
import { EngineScripts } from './engine-scripts.ts';
import type { Environments } from './environments.ts';
import { showInputBoxUntil } from './input-box.ts';
import { tell } from './notices.ts';
import type { Secrets } from './secrets.ts';
import { readSettings, secretCommandSetting } from './settings.ts';
import type { EngineTokens } from './tokens/engine-tokens.ts';
import { Transports } from './transports.ts';

/** What one act of a person may ask of them: once somebody has given up signing in, it asks no more. */
export interface Interaction {
  refused: boolean;
}

export interface SendOptions extends RunOptions {
  /** Absent: nobody is asked to sign in. */
  readonly interaction?: Interaction;
  /** Called with the bytes of each piece of the body that came. */
  readonly onReceived?: (bytes: number) => void;
}

/** What may ask the person, and until when. */
type Asked = Pick<SendOptions, 'signal' | 'interaction' | 'onReceived'>;

/** Sends and previews requests with what the editor offers. Loaded with the first request, not at activation. */
export interface Engine {
  /** @throws CountersignError where the request cannot be computed; then nothing was sent */
  send(target: RequestTarget, options: SendOptions): Promise<RunResult>;
  preview(target: RequestTarget, signal: AbortSignal): Promise<Preview>;
  /** What the Authorization panel of a file computes its requests with: nobody is asked, nothing is sent. */
  formPorts(file: string): Promise<FilePorts>;
  /** The tokens of this window, loaded when they are first needed. */
  tokens(): Promise<EngineTokens>;
  /** What the auth in force for a block asks the token source for. @throws CountersignError */
  tokenRequest(target: RequestTarget, signal?: AbortSignal): ReturnType<typeof tokenRequest>;
  /** The environment that is selected for a file. */
  environment(file: string): string | undefined;
  /** The text with every secret seen so far masked. */
  redact(text: string): string;
  /** What a text that is one secret came from: `{{$secret name}}`; undefined where that is not known. */
  nameOf(text: string): string | undefined;
  /** Settings are others now: connections made from now on obey them. */
  reconfigure(): void;
  dispose(): Promise<void>;
}

export interface EngineHost {
  readonly documents: Documents;
  readonly secrets: Secrets;
  readonly environments: Environments;
  readonly version: string;
  readonly tokenStore: TokenStore;
  readonly permissions: Permissions;
  readonly cookies: Pick<WorkspaceCookies, 'of'>;
  readonly agent: () => Promise<AuthorizationAgent>;
  readonly log: (text: string, failed: boolean) => void;
  /** Told of every exchange as it goes over the wire. */
  readonly record: (record: WireRecord) => void;
}

export function createEngine(host: EngineHost): Engine {
  const { documents, secrets, environments, version } = host;
  const random = nodeRandom;
  const parts = new EngineParts({
    ...{ version, workspace: documents, random },
    environment: file => environments.selected(file),
    variables: {
      environment: file => environments.layers(file),
      dotenv: file => environments.dotenv(file),
      runValues: file => environments.runValues(file),
      documents: file => documents.known(file),
    },
  });
  const { redactor, clock, ambient } = parts;
  const transports = new Transports(signal => secrets.askingUntil(signal));
  const { permissions } = host;
  const scripts = new EngineScripts({
    root: file => documents.root(file),
    values: file => environments.runValues(file),
    log: text => host.log(redactor.redact(text), false),
  });
  const permitFor = (asked: Asked | undefined): Permit =>
    asked ? permissions.askingFor(asked.interaction ?? asked.signal) : permissions.quiet;
  let tokens: Promise<EngineTokens> | undefined;

  /** One over the settings of the window, whichever those are by then. */
  const lasting: Transport = {
    send: (request, options) => transports.for(undefined).send(request, options),
  };
  const flows = new RecentAct();
  const recorded = (transport: Transport, reason: AttemptReason): Transport =>
    recordTransport(transport, { reason, bodyLimit: bodyOnRecord, record: host.record });

  const openTokens = (): Promise<EngineTokens> => {
    tokens ??= Promise.all([import('./tokens/engine-tokens.ts'), host.agent()]).then(
      ([module, agent]) =>
        new module.EngineTokens({
          ...{ clock, random, agent, ambient, store: host.tokenStore, workspace: documents },
          // A token is asked of a server because of something that a person does.
          transport: parts.guarded(recorded(lasting, 'token'), permission =>
            permissions.askingFor(flows.now())(permission),
          ),
          permitEnvironment: name => permissions.askingFor(flows.now())({ kind: 'environment', name }),
          log: (text, failed) => host.log(redactor.redact(text), failed),
          warn: message => tell('warning', '{0}', message),
          secretSeen: redactor.add,
          logins: createLogins({
            ...{ clock, workspace: documents },
            documents: path => documents.known(path),
            ports: (path, signal) => ports(path, signal && { signal }),
            sent: (target, result) => parts.remember(target, result),
          }),
          request: async target => tokenRequest(target, await ports(target.file)),
          asked: requestOf,
          environment: file => environments.selected(file),
        }),
    );
    return tokens;
  };

  /** The sources are loaded with the first request that wants a token. */
  const tokenSource = (file: string, asked: Asked | undefined): TokenSource => {
    const interaction = asked?.interaction;
    const source = parts.tokenSource(async () => {
      const { asking, quiet } = await openTokens();
      return (interaction && !interaction.refused ? asking : quiet).in(environments.selected(file), permitFor(asked));
    });
    return {
      ...source,
      async get(request, signal) {
        try {
          return await source.get(request, signal);
        } catch (error) {
          if (interaction && asCountersignError(error).code === 'cancelled') interaction.refused = true;
          throw error;
        }
      },
    };
  };

  const namedToken = (file: string, asked: Asked | undefined) => async (name: string) => {
    const opened = await openTokens();
    const environment = environments.selected(file);
    if (!asked) {
      const kept = await opened.kept(name, environment);
      if (kept !== undefined) redactor.add(kept);
      return kept;
    }
    const { interaction, signal } = asked;
    const source = interaction && !interaction.refused ? opened.asking : opened.quiet;
    const { token, credential } = await source.named(name, environment, signal);
    ambient.add(token.accessToken, credential);
    return parts.seen(token).accessToken;
  };

  const requestOf = async (target: RequestTarget, signal = new AbortController().signal) =>
    tokenRequest(target, await ports(target.file, { signal }));

  /** What a request may read: the files of the workspace, and those of its own folder where it is in none. */
  const filesFor = (file: string, permit: PermitFile): FileReader =>
    vscode.workspace.isTrusted
      ? filesWithin(() => [...workspaceFolders(), documents.root(file)], permit)
      : filesWithin(() => [], restricted);

  const commands = new SecretCommands({
    ...{ clock, ambient, run: runCommand, where: 'the setting “countersign.secretCommands”' },
    stated: secretCommandSetting,
  });
  /** Nothing runs before Send, nor in a window that isn't trusted. */
  const commandOutput = async (name: string, asked: Asked | undefined): Promise<string> => {
    const known = commands.known(name);
    if (known) return await known;
    if (!vscode.workspace.isTrusted) throw new CountersignError('not-allowed', 'No command runs in Restricted Mode.');
    if (!asked)
      throw new CountersignError('unresolved-variable', `The command “${name}” runs when the request is sent.`);
    return await untilAborted(commands.get(name), asked.signal);
  };

  const ports = async (file: string, asked?: Asked): Promise<FilePorts> => {
    const uri = documents.uriOf(file);
    const settings = readSettings(uri);
    const permit = permitFor(asked);
    const variables = parts.variables({
      permitEnvironment: name => permit({ kind: 'environment', name }),
      secrets: recognizedSecrets(asked ? secrets.askingUntil(asked.signal) : secrets.quiet, ambient),
      token: namedToken(file, asked),
      command: name => commandOutput(name, asked),
      projectRoot: documents.root(file),
      prompter: asked && prompterUntil(asked.signal),
    });
    const files = filesFor(file, path => permit({ kind: 'file', path, use: 'content' }));
    const keyFiles = filesFor(file, path => permit({ kind: 'file', path, use: 'key' }));
    return parts.ports(variables, {
      ...{ file, files, keyFiles, permit },
      tokens: tokenSource(file, asked),
      ...(vscode.workspace.isTrusted ? { run: runCommand } : {}),
      async tls(path, values) {
        const stated = await environments.tls(path);
        return stated && statedTls([stated], { ...values, files: keyFiles });
      },
      ...(vscode.workspace.isTrusted ? { scripts: scripts.ports(file) } : {}),
      cookies: await host.cookies.of(environments.selected(file)),
      transport: recorded(transports.for(uri), 'request'),
      storeBody: (response, signal) =>
        storeBody(response, {
          ...{ signal, memoryLimit: settings.memoryLimit, keepStart: true },
          ...(asked?.onReceived ? { onChunk: asked.onReceived } : {}),
        }),
      defaults: {
        insecure: !settings.verifyCertificates,
        followRedirects: settings.followRedirects,
        ...(settings.timeout === undefined ? {} : { timeout: settings.timeout }),
      },
    });
  };

  return {
    async send(target, options) {
      const result = await runRequest(target, await ports(target.file, options), options);
      parts.remember(target, result);
      return result;
    },
    preview: async (target, signal) => previewRequest(target, await ports(target.file), signal),
    formPorts: file => ports(file),
    tokens: openTokens,
    tokenRequest: requestOf,
    environment: file => environments.selected(file),
    redact: redactor.redact,
    nameOf: redactor.nameOf,
    reconfigure() {
      void transports.close();
    },
    async dispose() {
      await scripts.dispose();
      await transports.close();
    },
  };
}

/** Bytes of each body that the console keeps. */
const bodyOnRecord = 64 * 1024;

const workspaceFolders = (): readonly string[] =>
  (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);

/** In Restricted Mode files show what they hold, and no more. */
const restricted: PermitFile = async path => {
  throw new CountersignError('untrusted-workspace', `The file ${path} is not read in Restricted Mode.`, {
    hint: 'Trust the workspace to have it read.',
  });
};

/** What a person is doing, as far as a pause tells: a permission that is given once holds until then. */
class RecentAct {
  #act = {};
  #usedAt = 0;

  now(): object {
    const now = Date.now();
    if (now - this.#usedAt > actMilliseconds) this.#act = {};
    this.#usedAt = now;
    return this.#act;
  }
}

const actMilliseconds = 60_000;

function prompterUntil(signal: AbortSignal): Prompter {
  return {
    ask: (name, description, { secret }) =>
      showInputBoxUntil(signal, {
        title: name,
        ...(description === undefined ? {} : { prompt: description }),
        password: secret,
        ignoreFocusOut: true,
      }),
  };
}

/** What is awaited, or the error of a cancelled request as soon as it is cancelled. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new CountersignError('cancelled', 'The request was cancelled.'));
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
