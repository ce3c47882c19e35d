import { createLoginFlow, type LoginPorts } from '../../auth/login/login-flow.ts';
import { createOAuth1Flow } from '../../auth/oauth1/oauth1-flow.ts';
import type { AuthorizationAgent } from '../../auth/oauth2/authorization-agent.ts';
import type { TokenExchangeRecord } from '../../auth/oauth2/exchange-record.ts';
import { createOAuth2Flow } from '../../auth/oauth2/oauth2-flow.ts';
import type { OAuth2Ports } from '../../auth/oauth2/server-session.ts';
import type { TokenRequest } from '../../auth/token-source.ts';
import { createTokenSource, type StoredTokenSource } from '../../auth/tokens/stored-token-source.ts';
import type { TokenFlow } from '../../auth/tokens/token-flow.ts';
import { isUsable, type TokenRecord } from '../../auth/tokens/token-record.ts';
import type { TokenStore } from '../../auth/tokens/token-store.ts';
import type { AmbientCredentials } from '../../core/ambient-credentials.ts';
import type { Clock, Random, Transport } from '../../core/ports.ts';
import { nodeWait } from '../../node/wait.ts';
import { type StatedToken, statedToken } from '../../sending/stated-token.ts';
import type { RequestTarget, Workspace } from '../../sending/workspace.ts';

export interface EngineTokensHost {
  readonly store: TokenStore;
  readonly agent: AuthorizationAgent;
  readonly transport: Transport;
  /** Credentials that came from a store of this machine: `transport` lets them go only where that is allowed. */
  readonly ambient: AmbientCredentials;
  readonly permitEnvironment: (name: string) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly workspace: Workspace;
  /** Every exchange with an authorization server, as text with its secrets masked. */
  log(text: string, failed: boolean): void;
  warn(message: string): void;
  secretSeen(secret: string): void;
  readonly logins: LoginPorts;
  /** What the auth in force for a block asks for, its values computed; nobody is asked. @throws CountersignError */
  request(target: RequestTarget): Promise<TokenRequest | undefined>;
  /** The same, but asks for a secret that was never set. @throws CountersignError */
  asked(target: RequestTarget): Promise<TokenRequest | undefined>;
  environment(file: string): string | undefined;
}

/** The tokens of a window: obtained over its transport, kept in the store that all windows share. */
export class EngineTokens {
  /** With a person who may be asked, and without. */
  readonly asking: StoredTokenSource;
  readonly quiet: StoredTokenSource;
  readonly #host: EngineTokensHost;
  readonly #flows: readonly TokenFlow[];

  constructor(host: EngineTokensHost) {
    this.#host = host;
    const ports: OAuth2Ports = {
      transport: host.transport,
      ambient: host.ambient,
      permitEnvironment: host.permitEnvironment,
      clock: host.clock,
      random: host.random,
      env: process.env,
      wait: nodeWait,
      observe: record => host.log(exchangeLog(record), record.error !== undefined),
    };
    const flows = (agent?: AuthorizationAgent): readonly TokenFlow[] => {
      const all = { ...ports, ...(agent ? { agent } : {}) };
      return [createOAuth2Flow(all), createOAuth1Flow(all), createLoginFlow(host.logins)];
    };
    const source = (ofSource: readonly TokenFlow[], asking: boolean): StoredTokenSource =>
      createTokenSource({
        store: host.store,
        ambient: host.ambient,
        clock: host.clock,
        flows: ofSource,
        credentials: async record => (await this.stated(record, asking))?.request,
        warn: message => host.warn(message),
      });
    this.#flows = flows();
    this.asking = source(flows(host.agent), true);
    this.quiet = source(this.#flows, false);
  }

  /** The key of the token that the auth in force for a block asks for; undefined where it asks for none. */
  async keyOf(target: RequestTarget): Promise<string | undefined> {
    const request = await this.#host.request(target);
    return request && this.#key(request, this.#host.environment(target.file));
  }

  /** The access token of that name as it is kept, for previews: nothing is fetched. */
  async kept(name: string, environment: string | undefined): Promise<string | undefined> {
    const named = (await this.#host.store.list()).filter(record => record.name === name);
    const own = named.filter(record => record.environment === environment);
    const candidates = own.length > 0 ? own : named.filter(record => record.environment === undefined);
    const now = this.#host.clock.now();
    return (candidates.find(record => isUsable(record, now)) ?? candidates[0])?.accessToken;
  }

  /**
   * Where the files that use a token state how it is obtained; undefined where none does any more.
   * @throws CountersignError `missing-secret` where somebody may be asked for a secret, and gives none
   */
  stated(record: TokenRecord, asking = false): Promise<StatedToken | undefined> {
    const { workspace } = this.#host;
    return statedToken(record, {
      workspace,
      request: target => this.#host.request(target),
      ...(asking ? { asked: (target: RequestTarget) => this.#host.asked(target) } : {}),
      key: (of, environment) => this.#key(of, environment),
    });
  }

  #key(request: TokenRequest, environment: string | undefined): string | undefined {
    return this.#flows.find(flow => flow.scheme === request.scheme)?.identity(request.values, environment).key;
  }
}

function exchangeLog(record: TokenExchangeRecord): string {
  const { purpose, request, response, error, responseBody, warnings, timing } = record;
  const lines = [`(token: ${purpose}) ${request.method} ${request.maskedUrl ?? request.url}`];
  for (const { name, value, masked } of request.headers) lines.push(`> ${name}: ${masked ?? value}`);
  const body = request.body?.masked ?? request.body?.text;
  if (body) lines.push('>', `> ${body}`);
  if (response) {
    lines.push(
      `< HTTP/${response.httpVersion.replace(/^HTTP\//, '')} ${response.status} ${response.statusText}`.trimEnd(),
    );
    for (const [name, value] of response.headers) lines.push(`< ${name}: ${value}`);
    if (responseBody) lines.push('<', ...responseBody.split(/\r?\n/).map(line => `< ${line}`));
  }
  if (timing) lines.push(`  ${Math.round(timing.total)} ms`);
  for (const warning of warnings) lines.push(`! ${warning}`);
  if (error) lines.push(`! ${error.code}: ${error.message}`);
  return lines.join('\n');
}
