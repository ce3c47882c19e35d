import {
  type IdTokenProof,
  isUsable,
  standing,
  type TokenRecord,
  type TokenStanding,
} from '../../auth/tokens/token-record.ts';

export interface ScopeModel {
  readonly name: string;
  readonly asked: boolean;
  readonly granted: boolean;
}

export interface ClaimModel {
  readonly name: string;
  /** As JSON has it, strings without their quotes. */
  readonly value: string;
  /** What the value means to a person: the date of `exp`, for instance. */
  readonly instant?: number;
}

export interface JwtModel {
  readonly of: 'access' | 'id';
  readonly header: readonly ClaimModel[];
  readonly claims: readonly ClaimModel[];
  /** Of an ID token: whether its signature was verified. */
  readonly proof?: IdTokenProof;
}

/** A token as people look at it: nothing in it can be used as a credential. */
export interface TokenModel {
  readonly key: string;
  readonly name: string;
  readonly scheme: string;
  readonly standing: TokenStanding;
  readonly issuer: string;
  /** The issuer's host, or its text where it is no address. */
  readonly host: string;
  /** Who it is for: the account that it names, else its client. */
  readonly account?: string;
  readonly client?: string;
  readonly environment?: string;
  readonly grant?: string;
  readonly audience?: string;
  readonly tokenType: string;
  /** Milliseconds since the epoch. */
  readonly obtainedAt: number;
  readonly expiresAt?: number;
  readonly refreshable: boolean;
  readonly scopes: readonly ScopeModel[];
  readonly jwts: readonly JwtModel[];
  readonly usedBy: readonly string[];
}

/** @param now milliseconds since the epoch */
export function tokenModel(record: TokenRecord, now: number): TokenModel {
  const jwts = [jwtModel('access', record.accessToken), jwtModel('id', record.idToken, record.idTokenProof)].filter(
    jwt => jwt !== undefined,
  );
  const account = record.user ?? accountOf(record);
  const grant = record.config.grantType;
  return {
    key: record.key,
    name: record.name,
    scheme: record.scheme,
    standing: standing(record, now),
    issuer: record.issuer,
    host: hostOf(record.issuer),
    ...(account === undefined ? {} : { account }),
    ...(record.clientId === undefined ? {} : { client: record.clientId }),
    ...(record.environment === undefined ? {} : { environment: record.environment }),
    ...(typeof grant === 'string' ? { grant } : {}),
    ...(record.audience === undefined ? {} : { audience: record.audience }),
    tokenType: record.tokenType,
    obtainedAt: record.obtainedAt,
    ...(record.expiresAt === undefined ? {} : { expiresAt: record.expiresAt }),
    refreshable: record.refreshToken !== undefined,
    scopes: scopesOf(record),
    jwts,
    usedBy: record.usedBy,
  };
}

function hostOf(issuer: string): string {
  return URL.canParse(issuer) ? new URL(issuer).host : issuer;
}

/**
 * Scopes asked for and granted; a server that says nothing has granted what was asked. Some (GitHub, Slack) answer with
 * commas between them, which may also be part of a scope. @see RFC 6749 §3.3, §5.1
 */
function scopesOf({ scopeAsked, scopeGranted }: TokenRecord): readonly ScopeModel[] {
  const asked = words(scopeAsked);
  const listed = scopeAsked?.includes(',') ? scopeGranted : scopeGranted?.replaceAll(',', ' ');
  const granted = listed === undefined ? asked : words(listed);
  return [...new Set([...asked, ...granted])].map(name => ({
    name,
    asked: asked.includes(name),
    granted: granted.includes(name),
  }));
}

const words = (text: string | undefined): readonly string[] => text?.split(/\s+/).filter(Boolean) ?? [];

/** Whom the ID token, else the access token, names. */
function accountOf({ idToken, accessToken }: TokenRecord): string | undefined {
  for (const token of [idToken, accessToken]) {
    const claims = decoded(token)?.claims;
    for (const name of ['email', 'preferred_username', 'name', 'sub']) {
      const value = claims?.[name];
      if (typeof value === 'string' && value !== '') return value;
    }
  }
  return undefined;
}

interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Header and claims of a signed JWT, unverified; undefined where it is none. @see RFC 7519 §3 */
function decoded(token: string | undefined): DecodedJwt | undefined {
  const parts = token?.split('.');
  if (parts?.length !== 3) return undefined;
  const [header, claims] = parts.slice(0, 2).map(part => objectOf(part));
  return header && claims ? { header, claims } : undefined;
}

function objectOf(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function jwtModel(of: JwtModel['of'], token: string | undefined, proof?: IdTokenProof): JwtModel | undefined {
  const jwt = decoded(token);
  return jwt && { of, header: claimModels(jwt.header), claims: claimModels(jwt.claims), ...(proof ? { proof } : {}) };
}

const instants = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at']);

function claimModels(object: Readonly<Record<string, unknown>>): readonly ClaimModel[] {
  return Object.entries(object).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    ...(instants.has(name) && typeof value === 'number' ? { instant: value * 1000 } : {}),
  }));
}

/** Milliseconds until what a person sees of a token is another: its state or the rest of its time. */
export function untilChange(record: TokenRecord, now: number): number | undefined {
  if (record.expiresAt === undefined || !isUsable(record, now)) return undefined;
  const left = record.expiresAt - now;
  if (left <= 5 * 60_000) return 1000;
  return left <= 86_400_000 ? (left % 60_000) + 50 : (left % 3_600_000) + 50;
}
