import { createAuthMemories } from '../auth/memories.ts';
import type { Token, TokenSource } from '../auth/token-source.ts';
import { AmbientCredentials } from '../core/ambient-credentials.ts';
import { CountersignError } from '../core/errors.ts';
import type { Permit } from '../core/permission.ts';
import type { Clock, Prompter, Random, SecretStore, Transport } from '../core/ports.ts';
import { Redactor } from '../core/redaction.ts';
import { ResponseValues } from '../core/response-values.ts';
import type { Variables } from '../core/variables.ts';
import { requestName } from '../language/request-name.ts';
import { absolutePath } from './absolute-path.ts';
import { guardTransport } from './guarded-transport.ts';
import type { LenientPorts } from './preview.ts';
import { RequestVariables, type VariableSources } from './request-variables.ts';
import type { RunResult } from './runner.ts';
import type { RunnerPorts } from './runner-ports.ts';
import type { Scopes } from './scopes.ts';
import type { RequestTarget, Workspace } from './workspace.ts';

/** What only a host knows, for as long as it runs. */
export interface PartsHost {
  readonly version: string;
  readonly workspace: Workspace;
  readonly random: Random;
  readonly variables: Pick<VariableSources, 'commandLine' | 'environment' | 'dotenv' | 'runValues' | 'documents'>;
  /** The environment that is selected for a file. */
  environment(file: string): string | undefined;
}

/** What variables may ask for, in one act of a person. */
export interface VariableAct {
  /** `{{$projectRoot}}`. */
  readonly projectRoot: string;
  readonly secrets: SecretStore;
  readonly prompter?: Prompter | undefined;
  /** The access token of a name. @throws CountersignError */
  token(name: string): Promise<string | undefined>;
  permitEnvironment(name: string): Promise<void>;
  /** What the user's command of that name prints, for `{{$exec name}}`. @throws CountersignError */
  command?(name: string): Promise<string>;
}

/** What sending a request of a file takes besides what is the same for all. */
export interface SendAct
  extends Pick<
    RunnerPorts,
    'files' | 'keyFiles' | 'tls' | 'cookies' | 'storeBody' | 'scripts' | 'confirm' | 'defaults'
  > {
  /** The selected environment is asked for by it. */
  readonly file: string;
  readonly permit: Permit;
  /** Over the network; what goes over it is guarded by `permit`. */
  readonly transport: Transport;
  readonly tokens: TokenSource;
  /** Runs a program that a configuration of the user names; absent where none may run. */
  readonly run?: RunnerPorts['driver']['run'];
  /** Masks what is shown; all secrets that were seen where absent. */
  readonly redact?: RunnerPorts['redact'];
}

export interface FilePorts extends RunnerPorts {
  variablesFor: LenientPorts['variablesFor'];
  /** The variables as a document's own level sees them. */
  fileVariables(file: string, tree: RequestTarget['tree'], scopes: Scopes): Promise<Variables>;
}

/** What requests are computed and sent with, assembled once for every host: a call of the command line, or a window. */
export class EngineParts {
  readonly redactor = new Redactor();
  readonly clock: Clock = { now: Date.now };
  /** Credentials that came from a store of this machine. */
  readonly ambient = new AmbientCredentials();
  readonly #memories = createAuthMemories();
  readonly #responses = new ResponseValues();
  readonly #host: PartsHost;

  constructor(host: PartsHost) {
    this.#host = host;
  }

  variables(act: VariableAct): RequestVariables {
    const { prompter } = act;
    return new RequestVariables({
      ...this.#host.variables,
      responses: (owner, file) => this.#responses.of(this.#ownerIn(owner, file)),
      ports: {
        ...{ clock: this.clock, random: this.#host.random, env: process.env, secretSeen: this.redactor.add },
        permitEnvironment: act.permitEnvironment,
        secrets: act.secrets,
        tokens: act.token,
        ...(act.command ? { commands: act.command } : {}),
        projectRoot: act.projectRoot,
        ...(prompter ? { prompter } : {}),
      },
    });
  }

  ports(variables: RequestVariables, act: SendAct): FilePorts {
    const { workspace, version, random } = this.#host;
    const { file, permit, transport, tokens, run, redact = this.redactor.redact, ...given } = act;
    return {
      ...given,
      ...{ workspace, redact, ambient: this.ambient },
      userAgent: `countersign/${version}`,
      resolvePath: absolutePath,
      async variablesFor(target, scopes, settings) {
        const placed = target.tree.blocks[target.block];
        if (!placed) throw new CountersignError('invalid-request', 'There is no request here.');
        return variables.forRequest(target.file, target.tree, placed, scopes, settings);
      },
      fileVariables: (path, tree, scopes) => variables.forFile(path, tree, scopes),
      transport: this.guarded(transport, permit),
      driver: {
        ...{ clock: this.clock, random, tokens, memories: this.#memories, env: process.env },
        files: act.keyFiles,
        ...(run ? { run } : {}),
        environment: this.#host.environment(file) ?? '',
      },
    };
  }

  /** The transport, which credentials of this machine leave over only where that is allowed. */
  guarded(transport: Transport, permit: Permit): Transport {
    return guardTransport(transport, this.ambient, permit);
  }

  /** Keeps what later requests of the environment may refer to; nothing is taken from a body that is not whole. */
  remember({ file, tree, block }: RequestTarget, result: RunResult): void {
    const placed = tree.blocks[block];
    const name = placed && requestName(placed.block)?.text;
    if (name === undefined) return;
    const { response, ...rest } = result;
    this.#responses.of(this.#ownerIn(result.owner, file)).record(name, response?.body.broken ? rest : result);
  }

  /** The token, masked from now on wherever it turns up. */
  readonly seen = (token: Token): Token => {
    for (const secret of [token.accessToken, token.refreshToken, token.idToken, token.tokenSecret]) {
      if (secret) this.redactor.add(secret);
    }
    return token;
  };

  /** A source that is opened when a token is first wanted, and whose tokens are masked. */
  tokenSource(open: () => Promise<TokenSource>): TokenSource {
    return {
      peek: async request => {
        const state = await (await open()).peek(request);
        if (state.kind === 'available') this.seen(state.token);
        return state;
      },
      get: async (request, signal) => this.seen(await (await open()).get(request, signal)),
      reject: async (request, token) => (await open()).reject(request, token),
    };
  }

  /** Responses of one environment are none of another. */
  #ownerIn(owner: string, file: string): string {
    return `${this.#host.environment(file) ?? ''}\n${owner}`;
  }
}
