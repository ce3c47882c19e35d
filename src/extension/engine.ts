import { dirname, isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import { createAuthMemories } from '../auth/memories.ts';
import type { AuthorizationAgent } from '../auth/oauth2/authorization-agent.ts';
import type { Token, TokenSource } from '../auth/token-source.ts';
import type { TokenStore } from '../auth/tokens/token-store.ts';
import { AmbientCredentials } from '../core/ambient-credentials.ts';
import type { AttemptReason } from '../core/attempt-reason.ts';
import { asCountersignError, CountersignError } from '../core/errors.ts';
import type { Permissions, Permit } from '../core/permission.ts';
import type { FileReader, Prompter, SecretStore, Transport } from '../core/ports.ts';
import { Redactor } from '../core/redaction.ts';
import { ResponseValues } from '../core/response-values.ts';
import { recognizedSecrets } from '../core/secrets.ts';
import type { WireRecord } from '../core/wire-record.ts';
import type { FormPorts } from '../features/form/form-preview.ts';
import { recordTransport } from '../http/recorded-transport.ts';
import { statedTls } from '../http/stated-tls.ts';
import { storeBody } from '../http/stored-body.ts';
import { filesWithin, type PermitFile } from '../node/files.ts';
import { nodeRandom } from '../node/random.ts';
import { runCommand } from '../node/run-command.ts';
import { guardTransport } from '../sending/guarded-transport.ts';
import { createLogins } from '../sending/login.ts';
import type { Preview } from '../sending/preview.ts';
import { previewRequest } from '../sending/preview.ts';
import { RequestVariables } from '../sending/request-variables.ts';
import type { RunOptions, RunResult } from '../sending/runner.ts';
import { runRequest } from '../sending/runner.ts';
import type { RunnerPorts } from '../sending/runner-ports.ts';
import { tokenRequest } from '../sending/token-request.ts';
import type { RequestTarget } from '../sending/workspace.ts';
import type { WorkspaceCookies } from './cookies/workspace-cookies.ts';
import type { Documents } from './documents.ts';
import { EngineScripts } from './engine-scripts.ts';
import type { Environments } from './environments.ts';
import { showInputBoxUntil } from './input-box.ts';
import { tell } from './notices.ts';
import type { Secrets } from './secrets.ts';
import { readSettings } from './settings.ts';
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
  formPorts(file: string): Promise<FormPorts>;
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
  const redactor = new Redactor();
  const clock = { now: Date.now };
  const random = nodeRandom;
  const memories = createAuthMemories();
  const responses = new ResponseValues();
  const transports = new Transports(signal => secrets.askingUntil(signal));
  const ambient = new AmbientCredentials();
  const { permissions } = host;
  const scripts = new EngineScripts({
    root: file => documents.root(file),
    values: file => environments.runValues(file),
    log: text => host.log(redactor.redact(text), false),
  });
  const permitFor = (asked: Asked | undefined): Permit =>
    asked ? permissions.askingFor(asked.interaction ?? asked.signal) : permissions.quiet;
  /** Responses of one environment are none of another. */
  const ownerIn = (owner: string, file: string): string => `${environments.selected(file) ?? ''}\n${owner}`;
  let tokens: Promise<EngineTokens> | undefined;

  const variables = (
    store: SecretStore,
    prompter: Prompter | undefined,
    file: string,
    named: (name: string) => Promise<string | undefined>,
    permit: Permit,
  ): RequestVariables =>
    new RequestVariables({
      environment: path => environments.layers(path),
      dotenv: path => environments.dotenv(path),
      responses: (owner, path) => responses.of(ownerIn(owner, path)),
      runValues: path => environments.runValues(path),
      documents: path => documents.known(path),
      ports: {
        ...{ clock, random },
        env: process.env,
        permitEnvironment: name => permit({ kind: 'environment', name }),
        secrets: recognizedSecrets(store, ambient),
        tokens: named,
        projectRoot: documents.root(file),
        secretSeen: redactor.add,
        ...(prompter ? { prompter } : {}),
      },
    });

  /** One over the settings of the window, whichever those are by then. */
  const lasting: Transport = {
    send: (request, options) => transports.for(undefined).send(request, options),
  };
  const flows = new RecentAct();
  const recorded = (transport: Transport, reason: AttemptReason): Transport =>
    recordTransport(transport, { reason, bodyLimit: bodyOnRecord, record: host.record });

  const seen = (token: Token): Token => {
    for (const secret of [token.accessToken, token.refreshToken, token.idToken, token.tokenSecret]) {
      if (secret) redactor.add(secret);
    }
    return token;
  };

  const openTokens = (): Promise<EngineTokens> => {
    tokens ??= Promise.all([import('./tokens/engine-tokens.ts'), host.agent()]).then(
      ([module, agent]) =>
        new module.EngineTokens({
          ...{ clock, random, agent, ambient, store: host.tokenStore, workspace: documents },
          // A token is asked of a server because of something that a person does.
          transport: guardTransport(recorded(lasting, 'token'), ambient, permission =>
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
            sent: remember,
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
    const source = async (): Promise<TokenSource> => {
      const { asking, quiet } = await openTokens();
      return (interaction && !interaction.refused ? asking : quiet).in(environments.selected(file), permitFor(asked));
    };
    return {
      async peek(request) {
        const state = await (await source()).peek(request);
        if (state.kind === 'available') seen(state.token);
        return state;
      },
      async get(request, signal) {
        try {
          return seen(await (await source()).get(request, signal));
        } catch (error) {
          if (interaction && asCountersignError(error).code === 'cancelled') interaction.refused = true;
          throw error;
        }
      },
      reject: async (request, token) => (await source()).reject(request, token),
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
    return seen(token).accessToken;
  };

  const requestOf = async (target: RequestTarget, signal = new AbortController().signal) =>
    tokenRequest(target, await ports(target.file, { signal }));

  /** What a request may read: the files of the workspace, and those of its own folder where it is in none. */
  const filesFor = (file: string, permit: PermitFile): FileReader =>
    vscode.workspace.isTrusted
      ? filesWithin(() => [...workspaceFolders(), documents.root(file)], permit)
      : filesWithin(() => [], restricted);

  const ports = async (file: string, asked?: Asked): Promise<RunnerPorts> => {
    const uri = documents.uriOf(file);
    const settings = readSettings(uri);
    const store = asked ? secrets.askingUntil(asked.signal) : secrets.quiet;
    const prompter = asked && prompterUntil(asked.signal);
    const permit = permitFor(asked);
    const values = variables(store, prompter, file, namedToken(file, asked), permit);
    const files = filesFor(file, path => permit({ kind: 'file', path, use: 'content' }));
    const keyFiles = filesFor(file, path => permit({ kind: 'file', path, use: 'key' }));
    return {
      ...{ workspace: documents, files, keyFiles, ambient },
      redact: redactor.redact,
      userAgent: `countersign/${version}`,
      resolvePath: (path, from) => (isAbsolute(path) ? path : resolve(dirname(from), path)),
      async variablesFor({ tree, block, ...target }, scopes, requestSettings) {
        const placed = tree.blocks[block];
        if (!placed) throw new CountersignError('invalid-request', 'There is no request here.');
        return values.forRequest(target.file, tree, placed, scopes, requestSettings);
      },
      async tls(path, values) {
        const stated = await environments.tls(path);
        return stated && statedTls([stated], { ...values, files: keyFiles });
      },
      ...(vscode.workspace.isTrusted ? { scripts: scripts.ports(file) } : {}),
      cookies: await host.cookies.of(environments.selected(file)),
      transport: guardTransport(recorded(transports.for(uri), 'request'), ambient, permit),
      storeBody: (response, signal) =>
        storeBody(response, {
          ...{ signal, memoryLimit: settings.memoryLimit, keepStart: true },
          ...(asked?.onReceived ? { onChunk: asked.onReceived } : {}),
        }),
      driver: {
        ...{ clock, random, memories },
        files: keyFiles,
        env: process.env,
        ...(vscode.workspace.isTrusted ? { run: runCommand } : {}),
        tokens: tokenSource(file, asked),
        environment: environments.selected(file) ?? '',
      },
      defaults: {
        insecure: !settings.verifyCertificates,
        followRedirects: settings.followRedirects,
        ...(settings.timeout === undefined ? {} : { timeout: settings.timeout }),
      },
    };
  };

  const remember = ({ file, tree, block }: RequestTarget, result: RunResult): void => {
    const name = tree.blocks[block]?.block.name?.text;
    // Nothing is taken from a body that is not whole.
    const { response, ...rest } = result;
    if (name !== undefined) {
      responses.of(ownerIn(result.owner, file)).record(name, response?.body.broken ? rest : result);
    }
  };

  return {
    async send(target, options) {
      const result = await runRequest(target, await ports(target.file, options), options);
      remember(target, result);
      return result;
    },
    preview: async (target, signal) => previewRequest(target, await ports(target.file), signal),
    async formPorts(file) {
      const values = variables(secrets.quiet, undefined, file, namedToken(file, undefined), permissions.quiet);
      return {
        ...(await ports(file)),
        async variablesFor({ tree, block, ...target }, scopes, requestSettings) {
          const placed = tree.blocks[block];
          if (!placed) throw new CountersignError('invalid-request', 'There is no request here.');
          return values.forRequest(target.file, tree, placed, scopes, requestSettings);
        },
        fileVariables: (path, tree, scopes) => values.forFile(path, tree, scopes),
      };
    },
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
