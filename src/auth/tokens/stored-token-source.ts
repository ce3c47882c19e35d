import type { AmbientCredentials } from '../../core/ambient-credentials.ts';
import { CountersignError } from '../../core/errors.ts';
import { type Credential, credentialPermission, type Permit, tokenCredential } from '../../core/permission.ts';
import type { Clock } from '../../core/ports.ts';
import type { Token, TokenRequest, TokenSource, TokenState } from '../token-source.ts';
import { SingleFlight } from './single-flight.ts';
import type { ObtainedToken, TokenFlow } from './token-flow.ts';
import { hasAccessToken, isAlive, isUsable, type TokenRecord, tokenOf } from './token-record.ts';
import type { TokenStore } from './token-store.ts';
import { credentialOf, type Kept, recordOf, usedBy, Want } from './token-want.ts';

export type StatedCredentials = Pick<TokenRequest, 'values'> & Partial<Pick<TokenRequest, 'request'>>;

export interface TokenSourceOptions {
  readonly store: TokenStore;
  /** One per scheme. */
  readonly flows: readonly TokenFlow[];
  readonly clock: Clock;
  /** For renewing a token without a request at hand: all that the files that use it state, secrets included, or none. */
  readonly credentials?: (record: TokenRecord) => Promise<StatedCredentials | undefined>;
  /** Credentials that came from a store of this machine; where absent, every statement holds its own. */
  readonly ambient?: AmbientCredentials;
  /** Told what went wrong without stopping anything, one sentence. */
  readonly warn?: (message: string) => void;
}

/** Tokens over a store, for the whole host: one per window or process, so that flights are shared. */
export interface StoredTokenSource {
  /**
   * The source that schemes use, for requests of that environment. A token that a person or this machine has the
   * credentials of goes only where `permit` allows it.
   */
  in(environment: string | undefined, permit?: Permit): TokenSource;
  /** Fetches anew, whatever is stored (Get New Access Token). @throws CountersignError */
  obtain(request: TokenRequest, environment: string | undefined, signal: AbortSignal): Promise<TokenRecord>;
  /** Refreshes the kept token, or fetches it anew where it has no refresh token. @throws CountersignError */
  renew(key: string, signal: AbortSignal): Promise<TokenRecord>;
  /** A usable token by its name (`{{$token name}}`), that environment's first. @throws CountersignError */
  named(name: string, environment: string | undefined, signal: AbortSignal): Promise<NamedToken>;
  /** Revokes at the server, then deletes here. @throws CountersignError, and then nothing is deleted */
  revoke(key: string, signal: AbortSignal): Promise<void>;
}

/** A token that was asked for by its name, and what it is where it is to be allowed. */
export interface NamedToken {
  readonly token: Token;
  readonly credential: Credential;
  /** It was obtained since the start of this process, with credentials that were stated. */
  readonly stated: boolean;
}

export function createTokenSource(options: TokenSourceOptions): StoredTokenSource {
  return new StoredTokens(options);
}

class StoredTokens implements StoredTokenSource {
  readonly #options: TokenSourceOptions;
  readonly #flights = new SingleFlight<Kept>();
  /** Tokens that the store could not take: kept here for as long as the process lives. */
  readonly #unsaved = new Map<string, TokenRecord>();
  /** Keys of the tokens that were obtained with credentials that were stated. */
  readonly #stated = new Set<string>();

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  in(environment: string | undefined, permit?: Permit): TokenSource {
    return {
      peek: request => this.#peek(this.#want(request, environment)),
      get: (request, signal) => this.#get(this.#want(request, environment), signal, permit),
      reject: (request, token) => this.#reject(this.#want(request, environment), token),
    };
  }

  obtain(request: TokenRequest, environment: string | undefined, signal: AbortSignal): Promise<TokenRecord> {
    const want = this.#want(request, environment);
    // A stored successor of the refresh token counts; using an earlier one may end the whole login.
    if (want.flow.obtainsByRefresh?.(want.values)) return this.#renewed(want, signal, this.#options.clock.now());
    return this.#fetched(want, signal);
  }

  async renew(key: string, signal: AbortSignal): Promise<TokenRecord> {
    const record = await this.#known(key);
    return this.#renewed(await this.#wantOf(record), signal, record.obtainedAt);
  }

  async named(name: string, environment: string | undefined, signal: AbortSignal): Promise<NamedToken> {
    const all = (await this.#options.store.list()).filter(record => record.name === name);
    const matching = all.filter(record => record.environment === environment);
    const candidates = matching.length > 0 ? matching : all.filter(record => record.environment === undefined);
    const now = this.#options.clock.now();
    const record =
      candidates.find(candidate => isUsable(candidate, now)) ??
      candidates.toSorted((one, other) => other.obtainedAt - one.obtainedAt)[0];
    if (!record) {
      throw new CountersignError('token-failed', `There is no token named “${name}”.`, {
        hint: 'Get one with an @auth oauth2 statement whose tokenName is that name.',
      });
    }
    const credential = tokenCredential(record.name, record.issuer);
    const stated = this.#stated.has(record.key);
    if (hasAccessToken(record) && isUsable(record, now)) return { token: tokenOf(record), credential, stated };
    return { token: tokenOf(await this.#renewed(await this.#wantOf(record), signal)), credential, stated };
  }

  async revoke(key: string, signal: AbortSignal): Promise<void> {
    const record = await this.#known(key);
    const { flow, values, http } = await this.#wantOf(record);
    if (!flow.revoke) throw new CountersignError('token-failed', 'Tokens of this scheme cannot be revoked from here.');
    await this.#options.store.lock(
      key,
      async () => {
        await flow.revoke?.(values, (await this.#read(key)) ?? record, signal, http?.tls);
        this.#unsaved.delete(key);
        await this.#options.store.delete(key);
      },
      signal,
    );
  }

  async #peek({ flow, key, values }: Want): Promise<TokenState> {
    const record = await this.#read(key);
    if (hasAccessToken(record) && isUsable(record, this.#options.clock.now())) {
      return { kind: 'available', token: tokenOf(record) };
    }
    const from = flow.source(values);
    if (record?.refreshToken !== undefined && flow.refresh) {
      return { kind: 'pending', pending: `the expired token will be refreshed at ${from}` };
    }
    return {
      kind: 'pending',
      pending: flow.needsPerson(values)
        ? `you will be asked to sign in, and a token will be fetched from ${from}`
        : `a token will be fetched from ${from}`,
    };
  }

  async #get(want: Want, signal: AbortSignal, permit: Permit | undefined): Promise<Token> {
    const record = await this.#read(want.key);
    // Without an address it is for the person alone.
    if (permit && want.http?.url) {
      if (!(await this.#holdsCredentials(want))) await permit(credentialPermission(credentialOf(want), want.http));
      // Whoever states another secret than the kept token came of has to show to the server that it is right.
      else if (record && record.proof !== want.proof) return tokenOf(await this.#fetched(want, signal));
    }
    const usable = hasAccessToken(record) && isUsable(record, this.#options.clock.now());
    if (!usable) return tokenOf(await this.#renewed(want, signal));
    await this.#noteUse(record, want.request?.usedBy);
    return tokenOf(record);
  }

  /** Whether what is stated would do to obtain the token, without a person and without a credential of this machine. */
  async #holdsCredentials({ flow, values }: Want): Promise<boolean> {
    if (flow.needsPerson(values) || (this.#options.ambient?.inValues(values).length ?? 0) > 0) return false;
    return !(await flow.borrows?.(values));
  }

  async #reject({ key }: Want, token: Token): Promise<void> {
    await this.#options.store.lock(key, async () => {
      const record = await this.#read(key);
      if (record?.accessToken !== token.accessToken) return;
      const { accessToken: _, ...rest } = record;
      await this.#write(rest);
    });
  }

  /** `after`: a token obtained later than that (milliseconds since the epoch) will do; otherwise any usable one. */
  #renewed(want: Want, signal: AbortSignal, after?: number): Promise<Kept> {
    return this.#flights.run(want.flight, signal, async shared => {
      const stored = await this.#options.store.lock(want.key, () => this.#renewLocked(want, shared, after), shared);
      // A person may take minutes: other windows are not kept waiting for that long.
      return stored ?? this.#fetched(want, shared);
    });
  }

  /** Anew; a person who is being asked already, by a request or by hand, is asked once. */
  #fetched(want: Want, signal: AbortSignal): Promise<Kept> {
    return this.#flights.run(`new ${want.flight}`, signal, shared => this.#fetch(want, shared));
  }

  async #renewLocked(want: Want, signal: AbortSignal, after: number | undefined): Promise<Kept | undefined> {
    const { flow, key, values, http } = want;
    let record = await this.#read(key);
    const now = this.#options.clock.now();
    const fresh = after === undefined || (record !== undefined && record.obtainedAt > after);
    if (fresh && hasAccessToken(record) && isUsable(record, now)) return record;
    while (record?.refreshToken !== undefined && flow.refresh) {
      const tried: TokenRecord = record;
      try {
        const token = await flow.refresh(values, tried, signal, http?.tls);
        return await this.#keep(want, token, tried, true);
      } catch (error) {
        const verdict = flow.refreshVerdict?.(error) ?? 'refused';
        if (verdict === 'later' && after === undefined && hasAccessToken(tried) && isAlive(tried, now)) {
          this.#options.warn?.(
            `The token “${tried.name}” could not be refreshed and is used to its end: ${said(error)}`,
          );
          return tried;
        }
        if (verdict !== 'gone') throw error;
        record = await this.#read(key);
        if (record?.refreshToken !== tried.refreshToken) continue;
        const { refreshToken: _, ...rest } = tried;
        await this.#write(rest);
        record = rest;
      }
    }
    return flow.needsPerson(values) ? undefined : this.#keep(want, await this.#obtain(want, signal), record);
  }

  async #fetch(want: Want, signal: AbortSignal): Promise<Kept> {
    const token = await this.#obtain(want, signal);
    return this.#options.store.lock(want.key, async () => this.#keep(want, token, await this.#read(want.key)));
  }

  #obtain({ flow, values, http }: Want, signal: AbortSignal): Promise<ObtainedToken> {
    return flow.obtain(values, http, signal);
  }

  /** Stores a token before anybody uses it. */
  async #keep(want: Want, token: ObtainedToken, previous: TokenRecord | undefined, refreshed = false): Promise<Kept> {
    const record = recordOf(want, token, previous, refreshed);
    if (want.request && !refreshed && (await this.#holdsCredentials(want))) this.#stated.add(want.key);
    if (token.transient) this.#unsaved.set(record.key, record);
    else await this.#write(record);
    return record;
  }

  async #write(record: TokenRecord): Promise<void> {
    try {
      await this.#options.store.set(record);
      this.#unsaved.delete(record.key);
    } catch (error) {
      // Its predecessor may be void by now, so failing would lose the login.
      this.#unsaved.set(record.key, record);
      this.#options.warn?.(
        `The token “${record.name}” could not be stored and will be lost at the end: ${said(error)}`,
      );
    }
  }

  async #read(key: string): Promise<TokenRecord | undefined> {
    const unsaved = this.#unsaved.get(key);
    if (!unsaved) return this.#options.store.get(key);
    const stored = await this.#options.store.get(key).catch(() => undefined);
    return stored && stored.obtainedAt > unsaved.obtainedAt ? stored : unsaved;
  }

  async #known(key: string): Promise<TokenRecord> {
    const record = await this.#read(key);
    if (!record) throw new CountersignError('token-failed', 'There is no such token any more.');
    return record;
  }

  async #noteUse(record: TokenRecord, file: string | undefined): Promise<void> {
    if (file === undefined || record.usedBy.includes(file)) return;
    await this.#options.store.lock(record.key, async () => {
      const current = await this.#read(record.key);
      if (current) await this.#write({ ...current, usedBy: usedBy(current, file) });
    });
  }

  #want(request: TokenRequest, environment: string | undefined): Want {
    const flow = this.#flow(request.scheme);
    const { key } = flow.identity(request.values, environment);
    return new Want({ flow, key, values: request.values, environment, request, http: request.request });
  }

  async #wantOf(record: TokenRecord): Promise<Want> {
    const stated = await this.#options.credentials?.(record);
    // What is stated counts whole: a kept address that is stated no more, or was imported, is not to get its secrets.
    const values = stated?.values ?? record.config;
    const { key, environment } = record;
    const flow = this.#flow(record.scheme);
    return new Want({ flow, key, values, environment, request: undefined, http: stated?.request });
  }

  #flow(scheme: string): TokenFlow {
    const flow = this.#options.flows.find(candidate => candidate.scheme === scheme);
    if (!flow) throw new CountersignError('internal', `There is no way to get tokens for “${scheme}”.`);
    return flow;
  }
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));
