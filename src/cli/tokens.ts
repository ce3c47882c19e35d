import type { LoginPorts } from '../auth/login/login-flow.ts';
import { createLoginFlow } from '../auth/login/login-flow.ts';
import type { AuthorizationAgent } from '../auth/oauth2/authorization-agent.ts';
import type { ExchangeObserver } from '../auth/oauth2/exchange-record.ts';
import type { OAuth2Ports } from '../auth/oauth2/server-session.ts';
import type { Token, TokenRequest, TokenSource } from '../auth/token-source.ts';
import type { StatedCredentials, StoredTokenSource } from '../auth/tokens/stored-token-source.ts';
import type { TokenRecord } from '../auth/tokens/token-record.ts';
import type { AmbientCredentials } from '../core/ambient-credentials.ts';
import type { Permit } from '../core/permission.ts';
import type { Clock, Random, Transport } from '../core/ports.ts';
import type { Call } from './arguments.ts';
import { say } from './standard-error.ts';
import type { OpenedTokenStore } from './token-store.ts';

export interface CliTokens {
  /** For the schemes, in the environment of the call. */
  readonly source: TokenSource;
  /** The access token of that name (`{{$token name}}`). @throws CountersignError */
  named(name: string): Promise<string | undefined>;
  /** The store and everything that can be done with it, opened at first use: a keychain takes its time. */
  open(): Promise<OpenedTokens>;
}

export interface OpenedTokens extends OpenedTokenStore {
  readonly tokens: StoredTokenSource;
}

export interface CliTokenPorts {
  readonly call: Pick<Call, 'env'>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** A person at this terminal; absent where nobody is to be asked. */
  readonly agent?: AuthorizationAgent;
  readonly observe?: ExchangeObserver;
  /** The values for renewing a token without a request at hand; `key` tells which token a request is for. */
  readonly credentials?: (record: TokenRecord, key: TokenKey) => Promise<StatedCredentials | undefined>;
  /** Tells of a token that is used, so that it can be masked wherever it turns up. */
  readonly seen: (token: Token) => Token;
  /** A source whose tokens are told of. */
  readonly tokenSource: (open: () => Promise<TokenSource>) => TokenSource;
  /** Credentials that came from a store of this machine. */
  readonly ambient: AmbientCredentials;
  readonly permit: Permit;
  readonly permitEnvironment: (name: string) => Promise<void>;
  readonly logins: LoginPorts;
  /** Says something to the person, on stderr. */
  readonly warn?: (message: string) => void;
}

export type TokenKey = (request: TokenRequest, environment: string | undefined) => string | undefined;

/** The command line's tokens: obtained over its transport, kept in its store. */
export function createTokens(ports: CliTokenPorts): CliTokens {
  const { call, clock } = ports;
  const warn = ports.warn ?? say;
  let opened: Promise<OpenedTokens> | undefined;
  const open = (): Promise<OpenedTokens> => {
    opened ??= openTokens(ports, warn);
    return opened;
  };
  const source = ports.tokenSource(async () => (await open()).tokens.in(call.env, ports.permit));
  let described = false;
  return {
    open,
    source: {
      ...source,
      async get(request, signal) {
        const { encrypted, description } = await open();
        const startedAt = clock.now();
        const token = await source.get(request, signal);
        if (!encrypted && !described && (token.obtainedAt ?? 0) >= startedAt) {
          described = true;
          warn(description);
        }
        return token;
      },
    },
    async named(name) {
      const { tokens } = await open();
      const { token, credential, stated } = await tokens.named(name, call.env, new AbortController().signal);
      // What this call itself obtained, by what its files state, goes where they say.
      if (!stated) ports.ambient.add(token.accessToken, credential);
      return ports.seen(token).accessToken;
    },
  };
}

/** The protocol's libraries are loaded only where a token is wanted. */
async function openTokens(
  { transport, clock, random, agent, observe, credentials, ambient, permitEnvironment, logins }: CliTokenPorts,
  warn: (message: string) => void,
): Promise<OpenedTokens> {
  const [{ createOAuth2Flow }, { createOAuth1Flow }, { createTokenSource }, { openTokenStore }, { nodeWait }] =
    await Promise.all([
      import('../auth/oauth2/oauth2-flow.ts'),
      import('../auth/oauth1/oauth1-flow.ts'),
      import('../auth/tokens/stored-token-source.ts'),
      import('./token-store.ts'),
      import('../node/wait.ts'),
    ]);
  const oauth: OAuth2Ports = {
    ...{ transport, clock, random, ambient, permitEnvironment },
    env: process.env,
    wait: nodeWait,
    ...(agent ? { agent } : {}),
    ...(observe ? { observe } : {}),
  };
  const flows = [createOAuth2Flow(oauth), createOAuth1Flow(oauth), createLoginFlow(logins)];
  const key: TokenKey = (request, environment) =>
    flows.find(flow => flow.scheme === request.scheme)?.identity(request.values, environment).key;
  const kept = await openTokenStore(process.env);
  const source = createTokenSource({
    ...{ store: kept.store, flows, clock, warn, ambient },
    ...(credentials ? { credentials: record => credentials(record, key) } : {}),
  });
  return { ...kept, tokens: source };
}
