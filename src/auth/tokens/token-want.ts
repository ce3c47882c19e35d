import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Credential, tokenCredential } from '../../core/permission.ts';
import type { HttpRequest } from '../../core/request.ts';
import type { TokenRequest } from '../token-source.ts';
import type { ObtainedToken, TokenFlow, Values } from './token-flow.ts';
import type { TokenRecord } from './token-record.ts';

export type Kept = TokenRecord & { readonly accessToken: string };

export interface WantedToken {
  readonly flow: TokenFlow;
  readonly key: string;
  readonly values: Values;
  readonly environment: string | undefined;
  readonly request: TokenRequest | undefined;
  /** The request that wants it, or stands for those that do. */
  readonly http: HttpRequest | undefined;
}

/** A token that is wanted: by a request, or by the kept record alone. */
export class Want implements WantedToken {
  readonly flow: TokenFlow;
  readonly key: string;
  readonly values: Values;
  readonly environment: string | undefined;
  readonly request: TokenRequest | undefined;
  readonly http: HttpRequest | undefined;
  #proof: string | undefined;

  constructor({ flow, key, values, environment, request, http }: WantedToken) {
    this.flow = flow;
    this.key = key;
    this.values = values;
    this.environment = environment;
    this.request = request;
    this.http = http;
  }

  /** A digest of the secrets: of what is stated beside that which may be kept openly. */
  get proof(): string {
    this.#proof ??= proofOf(this.flow, this.values);
    return this.#proof;
  }

  /** Only those who state the same secrets share a flight. */
  get flight(): string {
    return this.request ? `${this.key} ${this.proof}` : this.key;
  }
}

function proofOf(flow: TokenFlow, values: Values): string {
  const open = flow.kept(values);
  const secrets = Object.entries(values)
    .filter(([name, value]) => value !== undefined && value !== '' && !isDeepStrictEqual(open[name], value))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(secrets)).digest('base64url');
}

/** What the token is where it is to be allowed. */
export function credentialOf({ flow, values, environment }: WantedToken): Credential {
  const { name, issuer } = flow.identity(values, environment);
  return tokenCredential(name, issuer);
}

/** Whoever used it first stays first: the secrets of a renewal are looked for in that order. */
export const usedBy = (record: TokenRecord | undefined, file: string | undefined): readonly string[] =>
  [...new Set([...(record?.usedBy ?? []), ...(file === undefined ? [] : [file])])].slice(0, 20);

/** What is kept of a token that was obtained, or refreshed, in place of the previous one. */
export function recordOf(
  want: Want,
  token: ObtainedToken,
  previous: TokenRecord | undefined,
  refreshed: boolean,
): Kept {
  const { flow, key, values, environment, request } = want;
  const { scope, idToken, idTokenProof: _, transient: __, ...rest } = token;
  // A refresh that does not speak of them leaves the scope and the ID token as they were.
  const granted = scope ?? (refreshed ? previous?.scopeGranted : undefined);
  const identified = idToken === undefined && refreshed ? previous : token;
  return {
    ...(previous && !request ? identityOf(previous) : statedIdentity(flow, values, environment)),
    ...rest,
    key,
    ...(previous ? { name: previous.name } : {}),
    scheme: flow.scheme,
    ...(granted === undefined ? {} : { scopeGranted: granted }),
    ...(identified?.idToken === undefined ? {} : { idToken: identified.idToken }),
    ...(identified?.idTokenProof === undefined ? {} : { idTokenProof: identified.idTokenProof }),
    ...(environment === undefined ? {} : { environment }),
    config: flow.kept(values),
    ...(request ? { proof: want.proof } : previous?.proof === undefined ? {} : { proof: previous.proof }),
    usedBy: usedBy(previous, request?.usedBy),
  };
}

type RecordIdentity = Pick<TokenRecord, 'name' | 'issuer' | 'clientId' | 'scopeAsked' | 'audience' | 'user'>;

function statedIdentity(flow: TokenFlow, values: Values, environment: string | undefined): RecordIdentity {
  const { key: _, scope, ...identity } = flow.identity(values, environment);
  return { ...identity, ...(scope === undefined ? {} : { scopeAsked: scope }) };
}

/** A kept record alone does not hold the secrets that its identity was made from. */
function identityOf({ name, issuer, clientId, scopeAsked, audience, user }: TokenRecord): RecordIdentity {
  return {
    name,
    issuer,
    ...(clientId === undefined ? {} : { clientId }),
    ...(scopeAsked === undefined ? {} : { scopeAsked }),
    ...(audience === undefined ? {} : { audience }),
    ...(user === undefined ? {} : { user }),
  };
}
