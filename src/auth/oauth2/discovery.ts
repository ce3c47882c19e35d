import type { AuthorizationServer, JWKSCacheInput } from 'oauth4webapi';
import { CountersignError } from '../../core/errors.ts';
import type { ServerSession } from './server-session.ts';
import { endpointUrl, type OAuth2Settings } from './settings.ts';

const lifetime = 10 * 60_000;

/** Metadata of authorization servers, kept for ten minutes, and their keys. */
export class MetadataCache {
  readonly #keys = new Map<string, JWKSCacheInput>();
  readonly #entries = new Map<string, { readonly until: number; readonly metadata: AuthorizationServer }>();

  /** @throws CountersignError `token-failed`, `invalid-url`, or one of the transport's codes */
  async get(issuer: string, session: ServerSession): Promise<AuthorizationServer> {
    const now = session.ports.clock.now();
    const kept = this.#entries.get(issuer);
    if (kept && kept.until > now) return kept.metadata;
    const metadata = await discover(issuer, session);
    this.#entries.set(issuer, { until: now + lifetime, metadata });
    return metadata;
  }

  /** Filled and kept fresh by the protocol library. */
  keysOf(issuer: string): JWKSCacheInput {
    const keys = this.#keys.get(issuer) ?? {};
    this.#keys.set(issuer, keys);
    return keys;
  }
}

/**
 * The authorization server that the settings describe: metadata of its issuer, with every URL that is stated put in
 * their place.
 */
export async function authorizationServer(
  settings: OAuth2Settings,
  session: ServerSession,
  cache: MetadataCache,
): Promise<AuthorizationServer> {
  const metadata = settings.issuer === undefined ? undefined : await cache.get(settings.issuer, session);
  const stated: [string, string | undefined][] = [
    ['authorization_endpoint', settings.authUrl],
    ['token_endpoint', settings.tokenUrl],
    ['revocation_endpoint', settings.revokeUrl],
    ['device_authorization_endpoint', settings.deviceUrl],
    ['pushed_authorization_request_endpoint', settings.parUrl],
  ];
  const given = stated.filter(([, url]) => url !== undefined);
  const aliases = Object.entries(metadata?.mtls_endpoint_aliases ?? {});
  return {
    issuer: settings.tokenUrl ?? settings.authUrl ?? settings.deviceUrl ?? '',
    ...metadata,
    ...Object.fromEntries(given),
    // The alias of an endpoint is for the address in the metadata, not for one that is stated.
    mtls_endpoint_aliases: Object.fromEntries(aliases.filter(([name]) => !given.some(([known]) => known === name))),
  };
}

/**
 * The metadata of an issuer, from its OpenID Connect or its OAuth well-known address; the first that has any counts.
 * @see RFC 8414 §3, §5, OpenID Connect Discovery 1.0 §4
 */
async function discover(issuer: string, session: ServerSession): Promise<AuthorizationServer> {
  const addresses = wellKnownAddresses(issuer);
  let failure: string | undefined;
  for (const url of addresses) {
    const response = await session.exchange({
      purpose: 'discovery',
      method: 'GET',
      url,
      headers: [['Accept', 'application/json']],
    });
    const metadata = response.status === 200 ? parseMetadata(response.text) : undefined;
    if (metadata) return checkIssuer(metadata, issuer, url, session);
    failure ??= response.status === 200 ? 'its answer is no JSON metadata' : `it answers ${response.status}`;
  }
  throw new CountersignError('token-failed', `There are no metadata of the issuer ${issuer}: ${failure}.`, {
    hint: 'Check “issuer”, or state authUrl and tokenUrl.',
  });
}

function wellKnownAddresses(issuer: string): readonly string[] {
  const url = endpointUrl(issuer, 'issuer');
  if (url.pathname.includes('/.well-known/')) return [url.href];
  const path = url.pathname.replace(/\/+$/, '');
  const places = [
    `${path}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${path}`,
    ...(path === '' ? [] : [`/.well-known/openid-configuration${path}`]),
  ];
  return places.map(place => new URL(place, url.origin).href);
}

function parseMetadata(text: string): AuthorizationServer | undefined {
  try {
    const metadata: unknown = JSON.parse(text);
    const isMetadata =
      typeof metadata === 'object' && metadata !== null && 'issuer' in metadata && typeof metadata.issuer === 'string';
    return isMetadata ? (metadata as unknown as AuthorizationServer) : undefined;
  } catch {
    return undefined;
  }
}

/** @see RFC 8414 §3.3 */
function checkIssuer(
  metadata: AuthorizationServer,
  issuer: string,
  url: string,
  session: ServerSession,
): AuthorizationServer {
  const same = trimSlash(metadata.issuer) === trimSlash(issuer);
  if (same || issuer.includes('/.well-known/')) return metadata;
  // Multi-tenant servers name a template instead of themselves; their tokens name the tenant.
  if (/\{[\w-]+\}/.test(metadata.issuer) && sameOrigin(metadata.issuer, issuer)) {
    session.note('discovery', url, [`The issuer is a template (${metadata.issuer}), so it is not compared.`]);
    return metadata;
  }
  throw new CountersignError(
    'token-failed',
    `The metadata of ${issuer} belong to another issuer: ${metadata.issuer}.`,
    {
      hint: 'Put that address into “issuer” if it is the right one, or state authUrl and tokenUrl.',
    },
  );
}

const trimSlash = (text: string): string => text.replace(/\/+$/, '');

function sameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && new URL(one).origin === new URL(other).origin;
}
