import { CountersignError } from '../../core/errors.ts';
import { isSecret } from '../../core/fields.ts';
import { oauth2Fields, secretPair } from './fields.ts';

export type GrantType =
  | 'authorization_code_pkce'
  | 'authorization_code'
  | 'implicit'
  | 'password'
  | 'client_credentials'
  | 'device_code'
  | 'refresh_token'
  | 'jwt_bearer'
  | 'token_exchange';

export type ClientAuthentication =
  /** Header or body, as the server's metadata offer. */
  'auto' | 'header' | 'header_raw' | 'body' | 'private_key_jwt' | 'client_secret_jwt' | 'tls_client_auth' | 'none';

export type Pairs = readonly (readonly [string, string])[];

/** The scheme's values for obtaining a token, defaults filled in and empty ones gone. */
export interface OAuth2Settings {
  readonly tokenName?: string;
  readonly grantType: GrantType;
  readonly issuer?: string;
  readonly authUrl?: string;
  readonly tokenUrl?: string;
  readonly refreshUrl?: string;
  readonly revokeUrl?: string;
  readonly deviceUrl?: string;
  readonly parUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly clientAuthentication: ClientAuthentication;
  readonly privateKey?: string;
  readonly keyId?: string;
  readonly assertionAlgorithm?: string;
  readonly assertionAudience?: string;
  readonly clientAssertionFrom: 'key' | 'value' | 'ci';
  readonly clientAssertion?: string;
  readonly scope?: string;
  readonly state?: string;
  readonly callbackUrl?: string;
  readonly useBrowser: boolean;
  readonly codeChallengeMethod: 'S256' | 'plain';
  readonly codeVerifier?: string;
  readonly username?: string;
  readonly password?: string;
  readonly refreshToken?: string;
  readonly assertionFrom: 'value' | 'key' | 'ci';
  readonly assertion?: string;
  readonly assertionClaims?: string;
  readonly ciVariable?: string;
  readonly subjectToken?: string;
  readonly subjectTokenType: string;
  readonly actorToken?: string;
  readonly actorTokenType: string;
  readonly requestedTokenType?: string;
  readonly resource?: string;
  readonly audience?: string;
  readonly par: boolean;
  readonly dpop: boolean;
  readonly prompt?: string;
  readonly loginHint?: string;
  readonly acrValues?: string;
  /** Seconds. */
  readonly maxAge?: number;
  readonly authorizationDetails?: string;
  readonly tokenPath?: string;
  readonly tokenHeaders: Pairs;
  readonly authParams: Pairs;
  readonly tokenParams: Pairs;
  readonly refreshParams: Pairs;
}

/** Settings from the scheme's values, which are typed as the fields' kinds say. */
export function oauth2Settings(values: Readonly<Record<string, unknown>>): OAuth2Settings {
  const settings: Record<string, unknown> = {
    authParams: [],
    tokenParams: [],
    refreshParams: [],
    tokenHeaders: [],
  };
  for (const field of oauth2Fields) {
    const fallback = 'default' in field ? field.default : undefined;
    const value = values[field.name] ?? fallback;
    if (value === undefined || value === '') continue;
    settings[field.name] = field.kind === 'flag' ? value === true || value === 'true' : value;
  }
  return settings as unknown as OAuth2Settings;
}

/** The values that may be kept with a token: everything that refreshing takes apart from secrets. */
export function keptSettings(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept: Record<string, unknown> = {};
  for (const field of oauth2Fields) {
    const value = values[field.name];
    if (value === undefined || value === '' || isSecret(field)) continue;
    kept[field.name] = Array.isArray(value) ? value.filter(([name]) => !secretPair.test(String(name))) : value;
  }
  return kept;
}

const personal: readonly GrantType[] = ['authorization_code_pkce', 'authorization_code', 'implicit', 'device_code'];

/** True where a person takes part in the grant. */
export function needsPerson(settings: Pick<OAuth2Settings, 'grantType'>): boolean {
  return personal.includes(settings.grantType);
}

/** The setting's value. @throws CountersignError `missing-field` */
export function required<K extends keyof OAuth2Settings>(
  settings: OAuth2Settings,
  name: K,
): NonNullable<OAuth2Settings[K]> {
  const value = settings[name];
  if (value === undefined || value === null) {
    const label = oauth2Fields.find(field => field.name === name)?.label ?? name;
    throw new CountersignError('missing-field', `OAuth 2.0 needs “${name}” (${label}) to get a token.`, {
      hint: `Add “${name}” to the @auth statement.`,
    });
  }
  return value;
}

/** The address, parsed. @throws CountersignError `invalid-url` that names the field */
export function endpointUrl(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CountersignError('invalid-url', `“${name}” is not an http(s) address: ${text}`);
  }
  return url;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopback(url: URL): boolean {
  return loopbackHosts.has(url.hostname) || url.hostname.endsWith('.localhost');
}
