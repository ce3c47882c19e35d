import { CountersignError } from '../../core/errors.ts';
import { isSecret, type Values } from '../../core/fields.ts';
import { oauth2Fields, secretPair } from './fields.ts';
import { grantFacts } from './grant-table.ts';

export type Pairs = readonly (readonly [string, string])[];

type OAuth2Values = Values<typeof oauth2Fields>;
type Filled<T> = { readonly [N in keyof T as undefined extends T[N] ? never : N]: T[N] };
type Pairlike<T> = { readonly [N in keyof T as Pairs extends T[N] ? N : never]-?: NonNullable<T[N]> };
type Rest<T> = { readonly [N in keyof T as undefined extends T[N] ? N : never]?: NonNullable<T[N]> };

/** The scheme's values for obtaining a token, defaults filled in and empty ones gone. Lists are empty, not absent. */
export type OAuth2Settings = Filled<OAuth2Values> & Pairlike<OAuth2Values> & Rest<OAuth2Values>;

/** `auto`: in the header or the body, as the server's metadata offer. */
export type ClientAuthentication = OAuth2Settings['clientAuthentication'];

/** Settings from the scheme's values, which are typed as the fields' kinds say. */
export function oauth2Settings(values: Readonly<Record<string, unknown>>): OAuth2Settings {
  const settings: Record<string, unknown> = {};
  for (const field of oauth2Fields) {
    const fallback = 'default' in field ? field.default : undefined;
    const value = values[field.name] ?? fallback;
    const empty = value === undefined || value === '';
    if (field.kind === 'flag') settings[field.name] = value === true || value === 'true';
    else if (field.kind === 'pairs') settings[field.name] = empty ? [] : value;
    else if (!empty) settings[field.name] = value;
  }
  return settings as OAuth2Settings;
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

/** True where a person takes part in the grant. */
export function needsPerson(settings: Pick<OAuth2Settings, 'grantType'>): boolean {
  return grantFacts(settings.grantType).person !== undefined;
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
